// What a browser says when it gives no device, as an error that an application can act on.
// Must not know: sources and their states.
#pragma once

#include <string_view>

#include "core/errors.hpp"
#include "core/media.hpp"

namespace meetwire::session {

// `name` and `message` are the DOMException's (Media Capture and Streams, "getUserMedia"; Screen Capture,
// "getDisplayMedia"), or the name of an ErrorCode, which is taken at its word.
Failure device_failure(Source source, std::string_view name, std::string_view message);

}  // namespace meetwire::session
