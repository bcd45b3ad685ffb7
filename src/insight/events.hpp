// What is measured of a meeting, and what is known of a link: facts in the past tense, from the browser's statistics.
// Figures are whole numbers in small units, so that the same ones decide the same natively and in WebAssembly.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/errors.hpp"
#include "core/ids.hpp"
#include "core/media.hpp"

namespace meetwire::insight {

// Given once, at construction.
struct InsightOptions {
  UserId user;  // oneself
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
  }
};

// How loud somebody is at the moment: 0 to 10,000, where 10,000 is a full-scale amplitude (0 dBov).
struct Level {
  UserId user;
  std::uint32_t level = 0;
  bool muted = false;  // of oneself: measured, and not sent
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("level", self.level);
    visit("muted", self.muted);
  }
};

// RTCQualityLimitationReason, of the worst of what is sent.
enum class Limit : std::uint8_t { None, Bandwidth, Processor };
constexpr auto names_of(Limit) { return std::array<std::string_view, 3>{"none", "bandwidth", "processor"}; }

// One link over the last two seconds or so. What a browser does not tell is absent.
struct LinkFigures {
  bool connected = false;
  std::optional<std::uint32_t> lost_down_per_mille;
  std::optional<std::uint32_t> lost_up_per_mille;
  std::optional<std::uint32_t> jitter_ms;      // the worst of what comes in
  std::optional<std::uint32_t> round_trip_ms;
  std::optional<std::uint32_t> frame_rate;     // of the face that comes in, while its camera is on; 0: it stands still
  Limit limit = Limit::None;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("connected", self.connected);
    visit("lostDownPerMille", self.lost_down_per_mille);
    visit("lostUpPerMille", self.lost_up_per_mille);
    visit("jitterMs", self.jitter_ms);
    visit("roundTripMs", self.round_trip_ms);
    visit("frameRate", self.frame_rate);
    visit("limit", self.limit);
  }
};

// ---- what can be known of why something does not work

// RTCPeerConnectionIceErrorEvent. Not every browser has it.
struct IceError {
  std::uint32_t code = 0;  // STUN's, 300 to 699; 701: the server could not be reached
  bool relay = false;      // of a TURN server
  bool udp = true;         // over UDP
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("code", self.code);
    visit("relay", self.relay);
    visit("udp", self.udp);
  }
};

// How many candidates of each kind one side has.
struct Candidates {
  std::uint32_t host = 0;
  std::uint32_t reflexive = 0;  // server and peer reflexive
  std::uint32_t relay = 0;
  std::uint32_t all() const { return host + reflexive + relay; }
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("host", self.host);
    visit("reflexive", self.reflexive);
    visit("relay", self.relay);
  }
};

// A source of one's own that could not be started.
struct FailedSource {
  Source source = Source::Camera;
  ErrorCode code = ErrorCode::DeviceFailed;
  std::optional<Denier> denied_by;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("source", self.source);
    visit("code", self.code);
    visit("deniedBy", self.denied_by);
  }
};

// Everything that is known about one participant and the link to them; of oneself, about the meeting and the devices.
struct Facts {
  bool local = false;
  bool present = true;            // still in the meeting
  bool away = false;              // the server has lost them
  bool server_lost = false;       // we have lost the server
  std::optional<ErrorCode> meeting_error;
  LinkState link = LinkState::Connecting;
  std::optional<ErrorCode> link_error;  // the last that there was
  bool gathered = false;          // all own candidates are known
  bool relay_only = false;        // iceTransportPolicy
  std::uint32_t stun_servers = 0;
  std::uint32_t turn_servers = 0;
  bool credential_expired = false;
  Candidates ours;
  Candidates theirs;
  std::vector<IceError> ice_errors;
  bool relayed_over_tcp = false;  // the path in use
  std::vector<FailedSource> failed_sources;
  std::vector<Source> interrupted_sources;  // on, but the system gives nothing
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("local", self.local);
    visit("present", self.present);
    visit("away", self.away);
    visit("serverLost", self.server_lost);
    visit("meetingError", self.meeting_error);
    visit("link", self.link);
    visit("linkError", self.link_error);
    visit("gathered", self.gathered);
    visit("relayOnly", self.relay_only);
    visit("stunServers", self.stun_servers);
    visit("turnServers", self.turn_servers);
    visit("credentialExpired", self.credential_expired);
    visit("ours", self.ours);
    visit("theirs", self.theirs);
    visit("iceErrors", self.ice_errors);
    visit("relayedOverTcp", self.relayed_over_tcp);
    visit("failedSources", self.failed_sources);
    visit("interruptedSources", self.interrupted_sources);
  }
};

namespace event {

// All at once, several times a second. Whoever is not named is not there any more.
struct LevelsMeasured {
  static constexpr std::string_view kType = "levels_measured";
  std::vector<Level> levels;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("levels", self.levels);
  }
};

// For each link, some seconds apart.
struct LinkMeasured {
  static constexpr std::string_view kType = "link_measured";
  UserId peer;
  LinkFigures figures;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("figures", self.figures);
  }
};

// Nothing is measured of that link any more.
struct LinkForgotten {
  static constexpr std::string_view kType = "link_forgotten";
  UserId peer;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
  }
};

// Somebody asks why. Answered by command::Explained, with nothing remembered.
struct ExplanationRequested {
  static constexpr std::string_view kType = "explanation_requested";
  std::uint32_t request = 0;
  Facts facts;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("request", self.request);
    visit("facts", self.facts);
  }
};

}  // namespace event

using InsightEvent =
    std::variant<event::LevelsMeasured, event::LinkMeasured, event::LinkForgotten, event::ExplanationRequested>;

}  // namespace meetwire::insight
