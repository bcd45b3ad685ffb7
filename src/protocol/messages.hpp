// Typed messages between client and server, the same whatever dialect is on the wire, and which of them a dialect has forms for.
#pragma once

#include "core/participant.hpp"
#include "protocol/client_messages.hpp"
#include "protocol/server_messages.hpp"

namespace meetwire::protocol {

// Has this dialect a form for calls?
constexpr bool knows_calls(DialectName dialect) { return dialect == DialectName::Meetwire; }

// Has this dialect a form for lobbies, for being asked to mute?
constexpr bool knows_moderation(DialectName dialect) { return dialect == DialectName::Meetwire; }

// Has this dialect a form for what classic clients alone say? Numbered messages must not be sent where there is none.
constexpr bool knows_relays(DialectName dialect) { return dialect == DialectName::Classic; }

// Does a server of this dialect say who is in the room? Otherwise whoever is heard is there.
constexpr bool tells_roster(DialectName dialect) { return dialect != DialectName::Plain; }

}  // namespace meetwire::protocol
