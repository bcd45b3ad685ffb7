#include "room/lobby.hpp"

#include <algorithm>
#include <utility>

namespace meetwire::room {

const Waiter* Lobby::find(const UserId& user) const {
  const auto at = waiting_.find(user);
  return at == waiting_.end() ? nullptr : &at->second;
}

bool Lobby::is_same(const Admission& admission) const {
  const Waiter* waiter = find(admission.user);
  const std::string shown = admission.resume.value_or("");
  return waiter != nullptr && !shown.empty() && same_secret(shown, waiter->admission.resume.value_or(""));
}

LobbyValue Lobby::value() const {
  LobbyValue value;
  for (const auto& [user, one] : waiting_) {
    value.waiting.push_back({one.admission, one.connected, one.lost_at, one.order, one.answer, due_.find(user)});
  }
  for (const auto& [user, bar] : barred_) value.barred.push_back({user, bar.since});
  for (const auto& [user, over] : over_) value.over.push_back({user, over.keys, over_due_.find(user)});
  value.knocked = knocked_;
  value.bars = bars_;
  return value;
}

void Lobby::restore(const LobbyValue& value, const std::shared_ptr<Tally>& room) {
  for (const WaiterValue& one : value.waiting) {
    const Admission& who = one.who;
    Charge charge(nullptr, room, bytes_held_by(who.user, who.name, who.attributes));
    waiting_.insert_or_assign(who.user, Waiter{who, one.connected, one.lost_at, one.order, one.answer, std::move(charge)});
    due_.set(who.user, one.due);
  }
  for (const BarValue& one : value.barred) {
    barred_.insert_or_assign(one.user, Bar{one.since, Charge(nullptr, room, one.user.value.size() + kEntryBytes)});
  }
  for (const OverValue& one : value.over) {
    const std::size_t bytes = 2 * one.user.value.size() + one.keys.bytes() + 2 * kEntryBytes;
    over_.insert_or_assign(one.user, Over{one.keys, Charge(nullptr, room, bytes)});
    over_due_.set(one.user, one.due);
  }
  knocked_ = value.knocked;
  bars_ = value.bars;
}

std::optional<ConnectionId> Lobby::knock(const Admission& admission, const std::shared_ptr<Tally>& room) {
  Waiter& waiter = waiting_[admission.user];
  std::optional<ConnectionId> before;
  if (waiter.order == 0) {
    waiter.order = ++knocked_;
  } else if (waiter.connected && waiter.admission.connection != admission.connection) {
    before = waiter.admission.connection;
  }
  waiter.admission = admission;
  waiter.charge = Charge(admission.account, room, bytes_held_by(admission.user, admission.name, admission.attributes));
  waiter.connected = true;
  due_.set(admission.user, std::nullopt);
  return before;
}

// Whoever has been let in meanwhile keeps its turn.
const UserId* Lobby::yielding() const {
  const UserId* longest = nullptr;
  Millis since{};
  for (const auto& [user, waiter] : waiting_) {
    if (waiter.connected || waiter.answer == KnockAnswer::Admitted) continue;
    if (longest != nullptr && waiter.lost_at >= since) continue;
    longest = &user;
    since = waiter.lost_at;
  }
  return longest;
}

std::optional<UserId> Lobby::make_place() {
  const UserId* lost = waiting_.size() >= limits_.lobby_max ? yielding() : nullptr;
  if (lost == nullptr) return std::nullopt;
  const UserId copy = *lost;
  forget(copy);
  return copy;
}

bool Lobby::is_connected() const {
  return std::any_of(waiting_.begin(), waiting_.end(), [](const auto& one) { return one.second.connected; });
}

void Lobby::forget(const UserId& user) {
  waiting_.erase(user);
  due_.set(user, std::nullopt);
}

void Lobby::lose(Millis now, const UserId& user) {
  const auto at = waiting_.find(user);
  if (at == waiting_.end()) return;
  at->second.connected = false;
  at->second.lost_at = now;
  due_.set(user, now + limits_.resume_window);
}

void Lobby::answer(Millis now, const UserId& user, KnockAnswer answer) {
  const auto at = waiting_.find(user);
  if (at == waiting_.end()) return;
  at->second.answer = answer;
  // From now on it is he who is waited for.
  due_.set(user, now + limits_.resume_window);
}

std::vector<UserId> Lobby::waiting() const {
  std::vector<UserId> users;
  for (const auto& [user, waiter] : waiting_) {
    if (waiter.answer == KnockAnswer::None) users.push_back(user);
  }
  std::sort(users.begin(), users.end(),
            [this](const UserId& a, const UserId& b) { return waiting_.at(a).order < waiting_.at(b).order; });
  return users;
}

std::vector<UserId> Lobby::all() const {
  std::vector<UserId> users;
  for (const auto& [user, waiter] : waiting_) users.push_back(user);
  return users;
}

void Lobby::bar(const UserId& user, Charge charge) {
  if (barred_.size() >= limits_.removed_max && barred_.count(user) == 0) {
    barred_.erase(std::min_element(barred_.begin(), barred_.end(),
                                   [](const auto& a, const auto& b) { return a.second.since < b.second.since; }));
  }
  charge.set(user.value.size() + kEntryBytes);
  barred_.insert_or_assign(user, Bar{++bars_, std::move(charge)});
}

bool Lobby::unbar(const UserId& user) { return barred_.erase(user) > 0; }

void Lobby::close_place(Millis now, const UserId& user, PlaceKeys keys, Charge charge) {
  charge.set(2 * user.value.size() + keys.bytes() + 2 * kEntryBytes);
  over_.insert_or_assign(user, Over{std::move(keys), std::move(charge)});
  over_due_.set(user, now + limits_.resume_window);
}

bool Lobby::had_place(const Admission& admission) const {
  const auto at = over_.find(admission.user);
  return at != over_.end() && at->second.keys.open_for(admission.resume.value_or(""));
}

std::vector<UserId> Lobby::elapsed(Millis now) {
  for (const UserId& user : over_due_.take_due(now)) over_.erase(user);
  std::vector<UserId> gone = due_.take_due(now);
  for (const UserId& user : gone) waiting_.erase(user);
  return gone;
}

}  // namespace meetwire::room
