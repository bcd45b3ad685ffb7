// Places and what is kept for them, where there is not enough for all: who gives way to whom.
//
// Whoever is here comes before those who are away, and those who have shown that they are somebody before those who have
// not: a flood of clients that are gone at once must not keep others out, and a member with a bad network should find its
// place again.
#include <algorithm>
#include <utility>
#include <variant>

#include "room/room.hpp"

namespace meetwire::room {

using namespace protocol;

// Whoever can have one connection only makes the room as small for all others.
std::size_t Room::places(DialectName newcomer) const {
  const Limits& limits = policy_->limits;
  if (!is_listed()) return limits.online_max;
  std::size_t places = limits.participants_max;
  const auto narrow = [&](DialectName dialect) {
    if (knows_one_other(dialect)) places = std::min<std::size_t>(places, 2);
    if (dialect == DialectName::Plain) places = std::min(places, limits.plain_participants_max);
  };
  narrow(newcomer);
  for (const auto& [user, member] : members_) narrow(member.row.dialect);
  return places;
}

bool Room::is_full(DialectName newcomer) const { return members_.size() >= places(newcomer); }

// One place is given up for a newcomer, not more.
bool Room::is_closed_to(DialectName newcomer, Millis now) const {
  return is_full(newcomer) && (yielding(now) == nullptr || members_.size() > places(newcomer));
}

const UserId* Room::yielding(Millis now) const {
  if (const UserId* unheard = away_unheard_.first()) return unheard;
  const std::optional<Millis> since = away_.next();
  return since && *since + policy_->limits.resume_protected <= now ? away_.first() : nullptr;
}

void Room::make_place(Millis now, DialectName newcomer, Decision& out) {
  const UserId* away = is_full(newcomer) ? yielding(now) : nullptr;
  if (away != nullptr) depart(now, members_.find(UserId{*away}), LeaveReason::Lost, out);
}

bool Room::is_deserted() const {
  return away_.size() + away_unheard_.size() == members_.size() && !lobby_.is_connected();
}

Millis Room::protected_until(Millis now) const {
  const bool proven = away_.size() > 0 || !lobby_.is_idle();
  return proven ? now + policy_->limits.resume_protected : now;
}

void Room::give_up() {
  members_.clear();
  due_ = repeats_ = away_ = away_unheard_ = {};
  calls_ = {};
  lobby_ = Lobby(policy_->limits);
  former_ = {};
  history_ = {};
  overfull_.clear();
}

void Room::give_up_outbox(Member& member) {
  member.outbox.clear();
  if (!member.connection) overfull_.push_back(member.row.user);
}

void Room::give_up_answers(Member& member) {
  member.chats.clear();
  member.requests.clear();
}

std::optional<entry::Relieved> Room::relieve(Millis now, std::size_t bytes, Decision& out) {
  entry::Relieved given;
  std::vector<std::pair<std::size_t, UserId>> order;
  for (const auto& [user, member] : members_) {
    if (member.outbox.kept() > 0) order.emplace_back(member.outbox.kept_bytes(), user);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return b < a; });
  for (const auto& [kept, user] : order) {
    if (held() <= bytes) break;
    give_up_outbox(*find(user));
    given.outboxes.push_back(user);
  }
  if (held() > bytes && !history_.empty()) {
    history_ = {};
    given.history = true;
  }
  // A client that numbers what it says gets no second effect by it.
  order.clear();
  for (const auto& [user, member] : members_) order.emplace_back(member.chats.bytes() + member.requests.bytes(), user);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return b < a; });
  for (const auto& [kept, user] : order) {
    if (held() <= bytes || kept == 0) break;
    give_up_answers(*find(user));
    given.answers.push_back(user);
  }
  if (held() > bytes) given.calls = calls_.forget_ended() > 0;
  if (given.outboxes.empty() && !given.history && given.answers.empty() && !given.calls) return std::nullopt;
  ++position_;
  out.push_back(command::Log{LogLevel::Warning, "too much is held; what is kept for later is given up", std::nullopt, id_, std::nullopt, std::nullopt});
  give_up_overfull(now, out);
  return given;
}

// Whoever has made the server send too much is told so. Chat and requests have answers of their own, which are given where
// it is known whether they have been settled before; what passes by itself needs none.
bool Room::refuse(Member& from, const ClientMessage& message, Decision& out) {
  if (std::holds_alternative<ChatSubmitted>(message) || std::holds_alternative<RequestSubmitted>(message)) return false;
  if (std::holds_alternative<Leave>(message) || std::holds_alternative<Received>(message)) return false;
  if (!std::holds_alternative<Typing>(message)) send(from, Problem{Failure{ErrorCode::RateLimited}}, out);
  return true;
}

}  // namespace meetwire::room
