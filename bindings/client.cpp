// The client core's door in WebAssembly: text in and text out, as door.hpp has it.
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

int input(int bytes) { return door().input(bytes); }
int output() { return door().output(); }
int create(int options) { return door().create(options); }
int handle(int handle, double now, int event) { return door().handle(handle, now, event); }
// A message_arrived event, field by field: messages are most of what comes, and their texts need no escaping this way.
int receive(int handle, double now, double attempt, int name, int body) {
  const auto text = [](int begin, int end) { return std::string(door().given(begin, end)); };
  return door().handle_event(
      handle, now, meetwire::event::MessageArrived{static_cast<std::uint32_t>(attempt), text(0, name), text(name, body)});
}
void dispose(int handle) { door().dispose(handle); }
int errors() { return door().errors(); }

}  // namespace

EMSCRIPTEN_BINDINGS(meetwire_client) {
  emscripten::function("input", &input);
  emscripten::function("output", &output);
  emscripten::function("create", &create);
  emscripten::function("handle", &handle);
  emscripten::function("receive", &receive);
  emscripten::function("dispose", &dispose);
  emscripten::function("errors", &errors);
}
