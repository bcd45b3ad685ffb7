#include "call/calls.hpp"

#include <algorithm>
#include <utility>

#include "core/bounds.hpp"

namespace meetwire::call {

std::optional<Failure> Calls::request(Millis now, const event::CallRequested& wanted, Outputs& out) {
  if (auto failure = refusal_of_id(ErrorCode::InvalidUser, wanted.to.value, limits_.id_bytes_max)) return failure;
  if (!is_acceptable_id(wanted.id.value, limits_.id_bytes_max) || wanted.to == self_ || !live_.empty()) {
    return Failure{ErrorCode::InvalidArgument, wanted.to == self_ ? "a call to oneself"
                                               : live_.empty()    ? "the call's id"
                                                                  : "another call is under way"};
  }
  Live& made = live_.emplace_back();
  made.call.id = wanted.id;
  made.call.from = self_;
  made.call.to = wanted.to;
  made.timeout_ms = wanted.timeout_ms;
  made.unheard = true;
  show(made, out);
  submit(now, made, out);
  return std::nullopt;
}

std::optional<Failure> Calls::accept(Millis now, const CallId& id, Outputs& out) {
  if (drive(now, find_shown(id), Input::AcceptWanted, out)) return std::nullopt;
  return Failure{ErrorCode::InvalidArgument, "no such call to accept"};
}

std::optional<Failure> Calls::end(Millis now, const CallId& id, const std::string& reason, Outputs& out) {
  if (reason.size() > limits_.call_reason_bytes_max) {
    return too_long(ErrorCode::MessageTooLarge, "the reason", reason.size(), limits_.call_reason_bytes_max);
  }
  const Position at = find_shown(id);
  if (at != live_.end() && at->phase != Phase::Ending) at->reason = reason;
  if (drive(now, at, Input::EndWanted, out)) return std::nullopt;
  return Failure{ErrorCode::InvalidArgument, "no such call to end"};
}

std::optional<Failure> Calls::told(Millis now, const Call& call, Outputs& out) {
  Position at = find(call.id);
  // We called each other at the same time, and the server keeps the other one's call: ours is the same from now on.
  const Position ours = call.replaces == call.id ? live_.end() : find(call.replaces);
  const bool crossed = ours != live_.end();
  if (at == live_.end()) {
    // Of a call that is over here, or never was, no more is wanted; only a ring begins one.
    if (!crossed && (call.state != CallState::Ringing || call.from == self_)) return std::nullopt;
    // It rang here before the server lost its memory, and the caller, who had not heard of that, has asked for it again.
    if (!crossed && std::find(over_.begin(), over_.end(), call.id) != over_.end()) {
      protocol::CallSubmitted word;
      word.id = call.id;
      word.action = protocol::CallAction::End;
      out.submitted.push_back(std::move(word));
      return std::nullopt;
    }
    if (live_.size() >= limits_.calls_live_max) return Failure{ErrorCode::RateLimited, "too many calls at once"};
    at = live_.emplace(live_.end());
    at->call.id = call.id;
    at->call.from = call.from;
    at->call.to = call.to;
    at->phase = Phase::New;
    at->hidden = has_called(call.from);
  }
  if (call.state == CallState::Connected) at->hidden = false;
  if (crossed) {
    at->hidden = false;
    at->call.replaces = call.replaces;
    // Is ours to end, so is the one that took its place.
    if (ours->phase == Phase::Ending && at->phase != Phase::Ending) {
      at->reason = ours->reason;
      drive(now, at, Input::EndWanted, out);
    }
    live_.erase(ours);
  }
  // Who calls whom was said when it began; the answer to a question may not know any more.
  at->unheard = false;
  at->call.state = call.state;
  at->call.outcome = call.outcome;
  at->call.reason = call.reason;
  const Input input = call.state == CallState::Ended       ? Input::EndedTold
                      : call.state == CallState::Connected ? Input::ConnectedTold
                                                           : Input::RingingTold;
  // Ours came late to one that was taken by hand: that it is the same now is news.
  if (crossed && at->phase == Phase::Connected && input == Input::ConnectedTold) show(*at, out);
  drive(now, at, input, out);
  return std::nullopt;
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
  for (Live& one : live_) {
    one.call.state = CallState::Ended;
    one.call.outcome = CallOutcome::Gone;
    show(one, out);
  }
  live_.clear();
}

std::optional<Millis> Calls::deadline() const {
  std::optional<Millis> first;
  for (const Live& one : live_) first = earlier(first, one.deadline);
  return first;
}

bool Calls::has_called(const UserId& user) const {
  for (const Live& one : live_) {
    if (one.call.to == user) return true;
  }
  return false;
}

const Call* Calls::connected_with(const UserId& user) const {
  for (const Live& one : live_) {
    if (one.call.state == CallState::Connected && (one.call.from == self_ ? one.call.to : one.call.from) == user) return &one.call;
  }
  return nullptr;
}

Calls::Position Calls::find(const CallId& id) {
  Position at = live_.begin();
  while (at != live_.end() && at->call.id != id) ++at;
  return at;
}

Calls::Position Calls::find_shown(const CallId& id) {
  const Position at = find(id);
  return at != live_.end() && at->hidden ? live_.end() : at;
}

void Calls::announce(Outputs& out) {
  for (Live& one : live_) {
    if (one.unannounced) show(one, out);
  }
}

// The end of a ring that the application was not told of is not told either, unless a call of ours ends with it.
void Calls::show(Live& one, Outputs& out) {
  const bool unknown = std::exchange(one.unannounced, false) && one.call.state == CallState::Ended && one.call.replaces.empty();
  if (!one.hidden && !unknown) out.changed.push_back(command::CallChanged{one.call});
}

// Ours is over, and the other one's was not taken for the same: it rings by itself.
void Calls::reveal(const UserId& from, Outputs& out) {
  for (Live& one : live_) {
    if (!one.hidden || one.call.from != from) continue;
    one.hidden = false;
    if (!one.unannounced) show(one, out);
  }
}

bool Calls::drive(Millis now, Position at, Input input, Outputs& out) {
  if (at == live_.end()) return false;
  const Entry entry = entry_for(at->phase, input);
  const bool moved = at->phase != entry.next;
  at->phase = entry.next;
  if (moved || at->phase == Phase::Connected) schedule(now, *at);
  if (entry.action == Action::Show && entry.next == Phase::Ringing) at->unannounced = true;
  if (entry.action == Action::Show && entry.next != Phase::Ringing) show(*at, out);
  if (entry.action == Action::Submit) submit(now, *at, out);
  if (entry.next == Phase::Ended) {
    const Call over = at->call;
    live_.erase(at);
    if (over.from == self_) {
      reveal(over.to, out);
    } else {
      over_.push_back(over.id);
      if (over_.size() > limits_.calls_over_remembered_max) over_.pop_front();
    }
  }
  return entry.action != Action::Missing;
}

void Calls::submit(Millis now, Live& one, Outputs& out) const {
  protocol::CallSubmitted word;
  word.id = one.call.id;
  word.action = word_of(one.phase);
  // With the end too, so that a server which never heard of it can tell that it was taken back, from one forgotten.
  if (one.unheard || one.phase == Phase::Calling) word.to = one.call.to;
  word.timeout_ms = one.timeout_ms;
  if (one.phase == Phase::Ending) word.reason = one.reason;
  out.submitted.push_back(std::move(word));
  await(now, one);
}

void Calls::schedule(Millis now, Live& one) const {
  await(now, one);
  // It stands, as far as the server has said: of what ends it we hear.
  if (one.phase == Phase::Connected) one.deadline.reset();
}

void Calls::await(Millis now, Live& one) const {
  one.deadline = now + (awaits_answer(one.phase) ? limits_.call_resend_after : limits_.call_check_after);
}

}  // namespace meetwire::call
