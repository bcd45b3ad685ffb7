// The client core's door, for each of the modules that have one.
#pragma once

#include <cstdint>
#include <string>

#include "core/client_events.hpp"
#include "door.hpp"

namespace meetwire::bindings {

template <class Session>
using ClientDoor = Door<Session, ClientOptions, ClientEvent>;

// A message_arrived event, field by field: messages are most of what comes, and their texts need no escaping this way.
template <class Session>
emscripten::val receive_message(ClientDoor<Session>& door, int handle, double now, double attempt, int name, int body) {
  const auto text = [&door](int begin, int end) { return std::string(door.given(begin, end)); };
  return door.handle_event(
      handle, now, event::MessageArrived{static_cast<std::uint32_t>(attempt), text(0, name), text(name, body)});
}

template <class Session>
void export_client_door() {
  using TheDoor = ClientDoor<Session>;
  export_door<TheDoor>();
  emscripten::function("errors", +[] { return the_door<TheDoor>().errors(); });
  emscripten::function("receive", +[](int handle, double now, double attempt, int name, int body) {
    return receive_message(the_door<TheDoor>(), handle, now, attempt, name, body);
  });
}

}  // namespace meetwire::bindings
