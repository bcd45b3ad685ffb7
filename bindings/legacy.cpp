// The client core's door in WebAssembly, with the dialects of all servers: loaded where one of those is met.
#include "client_door.hpp"
#include "session/session.hpp"

namespace {

using SessionDoor = meetwire::bindings::ClientDoor<meetwire::session::Session>;

SessionDoor& door() { return meetwire::bindings::the_door<SessionDoor>(); }

}  // namespace

MEETWIRE_EXPORT_CLIENT_DOOR(door)
