// The codelab dialect: "create or join", two people a room, both sides and all variants of the reference server.
// Owns its wire forms and what its own defects make necessary to remember; decides nothing.
//
// What the protocol lacks stays lacking: identities, names, numbers, resume, chat, calls.
#pragma once

#include <memory>
#include <string>

#include "core/ids.hpp"
#include "core/limits.hpp"
#include "protocol/dialects/dialect.hpp"

namespace meetwire::protocol {

// Our client at a codelab server. It takes the server as it is:
// - The other one has no id: it gets one here, the same for whoever it is.
// - The server sends `message` to its whole process: what comes while nobody else is in the room is a stranger's. Whether a
//   goodbye is the other one's nobody can tell: MemberLeft says `lost` then, and is a rumour.
// - Somebody who comes takes the place of somebody who was there: that one's end was told to nobody.
// - `full` to somebody who was in: the server has not noticed yet that the last socket is gone. That passes.
std::unique_ptr<ClientDialect> make_codelab_client(RoomId room, UserId self, std::string name, const Limits& limits);

// A codelab page at our server. `session` stands for an id: such pages have none.
std::unique_ptr<ServerDialect> make_codelab_server(SessionId session, const Limits& limits);

}  // namespace meetwire::protocol
