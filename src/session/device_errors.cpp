#include "session/device_errors.hpp"

#include <string>

namespace meetwire::session {
namespace {

struct Known {
  std::string_view name;
  ErrorCode code;
};

constexpr Known kKnown[] = {
    {"NotAllowedError", ErrorCode::PermissionDenied},
    {"PermissionDeniedError", ErrorCode::PermissionDenied},  // older browsers
    {"NotFoundError", ErrorCode::NotFound},
    {"DevicesNotFoundError", ErrorCode::NotFound},  // older browsers
    {"NotReadableError", ErrorCode::InUse},
    {"AbortError", ErrorCode::InUse},
    {"TrackStartError", ErrorCode::InUse},  // older browsers
    {"OverconstrainedError", ErrorCode::Overconstrained},
    {"ConstraintNotSatisfiedError", ErrorCode::Overconstrained},  // older browsers
    {"SecurityError", ErrorCode::InsecureContext},
    {"TypeError", ErrorCode::InvalidArgument},
    {"NotSupportedError", ErrorCode::DeviceUnsupported},
};

ErrorCode code_of(Source source, std::string_view name, std::string_view message) {
  if (const auto own = from_name<ErrorCode>(name)) return *own;
  // Screen Capture has the same name for "the user closed the picker" and "the page may not ask", and tells them
  // apart in words at most. Browsers add "by system" where the system's own settings forbid it.
  const bool refused = name == "NotAllowedError" || name == "PermissionDeniedError";
  if (source == Source::Screen && refused) {
    const bool forbidden = message.find("by system") != std::string_view::npos ||
                           message.find("policy") != std::string_view::npos;
    return forbidden ? ErrorCode::PermissionDenied : ErrorCode::Cancelled;
  }
  for (const Known& known : kKnown) {
    if (known.name == name) return known.code;
  }
  return ErrorCode::DeviceFailed;
}

}  // namespace

Failure device_failure(Source source, std::string_view name, std::string_view message) {
  constexpr std::size_t kDetailMax = 256;
  std::string detail(name.substr(0, kDetailMax));
  if (!message.empty()) detail.append(": ").append(message.substr(0, kDetailMax));
  return Failure{code_of(source, name, message), std::move(detail)};
}

}  // namespace meetwire::session
