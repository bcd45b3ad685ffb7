// What hosts ask of the room about the others: roles, mutes, removal, lock, the end. The table of permissions has been
// asked before.
#include <utility>

#include "room/room.hpp"

namespace meetwire::room {

using namespace protocol;

Room::Refusal Room::fulfil(Millis now, Member& from, const RequestSubmitted& wish, Decision& out) {
  Member* whom = find(wish.user);
  const auto about = [&](auto&& act) -> Refusal { return whom == nullptr ? Refusal(Failure{ErrorCode::TargetUnknown}) : act(*whom); };
  const auto set_room = [&](bool RoomState::* what, bool value) {
    RoomState state = state_;
    state.*what = value;
    change_room(std::move(state), out);
  };
  switch (wish.action) {
    case RoomAction::SetName: return set_name(from, wish.name, out);
    case RoomAction::SetAttributes: return set_attributes(from, wish.values, out);
    case RoomAction::RaiseHand: move_hand(from, true, out); break;
    case RoomAction::LowerHand: move_hand(from, false, out); break;
    case RoomAction::React: return react(now, from, wish.text, out);
    case RoomAction::AskForFloor: return ask_for_floor(from, out);
    case RoomAction::LowerHandOf: return about([&](Member& one) { move_hand(one, false, out); return Refusal{}; });
    case RoomAction::SetMetadata: return set_metadata(wish.values, out);
    case RoomAction::MuteFor: return about([&](Member& one) { return mute(from, &one, wish.source, out); });
    case RoomAction::MuteForAll: return mute(from, nullptr, wish.source, out);
    case RoomAction::Lock: set_room(&RoomState::locked, true); break;
    case RoomAction::Unlock: set_room(&RoomState::locked, false); break;
    case RoomAction::Remove: return remove(now, from, wish.user, out);
    case RoomAction::GiveRole: return about([&](Member& one) { return give_role(one, wish.role, out); });
    case RoomAction::GrantFloor: return about([&](Member& one) { return answer_floor(from, one, true, out); });
    case RoomAction::RefuseFloor: return about([&](Member& one) { return answer_floor(from, one, false, out); });
    case RoomAction::End:
      // Whoever ends it is not here any more afterwards, and is told before that it was done.
      send(from, RequestSettled{wish.id, std::nullopt}, out);
      end(now, out);
      break;
    case RoomAction::Admit: return admit_waiting(now, wish.user, out);
    case RoomAction::Deny: return deny(now, wish.user, out);
    case RoomAction::AdmitAll: admit_all(now, out); break;
    case RoomAction::OpenLobby: set_room(&RoomState::lobby, true); break;
    case RoomAction::CloseLobby:
      set_room(&RoomState::lobby, false);
      admit_all(now, out);
      break;
  }
  return std::nullopt;
}

// Somebody has to be host: whoever wants to be it no more gives the role on first.
Room::Refusal Room::give_role(Member& to, Role role, Decision& out) {
  if (to.row.role == role) return std::nullopt;
  if (to.row.role == Role::Host) {
    std::size_t hosts = 0;
    for (const auto& [user, member] : members_) hosts += member.row.role == Role::Host ? 1 : 0;
    if (hosts == 1) return Failure{ErrorCode::InvalidArgument, "the room's only host"};
  }
  const bool floor = to.row.role == Role::Viewer;
  change_role(to, role, out);
  if (floor) relay(RelayKind::AcceptApplyMic, to.row.user, to, out);
  return std::nullopt;
}

void Room::change_role(Member& of, Role role, Decision& out) {
  if ((of.row.role == Role::Viewer) != (role == Role::Viewer)) ++of.row.crossings;
  of.row.role = role;
  of.row.asks_for_floor = false;
  if (role == Role::Viewer) of.row.media = MediaState{};
  change(of, out);
  if (role == Role::Host) tell_knocks(of, out);
}

// The one asked mutes, or rather its client does; all others see that by its media.
Room::Refusal Room::mute(const Member& host, Member* only, Source source, Decision& out) {
  const MuteAsked asked{host.row.user, source};
  if (only != nullptr) {
    if (!knows_moderation(only->row.dialect)) return Failure{ErrorCode::InvalidArgument, "this client cannot be asked to mute"};
    send(*only, asked, out);
    return std::nullopt;
  }
  const Letter letter = letter_to_many(asked);
  for (auto& [user, member] : members_) {
    if (&member != &host && knows_moderation(member.row.dialect)) post(member, letter, out);
  }
  return std::nullopt;
}

Room::Refusal Room::remove(Millis now, const Member& host, const UserId& user, Decision& out) {
  const auto at = members_.find(user);
  if (at == members_.end()) return Failure{ErrorCode::TargetUnknown};
  if (&at->second == &host) return Failure{ErrorCode::InvalidArgument, "oneself: leave instead"};
  lobby_.bar(user, Charge(payer_, tally_, 0));
  if (at->second.connection) {
    out.push_back(Delivery{*at->second.connection, 0, Ended{Failure{ErrorCode::Removed}}});
    out.push_back(Closing{*at->second.connection});
  }
  depart(now, at, LeaveReason::Removed, out);
  return std::nullopt;
}

// What comes after it under the same name is another meeting.
void Room::end(Millis now, Decision& out) {
  const Failure ended{ErrorCode::MeetingEnded};
  for (auto& [user, member] : members_) {
    if (member.connection) {
      out.push_back(Delivery{*member.connection, 0, Ended{ended}});
      out.push_back(Closing{*member.connection});
    }
    if (!member.keys.secret.empty()) lobby_.close_place(now, user, std::move(member.keys), std::move(member.charge));
  }
  former_.each([&](const UserId& user, PlaceKeys& keys, Charge& charge) { lobby_.close_place(now, user, std::move(keys), std::move(charge)); });
  former_ = {};
  for (const UserId& user : lobby_.all()) {
    const Waiter& waiter = *lobby_.find(user);
    if (waiter.connected) {
      out.push_back(Delivery{waiter.admission.connection, 0, Refused{ended}});
      out.push_back(Closing{waiter.admission.connection});
    }
    lobby_.forget(user);
  }
  lobby_.unbar_all();
  members_.clear();
  due_ = repeats_ = away_ = away_unheard_ = {};
  calls_ = {};
  history_ = {};
  overfull_.clear();
  state_ = RoomState{.locked = false, .lobby = policy_->lobby, .metadata = {}};
  state_charge_ = Charge();
  out.push_back(command::Log{LogLevel::Info, "meeting ended", std::nullopt, id_, std::nullopt, std::nullopt});
}

}  // namespace meetwire::room
