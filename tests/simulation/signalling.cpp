#include "simulation/signalling.hpp"

#include <algorithm>
#include <utility>

#include "support/deliveries.hpp"
#include "trace/codec.hpp"

namespace meetwire::simulation {
namespace {

// What one event of one machine may ask for at most: far above what any needs, far below "without end" (S12).
constexpr std::size_t kCommandsMax = 5'000;

std::string hexadecimal(std::uint64_t value) {
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out.push_back("0123456789abcdef"[value >> shift & 15]);
  return out;
}

}  // namespace

Signalling::Signalling(Schedule& schedule, Choices& choices, const Weather& weather, Recorder& recorder, Tell tell, Violation violation)
    : schedule_(schedule), choices_(choices), weather_(weather), recorder_(recorder), tell_(std::move(tell)), violation_(std::move(violation)) {}

void Signalling::start_server() {
  ++server_life_;
  RoomOptions options;
  options.authorize = has_tokens;
  options.participants_max = 64;  // those whose tab has crashed keep their places for a while
  options.journal = keeps_logs;
  server_ = std::make_unique<room::Switchboard>(std::move(options));
  server_wake_at_.reset();
  if (keeps_logs && server_life_ > 1) read_logs();
}

// A replica at the same position is equal: what was read is what the one before had in mind when it was killed.
void Signalling::read_logs() {
  for (const RoomEvent& event : logs_.read()) tell_server(event);
  if (test::logged_texts_of(*server_) != rooms_before_) violation_("a room that was read from its log is another than the one that wrote it");
  tell_server(event::JournalRead{});
  watch_calls(server_.get());
}

Millis Signalling::arrival(Millis& last) {
  last = std::max(last, schedule_.now + takes());
  return last - schedule_.now;
}

std::optional<ConnectionId> Signalling::socket_of(int who, int life) const {
  for (const auto& [id, socket] : sockets_) {
    if (socket.who == who && socket.life == life && socket.client_open) return id;
  }
  return std::nullopt;
}

void Signalling::open(int who, int life, std::uint32_t attempt, std::optional<ClassicQuery> query) {
  close(who, life);
  const ConnectionId id{"c" + std::to_string(++opened_)};
  Socket& socket = sockets_[id];
  socket.who = who;
  socket.life = life;
  socket.attempt = attempt;
  socket.client_open = true;
  schedule_.later(arrival(socket.to_server_at), [this, id, query] {
    const auto at = sockets_.find(id);
    if (at == sockets_.end() || !at->second.client_open) return;
    if (!server_ || (query && query->only_if_held && !has_tokens && !is_held(*query->only_if_held))) return lost_at_client(id, takes(), "connect error");
    at->second.server_open = true;
    event::ConnectionOpened opened;
    opened.connection = id;
    opened.session = SessionId{hexadecimal(choices_.next())};
    opened.secret = hexadecimal(choices_.next());
    if (query && query->dialect == DialectName::Codelab) {
      opened.dialect = DialectName::Codelab;
    } else if (query && query->dialect == DialectName::Plain) {
      opened.dialect = DialectName::Plain;
      opened.room = query->room.value;
      opened.device = opened_ % 2 == 0;
    } else if (query) {
      opened.dialect = DialectName::Classic;
      opened.user = query->user.value;
      if (!query->room.empty()) opened.room = query->room.value;
    }
    Millis& to_client_at = at->second.to_client_at;
    tell_server(opened);
    schedule_.later(arrival(to_client_at), [this, id] {
      const auto here = sockets_.find(id);
      if (here == sockets_.end() || !here->second.client_open || here->second.dead) return;
      tell_(here->second.who, here->second.life, event::TransportOpened{here->second.attempt});
    });
  });
}

void Signalling::close(int who, int life) {
  const auto id = socket_of(who, life);
  if (!id) return;
  Socket& socket = sockets_.at(*id);
  socket.client_open = false;
  lost_at_server(*id, arrival(socket.to_server_at), /*deliberate=*/!socket.dead);
}

bool Signalling::is_held(const Place& place) const {
  bool held = false;
  if (server_) server_->each_room([&](const room::Room& room) { held = held || (room.id() == place.room && room.has(place.user)); });
  return held;
}

void Signalling::send(int who, int life, const command::Send& send, std::optional<Place> only_if_held) {
  const auto id = socket_of(who, life);
  if (!id) return;
  Socket& socket = sockets_.at(*id);
  if (socket.dead || choices_.per_mille(weather_.frames_lost)) return;
  if (who != intruder && overhear) overhear(send);
  const int copies = choices_.per_mille(weather_.frames_doubled) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    ++frames_;
    schedule_.later(arrival(socket.to_server_at), [this, id = *id, server_life = server_life_, only_if_held, name = send.name, body = send.body] {
      const auto at = sockets_.find(id);
      if (at == sockets_.end() || !at->second.server_open || at->second.dead || server_life != server_life_) return;
      if (only_if_held && !is_held(*only_if_held)) return;
      last_frame_ = schedule_.now;
      tell_server(event::FrameArrived{id, name, body});
    });
  }
}

