// The client core's door in WebAssembly: text in and text out, as door.hpp has it.
#include <emscripten/bind.h>

#include "core/client_events.hpp"
#include "door.hpp"
#include "session/session.hpp"

namespace {

using ClientDoor = meetwire::bindings::Door<meetwire::session::Session, meetwire::ClientOptions, meetwire::ClientEvent>;

ClientDoor& door() { return meetwire::bindings::the_door<ClientDoor>(); }

// A message_arrived event, field by field: messages are most of what comes, and their texts need no escaping this way.
int receive(int handle, double now, double attempt, int name, int body) {
  const auto text = [](int begin, int end) { return std::string(door().given(begin, end)); };
  return door().handle_event(
      handle, now, meetwire::event::MessageArrived{static_cast<std::uint32_t>(attempt), text(0, name), text(name, body)});
}
int errors() { return door().errors(); }

}  // namespace

EMSCRIPTEN_BINDINGS(meetwire_client) {
  meetwire::bindings::export_door<ClientDoor>();
  emscripten::function("receive", &receive);
  emscripten::function("errors", &errors);
}
