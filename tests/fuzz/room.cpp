// The whole server's core with real dialects, fed what sockets, the host and the clock may bring, frames whole and mutated.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/machine.hpp"
#include "fuzz/messages.hpp"
#include "fuzz/strict_json.hpp"
#include "protocol/dialects/classic.hpp"
#include "protocol/dialects/codelab.hpp"
#include "protocol/dialects/meetwire1.hpp"
#include "protocol/dialects/plain.hpp"
#include "room/switchboard.hpp"
#include "support/deliveries.hpp"
#include "support/kept_logs.hpp"

namespace {

using namespace fuzz;

Limits small_limits() {
  Limits limits;
  limits.participants_max = 4;
  limits.rooms_max = 2;
  limits.resume_messages_max = 128;
  limits.resume_bytes_max = 4096;
  limits.chat_ids_remembered_max = 8;
  limits.calls_open_max = 2;
  limits.calls_remembered_max = 4;
  limits.rate_strikes_max = 200;
  limits.requests_remembered_max = 8;
  limits.attributes_bytes_max = limits.metadata_bytes_max = 256;
  limits.lobby_max = limits.removed_max = 3;
  return limits;
}

class Host {
 public:
  explicit Host(Bytes& choices) : bytes(choices), speaker(choices), switchboard_options(options()), switchboard(switchboard_options, small_limits()) {}

  void act() {
    switch (bytes.pick(16)) {
      case 0: case 1: return open();
      case 2: return shut(bytes.one_in(2));
      case 3: return greet();
      case 4: case 5: case 6: case 7: case 8: case 9: return say();
      case 10: return sockets.empty() ? void() : frame(pick_socket(), event_name(), bytes.line());
      case 11: return answer();
      case 12: return clock.advance(bytes.pick(60) * 200, [&] { feed_once(event::TimePassed{}); });
      case 13: return bytes.one_in(30) ? end() : feed(event::FrameArrived{ConnectionId{"nobody"}, "msg", "1"});
      case 14: return bytes.one_in(4) ? feed(event::Authorized{speaker.number(), bytes.one_in(2), bytes.any<Role>()}) : answer();
      default: return bytes.one_in(5) ? flood() : say();
    }
  }

