#include "session/sources.hpp"

#include <algorithm>
#include <utility>

#include "session/device_errors.hpp"

namespace meetwire::session {
namespace {

using In = SourceInput;
using D = SourceDeed;

constexpr std::size_t kStages = names_of(SourceStage{}).size();
constexpr std::size_t kSourceInputs = names_of(In{}).size();

constexpr D kDeeds[kStages][kSourceInputs] = {
    // Off    OnSame     OnBack      OnOther    OnAgain     Muted    Lost        Found      Stale
    {D::Keep, D::Start,  D::Missing, D::Start,  D::Missing, D::Mute, D::Missing, D::Keep,   D::Missing},  // Off
    {D::Stop, D::Wait,   D::Missing, D::Start,  D::Missing, D::Mute, D::Missing, D::Start,  D::Missing},  // Starting
    {D::Stop, D::Keep,   D::Missing, D::Switch, D::Start,   D::Mute, D::Start,   D::Switch, D::Switch},   // On
    {D::Stop, D::Wait,   D::Return,  D::Switch, D::Missing, D::Mute, D::Await,   D::Keep,   D::Switch},   // Switching
    {D::Stop, D::Resume, D::Missing, D::Start,  D::Start,   D::Mute, D::Keep,    D::Keep,   D::Drop},     // Muted
    {D::Stop, D::Start,  D::Missing, D::Start,  D::Missing, D::Mute, D::Missing, D::Start,  D::Missing},  // Failed
};

SourceState visible(SourceStage stage, bool silent) {
  switch (stage) {
    case SourceStage::Off: return SourceState::Off;
    case SourceStage::Starting: return SourceState::Starting;
    case SourceStage::On:
    case SourceStage::Switching:  // the old track is live until the new one is there
      return silent ? SourceState::Interrupted : SourceState::On;
    case SourceStage::Muted: return SourceState::Muted;
    case SourceStage::Failed: return SourceState::Failed;
  }
  return SourceState::Failed;
}

// A muted camera is given back, so that its light goes out. A microphone is kept, so that one is heard again at
// once; a screen is kept, as getting it back would ask the user anew.
bool keeps_muted_tracks(Source source) { return source != Source::Camera; }

// A screen that shows nothing new gives no frames for a while; browsers call that muted, too.
bool can_be_interrupted(Source source) { return source != Source::Screen; }

Failure overtaken() { return Failure{ErrorCode::Cancelled, "overtaken by a newer request"}; }

}  // namespace

SourceDeed source_deed(SourceStage stage, SourceInput input) {
  return kDeeds[static_cast<std::size_t>(stage)][static_cast<std::size_t>(input)];
}

SourceInput Sources::read(const State& state, const event::SourceRequested& wanted, const Aim& target) {
  if (wanted.wanted == Wanted::Off) return In::Off;
  if (wanted.wanted == Wanted::Muted) return In::Muted;
  if (state.stage == SourceStage::Switching && target == state.held && target != state.aim) return In::OnBack;
  if (target != (state.capture ? state.aim : state.held)) return In::OnOther;
  const bool is_held = state.stage == SourceStage::On || state.stage == SourceStage::Muted;
  if (is_held && state.doubtful) return In::OnAgain;
  // Its device was away, and somebody asks for it once more: it may be there again.
  const bool elsewhere = state.stage == SourceStage::On && state.tracks.front().device != target.device;
  return wanted.device && !target.device.empty() && elsewhere ? In::OnOther : In::OnSame;
}

void Sources::request(Turn& turn, const event::SourceRequested& wanted) {
  State& state = of(wanted.source);
  settle(turn, state, overtaken());
  state.request = wanted.request;
  state.refusal.reset();
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
      let_go(turn, state);
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
      if (!keeps_muted_tracks(source) || target != state.held) let_go(turn, state);
      state.capture.reset();
      forget_former(state);
      state.held = std::move(target);
      return enter(turn, source, SourceStage::Muted);
    case D::Drop:
      let_go(turn, state);
      return enter(turn, source, state.stage);
    case D::Stop:
      state.capture.reset();
      forget_former(state);
      state.held = std::move(target);
      let_go(turn, state);
      return enter(turn, source, SourceStage::Off);
  }
}

void Sources::capture(Turn& turn, Source source, Aim aim, bool exact, std::string instead) {
  State& state = of(source);
  state.capture = ++operations_;
  state.purpose = Purpose::Wish;
  state.aim = std::move(aim);
  state.instead = std::move(instead);
  const std::string& device = asked_for(state);
  state.exact = exact && !device.empty() && state.aim.lent.empty();
  turn.say(command::Capture{*state.capture, source, state.aim.constraints, device, state.exact, state.aim.lent});
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
    take_over(turn, *source, std::move(good));
  }
  release(turn, std::move(rest));
}

