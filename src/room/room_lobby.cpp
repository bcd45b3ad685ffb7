// The room's door: who may enter at once, who waits, and what becomes of those who wait.
#include <utility>

#include "room/room.hpp"

namespace meetwire::room {

using namespace protocol;

Verdict Room::judge_newcomer(Millis now, const Admission& admission) const {
  const bool full = is_closed_to(admission.dialect, now);
  if (!is_listed()) return full ? Verdict::Full : Verdict::Enter;
  if (lobby_.is_barred(admission.user)) return Verdict::Removed;
  if (lobby_.had_place(admission)) return Verdict::MeetingEnded;
  // Whoever had a place here has been let in before.
  if (former_.role_of(admission)) return full ? Verdict::Full : Verdict::Enter;
  if (const Waiter* waiter = lobby_.find(admission.user)) {
    if (!lobby_.is_same(admission)) return Verdict::Taken;
    if (waiter->answer == KnockAnswer::Denied) return Verdict::Denied;
    if (waiter->answer == KnockAnswer::Admitted) return full ? Verdict::Full : Verdict::Enter;
    return Verdict::Knock;
  }
  // Whom the server's own rules make a host is let in, whatever others have closed; so is the first one.
  const bool is_host = role_of(admission) == Role::Host;
  const bool has_key = is_host && (policy_->roles_granted || members_.empty());
  if (state_.locked && !has_key) return Verdict::Locked;
  if (full) return Verdict::Full;
  if (is_host || !state_.lobby) return Verdict::Enter;
  return lobby_.is_full() ? Verdict::LobbyFull : Verdict::Knock;
}

Decision Room::knock(Millis, const Admission& admission) {
  Decision out;
  const bool is_new = lobby_.find(admission.user) == nullptr;
  if (is_new) {
    if (const auto lost = lobby_.make_place()) tell_hosts(KnockEnded{*lost}, out);
  }
  if (const auto before = lobby_.knock(admission, tally_)) {
    out.push_back(Delivery{*before, 0, Refused{Failure{ErrorCode::Replaced}}});
    out.push_back(Closing{*before});
  }
  out.push_back(Delivery{admission.connection, 0, Waiting{admission.renew_in_ms}});
  if (is_new) tell_hosts(Knocked{{admission.user, admission.name}}, out);
  if (is_new) log(LogLevel::Info, "knocks", admission.user, out);
  return out;
}

// Somebody else has knocked under this id, whose owner is back.
void Room::turn_away_other(const Admission& admission, Decision& out) {
  const Waiter* waiter = lobby_.find(admission.user);
  if (waiter == nullptr || waiter->admission.connection == admission.connection) return;
  if (waiter->connected) {
    const ErrorCode why = lobby_.is_same(admission) ? ErrorCode::Replaced : ErrorCode::IdTaken;
    out.push_back(Delivery{waiter->admission.connection, 0, Refused{Failure{why}}});
    out.push_back(Closing{waiter->admission.connection});
  }
  const bool answered = waiter->answer != KnockAnswer::None;
  lobby_.forget(admission.user);
  if (!answered) tell_hosts(KnockEnded{admission.user}, out);
}

// A removed one may come again.
Room::Refusal Room::admit_waiting(Millis now, const UserId& user, Decision& out) {
  const Waiter* waiter = lobby_.find(user);
  if (waiter == nullptr || waiter->answer != KnockAnswer::None) {
    if (waiter != nullptr || lobby_.unbar(user)) return std::nullopt;
    return Failure{ErrorCode::TargetUnknown};
  }
  const DialectName dialect = waiter->admission.dialect;
  make_place(now, dialect, out);
  if (is_full(dialect)) return Failure{ErrorCode::RoomFull};
  if (waiter->connected) {
    const Admission admission = waiter->admission;
    lobby_.forget(user);
    out.push_back(Seating{admission.connection});
    enter(admission, std::nullopt, out);
  } else {
    lobby_.answer(now, user, KnockAnswer::Admitted);
  }
  tell_hosts(KnockEnded{user}, out);
  return std::nullopt;
}

Room::Refusal Room::deny(Millis now, const UserId& user, Decision& out) {
  const Waiter* waiter = lobby_.find(user);
  if (waiter == nullptr) return Failure{ErrorCode::TargetUnknown};
  if (waiter->connected) {
    out.push_back(Delivery{waiter->admission.connection, 0, Refused{Failure{ErrorCode::Denied}}});
    out.push_back(Closing{waiter->admission.connection});
    lobby_.forget(user);
  } else {
    lobby_.answer(now, user, KnockAnswer::Denied);
  }
  tell_hosts(KnockEnded{user}, out);
  return std::nullopt;
}

// In the order of knocking. For whom there is no room waits on, as long as there is a lobby.
void Room::admit_all(Millis now, Decision& out) {
  for (const UserId& user : lobby_.waiting()) {
    if (!admit_waiting(now, user, out) || state_.lobby) continue;
    const Waiter& waiter = *lobby_.find(user);
    if (waiter.connected) {
      out.push_back(Delivery{waiter.admission.connection, 0, Refused{Failure{ErrorCode::RoomFull}}});
      out.push_back(Closing{waiter.admission.connection});
    }
    lobby_.forget(user);
    tell_hosts(KnockEnded{user}, out);
  }
}

// The last who could be host is gone: who has waited longest would be host if he came now, so he comes in.
void Room::open_for_next(Decision& out) {
  for (const UserId& user : lobby_.waiting()) {
    const Waiter& waiter = *lobby_.find(user);
    if (!waiter.connected || role_of(waiter.admission) != Role::Host) continue;
    const Admission admission = waiter.admission;
    lobby_.forget(user);
    out.push_back(Seating{admission.connection});
    return enter(admission, std::nullopt, out);
  }
}

bool Room::lose_waiting(Millis now, const UserId& user, const ConnectionId& connection, bool for_good, Decision& out) {
  const Waiter* waiter = lobby_.find(user);
  if (waiter == nullptr || !waiter->connected || waiter->admission.connection != connection) return false;
  if (!for_good && !waiter->admission.resume.value_or("").empty()) {
    lobby_.lose(now, user);
  } else {
    lobby_.forget(user);
    tell_hosts(KnockEnded{user}, out);
  }
  return true;
}

void Room::tell_hosts(const ServerMessage& message, Decision& out) {
  for (auto& [user, member] : members_) {
    if (member.row.role == Role::Host && knows_moderation(member.row.dialect)) send(member, message, out);
  }
}

void Room::tell_knocks(Member& host, Decision& out) {
  if (!knows_moderation(host.row.dialect)) return;
  for (const UserId& user : lobby_.waiting()) send(host, Knocked{{user, lobby_.find(user)->admission.name}}, out);
}

}  // namespace meetwire::room
