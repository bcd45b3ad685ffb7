// What members say, and whom it reaches: always stamped, never beyond the room.
#include <algorithm>
#include <utility>
#include <variant>

#include "room/room.hpp"

namespace meetwire::room {

using namespace protocol;

Decision Room::receive(Millis now, const UserId& user, const ConnectionId& connection, ClientMessage message,
                       bool may_spend) {
  Decision out;
  if (Member* from = find_seated(user, connection)) {
    from->heard = true;
    may_spend_ = may_spend;
    if (!may_spend && refuse(*from, message, out)) return out;
    if (stays_away(*from, message)) return out;
    std::visit([&](auto&& one) { on(now, *from, std::move(one), out); }, std::move(message));
  } else if (std::holds_alternative<Leave>(message) && lose_waiting(now, user, connection, /*for_good=*/true, out)) {
    out.push_back(Closing{connection});
  }
  give_up_overfull(now, out);
  return out;
}

void Room::acknowledge(const UserId& user, const ConnectionId& connection, std::uint64_t number) {
  Member* from = find_seated(user, connection);
  if (from == nullptr) return;
  from->heard = true;
  from->outbox.acknowledge(number);
  spoken_to_.push_back(user);
}

// The refusal is the same for those who do not exist, sit in another room, have been followed by a new session, or
// are oneself.
void Room::on(Millis, Member& from, SignalTo&& signal, Decision& out) {
  if (hold(from, signal, out)) return;
  Member* to = find_other(signal.to, from);
  if (to == nullptr || (!signal.session.empty() && signal.session != to->row.session)) {
    send(from, Problem{Failure{ErrorCode::TargetUnknown}}, out);
    return;
  }
  if (from.row.role == Role::Viewer && to->row.role == Role::Viewer) {
    return send(from, Problem{Failure{ErrorCode::NotAllowed, "viewers have no link"}}, out);
  }
  // The tail of a call that has just ended, or somebody who pretends: neither is worth an answer.
  if (!may_connect(from, *to)) return;
  // Only those who speak the same understand the original.
  if (from.row.dialect != to->row.dialect) signal.original.clear();
  send(*to, SignalFrom{from.row.user, from.row.session, std::move(signal.pair), std::move(signal.original)}, out);
}

void Room::on(Millis now, Member& from, ChatSubmitted&& chat, Decision& out) {
  const Limits& limits = policy_->limits;
  if (!is_acceptable_id(chat.id, limits.id_bytes_max)) {
    send(from, Problem{Failure{ErrorCode::MessageMalformed, "chat: id"}}, out);
    return;
  }
  if (const ChatAnswer* settled = from.chats.find(chat.id)) {
    // A retry: the outcome again, and no second effect.
    send(from, ChatSettled{chat.id, settled->at, settled->error}, out);
    return;
  }
  if (const ChatMessage* kept = history_.find(from.row.user, chat.id)) {
    // Likewise, from somebody whose place was lost before he heard of it.
    send(from, ChatSettled{chat.id, kept->at, std::nullopt}, out);
    return;
  }
  // One of so long ago that its answer is forgotten.
  if (chat.count != 0 && chat.count <= from.chats_counted) return send(from, ChatSettled{chat.id, now.value, std::nullopt}, out);
  from.chats_counted = std::max(from.chats_counted, chat.count);
  std::optional<Failure> refusal = judge(from, chat);
  from.chats.add(chat.id, ChatAnswer{refusal ? 0 : now.value, refusal}, limits.chat_ids_remembered_max, payer_, tally_);
  if (refusal) return send(from, ChatSettled{chat.id, 0, std::move(refusal)}, out);

  Member* only = chat.to ? find_other(*chat.to, from) : nullptr;
  ChatDelivered delivered;
  delivered.message = {from.row.user, chat.id, std::move(chat.text), std::move(chat.to), now.value, from.row.name};
  delivered.name = from.row.name;
  delivered.original = std::move(chat.original);
  if (only != nullptr) {
    send(*only, std::move(delivered), out);
  } else {
    from.typing = false;  // the message says it
    const Letter letter = letter_to_many(std::move(delivered));
    if (is_listed()) history_.add(letter, limits);
    broadcast_letter(letter, from.row.user, /*to_itself=*/false, out);
  }
  send(from, ChatSettled{chat.id, now.value, std::nullopt}, out);
}

std::optional<Failure> Room::judge(const Member& from, const ChatSubmitted& chat) {
  if (!may_spend_) return Failure{ErrorCode::RateLimited};
  if (chat.text.empty()) return Failure{ErrorCode::InvalidArgument};
  if (chat.text.size() > policy_->limits.chat_bytes_max) return Failure{ErrorCode::MessageTooLarge};
  const bool alone = !is_listed() && knows_relays(from.row.dialect) && !calls_.partner_of(from.row.user);
  if (alone) return Failure{ErrorCode::NotJoined};
  if (chat.to && find_other(*chat.to, from) == nullptr) return Failure{ErrorCode::TargetUnknown};
  return std::nullopt;
}

// Who is away can be called: it may be back before the call has rung out.
void Room::on(Millis now, Member& from, CallSubmitted&& word, Decision& out) {
  const UserId user = from.row.user;
  const Member* callee = word.to != user ? find(word.to) : nullptr;
  const bool reachable = callee != nullptr && (knows_calls(callee->row.dialect) || knows_relays(callee->row.dialect));
  const Calls::Tellings tellings = calls_.handle(now, policy_->limits, user, word, reachable);
  tell(tellings, out);
  ring_classic(now, tellings, out);
}

// In a room without a roster a call is what two know each other by.
void Room::tell(const Calls::Tellings& tellings, Decision& out) {
  for (const Calls::Telling& one : tellings) {
    Member* to = find(one.to);
    if (to == nullptr) continue;
    send(*to, CallTold{one.call}, out);
    const Member* other = find(one.call.from == one.to ? one.call.to : one.call.from);
    if (is_listed() || other == nullptr || one.before == one.call.state) continue;
    if (one.call.state == CallState::Connected) {
      // To a classic client a newcomer would be one who offers.
      if (!knows_relays(to->row.dialect)) send(*to, MemberJoined{other->row}, out);
    } else if (one.before == CallState::Connected) {
      send(*to, MemberLeft{other->row.user, other->row.session, LeaveReason::Left}, out);
    }
  }
  for (const Calls::Telling& one : tellings) {
    if (one.before == CallState::Ringing && one.call.state != CallState::Ringing) let_go(one.call, out);
  }
}

// Not worth an answer, nor a number: it passes by itself.
void Room::on(Millis now, Member& from, Typing&& typing, Decision& out) {
  const bool soon = from.typing_told_at && now - *from.typing_told_at < policy_->limits.typing_interval_min;
  if (typing.on ? soon : !from.typing) return;
  from.typing = typing.on;
  if (typing.on) from.typing_told_at = now;
  broadcast(TypingFrom{from.row.user, typing.on}, from.row.user, /*to_itself=*/false, out);
}

void Room::on(Millis, Member& from, MediaAnnounced&& announced, Decision& out) {
  if (from.row.role == Role::Viewer && announced.media != MediaState{}) {
    send(from, Problem{Failure{ErrorCode::NotAllowed, "a viewer publishes nothing"}}, out);
  } else if (from.row.media != announced.media) {
    from.row.media = announced.media;
    ++from.row.version;
    broadcast(MemberChanged{from.row}, from.row.user, /*to_itself=*/false, out);
  }
  // To its owner the row is the receipt; what comes again has lost it, or the first was lost.
  send(from, MemberChanged{from.row}, out);
}

void Room::on(Millis now, Member& from, Leave&&, Decision& out) {
  const ConnectionId connection = *from.connection;
  depart(now, members_.find(from.row.user), LeaveReason::Left, out);
  out.push_back(Closing{connection});
}

void Room::on(Millis, Member& from, Received&& received, Decision&) {
  from.outbox.acknowledge(received.number);
  if (received.welcome) from.keys.confirm();
  spoken_to_.push_back(from.row.user);
}

// Never another room's, whatever the request says.
void Room::on(Millis, Member& from, RosterRequested&& request, Decision& out) {
  RosterListed listed;
  if (!is_listed() || (request.room && *request.room != id_)) {
    log(LogLevel::Warning, "roster of another room refused", from.row.user, out);
  } else {
    // Viewers' pages offer to publishers alone, and find in their rows who is one.
    for (const auto& [user, member] : members_) {
      if (member.hung_up) continue;
      const bool says = knows_relays(member.row.dialect);
      const auto role = member.row.role == Role::Viewer ? std::nullopt : std::optional<std::string>(kPublisher);
      listed.rows.push_back({user, member.row.name, says ? member.publisher : role});
    }
  }
  if (knows_relays(from.row.dialect)) send(from, std::move(listed), out);
}

void Room::on(Millis now, Member& from, RelayTo&& relay, Decision& out) {
  const auto pass = [&](Member& to) {
    // A member of another dialect has no form for it. Nothing is lost: a caller's offer follows its `call`.
    if (knows_relays(to.row.dialect)) send(to, RelayFrom{relay.kind, from.row.user, relay.payload}, out);
  };
  if (relay.kind == RelayKind::Call && relay.to) return ring(now, from, std::move(relay), out);
  if (!relay.to && !is_listed()) return send(from, Problem{Failure{ErrorCode::NotJoined}}, out);
  if (!relay.to) {
    const Letter letter = letter_to_many(RelayFrom{relay.kind, from.row.user, std::move(relay.payload)});
    for (auto& [user, member] : members_) {
      if (from.row.dialect == DialectName::Codelab ? member.row.dialect == DialectName::Codelab && user != from.row.user
                                                   : knows_relays(member.row.dialect)) {
        post(member, letter, out);
      }
    }
    return;
  }
  Member* to = find_other(*relay.to, from);
  if (to == nullptr) return send(from, Problem{Failure{ErrorCode::TargetUnknown}}, out);
  if (relay.kind == RelayKind::ApplyMic && from.row.role == Role::Viewer && !from.row.asks_for_floor) {
    from.row.asks_for_floor = true;
    change(from, out);
  }
  const bool answers = relay.kind == RelayKind::AcceptApplyMic || relay.kind == RelayKind::RefuseApplyMic;
  if (answers && to->row.role == Role::Viewer) {
    if (from.row.role != Role::Host) return send(from, Problem{Failure{ErrorCode::NotAllowed, "the floor"}}, out);
    grant(*to, relay.kind == RelayKind::AcceptApplyMic, out);
  }
  pass(*to);
}

void Room::on(Millis, Member& from, Hello&&, Decision& out) {
  send(from, Problem{Failure{ErrorCode::MessageMalformed, "a second hello"}}, out);
}

}  // namespace meetwire::room
