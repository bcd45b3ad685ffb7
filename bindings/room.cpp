// The server core's door in WebAssembly: text in and text out, as door.hpp has it.
#include "core/room_events.hpp"
#include "door.hpp"
#include "room/switchboard.hpp"

namespace {

using RoomDoor = meetwire::bindings::Door<meetwire::room::Switchboard, meetwire::RoomOptions, meetwire::RoomEvent>;

RoomDoor& door() { return meetwire::bindings::the_door<RoomDoor>(); }

emscripten::val receive(int handle, double now, int connection, int name, int body) {
  const auto text = [](int begin, int end) { return std::string(door().given(begin, end)); };
  const meetwire::ConnectionId from{text(0, connection)};
  return door().handle_event(handle, now, meetwire::event::FrameArrived{from, text(connection, name), text(name, body)});
}

}  // namespace

EMSCRIPTEN_BINDINGS(meetwire_room) {
  meetwire::bindings::export_door<RoomDoor>();
  emscripten::function("receive", &receive);
}
