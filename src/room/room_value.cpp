// The room's written form, made and read.
#include <utility>

#include "room/room.hpp"
#include "room/value.hpp"

namespace meetwire::room {

using namespace protocol;

RoomValue Room::value() const {
  LetterTable letters;
  RoomValue value;
  value.position = position_;
  value.state = state_;
  for (const auto& [user, member] : members_) value.places.push_back(value_of(member, letters));
  for (const Letter& letter : history_.letters()) value.history.push_back(letters.add(letter));
  value.letters = letters.take();
  value.calls = calls_.value();
  value.lobby = lobby_.value();
  value.former = former_.value();
  value.hands = hands_;
  value.joined = joined_;
  for (auto& [one, other] : ways_.all()) value.ways.push_back({std::move(one), std::move(other)});
  return value;
}

PlaceValue Room::value_of(const Member& member, LetterTable& letters) const {
  const UserId& user = member.row.user;
  PlaceValue value;
  value.row = member.row;
  value.keys = member.keys;
  value.heard = member.heard;
  value.name_granted = member.name_granted;
  value.publisher = member.publisher;
  value.order = member.order;
  value.connection = member.connection;
  value.outbox = member.outbox.value(letters);
  value.chats_counted = member.chats_counted;
  value.requests_counted = member.requests_counted;
  member.chats.each([&](const std::string& id, const ChatAnswer& answer) { value.chats.push_back({id, answer.at, answer.error}); });
  member.requests.each([&](const std::string& id, const std::optional<Failure>& error) { value.requests.push_back({id, error}); });
  if (member.reactions) value.reactions = member.reactions->value();
  value.typing = member.typing;
  value.typing_told_at = member.typing_told_at;
  value.rung = member.rung;
  value.hung_up = member.hung_up;
  value.due = due_.find(user);
  const auto away = away_.find(user);
  value.away_since = away ? away : away_unheard_.find(user);
  return value;
}

std::optional<Room> Room::restored(RoomId id, std::shared_ptr<const RoomPolicy> policy, RoomValue value) {
  if (value.version > kFoldVersion) return std::nullopt;
  std::optional<Room> made(std::in_place, std::move(id), std::move(policy));
  Room& room = *made;
  const Limits& limits = room.policy_->limits;
  room.position_ = value.position;
  room.change_state(std::move(value.state));
  const std::vector<Letter> letters = letters_of(std::move(value.letters), room.tally_);
  for (PlaceValue& place : value.places) {
    if (!room.restore_place(std::move(place), letters)) return std::nullopt;
  }
  for (const std::uint32_t at : value.history) {
    if (at >= letters.size() || !std::holds_alternative<ChatDelivered>(*letters[at])) return std::nullopt;
    room.history_.add(letters[at], limits);
  }
  room.calls_.pay_by(nullptr, room.tally_);
  room.calls_.restore(limits, value.calls);
  room.lobby_.restore(value.lobby, room.tally_);
  room.former_.restore(value.former, room.tally_);
  room.hands_ = value.hands;
  room.joined_ = value.joined;
  for (const WayValue& way : value.ways) room.ways_.open(way.one, way.other, limits.online_max, nullptr, room.tally_);
  return made;
}

bool Room::restore_place(PlaceValue value, const std::vector<Letter>& letters) {
  const UserId user = value.row.user;
  const Limits& limits = policy_->limits;
  Member member{.keys = std::move(value.keys),
                .heard = value.heard,
                .name_granted = value.name_granted,
                .publisher = std::move(value.publisher),
                .order = value.order,
                .connection = std::move(value.connection),
                .outbox = Outbox(false, limits)};
  member.row = std::move(value.row);
  member.outbox = Outbox(!member.keys.secret.empty(), limits);
  if (!member.outbox.restore(value.outbox, letters)) return false;
  member.chats_counted = value.chats_counted;
  member.requests_counted = value.requests_counted;
  for (ChatSettled& one : value.chats) {
    member.chats.add(one.id, ChatAnswer{one.at, std::move(one.error)}, limits.chat_ids_remembered_max, nullptr, tally_);
  }
  for (RequestSettled& one : value.requests) {
    member.requests.add(one.id, std::move(one.error), limits.requests_remembered_max, nullptr, tally_);
  }
  if (value.reactions) {
    member.reactions.emplace(value.reactions->filled_at, limits.reactions_per_second, limits.reactions_burst);
    member.reactions->restore(*value.reactions);
  }
  member.typing = value.typing;
  member.typing_told_at = value.typing_told_at;
  member.rung = value.rung;
  member.hung_up = value.hung_up;
  member.charge = Charge(nullptr, tally_, 0);
  charge(member);
  due_.set(user, value.due);
  (member.heard ? away_ : away_unheard_).set(user, member.connection ? std::nullopt : value.away_since);
  if (member.connection) repeats_.set(user, member.outbox.repeat_at());
  return members_.emplace(user, std::move(member)).second;
}

}  // namespace meetwire::room
