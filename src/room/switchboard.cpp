#include "room/switchboard.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "protocol/dialects/classic.hpp"
#include "protocol/dialects/codelab.hpp"
#include "protocol/dialects/meetwire1.hpp"
#include "protocol/dialects/plain.hpp"

namespace meetwire::room {

using namespace protocol;

Switchboard::Switchboard(RoomOptions options, Limits limits)
    : asks_(options.authorize || options.own_ice_servers.value_or(false)), spending_(Millis{0}, limits.process_bytes_per_second, limits.process_bytes_burst) {
  if (options.participants_max) limits.participants_max = std::max<std::size_t>(1, *options.participants_max);
  if (options.resume_window_ms) limits.resume_window = Millis{*options.resume_window_ms};
  if (options.plain_participants_max) limits.plain_participants_max = std::max<std::size_t>(1, *options.plain_participants_max);
  if (options.chat_history_max) limits.chat_kept_messages_max = std::min<std::size_t>(limits.chat_kept_messages_max, *options.chat_history_max);
  journals_ = options.journal.value_or(false);
  house_ = ledger_.account(Millis{0}, limits, {});
  policy_ = std::make_shared<const RoomPolicy>(
      RoomPolicy{.limits = limits, .ice_servers = std::move(options.ice_servers), .roles_granted = options.authorize, .lobby = options.lobby.value_or(false)});
}

Step<RoomCommand> Switchboard::handle(Millis now, const RoomEvent& event) {
  now_ = now;
  payer_ = house_;
  std::visit([this](const auto& one) { on(one); }, event);
  relieve();
  while (!outgoing_.empty()) flush(ConnectionId{outgoing_.begin()->first});
  finish_writing();
  count();
  Step<RoomCommand> step;
  step.commands = std::move(commands_);
  commands_.clear();
  step.wake_at = earlier(connection_deadlines_.next(), room_deadlines_.next());
  return step;
}

// ---- sockets

void Switchboard::on(const event::ConnectionOpened& opened) {
  if (connections_.count(opened.connection) > 0) return;  // the host's mistake: the first one counts
  const Limits& limits = policy_->limits;
  const bool classic = opened.dialect == DialectName::Classic;
  std::unique_ptr<ServerDialect> dialect;
  if (classic) {
    ClassicIdentity identity{UserId{opened.user.value_or("")}, std::nullopt, opened.session, opened.name};
    if (opened.room) identity.room = RoomId{*opened.room};
    dialect = make_classic_server(std::move(identity), policy_->limits);
  } else if (opened.dialect == DialectName::Codelab) {
    dialect = make_codelab_server(opened.session, policy_->limits);
  } else if (opened.dialect == DialectName::Plain) {
    dialect = make_plain_server(policy_->limits);
  } else {
    dialect = make_meetwire_server(policy_->limits);
  }
  Connection& connection =
      connections_
          .emplace(opened.connection, Connection{.id = opened.connection, .dialect = std::move(dialect),
                                                 .account = ledger_.account(now_, limits, opened.address.value_or("")),
                                                 .bucket = TokenBucket(now_, limits),
                                                 .input = TokenBucket(now_, limits.input_bytes_per_second, limits.input_bytes_burst),
                                                 .spending = TokenBucket(now_, limits.spending_bytes_per_second, limits.spending_bytes_burst)})
          .first->second;
  Admission& admission = connection.admission;
  admission.connection = opened.connection;
  admission.session = opened.session;
  admission.account = connection.account;
  admission.dialect = connection.dialect->name();
  if (shut_down_) return turn_away(opened.connection, Failure{ErrorCode::ServerClosing});
  connection_deadlines_.set(opened.connection, now_ + policy_->limits.server_hello_deadline);
  if (opened.dialect == DialectName::Plain) return greet_plain(opened, admission);
  if (!classic) {
    if (opened.dialect == DialectName::Meetwire) admission.secret = opened.secret;
    return;
  }
  if (opened.publisher && is_acceptable_name(*opened.publisher, policy_->limits.id_bytes_max)) {
    admission.publisher = opened.publisher;
  }
  // The query is a classic client's hello.
  Hello hello;
  hello.user = UserId{opened.user.value_or("")};
  if (opened.room && !opened.room->empty()) hello.room = RoomId{*opened.room};
  hello.name = opened.name.value_or("");
  route(opened.connection, std::move(hello));
}

// The path is a plain client's hello. It has no id, and gets one that nobody can have taken before.
void Switchboard::greet_plain(const event::ConnectionOpened& opened, Admission& admission) {
  admission.device = opened.device.value_or(false);
  Hello hello;
  hello.user = UserId{"plain-" + opened.session.value};
  hello.room = RoomId{opened.room.value_or("")};
  route(opened.connection, std::move(hello));
}

void Switchboard::on(const event::ConnectionClosed& closed) {
  const auto seat = forget(closed.connection);
  if (!seat) return;
  const LeaveReason reason = closed.deliberate ? LeaveReason::Left : LeaveReason::Lost;
  if (const auto at = rooms_.find(seat->first); at != rooms_.end()) {
    const std::uint64_t acknowledged = at->second.acknowledged_by(seat->second, closed.connection);
    enter(seat->first, entry::Lost{seat->second, closed.connection, reason, acknowledged});
  }
  free_seat(*seat);
}

void Switchboard::on(const event::TimePassed&) {
  for (const ConnectionId& id : connection_deadlines_.take_due(now_)) advance(id, Input::DeadlinePassed);
  // What does not fit into this step is still due after it.
  for (std::size_t deliveries = deliveries_; deliveries_ - deliveries < policy_->limits.step_deliveries_max;) {
    const std::optional<RoomId> id = room_deadlines_.take_one_due(now_);
    if (!id) break;
    if (const auto at = rooms_.find(*id); at != rooms_.end() && at->second.is_due(now_)) enter(*id, entry::Elapsed{});
    in_room(*id, [this](Room& room) { return room.repeat(now_); });
  }
}

void Switchboard::on(const event::ShutdownRequested&) {
  shut_down_ = true;
  // Rooms that are kept do not end: for those in them a socket is lost, and whoever reads their logs finds their places.
  if (journals_) store_all();
  while (!rooms_.empty()) {
    const RoomId id = rooms_.begin()->first;
    in_room(id, [](Room& room) { return room.shut_down(); });
  }
  while (!connections_.empty()) {
    const auto& [id, connection] = *connections_.begin();
    const Failure closing{ErrorCode::ServerClosing};
    connection.stage == Stage::Joined ? deliver(id, 0, Ended{closing}) : deliver(id, 0, Refused{closing});
    close(id);
  }
}

// ---- frames

void Switchboard::on(const event::FrameArrived& frame) {
  Connection* connection = find(frame.connection);
  if (connection == nullptr) return;
  // Before anything is read: what is over the rate must cost next to nothing.
  if (!connection->bucket.take(now_) || !connection->input.has_any(now_)) return strike(*connection);
  connection->input.owe(frame.name.size() + frame.body.size());

  Decoded<ClientMessage> decoded = connection->dialect->decode(frame.name, frame.body);
  if (connection->stage != Stage::Joined) connection->kept_bytes += frame.body.size();
  report_failures(*connection, decoded.failures, decoded.unknown);
  if (decoded.alive && connection->stage == Stage::Joined) {
    connection_deadlines_.set(frame.connection, earlier(now_ + policy_->limits.plain_silence_max, connection->expires_at));
  }
  if (decoded.received > 0 && connection->stage == Stage::Joined) {
    note_sign(*connection, nullptr);
    in_room(connection->room, [&](Room& room) {
      room.acknowledge(connection->admission.user, frame.connection, decoded.received);
      return Decision{};
    });
  }
  bool first = true;
  for (ClientMessage& message : decoded.messages) {
    // Each message may be the connection's last.
    connection = find(frame.connection);
    if (connection == nullptr) return;
    if (!first && !connection->bucket.take(now_)) return strike(*connection);
    first = false;
    route(frame.connection, std::move(message));
  }
}

void Switchboard::report_failures(Connection& connection, const std::vector<Failure>& failures, std::uint32_t unknown) {
  if (unknown > 0) {
    if (connection.unknown == 0) log(LogLevel::Info, "unknown messages", connection);
    connection.unknown += unknown;
  }
  for (const Failure& failure : failures) {
    // The first was paid for with its frame; the others cost as messages do.
    if (&failure != &failures.front() && !connection.bucket.take(now_)) return;
    deliver(connection.id, 0, Problem{failure});
  }
}

// One word a second about it: an answer to each would double the flood.
void Switchboard::strike(Connection& connection) {
  constexpr Millis kProblemInterval{1'000};
  const Failure limited{ErrorCode::RateLimited};
  if (connection.strikes == 0) log(LogLevel::Warning, "rate limited", connection);
  if (++connection.strikes > policy_->limits.rate_strikes_max) {
    log(LogLevel::Warning, "closed for its rate", connection);
    const ConnectionId id = connection.id;
    deliver(id, 0, Ended{limited});
    const auto seat = close(id);
    if (!seat) return;
    enter(seat->first, entry::PutOut{seat->second, id, LeaveReason::Removed});
    return free_seat(*seat);
  }
  if (!connection.rate_problem_at || now_ - *connection.rate_problem_at >= kProblemInterval) {
    connection.rate_problem_at = now_;
    deliver(connection.id, 0, Problem{limited});
  }
}

void Switchboard::route(const ConnectionId& id, ClientMessage message) {
  Connection* connection = find(id);
  if (connection == nullptr) return;
  const Spending spending(*this, *connection);
  const Input input = std::holds_alternative<Hello>(message)   ? Input::Hello
                      : std::holds_alternative<Leave>(message) ? Input::Leave
                      : std::holds_alternative<Renew>(message) ? Input::Renewal
                                                               : Input::Message;
  switch (action_for(connection->stage, input)) {
    case Action::Admit: return admit(*connection, std::get<Hello>(std::move(message)));
    case Action::Keep: return keep(*connection, std::move(message));
    case Action::Renew: return renew(*connection, std::get<Renew>(std::move(message)).token);
    case Action::ToRoom: return say(*connection, std::move(message));
    default: return advance(id, input);
  }
}

// `connection` may be gone afterwards.
void Switchboard::say(Connection& connection, ClientMessage message) {
  const ConnectionId id = connection.id;
  const UserId user = connection.admission.user;
  const RoomId room = connection.room;
  const bool may = may_spend(connection);
  note_sign(connection, &message);
  if (std::optional<Word> word = word_of(message)) return enter(room, entry::Spoken{user, id, std::move(*word), may});
  const auto at = rooms_.find(room);
  if (at != rooms_.end() && at->second.begins_again(user, id, message)) enter(room, entry::Returned{user, id});
  in_room(room, [&](Room& where) { return where.receive(now_, user, id, std::move(message), may); });
}

void Switchboard::note_sign(const Connection& connection, const ClientMessage* message) {
  const auto at = rooms_.find(connection.room);
  if (at == rooms_.end()) return;
  if (auto sign = at->second.first_sign(connection.admission.user, connection.id, message)) enter(connection.room, std::move(*sign));
}

// So many and so large messages as one connection may have before it has a place.
void Switchboard::keep(Connection& connection, ClientMessage message) {
  const Limits& limits = policy_->limits;
  const bool fits = connection.kept.size() < limits.batch_messages_max && connection.kept_bytes <= 2 * limits.message_bytes_max;
  if (fits && !holds_too_much(*connection.account)) {
    const std::size_t bytes = connection.kept_bytes - connection.kept_charge.bytes();
    if (connection.kept.empty()) connection.kept_charge = Charge(connection.account, nullptr, 0);
    connection.kept_charge.add(bytes);
    connection.kept.push_back(std::move(message));
  } else {
    deliver(connection.id, 0, Problem{Failure{ErrorCode::RateLimited, "too much before admission"}});
  }
}

std::optional<Switchboard::Seat> Switchboard::close(const ConnectionId& id) {
  if (find(id) == nullptr) return std::nullopt;
  const ConnectionId copy = id;  // `id` may be the connection's own
  flush(copy);
  commands_.push_back(command::CloseConnection{copy});
  return forget(copy);
}

std::optional<Switchboard::Seat> Switchboard::forget(const ConnectionId& id) {
  const auto at = connections_.find(id);
  if (at == connections_.end()) return std::nullopt;
  const Connection& connection = at->second;
  const bool seated = connection.stage >= Stage::Waiting;
  const ConnectionId copy = id;
  const Seat seat{connection.room, connection.admission.user};
  questions_.erase(connection.operation);
  if (const auto queue = waiting_.find(seat); connection.stage == Stage::Probing && queue != waiting_.end()) {
    auto& ids = queue->second;
    ids.erase(std::remove(ids.begin(), ids.end(), copy), ids.end());
    if (ids.empty()) waiting_.erase(queue);
  }
  connection_deadlines_.set(copy, std::nullopt);
  outgoing_.erase(copy);
  connections_.erase(at);
  return seated ? std::optional(seat) : std::nullopt;
}

void Switchboard::log(LogLevel level, std::string message, const Connection& about, std::string detail) {
  command::Log line{level, std::move(message), about.id, std::nullopt, std::nullopt, std::nullopt};
  if (!about.room.empty()) line.room = about.room;
  if (!about.admission.user.empty()) line.user = about.admission.user;
  if (!detail.empty()) line.detail = std::move(detail);
  commands_.push_back(std::move(line));
}

void Switchboard::count() {
  command::CountChanged now_counted{static_cast<std::uint32_t>(connections_.size()),
                                    static_cast<std::uint32_t>(rooms_.size() - rooms_.count(RoomId{})), static_cast<std::uint32_t>(members_)};
  if (now_counted.connections == counted_.connections && now_counted.rooms == counted_.rooms &&
      now_counted.members == counted_.members) {
    return;
  }
  counted_ = now_counted;
  commands_.push_back(now_counted);
}

std::size_t Switchboard::held() const {
  return connections_.size() + rooms_.size() + log_sizes_.size() + deserted_.size() + ledger_.live() + ledger_.bytes() + questions_.size() + waiting_.size() +
         connection_deadlines_.size() + room_deadlines_.size() + outgoing_.size() + members_;
}

Connection* Switchboard::find(const ConnectionId& id) {
  const auto at = connections_.find(id);
  return at == connections_.end() ? nullptr : &at->second;
}

}  // namespace meetwire::room
