// The classic dialect: the meeting course's socket.io protocol, both sides and both editions.
// Owns its wire forms and what its own defects make necessary to remember; decides nothing.
//
// What the protocol lacks stays lacking: no numbers, no resume, no receipts, no chat to one, no media states.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/ids.hpp"
#include "core/limits.hpp"
#include "protocol/dialects/dialect.hpp"

namespace meetwire::protocol {

// Our client at a classic server. It takes the server as it is:
// - The roster's reply is not ordered against `join` and `leave`: what happened since the request is put on top of it,
//   as a welcome followed by MemberJoined, and what came in before the first reply is held back until then.
// - In the first edition the server loses the payload of `msg`: the event comes back with nothing. Nobody has got the
//   chat then, so all own chat under way is settled with a failure (server-incompatible) and not as delivered.
// `room` empty: online, in none; then there is no roster, only calls.
std::unique_ptr<ClientDialect> make_classic_client(RoomId room, UserId self, std::string name, const Limits& limits);

// For a module without the above: it asks a classic server for the roster, so that this one shows what it is, and
// understands nothing.
std::unique_ptr<ClientDialect> make_classic_knock(RoomId room);

// Who is at the other end of a connection: from its query, judged before.
struct ClassicIdentity {
  UserId user;
  std::optional<RoomId> room;            // absent: online, in no room
  SessionId session;                     // makes ids for chat that comes without one
  std::optional<std::string> nickname;   // its presence marks the later edition
};

// A classic client at our server. Everything that goes in is stamped with the connection's identity: `userId` always,
// `from`, `nickname` and `roomId` where the payload has them. A `msg` payload that poses as one of the server's own
// envelopes (`join`, `offer`, …) is refused.
std::unique_ptr<ServerDialect> make_classic_server(ClassicIdentity identity, const Limits& limits);

}  // namespace meetwire::protocol
