// A server in a test: the real switchboard, and clients that speak to it through the real dialects of both sides.
// No sockets, no time of its own. Whatever the server says after closing a connection is a failure by itself.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/dialects/classic.hpp"
#include "protocol/dialects/meetwire1.hpp"
#include "protocol/dialects/plain.hpp"
#include "room/switchboard.hpp"
#include "support/catch.hpp"
#include "support/deliveries.hpp"
#include "support/kept_logs.hpp"

namespace meetwire::test {

using namespace protocol;

struct TestClient {
  std::unique_ptr<ClientDialect> dialect;
  UserId user;
  std::vector<Frame> frames;              // as they came, since the last look
  std::vector<ServerMessage> heard;       // decoded, since the last look
  std::vector<std::uint64_t> numbers;     // beside `heard`; 0: unnumbered
  std::uint64_t received = 0;
  std::size_t repeats = 0;                // numbered messages that had come in before; not among `heard`
  std::string secret;
  bool closed = false;
  std::optional<command::AnswerHandshake> handshake;  // of a plain one
};

class ServerWorld {
 public:
  explicit ServerWorld(RoomOptions options = {}, Limits limits = kDefaultLimits)
      : board(std::move(options), limits), limits_(limits) {}

  // Written short in tests, and as long as one has to be.
  static std::string as_secret(std::string text) {
    if (!text.empty()) text.resize(std::max(text.size(), kDefaultLimits.secret_bytes_min), '-');
    return text;
  }

  // ---- coming and going

  TestClient& open(const std::string& id) {
    TestClient& client = clients[id];
    client = TestClient{};
    client.dialect = make_meetwire_client(limits_);
    event::ConnectionOpened opened;
    opened.connection = ConnectionId{id};
    opened.session = SessionId{"session-" + id};
    opened.secret = as_secret("secret-" + id);
    opened.address = address;
    handle(opened);
    return client;
  }

  TestClient& open_classic(const std::string& id, std::optional<std::string> user, std::optional<std::string> room,
                           std::optional<std::string> nickname = "nick", std::optional<std::string> publisher = {}) {
    TestClient& client = clients[id];
    client = TestClient{};
    client.user = UserId{user.value_or("")};
    client.dialect = make_classic_client(RoomId{room.value_or("")}, client.user, nickname.value_or(""), limits_);
    event::ConnectionOpened opened;
    opened.connection = ConnectionId{id};
    opened.session = SessionId{"session-" + id};
    opened.secret = as_secret("secret-" + id);
    opened.address = address;
    opened.dialect = DialectName::Classic;
    opened.user = std::move(user);
    opened.room = std::move(room);
    opened.name = std::move(nickname);
    opened.publisher = std::move(publisher);
    handle(opened);
    return client;
  }

  TestClient& open_plain(const std::string& id, const std::string& room, bool device = false) {
    TestClient& client = clients[id];
    client = TestClient{};
    client.user = UserId{"plain-session-" + id};
    client.dialect = make_plain_client(client.user, limits_);
    event::ConnectionOpened opened;
    opened.connection = ConnectionId{id};
    opened.session = SessionId{"session-" + id};
    opened.address = address;
    opened.dialect = DialectName::Plain;
    opened.room = room;
    opened.device = device;
    handle(opened);
    return client;
  }

  // The hello of a connection whose id is the user's too, as most tests need no more.
  TestClient& join(const std::string& id, const std::string& room) { return join_as(id, id, room); }

  TestClient& join_as(const std::string& id, const std::string& user, const std::string& room) {
    open(id);
    say(id, hello(user, room));
    return clients[id];
  }

  TestClient& come_back(const std::string& id, const std::string& user, const std::string& room,
                        const std::string& secret, std::uint64_t received) {
    open(id);
    Hello back = hello(user, room);
    back.resume = as_secret(secret);
    back.received = received;
    say(id, back);
    return clients[id];
  }

  static Hello hello(const std::string& user, const std::string& room) {
    Hello hello;
    hello.user = UserId{user};
    hello.room = RoomId{room};
    hello.name = "Name of " + user;
    return hello;
  }

  void lose(const std::string& id) { handle(event::ConnectionClosed{ConnectionId{id}, false}); }
  void hang_up(const std::string& id) { handle(event::ConnectionClosed{ConnectionId{id}, true}); }

  // ---- talking

  void say(const std::string& id, ClientMessage message) { say_all(id, {std::move(message)}); }
  void say_all(const std::string& id, const std::vector<ClientMessage>& messages) {
    TestClient& client = clients.at(id);
    const bool acknowledges = acknowledging && client.dialect->name() == DialectName::Meetwire;
    for (const Frame& frame : client.dialect->encode(messages, acknowledges ? client.received : 0)) {
      say_raw(id, frame.name, frame.body);
    }
  }
  void say_raw(const std::string& id, const std::string& name, const std::string& body) {
    handle(event::FrameArrived{ConnectionId{id}, name, body});
  }
  void pass(std::int64_t milliseconds) {
    now = now + Millis{milliseconds};
    // As a host does: at the deadline, not before it.
    if (wake_at && *wake_at <= now) handle(event::TimePassed{});
  }

