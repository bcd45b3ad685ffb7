// What each browser does otherwise than the specification, as the calibration found it (tests/calibration/differences.ts,
// which says why; a test compares the two). Knows nothing of how the model does it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "support/peer_model_types.hpp"

namespace meetwire::support {

enum class BrowserKind : std::uint8_t {
  Specification,  // as it is written
  Chromium,
  Firefox,
  ExplicitOnly,  // knows no implicit rollback, as some runtimes outside of browsers
};
constexpr auto names_of(BrowserKind) {
  return std::array<std::string_view, 4>{"specification", "chromium", "firefox", "explicit-only"};
}

inline Quirks quirks_of(BrowserKind kind) {
  using enum Quirk;
  switch (kind) {
    case BrowserKind::Chromium:
      return {DescriptionAsAtCall,      EmptyOfferRefused, RollbackAnnouncesNeedFirst, NeedAnnouncedOverHarmless,
              UnknownUfragIgnored,      RollbackEitherWay, RollbackLosesDataLine,      TrackAgainAfterOwnChange,
              CredentialsFollowFirstLine};
    case BrowserKind::Firefox:
      return {CredentialsOutliveRollback, RepeatedOfferStartsAnew, SilentAnswerNamesNoStream, RecyclesSameKindOnly,
              TrackStaysAnnounced,        DataLineKeepsItsPlace,   RefusedOfferStillRollsBack};
    default:
      return {};
  }
}

}  // namespace meetwire::support
