// What a server would say of this client's calls, where there is none that knows them: at a classic server. Its clients
// know one word, `call`, after which the caller offers; whoever answers the offer has taken the call. So what comes of a call
// is decided here, by what is seen of the other side, and the other side may think otherwise.
// Must not know: sockets, rosters, links.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/call.hpp"
#include "core/limits.hpp"
#include "core/time.hpp"
#include "protocol/messages.hpp"

namespace meetwire::call {

class Unattended {
 public:
  Unattended(const Limits& limits, UserId self) : limits_(limits), self_(std::move(self)) {}

  // A word of this client's: how the call stands after it.
  Call hear(Millis now, const protocol::CallSubmitted& word) {
    using A = protocol::CallAction;
    if (word.action == A::Request && !call_) {
      begin(now, Call{word.id, self_, word.to, CallState::Ringing}, word.timeout_ms == 0 ? limits_.call_ring_time : Millis{word.timeout_ms});
    }
    if (!call_ || call_->id != word.id) return Call{word.id, self_, word.to, CallState::Ended, CallOutcome::Gone};
    const bool rings = call_->state == CallState::Ringing;
    const bool ours = call_->from == self_;
    if (word.action == A::Accept && rings && !ours) return *connect();
    if (word.action != A::End) return *call_;
    return *end(!rings ? CallOutcome::HungUp : ours ? CallOutcome::Cancelled : CallOutcome::Rejected);
  }

  // Somebody's `call`. While another one is under way it is not heard: there is no word for that.
  std::optional<Call> rung(Millis now, const UserId& from) {
    if (calls(from)) return connect();  // we have called each other
    if (call_) return std::nullopt;
    begin(now, Call{CallId{"classic-" + std::to_string(++rung_)}, from, self_, CallState::Ringing}, limits_.call_ring_time);
    return call_;
  }
  // This user has answered our offer.
  std::optional<Call> answered(const UserId& by) { return calls(by) ? connect() : std::nullopt; }
  // There is no such user, or no longer, or no way to him.
  std::optional<Call> ended(const UserId& with, CallOutcome outcome) {
    return call_ && other() == with ? end(outcome) : std::nullopt;
  }
  std::optional<Call> elapsed(Millis now) { return deadline_ && now >= *deadline_ ? end(CallOutcome::TimedOut) : std::nullopt; }
  // The socket is lost, and with it whatever was under way.
  void forget() {
    call_.reset();
    deadline_.reset();
  }

  std::optional<Millis> deadline() const { return deadline_; }
  // Whom there is to be a connection with: who is being called, as the offer is what asks him; or who was.
  std::optional<UserId> connected_to() const {
    const bool wanted = call_ && (call_->state == CallState::Connected || call_->from == self_);
    return wanted ? std::optional(other()) : std::nullopt;
  }
  // Do we call this user, and it rings?
  bool calls(const UserId& user) const { return call_ && call_->state == CallState::Ringing && call_->to == user; }
  // Does this user call us, and it rings?
  bool is_called_by(const UserId& user) const { return call_ && call_->state == CallState::Ringing && call_->from == user; }

 private:
  const UserId& other() const { return call_->from == self_ ? call_->to : call_->from; }
  void begin(Millis now, Call call, Millis ring_time) {
    call_ = std::move(call);
    deadline_ = now + std::clamp(ring_time, limits_.call_ring_time_min, limits_.call_ring_time_max);
  }
  std::optional<Call> connect() {
    call_->state = CallState::Connected;
    call_->outcome = CallOutcome::Accepted;
    deadline_.reset();
    return call_;
  }
  std::optional<Call> end(CallOutcome outcome) {
    std::optional<Call> over = std::exchange(call_, std::nullopt);
    over->state = CallState::Ended;
    over->outcome = outcome;
    deadline_.reset();
    return over;
  }

  Limits limits_;
  UserId self_;
  std::optional<Call> call_;
  std::optional<Millis> deadline_;  // of ringing
  std::uint64_t rung_ = 0;
};

}  // namespace meetwire::call
