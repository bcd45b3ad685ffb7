// What is made of the measurements: who speaks, how good a link is, and why something does not work.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/ids.hpp"
#include "insight/events.hpp"

namespace meetwire::insight {

// What keeps a link from the best score.
enum class Shortcoming : std::uint8_t { Disconnected, Loss, Delay, Jitter, Frozen, LowFrameRate, Bandwidth, Processor };
constexpr auto names_of(Shortcoming) {
  return std::array<std::string_view, 8>{"disconnected", "loss", "delay", "jitter", "frozen", "low-frame-rate", "bandwidth", "processor"};
}

struct Reason {
  Shortcoming reason = Shortcoming::Loss;
  std::uint32_t score = 0;  // what it would be with nothing else wrong
  friend bool operator==(const Reason&, const Reason&) = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("reason", self.reason);
    visit("score", self.score);
  }
};

// From 0, nothing comes through, to 5, nothing is to be noticed.
struct Score {
  std::uint32_t score = 5;
  std::vector<Reason> reasons;  // the worst first; none for the best score
  friend bool operator==(const Score&, const Score&) = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("score", self.score);
    visit("reasons", self.reasons);
  }
};

// Why. The names are part of the public face: they are never renamed.
enum class Cause : std::uint8_t {
  // one's own side of the meeting
  VersionMismatch,
  ServerLost,
  MeetingEnded,
  Permission,
  Device,
  // the other
  PeerGone,
  PeerAway,
  OnCallOnly,
  // the link between the two
  Connecting,
  Interrupted,
  NoConnection,
  NegotiationFailed,
  RelayOnly,
  UdpBlocked,
  NoRelayServers,
  NoRelayCandidates,
  TurnUnreachable,
  TurnRefused,
  CredentialExpired,
  NoRemoteCandidates,
  // one's own side once more
  DeviceInterrupted,
};
inline constexpr std::size_t kCauseCount = static_cast<std::size_t>(Cause::DeviceInterrupted) + 1;

struct CauseInfo {
  std::string_view name;
  std::string_view remedy;  // for a developer, or whoever runs the server
};
// In the order of Cause.
inline constexpr std::array<CauseInfo, kCauseCount> kCauses{{
    {"version-mismatch", "Page and server share no protocol version. Reload the page, or update the older of the two."},
    {"server-lost", "The signalling server cannot be reached. What is connected goes on; check the network and that the server runs."},
    {"meeting-ended", "The meeting is over for this page. Join again."},
    {"permission", "The device may not be used. Allow it where the detail says: user, browser, system or policy."},
    {"device", "The device could not be had. Plug it in, close the program that uses it, or choose another."},
    {"peer-gone", "This participant has left. There is nothing to mend."},
    {"peer-away", "The server has lost this participant too: the trouble is on their side. Wait for them to come back."},
    {"on-call-only", "Between these two there is a connection only while a call stands, or none, since both only watch."},
    {"connecting", "The connection is being made. Wait up to 15 seconds."},
    {"interrupted", "The path broke and is being mended. Wait; check the network if it stays."},
    {"no-connection", "No path to this participant was found. It is tried again and again; see the causes that follow."},
    {"negotiation-failed", "One browser refused the other's session description. Update the older browser."},
    {"relay-only", "iceTransportPolicy is 'relay': only TURN may be used. Set up TURN, or use 'all'."},
    {"udp-blocked", "UDP does not get out of this network. Offer TURN over TCP or TLS at port 443, or have UDP allowed."},
    {"no-relay-servers", "No TURN server is configured. Give one to the server (--turn) or to `iceServers`."},
    {"no-relay-candidates", "TURN servers are configured, and none gave a relay address. See the causes that follow."},
    {"turn-unreachable", "The TURN server does not answer. Check its address, its port, and the firewalls between."},
    {"turn-refused", "The TURN server refused. Check username and credential, the shared secret, and the server's clock and quota."},
    {"credential-expired", "The TURN credential has expired. Have the server issue fresh ones, or check both clocks."},
    {"no-remote-candidates", "The other side has told no address. It may be gone, or may use relays only and have none."},
    {"device-interrupted", "The system gives nothing of it now, as during a phone call or while another application has it. It comes back by itself, or with start() or unmute()."},
}};
constexpr auto names_of(Cause) {
  std::array<std::string_view, kCauseCount> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kCauses[i].name;
  return names;
}

// One link of the chain: what is the case, because of what follows.
struct Explanation {
  Cause cause = Cause::Connecting;
  std::string remedy;
  std::string detail;  // exactly what; empty where there is no more to say
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("cause", self.cause);
    visit("remedy", self.remedy);
    visit("detail", self.detail);
  }
};

namespace command {

// Read the statistics of all links, and tell each by event::LinkMeasured.
struct MeasureLinks {
  static constexpr std::string_view kType = "measure_links";
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

struct SpeakingChanged {
  static constexpr std::string_view kType = "speaking_changed";
  UserId user;
  bool speaking = false;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("speaking", self.speaking);
  }
};

// Whom to look at. Stays with the last who spoke while nobody does.
struct ActiveSpeakerChanged {
  static constexpr std::string_view kType = "active_speaker_changed";
  std::optional<UserId> user;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
  }
};

// Oneself talks, and nobody hears it, since the microphone is muted; or not any more.
struct MutedTalkingChanged {
  static constexpr std::string_view kType = "muted_talking_changed";
  bool talking = false;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("talking", self.talking);
  }
};

struct QualityChanged {
  static constexpr std::string_view kType = "quality_changed";
  UserId peer;
  Score quality;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("quality", self.quality);
  }
};

struct Explained {
  static constexpr std::string_view kType = "explained";
  std::uint32_t request = 0;
  std::vector<Explanation> chain;  // from what is seen to what has to be mended; empty: nothing is wrong
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("request", self.request);
    visit("chain", self.chain);
  }
};

}  // namespace command

using InsightCommand = std::variant<command::MeasureLinks, command::SpeakingChanged, command::ActiveSpeakerChanged,
                                    command::MutedTalkingChanged, command::QualityChanged, command::Explained>;

}  // namespace meetwire::insight