void Signalling::tell_server(const RoomEvent& event) {
  if (!server_) return;
  ++events_;
  auto step = server_->handle(schedule_.now, event);
  step.commands = test::one_by_one(step.commands);
  if (recorder_.is_on()) {
    recorder_.note(schedule_.now, "server <-", trace::write(event));
    for (const RoomCommand& command : step.commands) recorder_.note(schedule_.now, "server ->", trace::write(command));
  }
  if (step.commands.size() > kCommandsMax) violation_("S12: the server asks for " + std::to_string(step.commands.size()) + " things at once");
  look_for_calls(event, step.commands);
  check_reach(event, step.commands);
  if (step.wake_at != server_wake_at_) {
    server_wake_at_ = step.wake_at;
    ++server_wake_token_;
    wake_server();
  }
  for (RoomCommand& command : step.commands) {
    if (logs_.take(command)) continue;
    if (const auto* refused = std::get_if<command::RefuseLog>(&command)) violation_("a log is refused: " + refused->reason);
    if (const auto* out = std::get_if<command::Deliver>(&command)) {
      deliver(*out);
    } else if (const auto* close = std::get_if<command::CloseConnection>(&command)) {
      close_by_server(close->connection);
    } else if (const auto* question = std::get_if<command::Authorize>(&command)) {
      answer(*question);
    } else if (const auto* line = std::get_if<command::Log>(&command)) {
      watch_log(*line);
    }
  }
}

// S7, S8: what the intruder does is answered to itself alone, and ends nobody else's connection.
void Signalling::check_reach(const RoomEvent& event, const std::vector<RoomCommand>& commands) {
  if (intruder < 0) return;
  const ConnectionId* from = std::visit(
      [](const auto& one) -> const ConnectionId* {
        if constexpr (requires { one.connection; }) return &one.connection;
        return nullptr;
      },
      event);
  const auto is_intruders = [this](const ConnectionId& id) {
    const auto at = sockets_.find(id);
    return at == sockets_.end() || at->second.who == intruder;
  };
  if (from == nullptr || sockets_.count(*from) == 0 || !is_intruders(*from)) return;
  for (const RoomCommand& command : commands) {
    const auto* out = std::get_if<command::Deliver>(&command);
    const auto* close = std::get_if<command::CloseConnection>(&command);
    // Whom it leaves as host hands that on: the other's row goes with the word that it has left.
    const bool under_its_name = out != nullptr && intruder_name && out->body.find('"' + *intruder_name + '"') != std::string::npos &&
                                out->body.find("\"from\":\"p") == std::string::npos;
    if (out != nullptr && !is_intruders(out->connection) && !under_its_name) violation_("S7: the intruder reaches somebody: " + out->body.substr(0, 200));
    if (close != nullptr && !is_intruders(close->connection)) violation_("S8: the intruder ends somebody's connection");
  }
}

void Signalling::answer(const command::Authorize& question) {
  const bool allowed = question.token == token_of(question.user);
  schedule_.later(takes(), [this, operation = question.operation, allowed, life = server_life_] {
    if (life == server_life_) tell_server(event::Authorized{operation, allowed, Role::Guest});
  });
}

// Looked at only where something may be new: most of what a server does is to pass on.
void Signalling::look_for_calls(const RoomEvent& event, const std::vector<RoomCommand>& commands) {
  const bool told = std::any_of(commands.begin(), commands.end(), [](const RoomCommand& command) {
    const auto* out = std::get_if<command::Deliver>(&command);
    return out != nullptr && out->body.find("\"type\":\"call\"") != std::string::npos;
  });
  if (told || std::holds_alternative<event::TimePassed>(event)) watch_calls(server_.get());
}

