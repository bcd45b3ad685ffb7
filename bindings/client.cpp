// The client core's door in WebAssembly: five functions, text in and text out.
#include <emscripten/bind.h>

#include "core/client_events.hpp"
#include "door.hpp"
#include "session/session.hpp"

namespace {

using ClientDoor = meetwire::bindings::Door<meetwire::session::Session, meetwire::ClientOptions, meetwire::ClientEvent>;

ClientDoor& door() {
  static ClientDoor instance;
  return instance;
}

int client_create(std::string options) { return door().create(options); }
std::string client_handle(int handle, double now, std::string event) { return door().handle(handle, now, event); }
// A message_arrived event, field by field: messages are most of what comes, and their texts need no escaping this way.
std::string client_receive(int handle, double now, double attempt, std::string name, std::string body) {
  return door().handle_event(handle, now, meetwire::event::MessageArrived{static_cast<std::uint32_t>(attempt), std::move(name), std::move(body)});
}
void client_dispose(int handle) { door().dispose(handle); }

}  // namespace

EMSCRIPTEN_BINDINGS(meetwire_client) {
  emscripten::function("clientCreate", &client_create);
  emscripten::function("clientHandle", &client_handle);
  emscripten::function("clientReceive", &client_receive);
  emscripten::function("clientDispose", &client_dispose);
  emscripten::function("clientErrors", &meetwire::bindings::errors_text);
}