  void handle(const RoomEvent& event) {
    const Step<RoomCommand> step = board.handle(now, event);
    wake_at = step.wake_at;
    for (const RoomCommand& command : one_by_one(step.commands)) carry_out(command);
  }

  // ---- looking

  const Limits& limits() const { return limits_; }
  TestClient& at(const std::string& id) { return clients.at(id); }

  void clear() {
    for (auto& [id, client] : clients) {
      client.frames.clear();
      client.heard.clear();
      client.numbers.clear();
    }
    logs.clear();
  }

  // All of one kind that this client has heard since the last clear().
  template <class Message>
  std::vector<Message> heard(const std::string& id) {
    std::vector<Message> found;
    for (const ServerMessage& message : clients.at(id).heard) {
      if (const auto* one = std::get_if<Message>(&message)) found.push_back(*one);
    }
    return found;
  }
  template <class Message>
  Message only(const std::string& id) {
    const auto found = heard<Message>(id);
    REQUIRE(found.size() == 1);
    return found.front();
  }
  // The error of the only message of this kind.
  template <class Message>
  ErrorCode error(const std::string& id) {
    return only<Message>(id).error.code;
  }
  bool logged(const std::string& phrase) const {
    return std::any_of(logs.begin(), logs.end(), [&](const auto& line) { return line.message == phrase; });
  }
  // The frames that this client got, as text, one after the other.
  std::string frames(const std::string& id) {
    std::string out;
    for (const Frame& frame : clients.at(id).frames) out += frame.name + " " + frame.body + "\n";
    return out;
  }

  room::Switchboard board;
  Millis now{1'000'000};
  std::optional<Millis> wake_at;
  std::map<std::string, TestClient> clients;
  std::vector<command::Authorize> questions;
  std::vector<command::ProbeConnection> probes;
  std::vector<command::Log> logs;
  command::CountChanged counts;
  bool acknowledging = true;
  KeptLogs kept;  // with RoomOptions::journal
  std::vector<command::RefuseLog> refused;
  std::optional<std::string> address;  // of those who connect from now on

 private:
  void carry_out(const RoomCommand& command) {
    if (kept.take(command)) return;
    if (const auto* refusal = std::get_if<command::RefuseLog>(&command)) {
      refused.push_back(*refusal);
    } else if (const auto* deliver = std::get_if<command::Deliver>(&command)) {
      receive(*deliver);
    } else if (const auto* close = std::get_if<command::CloseConnection>(&command)) {
      TestClient& client = clients.at(close->connection.value);
      REQUIRE_FALSE(client.closed);
      client.closed = true;
    } else if (const auto* question = std::get_if<command::Authorize>(&command)) {
      questions.push_back(*question);
    } else if (const auto* probe = std::get_if<command::ProbeConnection>(&command)) {
      probes.push_back(*probe);
    } else if (const auto* line = std::get_if<command::Log>(&command)) {
      logs.push_back(*line);
    } else if (const auto* answer = std::get_if<command::AnswerHandshake>(&command)) {
      clients.at(answer->connection.value).handshake = *answer;
    } else {
      counts = std::get<command::CountChanged>(command);
    }
  }

  void receive(const command::Deliver& deliver) {
    TestClient& client = clients.at(deliver.connection.value);
    REQUIRE_FALSE(client.closed);
    client.frames.push_back({deliver.name, deliver.body, deliver.form});
    Decoded<ServerMessage> decoded = client.dialect->decode(deliver.name, deliver.body);
    std::size_t at = 0;
    for (ServerMessage& message : decoded.messages) {
      const std::uint64_t number = decoded.first_number != 0 && at < decoded.numbered ? decoded.first_number + at : 0;
      ++at;
      if (const auto* welcome = std::get_if<Welcome>(&message)) {
        client.secret = welcome->secret;
        client.user = welcome->self.user;
        if (!welcome->resumed) client.received = 0;
      }
      if (number > 0 && number <= client.received) {
        ++client.repeats;
        continue;
      }
      client.numbers.push_back(number);
      if (number > 0) client.received = number;
      client.heard.push_back(std::move(message));
    }
  }

  Limits limits_;
};

inline SignalTo offer_to(const std::string& user, const std::string& sdp = "v=0 offer") {
  SignalTo signal;
  signal.to = UserId{user};
  signal.pair = PairMessage{1, 0, 1, 0, {}, Offer{sdp, {{"0", Slot::Microphone}}}};
  return signal;
}

inline ChatSubmitted chat(const std::string& id, const std::string& text, std::optional<std::string> to = {}) {
  ChatSubmitted chat;
  chat.id = id;
  chat.text = text;
  if (to) chat.to = UserId{*to};
  return chat;
}

}  // namespace meetwire::test
