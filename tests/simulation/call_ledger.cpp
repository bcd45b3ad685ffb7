#include "simulation/call_ledger.hpp"

#include <algorithm>

namespace meetwire::simulation {
namespace {

constexpr const Limits& kLimits = kDefaultLimits;

std::string in_words(const Call& call) {
  return call.id.value + " of " + call.from.value + " to " + call.to.value + " (" + std::string(name_of(call.state)) + ", " +
         std::string(name_of(call.outcome)) + ")";
}

bool is_live(const Call& call) { return call.state != CallState::Ended; }
bool is_side(const Call& call, const UserId& user) { return call.from == user || call.to == user; }

}  // namespace

CallLedger::Complaint CallLedger::see_server(Millis now, const room::Switchboard* server) {
  std::set<CallId> there;
  Complaint complaint;
  const auto look = [&](const room::Room& room) {
    if (room.id() == ignored_) return;
    std::map<UserId, CallId> live;
    for (const auto& [id, call] : room.calls().all()) {
      there.insert(id);
      if (!complaint) complaint = see(now, room, call);
      if (!is_live(call)) continue;
      for (const UserId& user : {call.from, call.to}) {
        if (!live.emplace(user, id).second && !complaint) complaint = "S1: two live calls of " + user.value + ": " + live[user].value + " and " + id.value;
      }
    }
  };
  if (server != nullptr) server->each_room(look);
  for (auto& [id, record] : records_) {
    if (!record.at_server || there.count(id) > 0) continue;
    record.at_server.reset();
    record.forgotten = true;
  }
  return complaint;
}

CallLedger::Complaint CallLedger::see(Millis now, const room::Room& room, const Call& call) {
  Record& record = records_[call.id];
  const std::optional<Call> before = std::exchange(record.at_server, call);
  record.decided.emplace(call.state, call.outcome);
  // What it was in between, within one event.
  const bool rang = call.outcome != CallOutcome::Busy && call.outcome != CallOutcome::Unavailable;
  if (rang) record.decided.emplace(CallState::Ringing, CallOutcome::Pending);
  if (call.outcome == CallOutcome::HungUp || call.outcome == CallOutcome::Gone) record.decided.emplace(CallState::Connected, CallOutcome::Accepted);
  if (!before) {
    record.was_at_server = true;
    record.rang_at = now;
    return see_new(room, call);
  }
  if (call.state < before->state) return "S1: the server sets a call back: " + in_words(call) + ", was " + in_words(*before);
  if (!is_live(*before) && call.outcome != before->outcome) return "G5: the server changes its mind: " + in_words(call) + ", was " + in_words(*before);
  const Millis asked = record.timeout_ms == 0 ? kLimits.call_ring_time : Millis{record.timeout_ms};
  const Millis rings = std::clamp(asked, kLimits.call_ring_time_min, kLimits.call_ring_time_max);
  if (is_live(*before) && call.from != intruder_ && call.outcome == CallOutcome::TimedOut && now < record.rang_at + rings) return "G5: rings too short: " + in_words(call);
  return std::nullopt;
}

// What is decided as it comes in has to be true.
CallLedger::Complaint CallLedger::see_new(const room::Room& room, const Call& call) const {
  if (call.state == CallState::Connected) return "S1: nobody has taken it: " + in_words(call);
  if (call.outcome == CallOutcome::Unavailable && room.has(call.to)) return "G4: unavailable, and is there: " + in_words(call);
  if (call.outcome != CallOutcome::Unavailable && call.state == CallState::Ringing && !room.has(call.to)) return "G4: rings at nobody's: " + in_words(call);
  if (call.outcome != CallOutcome::Busy) return std::nullopt;
  const auto& all = room.calls().all();
  const auto crosses = std::find_if(all.begin(), all.end(), [&](const auto& each) {
    return each.second.state == CallState::Ringing && each.second.from == call.to && each.second.to == call.from;
  });
  if (crosses != all.end()) return "G8: the two call each other, and are busy: " + in_words(call) + " and " + in_words(crosses->second);
  const bool is_busy = std::any_of(all.begin(), all.end(), [&](const auto& each) {
    return is_live(each.second) && (is_side(each.second, call.from) || is_side(each.second, call.to));
  });
  return is_busy ? std::nullopt : Complaint("G5: nobody of the two is busy: " + in_words(call));
}

CallLedger::Complaint CallLedger::see_told(const UserId& who, const Call& call, const std::map<CallId, Call>& shown, bool is_leaving) {
  if (call.state == CallState::Calling) return std::nullopt;  // its own word, so far
  Record& record = records_[call.id];
  Side& side = call.from == who ? record.of_caller : record.of_callee;
  const Side& other = call.from == who ? record.of_callee : record.of_caller;
  if (call.state == CallState::Ended) side = {call.outcome, is_leaving};
  if (is_leaving) return std::nullopt;
  // Of what the server does not know it can only say so.
  const bool unknown = !record.was_at_server || record.forgotten;
  const bool says_so = call.outcome == CallOutcome::Gone || call.outcome == CallOutcome::Cancelled || call.outcome == CallOutcome::Unavailable;
  if (record.decided.count({call.state, call.outcome}) == 0 && !(unknown && says_so)) return "G5: the server never said so: " + in_words(call);
  // One that the server has forgotten stands until the server is heard to say so.
  const auto stands = std::find_if(shown.begin(), shown.end(), [&](const auto& each) {
    return each.second.state == CallState::Connected && each.first != call.id && !records_[each.first].forgotten;
  });
  if (call.state == CallState::Connected && stands != shown.end()) return "S1: two calls stand at once: " + in_words(call) + " and " + in_words(stands->second);
  if (call.state == CallState::Ended && other.outcome && !other.by_leaving && !record.forgotten && other.outcome != call.outcome) {
    return "G5: the other side was told " + std::string(name_of(*other.outcome)) + ": " + in_words(call);
  }
  return std::nullopt;
}

bool CallLedger::are_talking(const UserId& a, const UserId& b) const {
  return std::any_of(records_.begin(), records_.end(), [&](const auto& each) {
    const auto& call = each.second.at_server;
    return call && call->state == CallState::Connected && is_side(*call, a) && is_side(*call, b);
  });
}

CallLedger::Complaint CallLedger::check_settled(const UserId& who, const std::map<CallId, Call>& shown) const {
  for (const auto& [id, call] : shown) {
    if (call.state != CallState::Ended && call.state != CallState::Connected) return "L3: left in between at " + who.value + ": " + in_words(call);
    const auto record = records_.find(id);
    const bool known = record != records_.end() && record->second.at_server.has_value();
    if (call.state == CallState::Connected && !known) return "L3: " + who.value + " is in a call that the server does not know: " + in_words(call);
    if (!known) continue;
    const Call& truth = *record->second.at_server;
    const Side& side = call.from == who ? record->second.of_caller : record->second.of_callee;
    if (truth.state != call.state || (truth.outcome != call.outcome && !side.by_leaving && !record->second.forgotten)) {
      return "L3: to " + who.value + " it is " + in_words(call) + ", to the server " + in_words(truth);
    }
  }
  for (const auto& [id, record] : records_) {
    if (!record.at_server || !is_live(*record.at_server) || !is_side(*record.at_server, who)) continue;
    const auto at = shown.find(id);
    if (at == shown.end()) return "L3: " + who.value + " knows nothing of " + in_words(*record.at_server);
    if (at->second.state != record.at_server->state) return "L3: to " + who.value + " it is " + in_words(at->second) + ", to the server " + in_words(*record.at_server);
  }
  return std::nullopt;
}

CallLedger::Complaint CallLedger::check_nobody_else(const std::set<UserId>& people) const {
  for (const auto& [id, record] : records_) {
    if (!record.at_server || !is_live(*record.at_server)) continue;
    if (people.count(record.at_server->from) == 0 || people.count(record.at_server->to) == 0) return "L3: with somebody who is not there any more: " + in_words(*record.at_server);
  }
  return std::nullopt;
}

}  // namespace meetwire::simulation
