// Camera, microphone and screen as the user wants them: captures under way, what is live, what is shown of it.
// The last wish wins; a track that nobody wants any longer is released in the same step, whenever it comes. A device that
// is lost gives way to another at once, and comes back when it is there again: a preference outlives its device. Where no
// device was chosen, the system's default is followed.
// Must not know: links, the server, the room. It says what each slot should send; its owner tells the links.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/client_events.hpp"
#include "core/errors.hpp"
#include "core/media.hpp"
#include "core/limits.hpp"
#include "link/link.hpp"
#include "session/device_list.hpp"
#include "session/turn.hpp"

namespace meetwire::session {

enum class SourceStage : std::uint8_t { Off, Starting, On, Switching, Muted, Failed };
constexpr auto names_of(SourceStage) {
  return std::array<std::string_view, 6>{"off", "starting", "on", "switching", "muted", "failed"};
}

// Whether a source at that stage has a track that the others get.
constexpr bool sends(SourceStage stage) { return stage == SourceStage::On || stage == SourceStage::Switching; }

// What happens to a source: a request, seen against what is captured or being captured, or news of its device.
enum class SourceInput : std::uint8_t {
  Off,
  OnSame,   // on, with what is there or under way already
  OnBack,   // on, with what a switch under way is about to replace
  OnOther,  // on, with other constraints
  OnAgain,  // on, with what is there, but the system has interrupted it since it was captured
  Muted,
  Lost,   // what was live has gone with its device
  Found,  // the device that is preferred is there again, or any where there was none
  Stale,  // what is live was interrupted and can be had anew, or another device is the system's default now
};
constexpr auto names_of(SourceInput) {
  return std::array<std::string_view, 9>{"off", "on-same", "on-back", "on-other", "on-again", "muted", "lost", "found", "stale"};
}

enum class SourceDeed : std::uint8_t {
  Missing,  // that cannot be in this stage
  Keep,     // it stays as it is
  Wait,     // the capture under way will bring it
  Await,    // it will, but until then nothing is live
  Start,    // capture; what is live goes first
  Switch,   // capture; what is live stays until the new one is there
  Return,   // give the switch up
  Resume,   // let what was muted be heard again, or capture
  Mute,     // send nothing; a camera is given back
  Drop,     // it stays as it is, but what is kept is given back
  Stop,     // give all back
};
constexpr auto names_of(SourceDeed) {
  return std::array<std::string_view, 11>{"missing", "keep",   "wait", "await", "start", "switch",
                                          "return",  "resume", "mute", "drop",  "stop"};
}

// The whole machine: stage × input. The table in the documents is printed from it.
SourceDeed source_deed(SourceStage stage, SourceInput input);

class Sources {
 public:
  Sources(OperationId& operations, const Limits& limits) : operations_(operations), limits_(limits) {}

  void request(Turn& turn, const event::SourceRequested& wanted);
  // Tracks of a capture that is no longer wanted are released.
  void captured(Turn& turn, const event::CaptureSucceeded& got);
  void failed(Turn& turn, const event::CaptureFailed& failure);
  void ended(Turn& turn, const event::TrackEnded& ended);
  void mute_changed(Turn& turn, const event::TrackMuteChanged& changed);
  void page_shown(Turn& turn);
  // No connection sends this track.
  void refused(Turn& turn, const TrackId& track);
  void listed(Turn& turn, const event::DevicesChanged& devices);
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
  // What to capture.
  struct Aim {
    std::string constraints;
    std::string device;
    std::vector<std::string> lent;
    friend bool operator==(const Aim&, const Aim&) = default;
  };
  // Why something is captured.
  enum class Purpose : std::uint8_t {
    Wish,    // somebody, or the way back of a device, wants it so
    Renew,   // the same device once more, as it was interrupted
    Follow,  // the system's default is another now
  };
  // What was in use before a device that cannot be open at the same time.
  struct Former {
    Aim aim;
    std::string device;
  };
  struct State {
    SourceStage stage = SourceStage::Off;
    std::vector<event::CapturedTrack> tracks;  // live now
    Aim held;                             // as which they were captured, or what is captured next
    std::optional<OperationId> capture;   // under way
    Aim aim;                              // what for
    std::string instead;                  // of the aim's device, this one was asked for; empty: the aim's
    Purpose purpose = Purpose::Wish;
    std::optional<Former> former;         // given back for what is captured now; comes back if that fails
    std::optional<Failure> refusal;       // it did fail, and the former one is on its way back
    bool exact = false;                   // no other device will do for it
    std::optional<RequestId> request;     // waits for the capture
    std::optional<Failure> error;
    bool silent = false;                  // the system has muted what is live
    bool doubtful = false;                // it has, at least once: a browser may say that it gives again, and it does not
    bool any_device = false;              // nobody had named what is live
    Wanted shown = Wanted::Off;
    bool lost = false;                    // its device went; it is wanted all the same
    std::uint32_t fallbacks = 0;          // since then
    Millis fallbacks_since{0};
  };

  State& of(Source source) { return states_[static_cast<std::size_t>(source)]; }
  static SourceInput read(const State& state, const event::SourceRequested& wanted, const Aim& target);
  void perform(Turn& turn, Source source, SourceDeed deed, Aim target);
  void capture(Turn& turn, Source source, Aim aim, bool exact, std::string instead = {});
  static const std::string& asked_for(const State& state) { return state.instead.empty() ? state.aim.device : state.instead; }
  void take_over(Turn& turn, Source source, std::vector<event::CapturedTrack> tracks);
  // What is live, and all that is known of it.
  void let_go(Turn& turn, State& state) const;
  static void forget_former(State& state);
  static bool may_give_way(Source source, const State& state, ErrorCode code);
  void give_way(Turn& turn, Source source);
  void renew(Turn& turn, Source source, std::string device, Purpose purpose);
  void follow_default(Turn& turn, Source source);
  void screen_ended(Turn& turn, bool sound_only);
  void device_ended(Turn& turn, Source source, const event::CapturedTrack& gone, std::optional<Denier> denied_by);
  std::optional<Failure> end_of_wish(Turn& turn, Source source, const event::CapturedTrack& gone, std::optional<Denier> denied_by);
  void enter(Turn& turn, Source source, SourceStage stage, std::optional<Failure> error = std::nullopt);
  void release(Turn& turn, std::vector<event::CapturedTrack> tracks) const;
  void settle(Turn& turn, State& state, std::optional<Failure> error = std::nullopt) const;
  std::optional<Source> capturing(OperationId operation) const;
  // What is live loses this track. None: it is nobody's.
  std::optional<std::pair<Source, event::CapturedTrack>> take(Turn& turn, const TrackId& track);
  bool is_live(const TrackId& track) const;

  OperationId& operations_;
  const Limits& limits_;
  DeviceList devices_;
  std::array<State, kSources.size()> states_;
  std::set<Slot> used_{Slot::Microphone, Slot::Camera};
};

}  // namespace meetwire::session
