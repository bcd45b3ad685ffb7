// From the hello to a place: versions, names, the host's word, the id, the seat.
#include <utility>

#include "room/switchboard.hpp"

namespace meetwire::room {

using namespace protocol;

namespace {

std::optional<Failure> judge_hello(const Hello& hello, const Limits& limits) {
  if (hello.version_min > kVersion || hello.version_max < kVersion) {
    return Failure{ErrorCode::VersionMismatch, "the server speaks meetwire/" + std::to_string(kVersion)};
  }
  if (!is_acceptable_id(hello.user.value, limits.id_bytes_max)) return Failure{ErrorCode::InvalidUser};
  if (hello.room && !is_acceptable_id(hello.room->value, limits.id_bytes_max)) return Failure{ErrorCode::InvalidRoom};
  if (!is_acceptable_name(hello.name, limits.name_bytes_max)) return Failure{ErrorCode::InvalidName};
  if (bytes_of(hello.attributes) > limits.attributes_bytes_max) return Failure{ErrorCode::MessageTooLarge, "attributes"};
  for (const auto& [key, value] : hello.attributes) {
    if (!is_acceptable_id(key, limits.id_bytes_max)) return Failure{ErrorCode::InvalidArgument, "a key of the attributes"};
  }
  if (hello.resume && (hello.resume->size() < limits.secret_bytes_min || hello.resume->size() > limits.id_bytes_max)) {
    return Failure{ErrorCode::InvalidArgument, "resume: 16 to 128 bytes, at random"};
  }
  if (!hello.session.empty() && !is_acceptable_id(hello.session.value, limits.id_bytes_max)) return Failure{ErrorCode::InvalidArgument, "session"};
  if (hello.token.size() > limits.token_bytes_max) return Failure{ErrorCode::TokenRefused};
  return std::nullopt;
}

// None: there is a place, or a way to one.
std::optional<Failure> refusal_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Full: return Failure{ErrorCode::RoomFull};
    case Verdict::LobbyFull: return Failure{ErrorCode::RoomFull, "too many wait in the lobby"};
    case Verdict::Taken: return Failure{ErrorCode::IdTaken};
    case Verdict::Locked: return Failure{ErrorCode::RoomLocked};
    case Verdict::Denied: return Failure{ErrorCode::Denied};
    case Verdict::Removed: return Failure{ErrorCode::Removed};
    case Verdict::MeetingEnded: return Failure{ErrorCode::MeetingEnded};
    case Verdict::Enter:
    case Verdict::Resume:
    case Verdict::AskHolder:
    case Verdict::Knock: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

void Switchboard::admit(Connection& connection, Hello hello) {
  if (auto failure = judge_hello(hello, policy_->limits)) {
    return turn_away(connection.id, std::move(*failure));
  }
  connection.room = std::move(hello.room).value_or(RoomId{});
  Admission& admission = connection.admission;
  admission.user = std::move(hello.user);
  admission.name = std::move(hello.name);
  admission.media = hello.media;
  admission.connect = hello.connect;
  admission.version = kVersion;
  admission.resume = std::move(hello.resume);
  admission.received = hello.received;
  admission.before = std::move(hello.session);
  admission.viewer = hello.viewer;
  admission.attributes = std::move(hello.attributes);
  if (!asks_) return seat(connection);

  connection.stage = Stage::Authorizing;
  connection.operation = ++last_operation_;
  questions_.emplace(connection.operation, connection.id);
  connection_deadlines_.set(connection.id, now_ + policy_->limits.authorization_deadline);
  commands_.push_back(
      command::Authorize{connection.operation, connection.room, admission.user, std::move(hello.token)});
}

void Switchboard::on(const event::Authorized& authorized) {
  const auto question = questions_.find(authorized.operation);
  if (question == questions_.end()) return;  // gone, or too late
  const ConnectionId id = question->second;
  questions_.erase(question);
  Connection* connection = find(id);
  if (connection == nullptr) return;
  connection->operation = 0;
  if (authorized.allowed) {
    if (authorized.name && !is_acceptable_name(*authorized.name, policy_->limits.name_bytes_max)) {
      return turn_away(id, Failure{ErrorCode::InvalidName});
    }
    grant(*connection, authorized);
  } else {
    connection->refusal = authorized.error.value_or(ErrorCode::TokenRefused);
  }
  advance(id, authorized.allowed ? Input::Allowed : Input::Denied);
}

void Switchboard::advance(const ConnectionId& id, Input input) {
  Connection* connection = find(id);
  if (connection == nullptr) return;
  switch (action_for(connection->stage, input)) {
    case Action::Seat: return seat(*connection);
    case Action::Close: return static_cast<void>(close(id));
    case Action::RefuseUnjoined: return deliver(id, 0, Problem{Failure{ErrorCode::NotJoined}});
    case Action::RefuseSecond: return deliver(id, 0, Problem{Failure{ErrorCode::MessageMalformed, "a second hello"}});
    case Action::TurnAwayToken: return turn_away(id, Failure{connection->refusal});
    case Action::Refresh: return refresh(*connection);
    case Action::KeepOld: return deliver(id, 0, Renewed{std::nullopt, 0, Failure{connection->refusal}});
    case Action::Expire: return expire(id);
    case Action::TurnAwaySilent: return turn_away(id, Failure{ErrorCode::ServerTimeout, "no admission in time"});
    case Action::TurnAwayTaken: return turn_away(id, Failure{ErrorCode::IdTaken});
    case Action::PutOut: return put_out(id);
    default: return;
  }
}

void Switchboard::seat(Connection& connection) {
  const auto found = rooms_.find(connection.room);
  const Verdict verdict = found != rooms_.end() ? found->second.judge(now_, connection.admission)
                                                : Room{connection.room, policy_}.judge(now_, connection.admission);
  if (verdict == Verdict::AskHolder) {
    return ask_holder(connection, found->second.connection_of(connection.admission.user));
  }
  if (auto refusal = refusal_of(verdict)) return turn_away(connection.id, std::move(*refusal));
  if (draining_ && verdict != Verdict::Resume) return turn_away(connection.id, Failure{ErrorCode::ServerClosing});
  const bool plain = connection.admission.dialect == DialectName::Plain;
  if (verdict == Verdict::Knock && plain) {
    return turn_away(connection.id, Failure{ErrorCode::RoomLocked, "a host has to admit, for which a plain client cannot wait"});
  }
  // Whoever comes back is known already. A newcomer's place is one more thing to hold.
  if (verdict != Verdict::Resume && holds_too_much(*connection.account)) {
    return turn_away(connection.id, Failure{ErrorCode::RoomFull, "the server holds too much already"});
  }
  if (found == rooms_.end()) {
    if (rooms_.size() >= policy_->limits.rooms_max && !give_up_deserted()) {
      return turn_away(connection.id, Failure{ErrorCode::RoomFull, "the server holds no more rooms"});
    }
    rooms_.emplace(connection.room, Room{connection.room, policy_});
  }
  if (verdict == Verdict::Knock) {
    connection.stage = Stage::Waiting;
    connection_deadlines_.set(connection.id, connection.expires_at);
    const ConnectionId id = connection.id;
    enter(RoomId{connection.room}, entry::KnockedAt{connection.admission});
    return handed_over(id);
  }
  connection.stage = Stage::Joined;
  if (plain) commands_.push_back(command::AnswerHandshake{connection.id, std::nullopt});
  const ConnectionId id = connection.id;
  enter(RoomId{connection.room}, entry::Entered{connection.admission});
  handed_over(id);
  seated(connection);
}

// The room has what the hello brought.
void Switchboard::handed_over(const ConnectionId& id) {
  if (Connection* connection = find(id)) connection->admission.attributes.clear();
}

// What was said while it waited is said now.
void Switchboard::seated(Connection& connection) {
  connection.kept_bytes = 0;
  connection.kept_charge = Charge();
  connection_deadlines_.set(connection.id, connection.expires_at);
  // What it was given while it waited, the welcome has not.
  if (std::exchange(connection.refreshed, false)) refresh(connection);
  const ConnectionId id = connection.id;
  for (ClientMessage& message : std::exchange(connection.kept, {})) route(id, std::move(message));
}

void Switchboard::ask_holder(Connection& connection, const std::optional<ConnectionId>& holder) {
  if (connection.probed || !holder) return turn_away(connection.id, Failure{ErrorCode::IdTaken});
  const Limits& limits = policy_->limits;
  connection.probed = true;
  connection.stage = Stage::Probing;
  connection_deadlines_.set(connection.id, now_ + limits.probe_wait);
  auto& queue = waiting_[{connection.room, connection.admission.user}];
  queue.push_back(connection.id);
  // One question for all who wait for the same answer.
  if (queue.size() > 1) return;
  commands_.push_back(
      command::ProbeConnection{*holder, static_cast<std::uint32_t>(limits.probe_deadline.value)});
}

void Switchboard::free_seat(const Seat& seat) {
  const auto queue = waiting_.find(seat);
  if (queue == waiting_.end()) return;
  // The first gets it; the others find a holder who has just shown that it lives.
  const std::vector<ConnectionId> ids = std::move(queue->second);
  waiting_.erase(queue);
  for (const ConnectionId& id : ids) advance(id, Input::SeatFreed);
}

void Switchboard::turn_away(const ConnectionId& id, Failure why) {
  Connection* connection = find(id);
  if (connection == nullptr) return;
  const std::string code(name_of(why.code));
  log(LogLevel::Info, "refused", *connection, code);
  const ConnectionId copy = id;
  const bool stays = stays_outside(*connection, why.code);
  if (connection->admission.dialect == DialectName::Plain) commands_.push_back(command::AnswerHandshake{copy, why});
  deliver(copy, 0, Refused{std::move(why)});
  if (!stays) close(copy);
}

// A codelab page does not ask again by itself, and its socket would come back for ever: one that was told that there is no
// place for it stays as it is, and may ask for another room.
bool Switchboard::stays_outside(Connection& connection, ErrorCode why) {
  if (connection.dialect->name() != DialectName::Codelab) return false;
  if (why == ErrorCode::ServerClosing || why == ErrorCode::ServerTimeout) return false;
  questions_.erase(std::exchange(connection.operation, 0));
  connection_deadlines_.set(connection.id, std::nullopt);
  connection.stage = Stage::Greeting;
  connection.room = {};
  connection.kept.clear();
  connection.kept_bytes = 0;
  connection.kept_charge = Charge();
  return true;
}

// It has said that it lives, and no more.
void Switchboard::put_out(const ConnectionId& id) {
  const Connection* connection = find(id);
  if (connection == nullptr) return;
  if (connection->expires_at && *connection->expires_at <= now_) return expire(id);
  log(LogLevel::Info, "put out for its silence", *connection);
  end_place(id);
}

// The connection is closed, and its place given up with it. (`id` may be the connection's own, which goes with it.)
void Switchboard::end_place(const ConnectionId& id) {
  const ConnectionId copy = id;
  const auto seat = close(copy);
  if (!seat) return;
  enter(seat->first, entry::PutOut{seat->second, copy, LeaveReason::Lost});
  free_seat(*seat);
}

}  // namespace meetwire::room
