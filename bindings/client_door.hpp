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
int receive_message(ClientDoor<Session>& door, int handle, double now, double attempt, int name, int body) {
  const auto text = [&door](int begin, int end) { return std::string(door.given(begin, end)); };
  return door.handle_event(
      handle, now, event::MessageArrived{static_cast<std::uint32_t>(attempt), text(0, name), text(name, body)});
}

}  // namespace meetwire::bindings

#define MEETWIRE_EXPORT_CLIENT_DOOR(door)                                                                         \
  MEETWIRE_EXPORT_DOOR(door)                                                                                      \
  MEETWIRE_EXPORT(errors) int door_errors() { return door().errors(); }                                           \
  MEETWIRE_EXPORT(receive) int door_receive(int handle, double now, double attempt, int name, int body) {         \
    return meetwire::bindings::receive_message(door(), handle, now, attempt, name, body);                         \
  }