  // Everybody goes, and what they have left behind goes with the time.
  void finish_all() {
    check_logs();
    while (!sockets.empty()) {
      const ConnectionId id = sockets.begin()->first;
      sockets.erase(id);
      feed(event::ConnectionClosed{id, false});
    }
    clock.run(120'000, 500, [&] { feed_once(event::TimePassed{}); });
    promise(!clock.wake_at, "a server without anybody waits for something");
    promise(switchboard.held() == 0, "something of those who have left stays behind");
  }

 private:
  struct Socket {
    UserId user;
    RoomId room;
    std::string secret;
    bool classic = false;
    bool codelab = false;
    bool plain = false;
    bool pending = false;  // a plain one whose handshake has had no answer
    std::unique_ptr<ClientDialect> dialect;
  };

  RoomOptions options() {
    RoomOptions out;
    out.authorize = bytes.one_in(2);
    out.lobby = bytes.one_in(3);
    out.journal = true;
    return out;
  }
  void end() {
    ended = true;
    feed(event::ShutdownRequested{});
  }

  // Whoever reads the logs has the rooms that wrote them.
  void check_logs() {
    if (ended) return;
    room::Switchboard reader(switchboard_options, small_limits());
    for (const RoomEvent& event : logs.read()) {
      for (const RoomCommand& command : reader.handle(clock.now, event).commands) promise(!std::holds_alternative<command::RefuseLog>(command), "a log of ours is refused");
    }
    promise(test::logged_texts_of(reader) == test::logged_texts_of(switchboard), "a room that was read from its log is another than the one that wrote it");
  }

  const ConnectionId& pick_socket() {
    auto at = sockets.begin();
    std::advance(at, bytes.pick(static_cast<unsigned>(std::min<std::size_t>(sockets.size(), 90))));
    return at->first;
  }
  std::string event_name() {
    constexpr std::array<std::string_view, 8> kNames{"meetwire", "msg", "offer", "answer", "candidate", "call", "roomUserList", "x"};
    return std::string(bytes.of(kNames));
  }

  void open() {
    const ConnectionId id{"c" + std::to_string(++last_connection)};
    Socket socket;
    socket.user = speaker.user();
    socket.room = RoomId{bytes.one_in(4) ? "q" : bytes.one_in(5) ? "" : "r"};
    socket.classic = bytes.one_in(3);
    socket.codelab = !socket.classic && bytes.one_in(4);
    // Without a choice of its own, so that inputs kept from earlier still say the same.
    socket.plain = !socket.classic && !socket.codelab && last_connection % 5 == 0;
    socket.secret = "the secret of one" + socket.user.value;
    event::ConnectionOpened opened{id, SessionId{"s" + std::to_string(bytes.pick(3))}, socket.secret, DialectName::Meetwire, {}, {}, {}, {}, {}};
    if (socket.classic) {
      opened.dialect = DialectName::Classic;
      opened.user = socket.user.value;
      if (!bytes.one_in(4)) opened.room = socket.room.value;
      if (bytes.one_in(2)) opened.name = speaker.text();
      if (bytes.one_in(4)) opened.publisher = speaker.text();
      socket.dialect = make_classic_client(socket.room, socket.user, "N", kDefaultLimits);
    } else if (socket.codelab) {
      opened.dialect = DialectName::Codelab;
      socket.dialect = make_codelab_client(socket.room, socket.user, "N", kDefaultLimits);
    } else if (socket.plain) {
      opened.dialect = DialectName::Plain;
      opened.room = socket.room.value;
      opened.device = last_connection % 3 == 0;
      socket.pending = true;
      socket.dialect = make_plain_client(socket.user, kDefaultLimits);
    } else {
      socket.dialect = make_meetwire_client(kDefaultLimits);
    }
    const bool greets = !socket.classic && !socket.plain && !bytes.one_in(4);
    Hello hello;
    if (!socket.room.empty()) hello.room = socket.room;
    hello.user = socket.user;
    if (bytes.one_in(3)) hello.resume = socket.secret;
    hello.received = bytes.pick(5);
    std::vector<protocol::Frame> frames = greets ? socket.dialect->encode({hello}, 0) : std::vector<protocol::Frame>{};
    sockets.emplace(id, std::move(socket));
    feed(opened);
    for (const protocol::Frame& one : frames) frame(id, one.name, one.body);
  }
  void shut(bool deliberate) {
    if (sockets.empty()) return;
    const ConnectionId id = pick_socket();
    sockets.erase(id);
    feed(event::ConnectionClosed{id, deliberate});
  }
  void frame(ConnectionId id, std::string name, std::string body) {
    if (sockets.count(id) > 0) feed(event::FrameArrived{std::move(id), std::move(name), std::move(body)});
  }
  void greet() {
    if (sockets.empty()) return;
    const ConnectionId id = pick_socket();
    Socket& socket = sockets.at(id);
    Hello hello;
    if (!socket.room.empty()) hello.room = socket.room;
    hello.user = socket.user;
    for (protocol::Frame& one : socket.dialect->encode({hello}, 0)) frame(id, one.name, one.body);
  }
  void say() {
    if (sockets.empty()) return;
    const ConnectionId id = pick_socket();
    Socket& socket = sockets.at(id);
    std::vector<ClientMessage> messages;
    for (unsigned i = bytes.pick(3) + 1; i > 0; --i) messages.push_back(speaker.client_message(socket.room, socket.user, socket.secret));
    for (protocol::Frame& one : socket.dialect->encode(messages, bytes.one_in(3) ? bytes.pick(30) : 0)) {
      frame(id, one.name, speaker.mutated(std::move(one.body)));
    }
  }
  void answer() {
    if (questions.empty()) return;
    const OperationId operation = questions.back();
    questions.pop_back();
    feed(event::Authorized{operation, !bytes.one_in(4), bytes.any<Role>()});
  }

  // One socket says ever new things, slowly enough for its rate: what is kept for others has bounds of its own.
  void flood() {
    if (sockets.empty()) return;
    const ConnectionId id = pick_socket();
    const unsigned kind = bytes.pick(5);
    const UserId to = speaker.user();
    // The logs are the host's: on a disk, elsewhere.
    const std::size_t before = bytes_held() - logs.bytes();
    for (int i = 0; i < 80 && sockets.count(id) > 0; ++i) {
      ClientMessage message = ChatSubmitted{speaker.fresh(), "x", {}, {}};
      if (kind == 1) message = RelayTo{RelayKind::Call, UserId{speaker.fresh()}, "{}"};
      if (kind == 4) message = CallSubmitted{CallId{speaker.fresh() + std::string(100, '.')}, bytes.any<CallAction>(), to, 0, std::string(200, 'w')};
      if (kind == 2 || kind == 3) {
        // Long where a candidate is not measured by what it says.
        Candidate long_one{"x", std::string(3000, 'm'), std::nullopt, std::nullopt};
        PairMessage pair{.incarnation = 1, .believed = 0, .sequence = 1, .acknowledged = 0, .body = Candidates{{long_one}}};
        if (kind == 3) pair.body = Offer{"v=0", {{std::string(3000, 'm'), Slot::Camera}}};
        message = SignalTo{to, {}, std::move(pair), {}};
      }
      for (protocol::Frame& one : sockets.at(id).dialect->encode({message}, 0)) {
        feed_once(event::FrameArrived{id, std::move(one.name), std::move(one.body)});
      }
      clock.now = clock.now + Millis{1};
    }
    promise(bytes_held() - logs.bytes() < before + 64 * 1024, "the server's memory grows with what a member says");
    clock.settle([&] { feed_once(event::TimePassed{}); });
  }

  void feed(const RoomEvent& event) {
    feed_once(event);
    clock.settle([&] { feed_once(event::TimePassed{}); });
  }
  void feed_once(const RoomEvent& event) {
    Step<RoomCommand> step = switchboard.handle(clock.now, event);
    clock.wake_at = step.wake_at;
    promise(step.commands.size() <= 1'024, "more commands of one event than a room can need");
    for (const RoomCommand& command : test::one_by_one(step.commands)) std::visit(*this, command);
  }

 public:
  void operator()(const command::Deliver& deliver) {
    const auto socket = sockets.find(deliver.connection);
    promise(socket != sockets.end(), "something is delivered to a closed connection");
    promise(!socket->second.pending, "something is delivered before the socket is open");
    promise(StrictJson(deliver.body).is_json(), "a frame of ours is not JSON");
    if (socket->second.classic || socket->second.codelab || socket->second.plain) return;
    const auto decoded = socket->second.dialect->decode(deliver.name, deliver.body);
    promise(decoded.failures.empty() && decoded.unknown == 0 && !decoded.messages.empty(), "a frame of ours is not understood");
  }
  void operator()(const command::AnswerHandshake& answer) {
    const auto socket = sockets.find(answer.connection);
    promise(socket != sockets.end() && socket->second.pending, "a handshake is answered that nobody waits for");
    socket->second.pending = false;
  }
  void operator()(const command::CloseConnection& close) { promise(sockets.erase(close.connection) == 1, "a connection closed twice"); }
  void operator()(const command::ProbeConnection& probe) { promise(sockets.count(probe.connection) == 1, "a probe of a closed connection"); }
  void operator()(const command::Authorize& question) { questions.push_back(question.operation); }
  template <class Other>
  void operator()(const Other& other) {
    logs.take(other);
  }

 private:
  Bytes& bytes;
  Speaker speaker;
  test::KeptLogs logs;
  RoomOptions switchboard_options;
  room::Switchboard switchboard;
  Clock clock;
  std::map<ConnectionId, Socket> sockets;
  std::vector<OperationId> questions;
  std::uint64_t last_connection = 0;
  bool ended = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return act_out<Host>(data, size); }