void Sources::take_over(Turn& turn, Source source, std::vector<event::CapturedTrack> tracks) {
  State& state = of(source);
  // With the first share, also of one without sound: its sound then costs no further negotiation.
  if (source == Source::Screen) used_.insert({Slot::Screen, Slot::ScreenAudio});
  const std::vector<event::CapturedTrack> old = std::exchange(state.tracks, std::move(tracks));
  const event::CapturedTrack& first = state.tracks.front();
  state.silent = can_be_interrupted(source) && first.muted.value_or(false);
  state.doubtful = state.silent;
  // What takes its place for a while was named by nobody either.
  const bool still_any = state.any_device && state.aim.device.empty() && !state.instead.empty();
  state.any_device = first.any_device.value_or(false) || still_any;
  state.held = state.aim;
  state.capture.reset();
  state.lost = false;
  std::optional<Failure> refusal = std::move(state.refusal);
  forget_former(state);
  release(turn, old);
  enter(turn, source, SourceStage::On);
  settle(turn, state, std::move(refusal));
}

void Sources::failed(Turn& turn, const event::CaptureFailed& failure) {
  const auto source = capturing(failure.operation);
  if (!source) return;
  State& state = of(*source);
  Failure error = device_failure(*source, failure);
  state.capture.reset();
  const bool refused = error.code == ErrorCode::Overconstrained || error.code == ErrorCode::NotFound;
  const bool may_return = state.former && !state.refusal;
  const bool any_will_do = state.stage == SourceStage::Starting && !may_return;
  if (refused && state.exact && any_will_do) return capture(turn, *source, state.aim, false);
  if (refused && state.exact && !devices_.has(*source, asked_for(state))) error.code = ErrorCode::NotFound;
  if (may_give_way(*source, state, error.code)) return give_way(turn, *source);
  if (may_return && state.stage == SourceStage::Starting) {
    state.refusal = std::move(error);
    return capture(turn, *source, state.former->aim, true, state.former->device);
  }
  // Plugging something in helps neither who may not use it nor a track of the application's own.
  if (error.code == ErrorCode::PermissionDenied || !state.aim.lent.empty()) state.lost = false;
  if (state.stage == SourceStage::Switching) {
    state.stage = SourceStage::On;  // the old one is still live: only the request has failed
    if (state.silent && state.shown == Wanted::On) enter(turn, *source, SourceStage::On);
    // Who asked for what is live anyway has it.
    if (state.purpose != Purpose::Wish) return settle(turn, state);
    return settle(turn, state, std::move(error));
  }
  state.held = state.aim;
  const Failure told = state.refusal.value_or(error);
  forget_former(state);
  if (error.code == ErrorCode::Cancelled) {
    enter(turn, *source, SourceStage::Off);
  } else {
    enter(turn, *source, SourceStage::Failed, error);
  }
  settle(turn, state, told);
}

void Sources::forget_former(State& state) {
  state.former.reset();
  state.refusal.reset();
}

// Phones open one camera at a time, and some one microphone: then the new one can be had once the old one is given back.
bool Sources::may_give_way(Source source, const State& state, ErrorCode code) {
  return code == ErrorCode::InUse && state.stage == SourceStage::Switching && source != Source::Screen &&
         state.held.lent.empty() && state.aim.lent.empty() && state.purpose != Purpose::Renew;
}

void Sources::give_way(Turn& turn, Source source) {
  State& state = of(source);
  state.former = Former{state.held, state.tracks.front().device};
  const Purpose purpose = state.purpose;
  let_go(turn, state);
  capture(turn, source, state.aim, state.exact, state.instead);
  state.purpose = purpose;
  enter(turn, source, SourceStage::Starting);
}

void Sources::let_go(Turn& turn, State& state) const {
  release(turn, std::exchange(state.tracks, {}));
  state.silent = false;
  state.doubtful = false;
}

void Sources::finish(Turn& turn, const Failure& why, std::optional<Failure> shown) {
  for (const Source source : kSources) {
    State& state = of(source);
    state.capture.reset();
    forget_former(state);
    let_go(turn, state);
    settle(turn, state, why);
    if (state.stage != SourceStage::Off) enter(turn, source, SourceStage::Off, shown);
  }
}

void Sources::enter(Turn& turn, Source source, SourceStage stage, std::optional<Failure> error) {
  State& state = of(source);
  state.stage = stage;
  state.error = std::move(error);
  switch (stage) {
    case SourceStage::On: state.shown = state.silent ? Wanted::Muted : Wanted::On; break;
    case SourceStage::Muted: state.shown = Wanted::Muted; break;
    case SourceStage::Off:
    case SourceStage::Failed: state.shown = Wanted::Off; break;
    case SourceStage::Switching:
      if (!state.silent) state.shown = Wanted::On;
      break;
    // A camera that is being unmuted stays muted to the others until it is there; one that was live is not.
    case SourceStage::Starting:
      if (state.shown == Wanted::On) state.shown = Wanted::Off;
      break;
  }
  command::SourceChanged changed{source, visible(stage, state.silent), {}, (state.capture ? state.aim : state.held).device, state.error};
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
