// What people do and what goes wrong in one meeting, drawn from the seed before it begins: so that a failing meeting can be
// tried again with parts of it left out.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/media.hpp"
#include "core/time.hpp"
#include "support/browser_quirks.hpp"

namespace meetwire::simulation {

enum class ActionKind : std::uint8_t {
  Join,
  Leave,
  Want,         // `source`, `wanted`
  Chat,         // `with`: to this one only, if it is another
  Reload,       // the page is loaded again; the old one says goodbye
  Crash,        // the tab is gone without a word; somebody new comes in its stead
  EndTrack,     // unplugged, or "stop sharing": `source`
  Call,         // `with`, or nobody if that is the caller itself; it may ring for `lasts`, or for as long as usual
  Answer,       // takes what rings
  EndCall,      // rejects, cancels or hangs up
  Intrude,      // the intruder does a few things
  // Troubles, from here on.
  CutSocket,    // both ends learn of it: the client now, the server after `lasts`
  HalfOpen,     // frames vanish both ways until both ends notice, after `lasts`
  RestartServer,  // all it knew is gone; it is away for `lasts`
  BreakPath,    // no media between `who` and `with` for `lasts`
  MoveAddress,  // everything that ICE has found for `who` leads nowhere any more
  Sleep,        // the machine of `who` stands still for `lasts`
};
constexpr auto names_of(ActionKind) {
  return std::array<std::string_view, 17>{"join",       "leave",     "want",           "chat",       "reload",       "crash", "end-track", "call", "answer", "end-call", "intrude",
                                          "cut-socket", "half-open",     "restart-server", "break-path", "move-address", "sleep"};
}

struct Action {
  Millis at{0};  // since the meeting's beginning
  ActionKind kind = ActionKind::Join;
  int who = 0;
  int with = 0;
  Source source = Source::Camera;
  Wanted wanted = Wanted::Off;
  Millis lasts{0};
};
std::string describe(const Action& action);

// What the network, the browsers and the devices are like while things go wrong. Rates are per mille.
struct Weather {
  Millis frame_takes_least{1}, frame_takes_most{40};
  Millis operation_takes_least{1}, operation_takes_most{30};
  Millis timer_late_most{5};
  std::uint32_t frames_lost = 0;
  std::uint32_t frames_doubled = 0;
  std::uint32_t operations_refused = 0;
  std::uint32_t captures_refused = 0;
};

struct Script {
  std::uint64_t seed = 0;
  int people = 0;
  int rooms = 1;
  int online = 0;  // so many, counted from the last, are in no room: they see and reach whom they talk to
  bool has_tokens = false;  // without its token nobody is let in
  bool keeps_logs = false;  // what the server knew outlives it
  bool has_intruder = false;
  bool intruder_inside = false;  // as a member of the first one's room
  std::vector<support::BrowserKind> browsers;  // each one's
  Weather weather;
  std::vector<Action> actions;  // in the order of their times
  Millis calm_after{0};         // from then on nothing goes wrong any more

  // Nothing but what people do: no loss, no cut, nothing refused. (Frames may be slow, and come twice.)
  bool is_fair() const;
  // Makes it such a day, and everything as slow as it can be on any.
  void make_slow_and_fair();
};

// `people` 0: drawn as well, from 2 to 6.
Script write_script(std::uint64_t seed, int people);

}  // namespace meetwire::simulation
