// What the model of RTCPeerConnection speaks of: transceivers, descriptions as text, errors by their DOMException
// names, and the places where browsers part from the specification. No behaviour of a connection is here.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/media.hpp"
#include "core/ids.hpp"

namespace meetwire::support {

// RTCRtpTransceiverDirection, as two bits.
struct Direction {
  bool sends = false;
  bool receives = false;

  Direction reversed() const { return {receives, sends}; }
  Direction limited_to(Direction other) const { return {sends && other.sends, receives && other.receives}; }
  std::string_view name() const {
    return sends ? (receives ? "sendrecv" : "sendonly") : (receives ? "recvonly" : "inactive");
  }
  static std::optional<Direction> named(std::string_view name) {
    for (const bool sends : {false, true}) {
      for (const bool receives : {false, true}) {
        if (Direction{sends, receives}.name() == name) return Direction{sends, receives};
      }
    }
    return std::nullopt;
  }
  friend bool operator==(const Direction&, const Direction&) = default;
};

// Where real browsers do otherwise than the specification says. tests/calibration/differences.ts has the words.
enum class Quirk : std::uint8_t {
  DescriptionAsAtCall,
  EmptyOfferRefused,
  RollbackAnnouncesNeedFirst,
  NeedAnnouncedOverHarmless,
  UnknownUfragIgnored,
  RollbackEitherWay,
  CredentialsOutliveRollback,
  RepeatedOfferStartsAnew,
  RollbackLosesDataLine,
  TrackAgainAfterOwnChange,
  SilentAnswerNamesNoStream,
  RecyclesSameKindOnly,
  TrackStaysAnnounced,
  DataLineKeepsItsPlace,
  CredentialsFollowFirstLine,
  RefusedOfferStillRollsBack,
};
constexpr auto names_of(Quirk) {
  return std::array<std::string_view, 16>{
      "description-as-at-call",
      "empty-offer-refused",
      "rollback-announces-need-first",
      "need-announced-over-harmless",
      "unknown-ufrag-ignored",
      "rollback-either-way",
      "credentials-outlive-rollback",
      "repeated-offer-starts-anew",
      "rollback-loses-data-line",
      "track-again-after-own-change",
      "silent-answer-names-no-stream",
      "recycles-same-kind-only",
      "track-stays-announced",
      "data-line-keeps-its-place",
      "credentials-follow-first-line",
      "refused-offer-still-rolls-back",
  };
}
using Quirks = std::set<Quirk>;

struct ModelTransceiver {
  std::string kind;  // audio or video
  Direction direction;
  std::optional<Direction> current;
  std::optional<std::string> mid;
  bool stopping = false;
  bool stopped = false;
  bool by_remote = false;             // made by a remote offer
  bool receiving_announced = false;   // [[FiredDirection]] has recv
  std::vector<std::string> streams;   // [[AssociatedMediaStreamIds]]
  std::vector<std::string> remote_streams;
  std::optional<TrackId> track;
  int id = 0;                         // unique in its connection
};

struct ModelLine {
  std::string kind;  // audio, video or application
  std::string mid;
  Direction direction{true, true};
  bool rejected = false;
  std::vector<std::string> streams;
  int transceiver = 0;  // in an own description: whose line it is
  friend bool operator==(const ModelLine&, const ModelLine&) = default;
};

struct ModelDescription {
  bool is_offer = true;
  std::vector<ModelLine> lines;
  std::string ufrag;
  std::string fingerprint;
  int version = 0;  // each one that is made has another
  std::string subject;  // the session's name says which offer this is, or answers
  friend bool operator==(const ModelDescription&, const ModelDescription&) = default;

  const ModelLine* line(const std::string& mid) const {
    for (const ModelLine& each : lines) {
      if (each.mid == mid) return &each;
    }
    return nullptr;
  }
  const ModelLine* first_live() const {
    for (const ModelLine& each : lines) {
      if (!each.rejected) return &each;
    }
    return nullptr;
  }
  const ModelLine* application() const {
    for (const ModelLine& each : lines) {
      if (each.kind == "application" && !each.rejected) return &each;
    }
    return nullptr;
  }
};

inline std::string answer_to(const std::string& offer) { return "answer to " + offer; }

inline std::string write_sdp(const ModelDescription& description) {
  std::string sdp = "v=0\r\no=- 1 " + std::to_string(description.version) + " X\r\ns=" + description.subject + "\r\na=fingerprint:" + description.fingerprint + "\r\n";
  for (const ModelLine& line : description.lines) {
    sdp += "m=" + line.kind + (line.rejected ? " 0 X 0\r\n" : " 9 X 0\r\n");
    sdp += "a=mid:" + line.mid + "\r\n";
    if (line.kind != "application") sdp += "a=" + std::string(line.direction.name()) + "\r\n";
    for (const std::string& stream : line.streams) sdp += "a=msid:" + stream + "\r\n";
    if (!line.rejected) sdp += "a=ice-ufrag:" + description.ufrag + "\r\n";
  }
  return sdp;
}

// None: not a description.
inline std::optional<ModelDescription> read_model_sdp(bool is_offer, std::string_view sdp) {
  if (sdp.substr(0, 3) != "v=0") return std::nullopt;
  ModelDescription description;
  description.is_offer = is_offer;
  while (!sdp.empty()) {
    const auto end = sdp.find("\r\n");
    const std::string_view line = sdp.substr(0, end);
    const auto value_after = [&](std::string_view prefix) -> std::optional<std::string> {
      if (line.substr(0, prefix.size()) != prefix) return std::nullopt;
      return std::string(line.substr(prefix.size()));
    };
    if (const auto media = value_after("m=")) {
      ModelLine made;
      made.kind = media->substr(0, media->find(' '));
      made.rejected = media->find(" 0 X") != std::string::npos;
      description.lines.push_back(made);
    } else if (const auto version = value_after("o=- 1 ")) {
      description.version = std::atoi(version->c_str());
    } else if (const auto subject = value_after("s=")) {
      description.subject = *subject;
    } else if (const auto print = value_after("a=fingerprint:")) {
      description.fingerprint = *print;
    } else if (const auto ufrag = value_after("a=ice-ufrag:")) {
      description.ufrag = *ufrag;
    } else if (!description.lines.empty()) {
      ModelLine& current = description.lines.back();
      if (auto mid = value_after("a=mid:")) current.mid = *mid;
      if (auto stream = value_after("a=msid:")) current.streams.push_back(*stream);
      if (line.substr(0, 2) == "a=") {
        if (const auto direction = Direction::named(line.substr(2))) current.direction = *direction;
      }
    }
    if (end == std::string_view::npos) break;
    sdp.remove_prefix(end + 2);
  }
  return description;
}

}  // namespace meetwire::support
