// The door of what flows between participants in WebAssembly: text in and text out, as door.hpp has it. Loaded when a
// page first uses any of it.
#include "door.hpp"
#include "flow/flow.hpp"

namespace {

using FlowDoor = meetwire::bindings::Door<meetwire::flow::Flow, meetwire::flow::FlowOptions, meetwire::flow::FlowEvent>;

FlowDoor& door() { return meetwire::bindings::the_door<FlowDoor>(); }

}  // namespace

EMSCRIPTEN_BINDINGS(meetwire_flow) {
  meetwire::bindings::export_door<FlowDoor>();
  emscripten::function("bounds", +[] { return door().answer(meetwire::protocol::to_text(meetwire::flow::FlowBounds{})); });
}
