// Media as both ends of a link speak of it: sources (what a person switches), slots (what an m-line carries),
// descriptions and candidates. Terms are the W3C's (webrtc-pc) where it has them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/names.hpp"

namespace meetwire {

// What the user starts and stops. One source may fill several slots: a screen comes with its sound.
enum class Source : std::uint8_t { Camera, Microphone, Screen };
constexpr auto names_of(Source) { return std::array<std::string_view, 3>{"camera", "microphone", "screen"}; }
constexpr std::array<Source, 3> kSources{Source::Camera, Source::Microphone, Source::Screen};

// The purpose of an m-line. Each link has at most one m-line a slot, used in both directions and never given up.
enum class Slot : std::uint8_t { Microphone, Camera, Screen, ScreenAudio };
constexpr auto names_of(Slot) {
  return std::array<std::string_view, 4>{"microphone", "camera", "screen", "screen-audio"};
}
constexpr std::array<Slot, 4> kSlots{Slot::Microphone, Slot::Camera, Slot::Screen, Slot::ScreenAudio};

constexpr Source source_of(Slot slot) {
  return slot == Slot::Microphone ? Source::Microphone : slot == Slot::Camera ? Source::Camera : Source::Screen;
}
constexpr bool is_audio(Slot slot) { return slot == Slot::Microphone || slot == Slot::ScreenAudio; }

// RTCPriorityType. Where the way is narrow, what is said comes before what is shown, and that before faces.
enum class Priority : std::uint8_t { VeryLow, Low, Medium, High };
constexpr auto names_of(Priority) {
  return std::array<std::string_view, 4>{"very-low", "low", "medium", "high"};
}
constexpr Priority priority_of(Slot slot) {
  return is_audio(slot) ? Priority::High : slot == Slot::Screen ? Priority::Medium : Priority::Low;
}

// What the user wants of a source.
enum class Wanted : std::uint8_t { Off, On, Muted };
constexpr auto names_of(Wanted) { return std::array<std::string_view, 3>{"off", "on", "muted"}; }

// What a source is, as the application and (but for starting and failed) the others see it.
enum class SourceState : std::uint8_t {
  Off,
  Starting,
  On,
  Muted,
  Failed,
  Interrupted,  // on, but the system gives nothing: its track is muted (MediaStreamTrack.muted)
};
constexpr auto names_of(SourceState) {
  return std::array<std::string_view, 6>{"off", "starting", "on", "muted", "failed", "interrupted"};
}

// What the others are told of someone's sources. Never "starting" or "failed": those are the owner's business. What the
// system has interrupted is "muted" to them: nothing comes, and it may come again.
struct MediaState {
  Wanted camera = Wanted::Off;
  Wanted microphone = Wanted::Off;
  Wanted screen = Wanted::Off;

  Wanted& of(Source source) {
    return source == Source::Camera ? camera : source == Source::Microphone ? microphone : screen;
  }
  Wanted of(Source source) const { return const_cast<MediaState*>(this)->of(source); }
  friend bool operator==(const MediaState&, const MediaState&) = default;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("camera", self.camera);
    visit("microphone", self.microphone);
    visit("screen", self.screen);
  }
};

// RTCSdpType, without the provisional answer, which nothing here makes or takes.
enum class DescriptionType : std::uint8_t { Offer, Answer };
constexpr auto names_of(DescriptionType) { return std::array<std::string_view, 2>{"offer", "answer"}; }

// RTCSessionDescriptionInit.
struct Description {
  DescriptionType type = DescriptionType::Offer;
  std::string sdp;

  friend bool operator==(const Description&, const Description&) = default;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("type", self.type);
    visit("sdp", self.sdp);
  }
};

// RTCIceCandidateInit. Browsers give all four; older clients leave some out, but mid or index must be there.
struct Candidate {
  std::string candidate;
  std::optional<std::string> sdp_mid;
  std::optional<std::uint32_t> sdp_mline_index;
  std::optional<std::string> username_fragment;

  friend bool operator==(const Candidate&, const Candidate&) = default;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("candidate", self.candidate);
    visit("sdpMid", self.sdp_mid);
    visit("sdpMLineIndex", self.sdp_mline_index);
    visit("usernameFragment", self.username_fragment);
  }
};

// Which m-line carries which slot: mid → slot.
using SlotsByMid = std::map<std::string, Slot>;

// RTCPeerConnectionState.
enum class ConnectionState : std::uint8_t { New, Connecting, Connected, Disconnected, Failed, Closed };
constexpr auto names_of(ConnectionState) {
  return std::array<std::string_view, 6>{"new", "connecting", "connected", "disconnected", "failed", "closed"};
}

// RTCSignalingState, without the provisional ones.
enum class SignalingState : std::uint8_t { Stable, HaveLocalOffer, HaveRemoteOffer, Closed };
constexpr auto names_of(SignalingState) {
  return std::array<std::string_view, 4>{"stable", "have-local-offer", "have-remote-offer", "closed"};
}

// A link as the application sees it.
enum class LinkState : std::uint8_t {
  Connecting,
  Connected,
  Reconnecting,
  Failed,
  None,  // one of the two connects on call only, and no call stands between them
};
constexpr auto names_of(LinkState) {
  return std::array<std::string_view, 5>{"connecting", "connected", "reconnecting", "failed", "none"};
}

}  // namespace meetwire
