// The few facts that a link reads from a session description (RFC 8866, RFC 8829). It never writes or changes one.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/media.hpp"

namespace meetwire::link {

enum class MediaKind : std::uint8_t { Audio, Video, Other };

struct MediaLine {
  MediaKind kind = MediaKind::Other;
  std::string mid;
  bool sends = false;  // the describing side may send: sendrecv or sendonly, and not rejected (port 0)
};

struct SdpFacts {
  std::vector<MediaLine> lines;
  std::set<std::string> ufrags;  // a=ice-ufrag: what tells one generation of candidates from another
  std::string fingerprint;       // the first a=fingerprint: another one means another connection behind it
};

// Any text gives some facts; what is not SDP gives none.
SdpFacts read_sdp(std::string_view sdp);

// m-line → slot where the description came without names (from a classic member): in order, the first sound is the
// microphone, the first picture the camera, the second of each the screen.
SlotsByMid infer_slots(const SdpFacts& facts);

// The generation that a candidate belongs to: its usernameFragment, or the `ufrag` extension of its line; empty if unsaid.
std::string generation_of(const Candidate& candidate);

}  // namespace meetwire::link
