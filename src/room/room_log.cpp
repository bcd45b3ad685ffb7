// The room as a fold over its log: what each entry does to it, and what of what members say is an entry.
#include <utility>
#include <variant>

#include "room/room.hpp"

namespace meetwire::room {

using namespace protocol;

Decision Room::fold(Millis now, Entry entry) {
  ++position_;
  return std::visit([&](auto&& one) { return apply(now, std::move(one)); }, std::move(entry));
}

Decision Room::apply(Millis now, entry::Entered&& entered) { return admit(now, entered.who); }

Decision Room::apply(Millis now, entry::KnockedAt&& knocked) { return knock(now, knocked.who); }

Decision Room::apply(Millis now, entry::Spoken&& spoken) {
  return receive(now, spoken.user, spoken.connection, message_of(std::move(spoken.word)), spoken.may_spend);
}

Decision Room::apply(Millis, entry::Heard&& heard) {
  Member* member = find_seated(heard.user, heard.connection);
  if (member == nullptr) return {};
  member->heard = true;
  if (heard.welcome) member->keys.confirm();
  return {};
}

Decision Room::apply(Millis now, entry::Returned&& returned) {
  Decision out;
  Member* member = find_seated(returned.user, returned.connection);
  if (member == nullptr || !std::exchange(member->hung_up, false)) return out;
  broadcast(MemberJoined{member->row}, member->row.user, /*to_itself=*/false, out);
  give_up_overfull(now, out);
  return out;
}

Decision Room::apply(Millis now, entry::Lost&& lost) {
  if (Member* member = find_seated(lost.user, lost.connection)) member->outbox.acknowledge(lost.acknowledged);
  return lose(now, lost.user, lost.connection, lost.reason);
}

Decision Room::apply(Millis now, entry::PutOut&& out) { return leave(now, out.user, out.connection, out.reason); }

Decision Room::apply(Millis now, entry::Elapsed&&) { return elapse(now); }

Decision Room::apply(Millis now, entry::Relieved&& relieved) {
  Decision out;
  for (const UserId& user : relieved.outboxes) {
    if (Member* member = find(user)) give_up_outbox(*member);
  }
  if (relieved.history) history_ = {};
  for (const UserId& user : relieved.answers) {
    if (Member* member = find(user)) give_up_answers(*member);
  }
  if (relieved.calls) calls_.forget_ended();
  give_up_overfull(now, out);
  return out;
}

// All places are kept from now on, also those whose time had begun before: nobody could come back meanwhile.
Decision Room::apply(Millis now, entry::ServerLost&&) {
  Decision out;
  std::vector<std::pair<UserId, ConnectionId>> seated;
  for (auto& [user, member] : members_) {
    if (member.connection) seated.emplace_back(user, *member.connection);
    if (!member.connection) due_.set(user, now + policy_->limits.resume_window);
  }
  for (const UserId& user : lobby_.all()) {
    const Waiter& waiter = *lobby_.find(user);
    if (waiter.connected) seated.emplace_back(user, waiter.admission.connection);
  }
  for (const auto& [user, connection] : seated) {
    for (Output& output : lose(now, user, connection)) out.push_back(std::move(output));
  }
  return out;
}

// ---- what of what members say is an entry

std::optional<entry::Heard> Room::first_sign(const UserId& user, const ConnectionId& connection, const ClientMessage* message) const {
  const Member* member = find_seated(user, connection);
  if (member == nullptr) return std::nullopt;
  const auto* received = message != nullptr ? std::get_if<Received>(message) : nullptr;
  const bool welcome = received != nullptr && received->welcome && !member->keys.next.empty();
  if (member->heard && !welcome) return std::nullopt;
  return entry::Heard{user, connection, welcome};
}

bool Room::begins_again(const UserId& user, const ConnectionId& connection, const ClientMessage& message) const {
  const Member* member = find_seated(user, connection);
  const auto* signal = std::get_if<SignalTo>(&message);
  if (member == nullptr || !member->hung_up || signal == nullptr) return false;
  return std::holds_alternative<Offer>(signal->pair.body) || std::holds_alternative<Acknowledge>(signal->pair.body);
}

std::uint64_t Room::acknowledged_by(const UserId& user, const ConnectionId& connection) const {
  const Member* member = find_seated(user, connection);
  return member == nullptr ? 0 : member->outbox.acknowledged();
}

}  // namespace meetwire::room
