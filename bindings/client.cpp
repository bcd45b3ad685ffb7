// The client core's door in WebAssembly, for servers that speak meetwire/1: what every page loads.
#include "client_door.hpp"
#include "session/parts.hpp"
#include "session/session.hpp"

namespace {

class MeetwireSession : public meetwire::session::Session {
 public:
  explicit MeetwireSession(const meetwire::ClientOptions& options)
      : Session(options, meetwire::session::meetwire_parts()) {}
};

}  // namespace

EMSCRIPTEN_BINDINGS(meetwire_client) { meetwire::bindings::export_client_door<MeetwireSession>(); }
