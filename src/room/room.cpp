// The room's roster: who comes, stays, goes. What they say is in room_routing.cpp.
#include "room/room.hpp"

#include <algorithm>
#include <utility>

namespace meetwire::room {

using namespace protocol;

Verdict Room::judge(Millis now, const Admission& admission) const {
  const auto sitting = members_.find(admission.user);
  if (sitting == members_.end()) return judge_newcomer(now, admission);
  const PlaceKeys& keys = sitting->second.keys;
  if (keys.secret.empty()) return Verdict::AskHolder;
  return keys.open_for(admission.resume.value_or("")) ? Verdict::Resume : Verdict::Taken;
}

Decision Room::admit(Millis now, const Admission& admission) {
  Decision out;
  const auto sitting = members_.find(admission.user);
  // Who has only what the place was entered with has never heard of it: the number, if any, is of another place.
  const bool resumed = sitting != members_.end() && sitting->second.keys.is_known_to(admission.resume.value_or(""));
  const std::uint64_t received = resumed ? admission.received : 0;
  if (sitting == members_.end()) {
    turn_away_other(admission, out);
    make_place(now, admission.dialect, out);
    if (admission.device) put_out_plain(now, out);
    enter(admission, std::nullopt, out);
  } else if (!resumed && sitting->second.heard) {
    // The holder knows the secret, so this one is another: the same page once more, or after its reload. It knows nothing
    // of the links there are.
    start_anew(now, sitting, admission, LeaveReason::Replaced, out);
  } else if (sitting->second.outbox.covers(received)) {
    take_over(sitting->second, admission, received, resumed, out);
  } else {
    // What it missed is gone.
    start_anew(now, sitting, admission, LeaveReason::Lost, out);
  }
  give_up_overfull(now, out);
  return out;
}

void Room::start_anew(Millis now, Members::iterator who, const Admission& admission, LeaveReason reason, Decision& out) {
  if (who->second.connection) {
    out.push_back(Delivery{*who->second.connection, 0, Ended{Failure{ErrorCode::Replaced}}});
    out.push_back(Closing{*who->second.connection});
  }
  const Role role = vacate(now, who, reason, out);
  enter(admission, role, out);
}

// Whoever was in a room of this name that nobody knows of any more (its server was killed) is what it was: so those who
// still have a connection with it keep it. It proves nothing, and gives nothing but that.
bool Room::is_forgotten(const Admission& admission) const {
  if (admission.before.empty() || !is_listed() || former_.has(admission.user)) return false;
  return std::none_of(members_.begin(), members_.end(), [&](const auto& one) { return one.second.row.session == admission.before; });
}

void Room::enter(const Admission& admission, std::optional<Role> kept, Decision& out) {
  const Role role = kept && !policy_->roles_granted ? *kept : role_of(admission);
  const bool again = !kept && is_forgotten(admission);
  lobby_.forget(admission.user);
  former_.forget(admission.user);
  const bool keeps = !admission.secret.empty();
  Member member{.keys = {admission.secret, "", admission.resume.value_or("")},
                .name_granted = admission.name_granted,
                .publisher = admission.publisher,
                .order = ++joined_,
                .connection = admission.connection,
                .outbox = Outbox(keeps, policy_->limits)};
  member.row.user = admission.user;
  member.row.session = again ? admission.before : admission.session;
  member.row.name = admission.name;
  member.row.dialect = admission.dialect;
  member.row.attributes = admission.attributes;
  member.row.connect = admission.connect;
  member.row.version = 1;
  member.row.role = role;
  if (member.row.role != Role::Viewer) member.row.media = admission.media;

  wake_all();
  broadcast(MemberJoined{member.row}, admission.user, /*to_itself=*/false, out);
  member.charge = Charge(admission.account, tally_, 0);
  charge(member);
  Member& seated = members_.emplace(admission.user, std::move(member)).first->second;
  // A classic client in no room expects nobody to greet it.
  if (is_listed() || !knows_relays(admission.dialect)) send(seated, welcome(seated, /*resumed=*/false, admission), out);
  log(LogLevel::Info, "joined", admission.user, out);
}

void Room::take_over(Member& member, const Admission& admission, std::uint64_t received, bool resumed, Decision& out) {
  if (member.connection && *member.connection != admission.connection) {
    out.push_back(Delivery{*member.connection, 0, Ended{Failure{ErrorCode::Replaced}}});
    out.push_back(Closing{*member.connection});
  }
  member.connection = admission.connection;
  // Whoever shows the secret has heard the welcome.
  member.heard = member.heard || resumed;
  due_.set(member.row.user, std::nullopt);
  away_.set(member.row.user, std::nullopt);
  away_unheard_.set(member.row.user, std::nullopt);
  member.outbox.acknowledge(received);
  member.keys.renew(admission.resume.value_or(""), admission.secret);

  Participant row = member.row;
  row.away = false;
  if (row.role != Role::Viewer) row.media = admission.media;
  row.connect = admission.connect;
  if (row != member.row) {
    ++row.version;
    member.row = std::move(row);
    broadcast(MemberChanged{member.row}, member.row.user, /*to_itself=*/false, out);
  }
  // The welcome first, as it says what the rest belongs to.
  send(member, welcome(member, resumed, admission), out);
  for (Numbered& missed : member.outbox.after(received)) {
    out.push_back(Delivery{admission.connection, missed.number, std::move(missed.message)});
  }
  spoken_to_.push_back(member.row.user);
  log(LogLevel::Info, resumed ? "resumed" : "joined again", admission.user, out);
}

ServerMessage Room::welcome(const Member& self, bool resumed, const Admission& admission) const {
  Welcome welcome;
  welcome.version = admission.version;
  welcome.resumed = resumed;
  welcome.self = self.row;
  welcome.as_of = self.outbox.last();
  for (const auto& [user, member] : members_) {
    if (sees(self.row.user, user) && !member.hung_up) welcome.members.push_back(member.row);
  }
  welcome.ice_servers = admission.ice_servers.value_or(policy_->ice_servers);
  welcome.renew_in_ms = admission.renew_in_ms;
  welcome.secret = self.keys.newest();
  if (!resumed) welcome.history = history_.messages();
  const Limits& limits = policy_->limits;
  welcome.limits.message_bytes_max = static_cast<std::uint32_t>(limits.message_bytes_max);
  welcome.limits.chat_bytes_max = static_cast<std::uint32_t>(limits.chat_bytes_max);
  welcome.limits.participants_max = static_cast<std::uint32_t>(limits.participants_max);
  welcome.limits.resume_window_ms = static_cast<std::uint32_t>(limits.resume_window.value);
  welcome.room = state_;
  if (self.row.role == Role::Host && knows_moderation(self.row.dialect)) {
    for (const UserId& user : lobby_.waiting()) welcome.knocks.push_back({user, lobby_.find(user)->admission.name});
  }
  return welcome;
}

Decision Room::lose(Millis now, const UserId& user, const ConnectionId& connection, LeaveReason reason) {
  Decision out;
  Member* member = find_seated(user, connection);
  if (member == nullptr) {
    lose_waiting(now, user, connection, /*for_good=*/false, out);
    return out;
  }
  if (member->keys.secret.empty()) {
    depart(now, members_.find(user), reason, out);
  } else {
    member->connection.reset();
    member->outbox.pause();
    repeats_.set(user, std::nullopt);
    due_.set(user, now + policy_->limits.resume_window);
    (member->heard ? away_ : away_unheard_).set(user, now);
    member->row.away = true;
    ++member->row.version;
    broadcast(MemberChanged{member->row}, user, /*to_itself=*/false, out);
    log(LogLevel::Info, "away", user, out);
  }
  give_up_overfull(now, out);
  return out;
}

Decision Room::leave(Millis now, const UserId& user, const ConnectionId& connection, LeaveReason reason) {
  Decision out;
  if (find_seated(user, connection) != nullptr) depart(now, members_.find(user), reason, out);
  lose_waiting(now, user, connection, /*for_good=*/true, out);
  give_up_overfull(now, out);
  return out;
}

void Room::depart(Millis now, Members::iterator who, LeaveReason reason, Decision& out) {
  const Role role = vacate(now, who, reason, out);
  // Those who wait outside are no part of what was said inside.
  if (members_.empty()) history_ = {};
  if (role == Role::Host) pass_host_on(out);
}

// What is said and who is host go on. Gives the role that it had.
Role Room::vacate(Millis now, Members::iterator who, LeaveReason reason, Decision& out) {
  const Participant row = std::move(who->second.row);
  if (reason == LeaveReason::Lost && is_listed() && !who->second.keys.secret.empty()) {
    former_.keep(row.user, std::move(who->second.keys), row.role, std::move(who->second.charge), policy_->limits.former_places_max);
  }
  const bool seen = !who->second.hung_up;
  members_.erase(who);
  due_.set(row.user, std::nullopt);
  repeats_.set(row.user, std::nullopt);
  away_.set(row.user, std::nullopt);
  away_unheard_.set(row.user, std::nullopt);
  if (seen) broadcast(MemberLeft{row.user, row.session, reason}, row.user, /*to_itself=*/false, out);
  tell(calls_.leave(now, policy_->limits, row.user), out);
  ways_.leave(row.user);
  command::Log line{LogLevel::Info, "left", std::nullopt, id_, row.user, std::string(name_of(reason))};
  out.push_back(std::move(line));
  return row.role;
}

// Where the host says who is one, nobody becomes it by staying. Viewers came to see and hear only.
void Room::pass_host_on(Decision& out) {
  if (policy_->roles_granted || !is_listed() || has_host()) return;
  Member* longest = nullptr;
  for (auto& [user, member] : members_) {
    if (member.row.role != Role::Viewer && (longest == nullptr || member.order < longest->order)) longest = &member;
  }
  if (longest == nullptr) return open_for_next(out);
  change_role(*longest, Role::Host, out);
}

bool Room::has_host() const {
  return std::any_of(members_.begin(), members_.end(), [](const auto& one) { return one.second.row.role == Role::Host; });
}

// In the words of the later classic edition: where there is a publisher, all others of its clients are viewers. Its
// meetings have none, though their clients have to say something too.
Role Room::role_of(const Admission& admission) const {
  const bool publishes = !admission.publisher || *admission.publisher == kPublisher;
  const bool broadcast = !publishes && std::any_of(members_.begin(), members_.end(), [](const auto& one) {
    return one.second.publisher == kPublisher;
  });
  const std::optional<Role> had = policy_->roles_granted ? std::nullopt : former_.role_of(admission);
  if (had == Role::Viewer) return Role::Viewer;
  if ((admission.viewer && !had) || broadcast) return Role::Viewer;
  if (policy_->roles_granted) return admission.role;
  return is_listed() && !has_host() ? Role::Host : Role::Guest;
}

Decision Room::elapse(Millis now) {
  Decision out;
  // What does not fit into this step is still due after it.
  while (out.size() < policy_->limits.step_deliveries_max) {
    const std::optional<UserId> user = due_.take_one_due(now);
    if (!user) break;
    const auto at = members_.find(*user);
    if (at != members_.end() && !at->second.connection) depart(now, at, LeaveReason::Lost, out);
  }
  for (const UserId& user : lobby_.elapsed(now)) tell_hosts(KnockEnded{user}, out);
  tell(calls_.elapsed(now, policy_->limits), out);
  give_up_overfull(now, out);
  return out;
}

Decision Room::repeat(Millis now) {
  Decision out;
  while (out.size() < policy_->limits.step_deliveries_max) {
    const std::optional<UserId> user = repeats_.take_one_due(now);
    if (!user) break;
    Member* member = find(*user);
    if (member == nullptr || !member->connection) continue;
    for (Numbered& again : member->outbox.due(now)) {
      out.push_back(Delivery{*member->connection, again.number, std::move(again.message)});
    }
    spoken_to_.push_back(*user);
  }
  return out;
}

void Room::begin_waiting(Millis now) {
  for (const UserId& user : std::exchange(spoken_to_, {})) {
    Member* member = find(user);
    if (member == nullptr || !member->connection) continue;
    member->outbox.begin_waiting(now);
    repeats_.set(user, member->outbox.repeat_at());
  }
}

Decision Room::shut_down() {
  Decision out;
  for (const auto& [user, member] : members_) {
    if (!member.connection) continue;
    out.push_back(Delivery{*member.connection, 0, Ended{Failure{ErrorCode::ServerClosing}}});
    out.push_back(Closing{*member.connection});
  }
  members_.clear();
  due_ = repeats_ = away_ = away_unheard_ = {};
  calls_ = {};
  lobby_ = Lobby(policy_->limits);  // those who wait are told as all others who have no place
  ways_ = {};
  return out;
}

void Room::charge(Member& member) const {
  member.charge.set(bytes_held_by(member.row.user, member.row.name, member.row.attributes) + member.keys.bytes());
}

std::vector<Participant> Room::roster() const {
  std::vector<Participant> rows;
  for (const auto& [user, member] : members_) {
    if (!member.hung_up) rows.push_back(member.row);
  }
  return rows;
}

std::optional<ConnectionId> Room::connection_of(const UserId& user) const {
  const auto at = members_.find(user);
  return at == members_.end() ? std::nullopt : at->second.connection;
}

// ---- sending

void Room::send(Member& to, ServerMessage message, Decision& out) {
  post(to, Letter(std::move(message), payer_, tally_, /*for_many=*/false), out);
}

Letter Room::letter_to_many(ServerMessage message) const {
  return Letter(std::move(message), payer_, tally_, /*for_many=*/true);
}

void Room::post(Member& to, const Letter& letter, Decision& out) {
  const Outbox::Pushed pushed = to.outbox.push(letter);
  if (to.connection) {
    if (pushed.number != 0) spoken_to_.push_back(to.row.user);
    const bool signal = std::holds_alternative<SignalFrom>(*letter) && !to.keys.secret.empty();
    out.push_back(Delivery{*to.connection, pushed.number, letter, signal ? to.outbox.last() + 1 : 0});
  } else if (pushed.dropped) {
    overfull_.push_back(to.row.user);
  }
}

void Room::broadcast(ServerMessage message, const UserId& about, bool to_itself, Decision& out) {
  broadcast_letter(letter_to_many(std::move(message)), about, to_itself, out);
}

void Room::broadcast_letter(const Letter& letter, const UserId& about, bool to_itself, Decision& out) {
  if (!is_listed()) {
    const auto partner = calls_.partner_of(about);
    Member* only = partner ? find(*partner) : nullptr;
    if (only != nullptr) post(*only, letter, out);
    return;
  }
  for (auto& [user, member] : members_) {
    if (to_itself || user != about) post(member, letter, out);
  }
}

bool Room::sees(const UserId& user, const UserId& other) const {
  return user != other && (is_listed() || calls_.partner_of(user) == other);
}

bool Room::may_connect(const Member& one, const Member& other) const {
  const bool both = one.row.connect == Connect::Everyone && other.row.connect == Connect::Everyone;
  return both || calls_.partner_of(one.row.user) == other.row.user;
}

// Who is away and misses more than can be kept could only come back to a gap: its place is given up now. That makes
// messages of its own, which may fill another one.
void Room::give_up_overfull(Millis now, Decision& out) {
  while (!overfull_.empty()) {
    const UserId user = overfull_.back();
    overfull_.pop_back();
    const auto at = members_.find(user);
    if (at != members_.end() && !at->second.connection) depart(now, at, LeaveReason::Lost, out);
  }
}

Room::Member* Room::find(const UserId& user) {
  const auto at = members_.find(user);
  return at == members_.end() ? nullptr : &at->second;
}

Room::Member* Room::find_other(const UserId& user, const Member& from) {
  if (!sees(from.row.user, user) && !ways_.has(from.row.user, user)) return nullptr;
  Member* member = find(user);
  return member == nullptr || member->hung_up ? nullptr : member;
}

const Room::Member* Room::find_seated(const UserId& user, const ConnectionId& connection) const {
  const auto at = members_.find(user);
  return at != members_.end() && at->second.connection == connection ? &at->second : nullptr;
}

void Room::log(LogLevel level, std::string message, const UserId& user, Decision& out) const {
  out.push_back(command::Log{level, std::move(message), std::nullopt, id_, user, std::nullopt});
}

}  // namespace meetwire::room
