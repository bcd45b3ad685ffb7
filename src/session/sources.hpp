// Camera, microphone and screen as the user wants them: captures under way, what is live, what is shown of it.
// The last wish wins; a track that nobody wants any longer is released in the same step, whenever it comes.
// Must not know: links, the server, the room. It says what each slot should send; its owner tells the links.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/client_events.hpp"
#include "core/errors.hpp"
#include "core/media.hpp"
#include "link/link.hpp"
#include "session/turn.hpp"

namespace meetwire::session {

enum class SourceStage : std::uint8_t { Off, Starting, On, Switching, Muted, Failed };
constexpr auto names_of(SourceStage) {
  return std::array<std::string_view, 6>{"off", "starting", "on", "switching", "muted", "failed"};
}

// A request, seen against what is captured or being captured.
enum class SourceWish : std::uint8_t {
  Off,
  OnSame,   // on, with what is there or under way already
  OnBack,   // on, with what a switch under way is about to replace
  OnOther,  // on, with other constraints
  Muted,
};
constexpr auto names_of(SourceWish) {
  return std::array<std::string_view, 5>{"off", "on-same", "on-back", "on-other", "muted"};
}

enum class SourceDeed : std::uint8_t {
  Missing,  // no such wish can be in this stage
  Keep,     // it is so already
  Wait,     // the capture under way will bring it
  Start,    // capture; what is live goes first
  Switch,   // capture; what is live stays until the new one is there
  Return,   // give the switch up
  Resume,   // let what was muted be heard again, or capture
  Mute,     // send nothing; a camera is given back
  Stop,     // give all back
};
constexpr auto names_of(SourceDeed) {
  return std::array<std::string_view, 9>{"missing", "keep", "wait", "start", "switch", "return", "resume", "mute", "stop"};
}

// The whole machine of wishes: stage × wish. The diagram in the documents is drawn from it.
SourceDeed source_deed(SourceStage stage, SourceWish wish);

class Sources {
 public:
  explicit Sources(OperationId& operations) : operations_(operations) {}

  void request(Turn& turn, const event::SourceRequested& wanted);
  // Tracks of a capture that is no longer wanted are released.
  void captured(Turn& turn, const event::CaptureSucceeded& got);
  void failed(Turn& turn, const event::CaptureFailed& failure);
  void ended(Turn& turn, const event::TrackEnded& ended);
  // All devices are given back; open requests end with `why`. `shown`: as what each source has been switched off for.
  void finish(Turn& turn, const Failure& why, std::optional<Failure> shown = std::nullopt);

  // Microphone and camera are always there, so that switching them on later negotiates nothing.
  link::Wishes wishes() const;
  // On, or about to be.
  bool is_wanted(Source source) const {
    const SourceStage stage = states_[static_cast<std::size_t>(source)].stage;
    return stage == SourceStage::Starting || stage == SourceStage::On || stage == SourceStage::Switching;
  }
  // What the others are told.
  MediaState media() const;

 private:
  struct State {
    SourceStage stage = SourceStage::Off;
    std::vector<event::CapturedTrack> tracks;    // live now
    std::string held;                     // their constraints, or the last ones
    std::optional<OperationId> capture;   // under way
    std::string aim;                      // its constraints
    std::optional<RequestId> request;     // waits for the capture
    std::optional<Failure> error;
    Wanted shown = Wanted::Off;
  };

  State& of(Source source) { return states_[static_cast<std::size_t>(source)]; }
  SourceWish read(const State& state, const event::SourceRequested& wanted) const;
  void perform(Turn& turn, Source source, SourceDeed deed, const event::SourceRequested& wanted);
  void capture(Turn& turn, Source source, std::string constraints);
  void enter(Turn& turn, Source source, SourceStage stage, std::optional<Failure> error = std::nullopt);
  void release(Turn& turn, std::vector<event::CapturedTrack> tracks) const;
  void settle(Turn& turn, State& state, std::optional<Failure> error = std::nullopt) const;
  std::optional<Source> capturing(OperationId operation) const;
  bool is_live(const TrackId& track) const;

  OperationId& operations_;
  std::array<State, kSources.size()> states_;
  std::set<Slot> used_{Slot::Microphone, Slot::Camera};
};

}  // namespace meetwire::session
