// The calls of one place: who rings whom, and what comes of it. The one authority, so that both sides always agree.
// A value, like the room that owns it. Must not know: members, connections, dialects, who may be reached.
//
// The rules. A user has one live call at most: whoever calls somebody who has one, or has one himself, hears `busy`. Two
// who call each other keep the call that came here first, and the later one stands for its acceptance. Whatever crosses
// on the way is decided by the order in which it comes here. A word said twice has one effect, and is answered with how
// the call stands; so is a word that comes too late.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/call.hpp"
#include "core/ids.hpp"
#include "core/limits.hpp"
#include "core/time.hpp"
#include "protocol/messages.hpp"
#include "room/deadlines.hpp"
#include "room/ledger.hpp"

namespace meetwire::room {

enum class CallInput : std::uint8_t { CallerAccepts, CalleeAccepts, CallerEnds, CalleeEnds, Elapsed, OneGone };
constexpr auto names_of(CallInput) {
  return std::array<std::string_view, 6>{"caller-accepts", "callee-accepts", "caller-ends",
                                         "callee-ends",    "elapsed",        "one-gone"};
}
inline constexpr std::size_t kCallInputs = 6;

struct CallEntry {
  CallState state;
  CallOutcome outcome;
  bool changes = true;  // else the call stays as it is
};
using CallTable = std::array<std::array<CallEntry, kCallInputs>, 2>;

// Ringing and connected × input, in the order of the enumerators. An ended call stays as it is, whatever comes.
constexpr CallTable make_call_table() {
  using S = CallState;
  using O = CallOutcome;
  constexpr CallEntry keep{S::Calling, O::Pending, false};
  constexpr CallEntry gone{S::Ended, O::Gone};
  constexpr CallEntry hung_up{S::Ended, O::HungUp};
  return {{
      // caller-accepts  callee-accepts                 caller-ends                 callee-ends                elapsed                    one-gone
      {{keep,            {S::Connected, O::Accepted},   {S::Ended, O::Cancelled},   {S::Ended, O::Rejected},   {S::Ended, O::TimedOut},   gone}},
      {{keep,            keep,                          hung_up,                    hung_up,                   keep,                      gone}},
  }};
}
inline constexpr CallTable kCallTable = make_call_table();

// One call as a room's written form has it.
struct CallValue {
  Call call;
  std::optional<Millis> deadline;  // of ringing, or of remembering

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("call", self.call);
    visit("deadline", self.deadline);
  }
};

class Calls {
 public:
  // Of each caller, the oldest first.
  std::vector<CallValue> value() const;
  // On the account of pay_by().
  void restore(const Limits& limits, const std::vector<CallValue>& all);

  // How a call stands now, for one of its sides; `before` is how it stood when the step began.
  struct Telling {
    UserId to;
    Call call;
    CallState before = CallState::Calling;
  };
  using Tellings = std::vector<Telling>;

  // On whose account comes what is remembered from now on.
  void pay_by(std::shared_ptr<Account> payer, std::shared_ptr<Tally> room) {
    payer_ = std::move(payer);
    room_ = std::move(room);
  }
  // Those that are over are not remembered any more. Gives how many there were.
  std::size_t forget_ended();

  // Whether the callee is there to be rung is for the owner to know; it counts for requests alone.
  Tellings handle(Millis now, const Limits& limits, const UserId& from, const protocol::CallSubmitted& word,
                  bool reachable);
  // This user has given its place up, or lost it for good.
  Tellings leave(Millis now, const Limits& limits, const UserId& user);
  Tellings elapsed(Millis now, const Limits& limits);
  std::optional<Millis> wake_at() const { return deadlines_.next(); }

  // The other side of the user's connected call, if there is one.
  std::optional<UserId> partner_of(const UserId& user) const;
  // Does a call of this user's ring at that one's?
  bool rings(const UserId& from, const UserId& to) const;
  // All that is known: what rings or stands, and what is remembered.
  const std::map<CallId, Call>& all() const { return calls_; }

 private:
  Call* find(const CallId& id);
  Call* live_of(const UserId& user);
  Tellings request(Millis now, const Limits& limits, const UserId& from, const protocol::CallSubmitted& word,
                   bool reachable);
  Tellings drive(Millis now, const Limits& limits, Call& call, CallInput input);
  void remember(Millis now, const Limits& limits, const Call& call);
  void forget(const CallId& id);

  std::map<CallId, Call> calls_;              // live, and ended ones for a while
  std::map<CallId, std::shared_ptr<const Charge>> charges_;  // of all of them; shared by copies
  std::shared_ptr<Account> payer_;
  std::shared_ptr<Tally> room_;
  std::map<CallId, CallId> replaced_;         // calls that another one stands for
  std::map<UserId, CallId> live_;             // of both sides
  std::map<UserId, std::deque<CallId>> made_; // by caller, the oldest first
  Deadlines<CallId> deadlines_;               // of ringing, or of remembering
};

}  // namespace meetwire::room
