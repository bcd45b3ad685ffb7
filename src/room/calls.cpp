#include "room/calls.hpp"

#include <algorithm>
#include <utility>

namespace meetwire::room {

using namespace protocol;

namespace {

bool is_side(const Call& call, const UserId& user) { return call.from == user || call.to == user; }

// Of a call that is not known here, or not the asker's business: the same, whichever it is.
Call unknown_call(const UserId& asker, const CallSubmitted& word) {
  Call call{word.id, asker, word.to, CallState::Ended, CallOutcome::Gone};
  if (word.action == CallAction::Request) call.outcome = CallOutcome::Unavailable;
  // The caller took it back before it was ever heard of here.
  if (word.action == CallAction::End && !word.to.empty()) call.outcome = CallOutcome::Cancelled;
  return call;
}

// In all the places where it stands, with the longest reason that it may end with.
std::size_t bytes_of(const Call& call, const Limits& limits) {
  return 640 + 5 * call.id.value.size() + 3 * (call.from.value.size() + call.to.value.size()) + limits.call_reason_bytes_max;
}

}  // namespace

std::vector<CallValue> Calls::value() const {
  std::vector<CallValue> all;
  for (const auto& [user, made] : made_) {
    for (const CallId& id : made) all.push_back({calls_.at(id), deadlines_.find(id)});
  }
  return all;
}

void Calls::restore(const Limits& limits, const std::vector<CallValue>& all) {
  for (const CallValue& one : all) {
    const Call& call = one.call;
    if (!calls_.emplace(call.id, call).second) continue;
    made_[call.from].push_back(call.id);
    charges_.insert_or_assign(call.id, std::make_shared<const Charge>(payer_, room_, bytes_of(call, limits)));
    deadlines_.set(call.id, one.deadline);
    if (!call.replaces.empty()) replaced_.emplace(call.replaces, call.id);
    if (call.state != CallState::Ended) live_[call.from] = live_[call.to] = call.id;
  }
}

Calls::Tellings Calls::handle(Millis now, const Limits& limits, const UserId& from, const CallSubmitted& word,
                              bool reachable) {
  Call* call = find(word.id);
  if (call != nullptr && !is_side(*call, from)) return {{from, unknown_call(from, word), CallState::Ended}};
  if (call == nullptr && word.action == CallAction::Request) return request(now, limits, from, word, reachable);
  if (call == nullptr) {
    const Call unknown = unknown_call(from, word);
    // Its request, if it still comes, has no effect any more.
    if (unknown.outcome == CallOutcome::Cancelled) remember(now, limits, unknown);
    return {{from, unknown, CallState::Ended}};
  }

  const bool is_caller = call->from == from;
  Tellings tellings;
  if (word.action == CallAction::Accept) {
    tellings = drive(now, limits, *call, is_caller ? CallInput::CallerAccepts : CallInput::CalleeAccepts);
  } else if (word.action == CallAction::End) {
    if (call->state != CallState::Ended) call->reason = word.reason;
    tellings = drive(now, limits, *call, is_caller ? CallInput::CallerEnds : CallInput::CalleeEnds);
  }
  if (tellings.empty()) tellings.push_back({from, *call, call->state});
  return tellings;
}

Calls::Tellings Calls::request(Millis now, const Limits& limits, const UserId& from, const CallSubmitted& word,
                               bool reachable) {
  const UserId& to = word.to;
  Call* own = live_of(from);
  if (own != nullptr && reachable && own->from == to && own->replaces.empty()) {
    own->replaces = word.id;
    replaced_.emplace(word.id, own->id);
    Tellings tellings = drive(now, limits, *own, CallInput::CalleeAccepts);
    if (tellings.empty()) tellings.push_back({from, *own, own->state});
    return tellings;
  }
  Call call{word.id, from, to, CallState::Ringing};
  if (!reachable) {
    call.state = CallState::Ended;
    call.outcome = CallOutcome::Unavailable;
  } else if (own != nullptr || live_of(to) != nullptr) {
    call.state = CallState::Ended;
    call.outcome = CallOutcome::Busy;
  }
  remember(now, limits, call);
  Tellings tellings{{from, call}};
  if (call.state == CallState::Ended) return tellings;
  live_[from] = live_[to] = call.id;
  const Millis asked = word.timeout_ms == 0 ? limits.call_ring_time : Millis{word.timeout_ms};
  deadlines_.set(call.id, now + std::clamp(asked, limits.call_ring_time_min, limits.call_ring_time_max));
  tellings.push_back({to, call});
  return tellings;
}

Calls::Tellings Calls::drive(Millis now, const Limits& limits, Call& call, CallInput input) {
  if (call.state == CallState::Ended) return {};
  const std::size_t row = call.state == CallState::Ringing ? 0 : 1;
  const CallEntry entry = kCallTable[row][static_cast<std::size_t>(input)];
  if (!entry.changes) return {};
  const CallState before = std::exchange(call.state, entry.state);
  call.outcome = entry.outcome;
  std::optional<Millis> deadline;
  if (call.state == CallState::Ended) {
    live_.erase(call.from);
    live_.erase(call.to);
    deadline = now + limits.call_remembered;
  }
  deadlines_.set(call.id, deadline);
  return {{call.from, call, before}, {call.to, call, before}};
}

Calls::Tellings Calls::leave(Millis now, const Limits& limits, const UserId& user) {
  Call* call = live_of(user);
  return call == nullptr ? Tellings{} : drive(now, limits, *call, CallInput::OneGone);
}

Calls::Tellings Calls::elapsed(Millis now, const Limits& limits) {
  Tellings all;
  for (const CallId& id : deadlines_.take_due(now)) {
    Call* call = find(id);
    if (call->state == CallState::Ended) {
      forget(id);
    } else {
      for (Telling& one : drive(now, limits, *call, CallInput::Elapsed)) all.push_back(std::move(one));
    }
  }
  return all;
}

std::optional<UserId> Calls::partner_of(const UserId& user) const {
  const auto at = live_.find(user);
  if (at == live_.end()) return std::nullopt;
  const Call& call = calls_.at(at->second);
  if (call.state != CallState::Connected) return std::nullopt;
  return call.from == user ? call.to : call.from;
}

bool Calls::rings(const UserId& from, const UserId& to) const {
  const auto at = live_.find(from);
  if (at == live_.end()) return false;
  const Call& call = calls_.at(at->second);
  return call.state == CallState::Ringing && call.from == from && call.to == to;
}

Call* Calls::find(const CallId& id) {
  const auto replaced = replaced_.find(id);
  const auto at = calls_.find(replaced == replaced_.end() ? id : replaced->second);
  return at == calls_.end() ? nullptr : &at->second;
}

Call* Calls::live_of(const UserId& user) {
  const auto at = live_.find(user);
  return at == live_.end() ? nullptr : find(at->second);
}

// One more of this caller's. The oldest that is over makes room: of those that can be live there is one.
void Calls::remember(Millis now, const Limits& limits, const Call& call) {
  auto& made = made_[call.from];
  if (made.size() >= limits.calls_remembered_max) {
    const auto oldest = std::find_if(made.begin(), made.end(),
                                     [this](const CallId& id) { return calls_.at(id).state == CallState::Ended; });
    if (oldest != made.end()) forget(CallId{*oldest});
  }
  made_[call.from].push_back(call.id);
  calls_.emplace(call.id, call);
  charges_.insert_or_assign(call.id, std::make_shared<const Charge>(payer_, room_, bytes_of(call, limits)));
  deadlines_.set(call.id, now + limits.call_remembered);
}

void Calls::forget(const CallId& id) {
  const auto at = calls_.find(id);
  if (at == calls_.end()) return;
  if (!at->second.replaces.empty()) replaced_.erase(at->second.replaces);
  const auto made = made_.find(at->second.from);
  made->second.erase(std::remove(made->second.begin(), made->second.end(), id), made->second.end());
  if (made->second.empty()) made_.erase(made);
  deadlines_.set(id, std::nullopt);
  charges_.erase(id);
  calls_.erase(at);
}

std::size_t Calls::forget_ended() {
  std::vector<CallId> ended;
  for (const auto& [id, call] : calls_) {
    if (call.state == CallState::Ended) ended.push_back(id);
  }
  for (const CallId& id : ended) forget(id);
  return ended.size();
}

}  // namespace meetwire::room
