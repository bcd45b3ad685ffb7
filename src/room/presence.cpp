// What members ask of the room about themselves: names, attributes, hands, reactions, the floor. And the answer to every
// request, whatever it is about.
#include <algorithm>
#include <utility>

#include "core/bounds.hpp"
#include "room/permissions.hpp"
#include "room/room.hpp"

namespace meetwire::room {

using namespace protocol;

void Room::on(Millis now, Member& from, RequestSubmitted&& wish, Decision& out) {
  if (const Refusal* settled = from.requests.find(wish.id)) {
    // A retry: the outcome again, and no second effect.
    return send(from, RequestSettled{wish.id, *settled}, out);
  }
  // One of so long ago that its answer is forgotten.
  if (wish.count != 0 && wish.count <= from.requests_counted) return send(from, RequestSettled{wish.id, std::nullopt}, out);
  from.requests_counted = std::max(from.requests_counted, wish.count);
  // Whoever ends the meeting is not here any more afterwards.
  const UserId user = from.row.user;
  Refusal refusal = !may_spend_                        ? Failure{ErrorCode::RateLimited}
                    : !is_listed()                     ? Failure{ErrorCode::NotJoined, "outside of rooms"}
                    : !may(from.row.role, wish.action) ? Failure{ErrorCode::NotAllowed, std::string(name_of(wish.action))}
                                                       : fulfil(now, from, wish, out);
  Member* asker = find(user);
  if (asker == nullptr) return;
  asker->requests.add(wish.id, refusal, policy_->limits.requests_remembered_max, payer_, tally_);
  send(*asker, RequestSettled{std::move(wish.id), std::move(refusal)}, out);
}

Room::Refusal Room::set_name(Member& from, const std::string& name, Decision& out) {
  if (auto failure = refusal_of_name(ErrorCode::InvalidName, name, policy_->limits.name_bytes_max)) return failure;
  if (from.row.name == name) return std::nullopt;
  if (from.name_granted) return Failure{ErrorCode::NotAllowed, "the name comes with the token"};
  from.row.name = name;
  change(from, out);
  return std::nullopt;
}

Room::Refusal Room::set_attributes(Member& from, const Attributes& values, Decision& out) {
  const Attributes before = from.row.attributes;
  if (auto failure = merge(from.row.attributes, values, policy_->limits, policy_->limits.attributes_bytes_max)) return failure;
  if (from.row.attributes != before) change(from, out);
  return std::nullopt;
}

Room::Refusal Room::set_metadata(const Attributes& values, Decision& out) {
  RoomState state = state_;
  if (auto failure = merge(state.metadata, values, policy_->limits, policy_->limits.metadata_bytes_max)) return failure;
  change_room(std::move(state), out);
  return std::nullopt;
}

Room::Refusal Room::react(Millis now, Member& from, const std::string& text, Decision& out) {
  const Limits& limits = policy_->limits;
  if (auto failure = refusal_of_reaction(text, limits)) return failure;
  if (!from.reactions) from.reactions.emplace(now, limits.reactions_per_second, limits.reactions_burst);
  if (!from.reactions->take(now)) return Failure{ErrorCode::RateLimited};
  broadcast(Reacted{from.row.user, text}, from.row.user, /*to_itself=*/true, out);
  return std::nullopt;
}

// A hand keeps its place in the row as long as it is up.
void Room::move_hand(Member& whose, bool up, Decision& out) {
  if ((whose.row.hand != 0) == up) return;
  whose.row.hand = up ? ++hands_ : 0;
  change(whose, out);
}

Room::Refusal Room::ask_for_floor(Member& from, Decision& out) {
  if (from.row.asks_for_floor) return std::nullopt;
  from.row.asks_for_floor = true;
  change(from, out);
  for (auto& [user, member] : members_) {
    if (member.row.role == Role::Host) relay(RelayKind::ApplyMic, from.row.user, member, out);
  }
  return std::nullopt;
}

Room::Refusal Room::answer_floor(const Member& host, Member& viewer, bool granted, Decision& out) {
  if (viewer.row.role != Role::Viewer) return Failure{ErrorCode::InvalidArgument, "no viewer"};
  grant(viewer, granted, out);
  relay(granted ? RelayKind::AcceptApplyMic : RelayKind::RefuseApplyMic, host.row.user, viewer, out);
  return std::nullopt;
}

void Room::grant(Member& viewer, bool granted, Decision& out) {
  const bool asked = std::exchange(viewer.row.asks_for_floor, false);
  if (granted) {
    change_role(viewer, Role::Guest, out);
  } else if (asked) {
    change(viewer, out);
  }
}

// Everybody sees the row as it is now, its owner too.
void Room::change(Member& member, Decision& out) {
  ++member.row.version;
  charge(member);
  broadcast(MemberChanged{member.row}, member.row.user, /*to_itself=*/true, out);
}

void Room::change_room(RoomState state, Decision& out) {
  if (state == state_) return;
  change_state(std::move(state));
  broadcast(RoomChanged{state_}, UserId{}, /*to_itself=*/true, out);
}

void Room::change_state(RoomState state) {
  state_ = std::move(state);
  std::size_t bytes = 0;
  for (const auto& [key, value] : state_.metadata) bytes += 96 + key.size() + value.size();
  state_charge_ = Charge(payer_, tally_, bytes);
}

// What is said of the floor, in the words of those who know no other.
void Room::relay(RelayKind kind, const UserId& from, Member& to, Decision& out) {
  if (knows_relays(to.row.dialect)) send(to, RelayFrom{kind, from, {}}, out);
}

}  // namespace meetwire::room
