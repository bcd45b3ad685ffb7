// The door of what is made of the measurements in WebAssembly: text in and text out, as door.hpp has it. Loaded when a
// page first measures, or asks why.
#include "door.hpp"
#include "insight/insight.hpp"

namespace {

using InsightDoor = meetwire::bindings::Door<meetwire::insight::Insight, meetwire::insight::InsightOptions, meetwire::insight::InsightEvent>;

}  // namespace

EMSCRIPTEN_BINDINGS(meetwire_insight) { meetwire::bindings::export_door<InsightDoor>(); }
