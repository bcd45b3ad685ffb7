// What happens to the server's core: sockets, their messages, the host's answers, the clock.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/errors.hpp"
#include "core/ids.hpp"
#include "core/participant.hpp"
#include "core/time_event.hpp"

namespace meetwire {

// Given once, at construction. Absent numbers: the limits table's.
struct RoomOptions {
  std::string ice_servers = "[]";  // JSON of RTCIceServer[], handed to members
  bool authorize = false;          // ask the host about every newcomer (command::Authorize)
  std::optional<std::uint32_t> participants_max;
  std::optional<std::uint32_t> resume_window_ms;
  std::optional<bool> lobby;  // newcomers wait until a host admits them, unless a host says otherwise
  std::optional<std::uint32_t> chat_history_max;  // messages kept for those who come later; 0: none
  std::optional<std::uint32_t> plain_participants_max;  // in a room with a plain client in it
  std::optional<bool> own_ice_servers;  // each member has its own: ask the host, also where it authorizes nobody
  std::optional<bool> journal;  // the host keeps the rooms' logs: command::AppendEntry and those beside it

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("iceServers", self.ice_servers);
    visit("authorize", self.authorize);
    visit("participantsMax", self.participants_max);
    visit("resumeWindowMs", self.resume_window_ms);
    visit("lobby", self.lobby);
    visit("chatHistoryMax", self.chat_history_max);
    visit("plainParticipantsMax", self.plain_participants_max);
    visit("ownIceServers", self.own_ice_servers);
    visit("journal", self.journal);
  }
};

namespace event {

// A socket is up. The host makes its session and secret (128 random bits or more each), as the core has no randomness.
struct ConnectionOpened {
  static constexpr std::string_view kType = "connection_opened";
  ConnectionId connection;
  SessionId session;
  std::string secret;
  // What the connection's handshake says it speaks: meetwire, classic, or codelab where it says nothing at all. A plain one has
  // its room here too, and no user; its handshake waits for command::AnswerHandshake.
  DialectName dialect = DialectName::Meetwire;
  // Classic identity, from the query string, percent-decoded; absent where the query lacks them.
  std::optional<std::string> user;
  std::optional<std::string> room;
  std::optional<std::string> name;  // `nickname`: its presence marks the later edition
  std::optional<std::string> publisher;  // `pub`
  std::optional<bool> device;  // plain: a device and no page; the room's plain members before it are put out
  // Who is behind it, as far as the host can tell: its network address, or a name for several of them. What one address
  // may use has bounds; absent: none but those of the connection.
  std::optional<std::string> address;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("connection", self.connection);
    visit("session", self.session);
    visit("secret", self.secret);
    visit("dialect", self.dialect);
    visit("user", self.user);
    visit("room", self.room);
    visit("name", self.name);
    visit("publisher", self.publisher);
    visit("device", self.device);
    visit("address", self.address);
  }
};

struct ConnectionClosed {
  static constexpr std::string_view kType = "connection_closed";
  ConnectionId connection;
  bool deliberate = false;  // the client said so (a disconnect packet), as against a lost socket; whoever can resume may do so
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("connection", self.connection);
    visit("deliberate", self.deliberate);
  }
};

struct FrameArrived {
  static constexpr std::string_view kType = "frame_arrived";
  ConnectionId connection;
  std::string name;
  std::string body;  // the event's first argument as JSON text; empty when there was none
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("connection", self.connection);
    visit("name", self.name);
    visit("body", self.body);
  }
};

// The host's word on command::Authorize.
struct Authorized {
  static constexpr std::string_view kType = "authorized";
  OperationId operation = 0;
  bool allowed = false;
  Role role = Role::Guest;
  std::optional<ErrorCode> error;           // why not; absent: token-refused
  std::optional<std::string> name;          // the token's, in place of the one in the hello; not to be changed
  std::optional<std::string> ice_servers;   // JSON of RTCIceServer[], for this member; absent: the same for all, or as before
  std::optional<std::uint32_t> expires_in_ms;  // the place ends then, unless renewed; absent: never
  std::optional<std::uint32_t> renew_in_ms;    // when the client should renew; absent: not at all
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("operation", self.operation);
    visit("allowed", self.allowed);
    visit("role", self.role);
    visit("error", self.error);
    visit("name", self.name);
    visit("iceServers", self.ice_servers);
    visit("expiresInMs", self.expires_in_ms);
    visit("renewInMs", self.renew_in_ms);
  }
};

// The process is about to end: who has a place stays and may come back to it, newcomers are refused (server-closing).
struct DrainRequested {
  static constexpr std::string_view kType = "drain_requested";
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

// The process ends: tell everyone, then close.
struct ShutdownRequested {
  static constexpr std::string_view kType = "shutdown_requested";
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

struct ReadEntry {
  static constexpr std::string_view kType = "read_entry";
  std::int64_t at = 0;  // as command::AppendEntry had it
  std::string entry;    // likewise
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("at", self.at);
    visit("entry", self.entry);
  }
};

// One room's log, as the journal had it: before any connection is opened.
struct RoomRead {
  static constexpr std::string_view kType = "room_read";
  RoomId room;
  std::string value;  // as command::StoreRoom had it; empty: none was stored
  std::vector<ReadEntry> entries;  // after it
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("room", self.room);
    visit("value", self.value);
    visit("entries", self.entries);
  }
};

// That was all: whoever was connected then is so no longer.
struct JournalRead {
  static constexpr std::string_view kType = "journal_read";
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

}  // namespace event

using RoomEvent = std::variant<event::ConnectionOpened, event::ConnectionClosed, event::FrameArrived, event::Authorized,
                               event::DrainRequested, event::ShutdownRequested, event::TimePassed, event::RoomRead,
                               event::JournalRead>;

}  // namespace meetwire
