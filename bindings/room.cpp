// The server core's door in WebAssembly: text in and text out, as door.hpp has it.
#include <emscripten/bind.h>

#include "core/room_events.hpp"
#include "door.hpp"
#include "room/switchboard.hpp"

namespace {

using RoomDoor = meetwire::bindings::Door<meetwire::room::Switchboard, meetwire::RoomOptions, meetwire::RoomEvent>;

RoomDoor& door() {
  static RoomDoor instance;
  return instance;
}

int input(int bytes) { return door().input(bytes); }
int output() { return door().output(); }
int create(int options) { return door().create(options); }
int handle(int handle, double now, int event) { return door().handle(handle, now, event); }
// A frame_arrived event, field by field: frames are most of what comes, and their texts need no escaping this way.
int receive(int handle, double now, int connection, int name, int body) {
  const auto text = [](int begin, int end) { return std::string(door().given(begin, end)); };
  const meetwire::ConnectionId from{text(0, connection)};
  return door().handle_event(handle, now, meetwire::event::FrameArrived{from, text(connection, name), text(name, body)});
}
void dispose(int handle) { door().dispose(handle); }

}  // namespace

EMSCRIPTEN_BINDINGS(meetwire_room) {
  emscripten::function("input", &input);
  emscripten::function("output", &output);
  emscripten::function("create", &create);
  emscripten::function("handle", &handle);
  emscripten::function("receive", &receive);
  emscripten::function("dispose", &dispose);
}
