// What a browser says when it gives no device, as an error that an application can act on.
// Must not know: sources and their states.
#pragma once

#include "core/client_events.hpp"
#include "core/errors.hpp"
#include "core/media.hpp"

namespace meetwire::session {

// Name and message are the DOMException's (Media Capture and Streams, "getUserMedia"; Screen Capture,
// "getDisplayMedia"), or the name of an ErrorCode, which is taken at its word.
Failure device_failure(Source source, const event::CaptureFailed& failed);

}  // namespace meetwire::session
