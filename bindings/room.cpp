// The server core's door in WebAssembly: four functions, text in and text out.
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

int room_create(std::string options) { return door().create(options); }
std::string room_handle(int handle, double now, std::string event) { return door().handle(handle, now, event); }
// A frame_arrived event, field by field: frames are most of what comes, and their texts need no escaping this way.
std::string room_receive(int handle, double now, std::string connection, std::string name, std::string body) {
  return door().handle_event(handle, now, meetwire::event::FrameArrived{meetwire::ConnectionId{std::move(connection)}, std::move(name), std::move(body)});
}
void room_dispose(int handle) { door().dispose(handle); }

}  // namespace

EMSCRIPTEN_BINDINGS(meetwire_room) {
  emscripten::function("roomCreate", &room_create);
  emscripten::function("roomHandle", &room_handle);
  emscripten::function("roomReceive", &room_receive);
  emscripten::function("roomDispose", &room_dispose);
}
