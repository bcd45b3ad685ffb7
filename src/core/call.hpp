// One call between two users, as the server has it, as it is on the wire and as applications are told of it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/ids.hpp"

namespace meetwire {

// A call only ever goes forward.
enum class CallState : std::uint8_t {
  Calling,    // the caller's own: the server has not answered yet
  Ringing,
  Connected,
  Ended,
};
constexpr auto names_of(CallState) {
  return std::array<std::string_view, 4>{"calling", "ringing", "connected", "ended"};
}

// What came of it: decided by the server alone, once for both sides.
enum class CallOutcome : std::uint8_t {
  Pending,      // it rings
  Accepted,     // it is connected
  Rejected,     // the callee does not want it
  Busy,         // one of the two is in another call
  Cancelled,    // the caller has changed its mind
  TimedOut,     // nobody took it in time
  Unavailable,  // the callee is not there
  HungUp,       // was connected, and one of the two ended it
  Gone,         // one of the two has left, or was lost for good
};
constexpr auto names_of(CallOutcome) {
  return std::array<std::string_view, 9>{"pending",   "accepted",    "rejected", "busy", "cancelled",
                                         "timed-out", "unavailable", "hung-up",  "gone"};
}

struct Call {
  CallId id;  // made by the caller's host, unique for ever
  UserId from;
  UserId to;
  CallState state = CallState::Calling;
  CallOutcome outcome = CallOutcome::Pending;
  std::string reason;  // the words of the one who ended it; empty: none
  // Both called each other at the same time: this is the one that both keep, and it stands for that one too. Empty: none.
  // It may turn out so when this one is connected already; then it is told once more in the same state.
  CallId replaces;

  friend bool operator==(const Call&, const Call&) = default;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("from", self.from);
    visit("to", self.to);
    visit("state", self.state);
    visit("outcome", self.outcome);
    visit("reason", self.reason);
    visit("replaces", self.replaces);
  }
};

}  // namespace meetwire
