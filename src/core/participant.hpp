// One row of a room's roster, as it stands on the server, on the wire and at the application.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/ids.hpp"
#include "core/media.hpp"
#include "core/presence.hpp"

namespace meetwire {

enum class Role : std::uint8_t { Host, Guest, Viewer };
constexpr auto names_of(Role) { return std::array<std::string_view, 3>{"host", "guest", "viewer"}; }

// Which protocol a member, or a server, speaks. Auto is only ever a wish.
enum class DialectName : std::uint8_t { Auto, Meetwire, Classic, Codelab, Plain };
constexpr auto names_of(DialectName) {
  return std::array<std::string_view, 5>{"auto", "meetwire", "classic", "codelab", "plain"};
}

// Members of these number nothing in pair messages, and announce nothing of what they have switched on.
constexpr bool is_foreign(DialectName dialect) {
  return dialect == DialectName::Classic || dialect == DialectName::Codelab || dialect == DialectName::Plain;
}

// Members of these know of one other at most: a room that has one of them in it has two places.
constexpr bool knows_one_other(DialectName dialect) { return dialect == DialectName::Codelab; }

// With whom in the room a member has connections.
enum class Connect : std::uint8_t {
  Everyone,
  OnCall,  // with nobody but whom a call stands with; this side's wish is enough
};
constexpr auto names_of(Connect) { return std::array<std::string_view, 2>{"everyone", "on-call"}; }

struct Participant {
  UserId user;
  SessionId session;  // empty where the server knows no sessions (a classic one)
  std::string name;
  Role role = Role::Guest;
  DialectName dialect = DialectName::Meetwire;
  MediaState media;
  Connect connect = Connect::Everyone;
  bool away = false;          // its socket is lost, its place is kept
  Attributes attributes;      // the application's own
  std::uint32_t hand = 0;     // 0: down; else the lower was raised the earlier
  bool asks_for_floor = false;  // a viewer who would like to speak
  // How often it became, or ceased to be, a viewer. Two viewers have no link; the first incarnation of one that two have
  // follows from both counts, so that an older one's messages are never taken for its.
  std::uint32_t crossings = 0;
  std::uint32_t version = 0;  // counts the changes of this row; a lower one is old news

  friend bool operator==(const Participant&, const Participant&) = default;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("session", self.session);
    visit("name", self.name);
    visit("role", self.role);
    visit("dialect", self.dialect);
    visit("media", self.media);
    visit("connect", self.connect);
    visit("away", self.away);
    visit("attributes", self.attributes);
    visit("hand", self.hand);
    visit("asksForFloor", self.asks_for_floor);
    visit("crossings", self.crossings);
    visit("version", self.version);
  }
};

// Why somebody is no longer there.
enum class LeaveReason : std::uint8_t { Left, Lost, Removed, Replaced, ServerClosing };
constexpr auto names_of(LeaveReason) {
  return std::array<std::string_view, 5>{"left", "lost", "removed", "replaced", "server-closing"};
}

}  // namespace meetwire