void Signalling::wake_server() {
  if (!server_wake_at_) return;
  const Millis delay = std::max(*server_wake_at_ - schedule_.now, Millis{1});
  schedule_.later(delay, [this, token = server_wake_token_, life = server_life_] {
    if (token != server_wake_token_ || life != server_life_) return;
    server_wake_at_.reset();
    tell_server(event::TimePassed{});
  });
}

void Signalling::deliver(const command::Deliver& deliver) {
  const auto at = sockets_.find(deliver.connection);
  if (at == sockets_.end() || !at->second.server_open) return violation_("S7: the server speaks to a connection that is closed");
  Socket& socket = at->second;
  if (socket.dead || !socket.client_open || choices_.per_mille(weather_.frames_lost)) return;
  const int copies = choices_.per_mille(weather_.frames_doubled) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    ++frames_;
    schedule_.later(arrival(socket.to_client_at), [this, id = deliver.connection, name = deliver.name, body = deliver.body] {
      const auto here = sockets_.find(id);
      if (here == sockets_.end() || !here->second.client_open || here->second.dead) return;
      last_frame_ = schedule_.now;
      tell_(here->second.who, here->second.life, event::MessageArrived{here->second.attempt, name, body});
    });
  }
}

void Signalling::close_by_server(const ConnectionId& id) {
  const auto at = sockets_.find(id);
  if (at == sockets_.end() || !at->second.server_open) return violation_("the server closes a connection twice");
  at->second.server_open = false;
  if (!at->second.dead) lost_at_client(id, arrival(at->second.to_client_at), "io server disconnect");
}

void Signalling::lost_at_client(const ConnectionId& id, Millis delay, std::string reason) {
  schedule_.later(delay, [this, id, reason = std::move(reason)] {
    const auto at = sockets_.find(id);
    if (at == sockets_.end() || !at->second.client_open) return;
    const Socket socket = at->second;
    at->second.client_open = false;
    if (!socket.server_open) sockets_.erase(at);
    tell_(socket.who, socket.life, event::TransportClosed{socket.attempt, reason});
  });
}

void Signalling::lost_at_server(const ConnectionId& id, Millis delay, bool deliberate) {
  schedule_.later(delay, [this, id, deliberate] {
    const auto at = sockets_.find(id);
    if (at == sockets_.end()) return;
    const bool was_open = at->second.server_open;
    at->second.server_open = false;
    if (!at->second.client_open) sockets_.erase(at);
    if (was_open) tell_server(event::ConnectionClosed{id, deliberate});
  });
}

void Signalling::cut(int who, Millis server_notices) {
  for (auto& [id, socket] : sockets_) {
    if (socket.who != who || !socket.client_open) continue;
    socket.dead = true;
    lost_at_client(id, {0}, "transport close");
    lost_at_server(id, server_notices, false);
  }
}

void Signalling::half_open(int who, Millis noticed) {
  for (auto& [id, socket] : sockets_) {
    if (socket.who != who || !socket.client_open) continue;
    socket.dead = true;
    lost_at_client(id, noticed + choices_.between({0}, {3'000}), "ping timeout");
    lost_at_server(id, noticed + choices_.between({0}, {3'000}), false);
  }
}

void Signalling::vanish(int who) {
  for (auto& [id, socket] : sockets_) {
    if (socket.who != who || !socket.client_open) continue;
    socket.client_open = false;
    lost_at_server(id, arrival(socket.to_server_at), false);
  }
}

void Signalling::restart_server(Millis away) {
  if (!server_) return;
  if (keeps_logs) rooms_before_ = test::logged_texts_of(*server_);
  server_.reset();
  if (!keeps_logs) watch_calls(nullptr);
  ++server_life_;
  for (auto& [id, socket] : sockets_) {
    socket.dead = true;
    socket.server_open = false;
    if (socket.client_open) lost_at_client(id, choices_.between({0}, {500}), "transport close");
  }
  schedule_.later(away, [this] {
    if (!server_) start_server();
  });
}

void Signalling::calm_down() {
  if (!server_) start_server();
  for (auto& [id, socket] : sockets_) {
    if (!socket.dead) continue;
    lost_at_client(id, {0}, "ping timeout");
    lost_at_server(id, {0}, false);
  }
}

}  // namespace meetwire::simulation
