#include "session/sources.hpp"

#include <algorithm>
#include <utility>

#include "session/device_errors.hpp"

namespace meetwire::session {
namespace {

using I = SourceInput;
using D = SourceDeed;

constexpr std::size_t kStages = names_of(SourceStage{}).size();
constexpr std::size_t kInputs = names_of(I{}).size();

constexpr D kDeeds[kStages][kInputs] = {
    // Off    OnSame     OnBack      OnOther    Muted    Lost        Found
    {D::Keep, D::Start,  D::Missing, D::Start,  D::Mute, D::Missing, D::Keep},    // Off
    {D::Stop, D::Wait,   D::Missing, D::Start,  D::Mute, D::Missing, D::Start},   // Starting
    {D::Stop, D::Keep,   D::Missing, D::Switch, D::Mute, D::Start,   D::Switch},  // On
    {D::Stop, D::Wait,   D::Return,  D::Switch, D::Mute, D::Await,   D::Keep},    // Switching
    {D::Stop, D::Resume, D::Missing, D::Start,  D::Mute, D::Keep,    D::Keep},    // Muted
    {D::Stop, D::Start,  D::Missing, D::Start,  D::Mute, D::Missing, D::Start},   // Failed
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

SourceDeed source_deed(SourceStage stage, SourceInput input) {
  return kDeeds[static_cast<std::size_t>(stage)][static_cast<std::size_t>(input)];
}

SourceInput Sources::read(const State& state, const event::SourceRequested& wanted, const Aim& target) {
  if (wanted.wanted == Wanted::Off) return I::Off;
  if (wanted.wanted == Wanted::Muted) return I::Muted;
  if (state.stage == SourceStage::Switching && target == state.held && target != state.aim) return I::OnBack;
  if (target != (state.capture ? state.aim : state.held)) return I::OnOther;
  // Its device was away, and somebody asks for it once more: it may be there again.
  const bool elsewhere = state.stage == SourceStage::On && state.tracks.front().device != target.device;
  return wanted.device && !target.device.empty() && elsewhere ? I::OnOther : I::OnSame;
}

void Sources::request(Turn& turn, const event::SourceRequested& wanted) {
  State& state = of(wanted.source);
  settle(turn, state, overtaken());
  state.request = wanted.request;
  state.lost = false;
  Aim target = state.capture ? state.aim : state.held;
  if (wanted.constraints || wanted.device || !wanted.lent.empty()) target.lent = wanted.lent;
  if (wanted.constraints) target.constraints = *wanted.constraints;
  if (wanted.device) target.device = *wanted.device;
  const SourceDeed deed = source_deed(state.stage, read(state, wanted, target));
  perform(turn, wanted.source, deed, std::move(target));
  if (!state.capture) settle(turn, state);
}

void Sources::perform(Turn& turn, Source source, SourceDeed deed, Aim target) {
  State& state = of(source);
  switch (deed) {
    case D::Missing:
    case D::Wait:
      return;
    case D::Keep:
      if (target == state.held) return;
      state.held = std::move(target);
      return enter(turn, source, state.stage, state.error);
    case D::Await:
      return enter(turn, source, SourceStage::Starting);
    case D::Start: {
      release(turn, std::exchange(state.tracks, {}));
      const bool there = !devices_.is_known(source) || devices_.has(source, target.device);
      capture(turn, source, std::move(target), there);
      return enter(turn, source, SourceStage::Starting);
    }
    case D::Switch:
      capture(turn, source, std::move(target), true);
      state.stage = SourceStage::Switching;  // nothing that can be seen has changed
      return;
    case D::Return:
      state.capture.reset();
      state.stage = SourceStage::On;
      return;
    case D::Resume:
      if (!state.tracks.empty()) return enter(turn, source, SourceStage::On);
      return perform(turn, source, D::Start, std::move(target));
    case D::Mute:
      if (!keeps_muted_tracks(source) || target != state.held) release(turn, std::exchange(state.tracks, {}));
      state.capture.reset();
      state.held = std::move(target);
      return enter(turn, source, SourceStage::Muted);
    case D::Stop:
      state.capture.reset();
      state.held = std::move(target);
      release(turn, std::exchange(state.tracks, {}));
      return enter(turn, source, SourceStage::Off);
  }
}

void Sources::capture(Turn& turn, Source source, Aim aim, bool exact) {
  State& state = of(source);
  state.capture = ++operations_;
  state.aim = std::move(aim);
  state.exact = exact && !state.aim.device.empty() && state.aim.lent.empty();
  turn.say(command::Capture{*state.capture, source, state.aim.constraints, state.aim.device, state.exact, state.aim.lent});
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
    failed(turn, event::CaptureFailed{got.operation, "device-failed", "the capture gave no track", std::nullopt});
  } else if (source) {
    State& state = of(*source);
    // With the first share, also of one without sound: its sound then costs no further negotiation.
    if (*source == Source::Screen) used_.insert({Slot::Screen, Slot::ScreenAudio});
    std::vector<event::CapturedTrack> old = std::exchange(state.tracks, std::move(good));
    state.held = state.aim;
    state.capture.reset();
    state.lost = false;
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
  Failure error = device_failure(*source, failure);
  state.capture.reset();
  const bool refused = error.code == ErrorCode::Overconstrained || error.code == ErrorCode::NotFound;
  if (refused && state.exact && state.stage == SourceStage::Starting) return capture(turn, *source, state.aim, false);
  if (refused && state.exact && !devices_.has(*source, state.aim.device)) error.code = ErrorCode::NotFound;
  // Plugging something in helps neither who may not use it nor a track of the application's own.
  if (error.code == ErrorCode::PermissionDenied || !state.aim.lent.empty()) state.lost = false;
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

std::optional<std::pair<Source, event::CapturedTrack>> Sources::take(Turn& turn, const TrackId& track) {
  for (const Source source : kSources) {
    State& state = of(source);
    const auto at = std::find_if(state.tracks.begin(), state.tracks.end(), [&](const auto& one) { return one.track == track; });
    if (at == state.tracks.end()) continue;
    std::pair found{source, *at};
    state.tracks.erase(at);
    release(turn, {found.second});
    return found;
  }
  return std::nullopt;
}

void Sources::ended(Turn& turn, const event::TrackEnded& ended) {
  const auto found = take(turn, ended.track);
  if (!found) return;
  const auto& [source, gone] = *found;
  if (source != Source::Screen) return device_ended(turn, source, gone, ended.denied_by);
  screen_ended(turn, gone.slot == Slot::ScreenAudio && !of(source).tracks.empty());
}

void Sources::refused(Turn& turn, const TrackId& track) {
  const auto found = take(turn, track);
  if (!found) return;
  const auto& [source, gone] = *found;
  State& state = of(source);
  if (!state.tracks.empty() && gone.slot == Slot::ScreenAudio) return enter(turn, source, state.stage);  // the picture goes on
  release(turn, std::exchange(state.tracks, {}));
  if (state.capture) return enter(turn, source, SourceStage::Starting);
  if (sends(state.stage)) enter(turn, source, SourceStage::Failed, Failure{ErrorCode::DeviceFailed, "no connection takes its track"});
  else enter(turn, source, state.stage);
}

void Sources::screen_ended(Turn& turn, bool sound_only) {
  State& state = of(Source::Screen);
  if (sound_only) return enter(turn, Source::Screen, state.stage);  // the picture goes on
  release(turn, std::exchange(state.tracks, {}));
  if (state.stage == SourceStage::Switching) return enter(turn, Source::Screen, SourceStage::Starting);
  // The browser's own "stop sharing" is a way to switch a screen off.
  enter(turn, Source::Screen, SourceStage::Off);
}

void Sources::device_ended(Turn& turn, Source source, const event::CapturedTrack& gone, std::optional<Denier> denied_by) {
  State& state = of(source);
  const SourceDeed deed = source_deed(state.stage, I::Lost);
  if (deed == D::Start) {
    if (auto why = end_of_wish(turn, source, gone, denied_by)) return enter(turn, source, SourceStage::Failed, std::move(why));
  }
  perform(turn, source, deed, state.held);
  if (deed == D::Keep) enter(turn, source, state.stage);  // muted as before, with nothing live
}

// Whether nothing else shall be tried after the device has ended its track, and why.
std::optional<Failure> Sources::end_of_wish(Turn& turn, Source source, const event::CapturedTrack& gone,
                                            std::optional<Denier> denied_by) {
  State& state = of(source);
  if (!state.held.lent.empty()) return Failure{ErrorCode::TrackEnded, "the application's own track has ended"};
  // Asking at once for what was just taken back would be a nuisance.
  if (denied_by) {
    Failure denied{ErrorCode::PermissionDenied, "the permission was taken back"};
    denied.denied_by = denied_by;
    return denied;
  }
  // One that is new was away meanwhile: pulled out and put back before its end was told.
  if (devices_.has(source, gone.device) && !devices_.is_new(source, gone.device)) {
    return Failure{ErrorCode::DeviceFailed, "the device is still there: its use was taken back, or it broke"};
  }
  // What was in use is what is wanted, also where it was the browser's choice.
  if (state.held.device.empty()) state.held.device = gone.device;
  state.lost = true;
  if (turn.now - state.fallbacks_since > limits_.device_fallback_window) {
    state.fallbacks_since = turn.now;
    state.fallbacks = 0;
  }
  if (++state.fallbacks <= limits_.device_fallbacks_max) return std::nullopt;
  return Failure{ErrorCode::NotFound, "one device after the other has ended its track"};
}

void Sources::listed(Turn& turn, const event::DevicesChanged& devices) {
  devices_.take(devices.devices);
  for (const Source source : kSources) {
    State& state = of(source);
    // What takes the place of a device that was away would otherwise keep it for good.
    const bool replacing = state.stage == SourceStage::Starting && !state.exact;
    const Aim& aim = replacing ? state.aim : state.held;
    if (!aim.lent.empty()) continue;
    const bool elsewhere = state.stage == SourceStage::On && state.tracks.front().device != aim.device;
    const bool returned = (elsewhere || replacing) && devices_.is_new(source, aim.device);
    const bool helped = (state.stage == SourceStage::Failed || replacing) && state.lost && devices_.has_new(source);
    if (returned || helped) perform(turn, source, source_deed(state.stage, I::Found), aim);
  }
}

void Sources::finish(Turn& turn, const Failure& why) {
  for (const Source source : kSources) {
    State& state = of(source);
    state.capture.reset();
    release(turn, std::exchange(state.tracks, {}));
    settle(turn, state, why);
    if (state.stage != SourceStage::Off) enter(turn, source, SourceStage::Off);
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
  command::SourceChanged changed{source, visible(stage), {}, (state.capture ? state.aim : state.held).device, state.error};
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
