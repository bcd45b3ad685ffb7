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
    {"InvalidStateError", ErrorCode::PermissionDenied},  // a page out of sight, or a picker that no click has asked for
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

ErrorCode code_of(Source source, std::string_view name, const std::optional<Denier>& denied_by) {
  if (const auto own = from_name<ErrorCode>(name)) return *own;
  // Screen Capture has the same name for "the user closed the picker" and "the page may not ask".
  const bool refused = name == "NotAllowedError" || name == "PermissionDeniedError";
  if (source == Source::Screen && refused && denied_by.value_or(Denier::User) == Denier::User) return ErrorCode::Cancelled;
  for (const Known& known : kKnown) {
    if (known.name == name) return known.code;
  }
  return ErrorCode::DeviceFailed;
}

}  // namespace

Failure device_failure(Source source, const event::CaptureFailed& failed) {
  constexpr std::size_t kDetailMax = 256;
  std::string detail = failed.error_name.substr(0, kDetailMax);
  if (!failed.error_message.empty()) detail.append(": ").append(failed.error_message, 0, kDetailMax);
  Failure failure{code_of(source, failed.error_name, failed.denied_by), std::move(detail)};
  if (failure.code == ErrorCode::PermissionDenied) failure.denied_by = failed.denied_by;
  return failure;
}

}  // namespace meetwire::session
