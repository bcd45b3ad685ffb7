#include "session/sources.hpp"

#include <algorithm>
#include <utility>

#include "session/device_errors.hpp"

namespace meetwire::session {
namespace {

using W = SourceWish;
using D = SourceDeed;

constexpr std::size_t kStages = names_of(SourceStage{}).size();
constexpr std::size_t kWishes = names_of(W{}).size();

constexpr D kDeeds[kStages][kWishes] = {
    // Off         OnSame     OnBack      OnOther    Muted
    {D::Keep,      D::Start,  D::Missing, D::Start,  D::Mute},   // Off
    {D::Stop,      D::Wait,   D::Missing, D::Start,  D::Mute},   // Starting
    {D::Stop,      D::Keep,   D::Missing, D::Switch, D::Mute},   // On
    {D::Stop,      D::Wait,   D::Return,  D::Switch, D::Mute},   // Switching
    {D::Stop,      D::Resume, D::Missing, D::Start,  D::Mute},   // Muted
    {D::Stop,      D::Start,  D::Missing, D::Start,  D::Mute},   // Failed
};

SourceState visible(SourceStage stage) {
  switch (stage) {
    case SourceStage::Off: return SourceState::Off;
    case SourceStage::Starting: return SourceState::Starting;
    case SourceStage::On: return SourceState::On;
    case SourceStage::Switching: return SourceState::On;  // the old track is live until the new one is there
    case SourceStage::Muted: return SourceState::Muted;
    case SourceStage::Failed: return SourceState::Failed;
  }
  return SourceState::Failed;
}

bool sends(SourceStage stage) { return stage == SourceStage::On || stage == SourceStage::Switching; }

// A muted camera is given back, so that its light goes out. A microphone is kept, so that one is heard again at
// once; a screen is kept, as getting it back would ask the user anew.
bool keeps_muted_tracks(Source source) { return source != Source::Camera; }

Failure overtaken() { return Failure{ErrorCode::Cancelled, "overtaken by a newer request"}; }

}  // namespace

SourceDeed source_deed(SourceStage stage, SourceWish wish) {
  return kDeeds[static_cast<std::size_t>(stage)][static_cast<std::size_t>(wish)];
}

SourceWish Sources::read(const State& state, const event::SourceRequested& wanted) const {
  if (wanted.wanted == Wanted::Off) return W::Off;
  if (wanted.wanted == Wanted::Muted) return W::Muted;
  const std::string& current = state.capture ? state.aim : state.held;
  if (!wanted.constraints || *wanted.constraints == current) return W::OnSame;
  if (state.stage == SourceStage::Switching && *wanted.constraints == state.held) return W::OnBack;
  return W::OnOther;
}

void Sources::request(Turn& turn, const event::SourceRequested& wanted) {
  State& state = of(wanted.source);
  settle(turn, state, overtaken());
  state.request = wanted.request;
  perform(turn, wanted.source, source_deed(state.stage, read(state, wanted)), wanted);
  if (!state.capture) settle(turn, state);
}

void Sources::perform(Turn& turn, Source source, SourceDeed deed, const event::SourceRequested& wanted) {
  State& state = of(source);
  const bool other = wanted.constraints && *wanted.constraints != state.held;
  switch (deed) {
    case D::Missing:
    case D::Keep:
    case D::Wait:
      return;
    case D::Start:
      release(turn, std::exchange(state.tracks, {}));
      capture(turn, source, wanted.constraints.value_or(state.capture ? state.aim : state.held));
      return enter(turn, source, SourceStage::Starting);
    case D::Switch:
      capture(turn, source, *wanted.constraints);
      state.stage = SourceStage::Switching;  // nothing that can be seen has changed
      return;
    case D::Return:
      state.capture.reset();
      state.stage = SourceStage::On;
      return;
    case D::Resume:
      if (!state.tracks.empty()) return enter(turn, source, SourceStage::On);
      capture(turn, source, state.held);
      return enter(turn, source, SourceStage::Starting);
    case D::Mute: {
      // What it shall be unmuted with, if it says so; else what was under way.
      if (state.stage == SourceStage::Starting) state.held = state.aim;
      state.capture.reset();
      const bool keep = keeps_muted_tracks(source) && !other;
      if (!keep) release(turn, std::exchange(state.tracks, {}));
      if (wanted.constraints) state.held = *wanted.constraints;
      return enter(turn, source, SourceStage::Muted);
    }
    case D::Stop:
      if (state.stage == SourceStage::Starting) state.held = state.aim;
      state.capture.reset();
      release(turn, std::exchange(state.tracks, {}));
      return enter(turn, source, SourceStage::Off);
  }
}

void Sources::capture(Turn& turn, Source source, std::string constraints) {
  State& state = of(source);
  state.capture = ++operations_;
  state.aim = std::move(constraints);
  turn.say(command::Capture{*state.capture, source, state.aim});
}

void Sources::captured(Turn& turn, const event::CaptureSucceeded& got) {
  const auto source = capturing(got.operation);
  std::vector<event::CapturedTrack> good;
  std::vector<event::CapturedTrack> rest = got.tracks;
  // The first one of each slot that was asked for: the picture, then the sound.
  for (const Slot slot : kSlots) {
    const auto first = std::find_if(rest.begin(), rest.end(), [slot](const auto& track) { return track.slot == slot; });
    if (!source || source_of(slot) != *source || first == rest.end()) continue;
    good.push_back(std::move(*first));
    rest.erase(first);
  }
  if (source && good.empty()) {
    failed(turn, event::CaptureFailed{got.operation, "device-failed", "the capture gave no track"});
  } else if (source) {
    State& state = of(*source);
    for (const event::CapturedTrack& track : good) used_.insert(track.slot);
    std::vector<event::CapturedTrack> old = std::exchange(state.tracks, std::move(good));
    state.held = state.aim;
    state.capture.reset();
    release(turn, std::move(old));
    enter(turn, *source, SourceStage::On);
    settle(turn, state);
  }
  release(turn, std::move(rest));
}

void Sources::failed(Turn& turn, const event::CaptureFailed& failure) {
  const auto source = capturing(failure.operation);
  if (!source) return;
  State& state = of(*source);
  Failure error = device_failure(*source, failure.error_name, failure.error_message);
  state.capture.reset();
  if (state.stage == SourceStage::Switching) {
    state.stage = SourceStage::On;  // the old one is still live: only the request has failed
    return settle(turn, state, std::move(error));
  }
  state.held = state.aim;
  if (error.code == ErrorCode::Cancelled) {
    enter(turn, *source, SourceStage::Off);
  } else {
    enter(turn, *source, SourceStage::Failed, error);
  }
  settle(turn, state, std::move(error));
}

void Sources::ended(Turn& turn, const event::TrackEnded& ended) {
  for (const Source source : kSources) {
    State& state = of(source);
    const auto at = std::find_if(state.tracks.begin(), state.tracks.end(),
                                 [&](const event::CapturedTrack& track) { return track.track == ended.track; });
    if (at == state.tracks.end()) continue;
    const bool sound_only = at->slot == Slot::ScreenAudio && state.tracks.size() > 1;
    const event::CapturedTrack gone = *at;
    state.tracks.erase(at);
    release(turn, {gone});
    if (sound_only) return enter(turn, source, state.stage);  // the picture goes on
    release(turn, std::exchange(state.tracks, {}));
    if (state.stage == SourceStage::Switching) return enter(turn, source, SourceStage::Starting);
    // The browser's own "stop sharing" is a way to switch a screen off. A camera that stops is a loss.
    if (source == Source::Screen) return enter(turn, source, SourceStage::Off);
    return enter(turn, source, SourceStage::Failed, Failure{ErrorCode::NotFound, "the device ended its track"});
  }
}

void Sources::finish(Turn& turn, const Failure& why, std::optional<Failure> shown) {
  for (const Source source : kSources) {
    State& state = of(source);
    state.capture.reset();
    release(turn, std::exchange(state.tracks, {}));
    settle(turn, state, why);
    if (state.stage != SourceStage::Off) enter(turn, source, SourceStage::Off, shown);
  }
}

void Sources::enter(Turn& turn, Source source, SourceStage stage, std::optional<Failure> error) {
  State& state = of(source);
  state.stage = stage;
  state.error = std::move(error);
  switch (stage) {
    case SourceStage::On: state.shown = Wanted::On; break;
    case SourceStage::Muted: state.shown = Wanted::Muted; break;
    case SourceStage::Off:
    case SourceStage::Failed: state.shown = Wanted::Off; break;
    case SourceStage::Switching: break;
    // A camera that is being unmuted stays muted to the others until it is there; one that was live is not.
    case SourceStage::Starting:
      if (state.shown == Wanted::On) state.shown = Wanted::Off;
      break;
  }
  command::SourceChanged changed{source, visible(stage), {}, state.error};
  for (const event::CapturedTrack& track : state.tracks) changed.tracks.push_back(track.track);
  turn.say(std::move(changed));
}

void Sources::release(Turn& turn, std::vector<event::CapturedTrack> tracks) const {
  for (event::CapturedTrack& track : tracks) {
    // A host that gives the same track twice, as with a track of the application's own, still needs it.
    if (!is_live(track.track)) turn.say(command::Release{std::move(track.track)});
  }
}

void Sources::settle(Turn& turn, State& state, std::optional<Failure> error) const {
  if (!state.request) return;
  turn.settle(*state.request, std::move(error));
  state.request.reset();
}

std::optional<Source> Sources::capturing(OperationId operation) const {
  for (const Source source : kSources) {
    if (states_[static_cast<std::size_t>(source)].capture == operation) return source;
  }
  return std::nullopt;
}

bool Sources::is_live(const TrackId& track) const {
  for (const State& state : states_) {
    for (const event::CapturedTrack& live : state.tracks) {
      if (live.track == track) return true;
    }
  }
  return false;
}

link::Wishes Sources::wishes() const {
  link::Wishes wishes;
  for (const Slot slot : used_) wishes[slot] = std::nullopt;
  for (const State& state : states_) {
    if (!sends(state.stage)) continue;
    for (const event::CapturedTrack& track : state.tracks) wishes[track.slot] = track.track;
  }
  return wishes;
}

MediaState Sources::media() const {
  MediaState media;
  for (const Source source : kSources) media.of(source) = states_[static_cast<std::size_t>(source)].shown;
  return media;
}

}  // namespace meetwire::session
