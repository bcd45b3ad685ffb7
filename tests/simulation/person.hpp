// One participant of a simulated meeting: the real core, a modelled browser, and the application's view. A person may
// load the page anew: each time is a life of its own, and what comes late from an earlier one finds nobody.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "session/session.hpp"
#include "simulation/application.hpp"
#include "support/browser_quirks.hpp"
#include "support/model_browser.hpp"

namespace meetwire::simulation {

// A chat message that the application was told is with the server.
struct SentChat {
  RequestId request = 0;
  std::string text;
  std::optional<UserId> to;
  Millis at{0};
};

struct Person {
  int index = 0;
  int life = 0;
  UserId user;
  RoomId room;  // empty: in none, only online
  support::BrowserKind browser_kind = support::BrowserKind::Specification;
  std::unique_ptr<session::Session> session;  // none: not in a meeting, and not about to be
  std::unique_ptr<support::ModelBrowser> browser;
  Application application;
  RequestId requests = 0;
  std::int64_t chats = 0;
  int calls = 0;
  std::vector<SentChat> sent;

  std::optional<Millis> wake_at;
  std::uint64_t wake_token = 0;
  Millis asleep_until{0};
  std::deque<ClientEvent> missed;  // while asleep, or while the commands of another event are being carried out
  bool is_busy = false;
  bool is_hearing = false;  // what is carried out answers a message

  // Since when the server holds this session, without a break: a welcome that is no resume begins anew.
  std::optional<Millis> present_since;

  bool is_in() const { return session && application.state == MeetingState::Joined; }
};

}  // namespace meetwire::simulation
