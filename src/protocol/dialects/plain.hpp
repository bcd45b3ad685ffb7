// The plain dialect: JSON objects over a bare WebSocket, relayed to everybody else in a room that is named by the path. Both
// sides. Who is there is not said, nor who says something: a room is meant for two.
//
// What the protocol lacks stays lacking: identities, a roster, chat, calls, numbers, resume, a goodbye.
#pragma once

#include <memory>
#include <string_view>

#include "core/ids.hpp"
#include "core/limits.hpp"
#include "protocol/dialects/dialect.hpp"

namespace meetwire::protocol {

// Frames have no name of their own on the wire.
inline constexpr std::string_view kPlainFrame = "plain";

// Our client at a plain server. The server says nothing by itself, so that the welcome is presumed as soon as the hello is
// out. It has one member in it, who need not be there: the one that all that comes is taken to be from.
std::unique_ptr<ClientDialect> make_plain_client(UserId self, const Limits& limits);

// A plain client at our server, who is a member from its admission on and is told nothing but what others signal.
std::unique_ptr<ServerDialect> make_plain_server(const Limits& limits);

}  // namespace meetwire::protocol
