// One connection at the server on its way from the open socket to a place, as a table.
// Owns the stages and what a connection has to remember; the switchboard does what the table says.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/time.hpp"
#include "protocol/dialects/dialect.hpp"
#include "protocol/messages.hpp"
#include "room/ledger.hpp"
#include "room/rate.hpp"
#include "room/room.hpp"

namespace meetwire::room {

enum class Stage : std::uint8_t {
  Greeting,     // the hello is awaited (classic clients say it with the query)
  Authorizing,  // the host is asked about the token
  Probing,      // the id is held by a connection that is being asked for a sign of life
  Waiting,      // in a room's lobby
  Joined,       // in a room, or online in none
};
constexpr auto names_of(Stage) {
  return std::array<std::string_view, 5>{"greeting", "authorizing", "probing", "waiting", "joined"};
}
inline constexpr std::size_t kStageCount = 5;

enum class Input : std::uint8_t { Hello, Message, Leave, Allowed, Denied, SeatFreed, DeadlinePassed, Renewal };
constexpr auto names_of(Input) {
  return std::array<std::string_view, 8>{"hello",  "message",    "leave",           "allowed",
                                         "denied", "seat-freed", "deadline-passed", "renewal"};
}
inline constexpr std::size_t kInputCount = 8;

enum class Action : std::uint8_t {
  Ignore,  // the missing entry: such an input belongs to no such stage
  Admit,
  Seat,
  Keep,  // for when the place is there
  ToRoom,
  Close,
  RefuseUnjoined,  // a problem; the connection stays
  RefuseSecond,    // likewise
  TurnAwayToken,   // refused, and closed
  TurnAwaySilent,
  TurnAwayTaken,
  PutOut,     // the place is given up, and the connection closed
  Renew,      // the host is asked about a fresh token
  Refresh,    // its word: what was renewed is told
  KeepOld,    // likewise: the token before holds until it expires
  Expire,     // the wait ends with its token
};
constexpr auto names_of(Action) {
  return std::array<std::string_view, 16>{
      "ignore",          "admit",         "seat",            "keep",             "to-room",         "close",
      "refuse-unjoined", "refuse-second", "turn-away-token", "turn-away-silent", "turn-away-taken", "put-out",
      "renew",           "refresh",       "keep-old",        "expire"};
}

using ConnectionTable = std::array<std::array<Action, kInputCount>, kStageCount>;

// Stage × input, in the order of the enumerators.
constexpr ConnectionTable make_connection_table() {
  using enum Action;
  return {{
      // hello         message         leave   allowed  denied         seat-freed  deadline-passed  renewal
      {{Admit,         RefuseUnjoined, Close,  Ignore,  Ignore,        Ignore,     TurnAwaySilent,  RefuseUnjoined}},  // greeting
      {{RefuseSecond,  Keep,           Close,  Seat,    TurnAwayToken, Ignore,     TurnAwaySilent,  Ignore}},          // authorizing
      {{RefuseSecond,  Keep,           Close,  Ignore,  Ignore,        Seat,       TurnAwayTaken,   Ignore}},          // probing
      {{RefuseSecond,  Keep,           ToRoom, Refresh, KeepOld,       Ignore,     Expire,          Renew}},           // waiting
      {{RefuseSecond,  ToRoom,         ToRoom, Refresh, KeepOld,       Ignore,     PutOut,          Renew}},           // joined
  }};
}
inline constexpr ConnectionTable kConnectionTable = make_connection_table();

constexpr Action action_for(Stage stage, Input input) {
  return kConnectionTable[static_cast<std::size_t>(stage)][static_cast<std::size_t>(input)];
}

struct Connection {
  ConnectionId id;
  std::unique_ptr<protocol::ServerDialect> dialect;
  std::shared_ptr<Account> account;
  TokenBucket bucket;          // of messages
  TokenBucket input;           // of bytes that it says
  TokenBucket spending;        // of bytes that it makes the server send
  Stage stage = Stage::Greeting;
  RoomId room;                 // empty: none
  Admission admission;         // filled by the hello
  std::string token;           // until the host has been asked
  OperationId operation = 0;   // of the question to the host; 0: none is open
  ErrorCode refusal = ErrorCode::TokenRefused;  // the host's last
  std::optional<Millis> expires_at;   // of the token; none: never
  std::optional<Millis> renewed_at;   // the host was asked the last time
  bool refreshed = false;             // since it knocked: what the room knows of it is older
  bool probed = false;         // the holder of the id has been asked already, and lives
  std::vector<protocol::ClientMessage> kept;
  std::size_t kept_bytes = 0;  // of all frames so far: what is kept is never more
  Charge kept_charge;
  std::uint32_t strikes = 0;   // frames over the rate
  std::uint32_t unknown = 0;   // messages of unknown types
  std::optional<Millis> rate_problem_at;
};

}  // namespace meetwire::room
