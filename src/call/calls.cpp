#include "call/calls.hpp"

#include <algorithm>
#include <utility>

namespace meetwire::call {

std::optional<Failure> Calls::request(Millis now, const event::CallRequested& wanted, Outputs& out) {
  const auto wrong = [](const char* what) { return Failure{ErrorCode::InvalidArgument, what}; };
  if (!is_acceptable_id(wanted.id.value, limits_.id_bytes_max)) return wrong("the call's id");
  if (!is_acceptable_id(wanted.to.value, limits_.id_bytes_max)) return Failure{ErrorCode::InvalidUser};
  if (wanted.to == self_) return wrong("a call to oneself");
  if (!live_.empty()) return wrong("another call is under way");
  live_.push_back(Live{Call{wanted.id, self_, wanted.to}, Phase::Calling, wanted.timeout_ms, {}, {}, true});
  out.changed.push_back(live_.back().call);
  submit(now, live_.back(), out);
  return std::nullopt;
}

std::optional<Failure> Calls::accept(Millis now, const CallId& id, Outputs& out) {
  if (drive(now, find(id), Input::AcceptWanted, out)) return std::nullopt;
  return Failure{ErrorCode::InvalidArgument, "no such call to accept"};
}

std::optional<Failure> Calls::end(Millis now, const CallId& id, const std::optional<std::string>& reason, Outputs& out) {
  if (reason && reason->size() > limits_.call_reason_bytes_max) {
    return Failure{ErrorCode::InvalidArgument, "the reason is too long"};
  }
  const Position at = find(id);
  if (at != live_.end() && at->phase != Phase::Ending) at->reason = reason;
  if (drive(now, at, Input::EndWanted, out)) return std::nullopt;
  return Failure{ErrorCode::InvalidArgument, "no such call to end"};
}

std::optional<Failure> Calls::told(Millis now, const Call& call, Outputs& out) {
  if (call.replaces) merge(now, call, out);
  Position at = find(call.id);
  if (at == live_.end()) {
    // Of a call that is over here, or never was, no more is wanted; only a ring begins one.
    if (call.state != CallState::Ringing || call.from == self_) return std::nullopt;
    if (live_.size() >= limits_.calls_live_max) return Failure{ErrorCode::RateLimited, "too many calls at once"};
    live_.push_back(Live{call, Phase::Ringing});
    schedule(now, live_.back());
    out.changed.push_back(call);
    return std::nullopt;
  }
  at->unheard = false;
  // Who calls whom was said when it began; the answer to a question may not know any more.
  at->call.state = call.state;
  at->call.outcome = call.outcome;
  at->call.reason = call.reason;
  const Input input = call.state == CallState::Ended       ? Input::EndedTold
                      : call.state == CallState::Connected ? Input::ConnectedTold
                                                           : Input::RingingTold;
  drive(now, at, input, out);
  return std::nullopt;
}

// We called each other at the same time, and the server keeps the other one's call: ours is the same from now on. Is
// ours to end, so is the one that took its place.
void Calls::merge(Millis now, const Call& call, Outputs& out) {
  const Position ours = find(*call.replaces);
  if (ours == live_.end()) return;
  const Live was = *ours;
  live_.erase(ours);
  Position theirs = find(call.id);
  if (theirs == live_.end()) {
    theirs = live_.insert(live_.end(), Live{call, Phase::Ringing});
  }
  theirs->call.replaces = call.replaces;
  if (was.phase != Phase::Ending || theirs->phase == Phase::Ending) return;
  theirs->reason = was.reason;
  drive(now, theirs, Input::EndWanted, out);
}

void Calls::resume(Millis now, bool same_place, Outputs& out) {
  for (Live& one : live_) {
    one.unheard = one.unheard && same_place;
    submit(now, one, out);
  }
}

void Calls::pause() {
  for (Live& one : live_) one.deadline.reset();
}

void Calls::elapsed(Millis now, Outputs& out) {
  for (Position at = live_.begin(); at != live_.end(); ++at) {
    if (at->deadline && now >= *at->deadline) drive(now, at, Input::Elapsed, out);
  }
}

void Calls::finish(Outputs& out) {
  for (Live& one : std::exchange(live_, {})) {
    one.call.state = CallState::Ended;
    one.call.outcome = CallOutcome::Gone;
    out.changed.push_back(std::move(one.call));
  }
}

std::optional<Millis> Calls::deadline() const {
  std::optional<Millis> first;
  for (const Live& one : live_) first = earlier(first, one.deadline);
  return first;
}

bool Calls::has_called(const UserId& user) const {
  return std::any_of(live_.begin(), live_.end(),
                     [&](const Live& one) { return one.call.from == self_ && one.call.to == user; });
}

Calls::Position Calls::find(const CallId& id) {
  return std::find_if(live_.begin(), live_.end(), [&](const Live& one) { return one.call.id == id; });
}

bool Calls::drive(Millis now, Position at, Input input, Outputs& out) {
  if (at == live_.end()) return false;
  const Entry entry = entry_for(at->phase, input);
  const bool moved = at->phase != entry.next;
  at->phase = entry.next;
  if (moved) schedule(now, *at);
  if (entry.action == Action::Show) out.changed.push_back(at->call);
  if (entry.action == Action::Submit) submit(now, *at, out);
  if (entry.next == Phase::Ended) live_.erase(at);
  return entry.action != Action::Missing;
}

void Calls::submit(Millis now, Live& one, Outputs& out) const {
  protocol::CallSubmitted word{one.call.id, word_of(one.phase), std::nullopt, 0, std::nullopt};
  if (one.phase == Phase::Calling) {
    word.to = one.call.to;
    word.timeout_ms = one.timeout_ms;
  } else if (one.phase == Phase::Ending) {
    // So that a server which never heard of it can tell that it was taken back, from one that is forgotten.
    if (one.unheard) word.to = one.call.to;
    word.reason = one.reason;
  }
  out.submitted.push_back(std::move(word));
  schedule(now, one);
}

void Calls::schedule(Millis now, Live& one) const {
  if (awaits_answer(one.phase)) {
    one.deadline = now + limits_.call_resend_after;
  } else if (one.phase == Phase::Connected) {
    one.deadline.reset();
  } else {
    one.deadline = now + limits_.call_check_after;
  }
}

}  // namespace meetwire::call
