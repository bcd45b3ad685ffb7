// The client core's door in WebAssembly, with the dialects of all servers: loaded where one of those is met.
#include "client_door.hpp"
#include "session/session.hpp"

EMSCRIPTEN_BINDINGS(meetwire_legacy) { meetwire::bindings::export_client_door<meetwire::session::Session>(); }
