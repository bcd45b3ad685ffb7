// What the server's core asks of its host.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/client_commands.hpp"
#include "core/errors.hpp"
#include "core/ids.hpp"

namespace meetwire {

enum class LogLevel : std::uint8_t { Debug, Info, Warning };
constexpr auto names_of(LogLevel) { return std::array<std::string_view, 3>{"debug", "info", "warn"}; }

namespace command {

struct Deliver {
  static constexpr std::string_view kType = "deliver";
  ConnectionId connection;
  std::string name;  // of the socket.io event
  std::string body;  // JSON text
  BodyForm form = BodyForm::Text;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("connection", self.connection);
    visit("name", self.name);
    visit("body", self.body);
    visit("form", self.form);
  }
};

struct Recipient {
  ConnectionId connection;
  std::string head;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("connection", self.connection);
    visit("head", self.head);
  }
};

// One Deliver for each of several connections, with what they have in common once. The body of each is its head, `body`,
// which is JSON by itself, and `tail`.
struct Distribute {
  static constexpr std::string_view kType = "distribute";
  std::vector<Recipient> to;
  std::string name;
  std::string body;
  std::string tail;
  BodyForm form = BodyForm::Text;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("to", self.to);
    visit("name", self.name);
    visit("body", self.body);
    visit("tail", self.tail);
    visit("form", self.form);
  }
};

// Everything delivered before it still goes out.
struct CloseConnection {
  static constexpr std::string_view kType = "close_connection";
  ConnectionId connection;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("connection", self.connection);
  }
};

// To a plain client, who can be told by the handshake only: its socket may be opened, or is refused, and never was one.
struct AnswerHandshake {
  static constexpr std::string_view kType = "answer_handshake";
  ConnectionId connection;
  std::optional<Failure> error;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("connection", self.connection);
    visit("error", self.error);
  }
};

// Does the other end of this connection still answer? A client of a dialect without resume has come back under the id
// that this connection holds. The host sends a transport-level ping; without an answer by the deadline it closes the
// connection, and event::ConnectionClosed follows. A host that cannot ask does nothing: the newcomer is then refused.
struct ProbeConnection {
  static constexpr std::string_view kType = "probe_connection";
  ConnectionId connection;
  std::uint32_t deadline_ms = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("connection", self.connection);
    visit("deadlineMs", self.deadline_ms);
  }
};

// May this user enter this room with this token, or stay in it (`renewal`)? Ends with event::Authorized, always: a renewal
// has no deadline here.
struct Authorize {
  static constexpr std::string_view kType = "authorize";
  OperationId operation = 0;
  RoomId room;
  UserId user;
  std::string token;
  bool renewal = false;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("operation", self.operation);
    visit("room", self.room);
    visit("user", self.user);
    visit("token", self.token);
    visit("renewal", self.renewal);
  }
};

// One structured line. Never holds message content, tokens or secrets.
struct Log {
  static constexpr std::string_view kType = "log";
  LogLevel level = LogLevel::Info;
  std::string message;  // a fixed phrase
  std::optional<ConnectionId> connection;
  std::optional<RoomId> room;
  std::optional<UserId> user;
  std::optional<std::string> detail;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("level", self.level);
    visit("message", self.message);
    visit("connection", self.connection);
    visit("room", self.room);
    visit("user", self.user);
    visit("detail", self.detail);
  }
};

// The figures of the health endpoint, whenever they change.
struct CountChanged {
  static constexpr std::string_view kType = "count_changed";
  std::uint32_t connections = 0;
  std::uint32_t rooms = 0;
  std::uint32_t members = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("connections", self.connections);
    visit("rooms", self.rooms);
    visit("members", self.members);
  }
};

// To the end of the room's log, and in it before anything that follows in this step is done: what is delivered was kept.
struct AppendEntry {
  static constexpr std::string_view kType = "append_entry";
  RoomId room;  // empty: of those online in no room
  std::int64_t at = 0;  // milliseconds, the step's time
  std::string entry;    // JSON text
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("room", self.room);
    visit("at", self.at);
    visit("entry", self.entry);
  }
};

// In place of the room's whole log up to here: what came of it.
struct StoreRoom {
  static constexpr std::string_view kType = "store_room";
  RoomId room;
  std::string value;  // JSON text
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("room", self.room);
    visit("value", self.value);
  }
};

// The room is no more, nor is its log needed.
struct ForgetRoom {
  static constexpr std::string_view kType = "forget_room";
  RoomId room;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("room", self.room);
  }
};

// What event::RoomRead brought is no room's log, or is of a later version: there is no such room, and its log should be set
// aside, where a person can look at it.
struct RefuseLog {
  static constexpr std::string_view kType = "refuse_log";
  RoomId room;
  std::string reason;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("room", self.room);
    visit("reason", self.reason);
  }
};

}  // namespace command

using RoomCommand =
    std::variant<command::Deliver, command::Distribute, command::CloseConnection, command::ProbeConnection,
                 command::Authorize, command::Log, command::CountChanged, command::AnswerHandshake, command::AppendEntry,
                 command::StoreRoom, command::ForgetRoom, command::RefuseLog>;

}  // namespace meetwire
