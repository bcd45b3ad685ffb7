// The room's roster: who comes, stays, goes. What they say is in room_routing.cpp.
#include "room/room.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace meetwire::room {

using namespace protocol;

namespace {

// In the same time wherever they differ.
bool same_secret(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

}  // namespace

Verdict Room::judge(const Admission& admission) const {
  const auto sitting = members_.find(admission.user);
  if (sitting == members_.end()) {
    return members_.size() < policy_->limits.participants_max ? Verdict::Enter : Verdict::Full;
  }
  if (sitting->second.secret.empty()) return Verdict::AskHolder;
  const bool knows = admission.resume && same_secret(*admission.resume, sitting->second.secret);
  return knows ? Verdict::Resume : Verdict::Taken;
}

Decision Room::admit(Millis, const Admission& admission) {
  Decision out;
  const auto sitting = members_.find(admission.user);
  if (sitting == members_.end()) {
    enter(admission, out);
  } else if (sitting->second.outbox.covers(admission.received)) {
    resume(sitting->second, admission, out);
  } else {
    // What it missed is gone: its place is given up, and it starts anew.
    if (sitting->second.connection) {
      out.push_back(Delivery{*sitting->second.connection, 0, Ended{Failure{ErrorCode::Replaced}}});
      out.push_back(Closing{*sitting->second.connection});
    }
    depart(sitting, LeaveReason::Lost, out);
    enter(admission, out);
  }
  give_up_overfull(out);
  return out;
}

void Room::enter(const Admission& admission, Decision& out) {
  const bool keeps = !admission.secret.empty();
  Member member{.secret = admission.secret,
                .publisher = admission.publisher,
                .order = ++joined_,
                .connection = admission.connection,
                .outbox = Outbox(keeps, policy_->limits)};
  member.row.user = admission.user;
  member.row.session = admission.session;
  member.row.name = admission.name;
  member.row.dialect = admission.dialect;
  member.row.media = admission.media;
  member.row.version = 1;
  const bool first = members_.empty();
  member.row.role = policy_->roles_granted ? admission.role : first ? Role::Host : Role::Guest;

  broadcast(MemberJoined{member.row}, nullptr, out);
  Member& seated = members_.emplace(admission.user, std::move(member)).first->second;
  send(seated, welcome(seated, /*resumed=*/false, admission.version), out);
  log(LogLevel::Info, "joined", admission.user, out);
}

void Room::resume(Member& member, const Admission& admission, Decision& out) {
  if (member.connection && *member.connection != admission.connection) {
    out.push_back(Delivery{*member.connection, 0, Ended{Failure{ErrorCode::Replaced}}});
    out.push_back(Closing{*member.connection});
  }
  member.connection = admission.connection;
  member.kept_until.reset();
  member.outbox.acknowledge(admission.received);

  Participant row = member.row;
  row.away = false;
  row.media = admission.media;
  row.name = admission.name;
  if (row != member.row) {
    ++row.version;
    member.row = std::move(row);
    broadcast(MemberChanged{member.row}, &member.row.user, out);
  }
  // The welcome first, as it says what the rest belongs to.
  send(member, welcome(member, /*resumed=*/true, admission.version), out);
  for (Numbered& missed : member.outbox.after(admission.received)) {
    out.push_back(Delivery{admission.connection, missed.number, std::move(missed.message)});
  }
  log(LogLevel::Info, "resumed", admission.user, out);
}

ServerMessage Room::welcome(const Member& self, bool resumed, std::uint32_t version) const {
  Welcome welcome;
  welcome.version = version;
  welcome.resumed = resumed;
  welcome.self = self.row;
  welcome.as_of = self.outbox.last();
  for (const auto& [user, member] : members_) {
    if (user != self.row.user) welcome.members.push_back(member.row);
  }
  welcome.ice_servers = policy_->ice_servers;
  welcome.secret = self.secret;
  const Limits& limits = policy_->limits;
  welcome.limits.message_bytes_max = static_cast<std::uint32_t>(limits.message_bytes_max);
  welcome.limits.chat_bytes_max = static_cast<std::uint32_t>(limits.chat_bytes_max);
  welcome.limits.participants_max = static_cast<std::uint32_t>(limits.participants_max);
  welcome.limits.resume_window_ms = static_cast<std::uint32_t>(limits.resume_window.value);
  return welcome;
}

Decision Room::lose(Millis now, const UserId& user, const ConnectionId& connection) {
  Decision out;
  Member* member = find_seated(user, connection);
  if (member == nullptr) return out;
  if (member->secret.empty()) {
    depart(members_.find(user), LeaveReason::Lost, out);
  } else {
    member->connection.reset();
    member->outbox.pause();
    member->kept_until = now + policy_->limits.resume_window;
    member->row.away = true;
    ++member->row.version;
    broadcast(MemberChanged{member->row}, &user, out);
    log(LogLevel::Info, "away", user, out);
  }
  give_up_overfull(out);
  return out;
}

Decision Room::leave(const UserId& user, const ConnectionId& connection, LeaveReason reason) {
  Decision out;
  if (find_seated(user, connection) != nullptr) depart(members_.find(user), reason, out);
  give_up_overfull(out);
  return out;
}

void Room::depart(Members::iterator who, LeaveReason reason, Decision& out) {
  const Participant row = std::move(who->second.row);
  members_.erase(who);
  broadcast(MemberLeft{row.user, row.session, reason}, nullptr, out);
  command::Log line{LogLevel::Info, "left", std::nullopt, id_, row.user, std::string(name_of(reason))};
  out.push_back(std::move(line));
  if (row.role == Role::Host) pass_host_on(out);
}

void Room::pass_host_on(Decision& out) {
  if (policy_->roles_granted) return;
  const auto longest = std::min_element(members_.begin(), members_.end(), [](const auto& a, const auto& b) {
    return a.second.order < b.second.order;
  });
  if (longest == members_.end()) return;
  Participant& row = longest->second.row;
  row.role = Role::Host;
  ++row.version;
  // To the new host too: its own row changed without its doing.
  broadcast(MemberChanged{row}, nullptr, out);
}

Decision Room::pass_time(Millis now) {
  Decision out;
  for (auto at = members_.begin(); at != members_.end();) {
    const auto next = std::next(at);
    const auto& kept_until = at->second.kept_until;
    if (kept_until && *kept_until <= now) depart(at, LeaveReason::Lost, out);
    at = next;
  }
  for (auto& [user, member] : members_) {
    if (!member.connection) continue;
    for (Numbered& again : member.outbox.due(now)) out.push_back(Delivery{*member.connection, again.number, std::move(again.message)});
  }
  give_up_overfull(out);
  return out;
}

std::optional<Millis> Room::wake_at() const {
  std::optional<Millis> first;
  for (const auto& [user, member] : members_) {
    first = earlier(first, member.connection ? member.outbox.repeat_at() : member.kept_until);
  }
  return first;
}

void Room::begin_waiting(Millis now) {
  for (auto& [user, member] : members_) {
    if (member.connection) member.outbox.begin_waiting(now);
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
  return out;
}

std::vector<Participant> Room::roster() const {
  std::vector<Participant> rows;
  for (const auto& [user, member] : members_) rows.push_back(member.row);
  return rows;
}

std::optional<ConnectionId> Room::connection_of(const UserId& user) const {
  const auto at = members_.find(user);
  return at == members_.end() ? std::nullopt : at->second.connection;
}

// ---- sending

void Room::send(Member& to, ServerMessage message, Decision& out) {
  const Outbox::Pushed pushed = to.outbox.push(message);
  if (to.connection) {
    out.push_back(Delivery{*to.connection, pushed.number, std::move(message)});
  } else if (pushed.dropped) {
    overfull_.push_back(to.row.user);
  }
}

void Room::broadcast(const ServerMessage& message, const UserId* except, Decision& out) {
  for (auto& [user, member] : members_) {
    if (except == nullptr || user != *except) send(member, message, out);
  }
}

// Who is away and misses more than can be kept could only come back to a gap: its place is given up now. That makes
// messages of its own, which may fill another one.
void Room::give_up_overfull(Decision& out) {
  while (!overfull_.empty()) {
    const UserId user = overfull_.back();
    overfull_.pop_back();
    const auto at = members_.find(user);
    if (at != members_.end() && !at->second.connection) depart(at, LeaveReason::Lost, out);
  }
}

Room::Member* Room::find(const UserId& user) {
  const auto at = members_.find(user);
  return at == members_.end() ? nullptr : &at->second;
}

Room::Member* Room::find_other(const UserId& user, const Member& from) {
  return user == from.row.user ? nullptr : find(user);
}

Room::Member* Room::find_seated(const UserId& user, const ConnectionId& connection) {
  Member* member = find(user);
  return member != nullptr && member->connection == connection ? member : nullptr;
}

void Room::log(LogLevel level, std::string message, const UserId& user, Decision& out) const {
  out.push_back(command::Log{level, std::move(message), std::nullopt, id_, user, std::nullopt});
}

}  // namespace meetwire::room
