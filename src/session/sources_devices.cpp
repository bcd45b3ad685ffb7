// What happens to devices that are live: they end, fall silent, come and go, or are no longer the system's default.
#include <algorithm>
#include <utility>

#include "session/sources.hpp"

namespace meetwire::session {
namespace {

using In = SourceInput;
using D = SourceDeed;

}  // namespace

std::optional<std::pair<Source, event::CapturedTrack>> Sources::take(Turn& turn, const TrackId& track) {
  for (const Source source : kSources) {
    State& state = of(source);
    const auto at = std::find_if(state.tracks.begin(), state.tracks.end(), [&](const auto& one) { return one.track == track; });
    if (at == state.tracks.end()) continue;
    std::pair found{source, *at};
    state.tracks.erase(at);
    if (state.tracks.empty()) state.silent = state.doubtful = false;
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
  let_go(turn, state);
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
  const SourceDeed deed = source_deed(state.stage, In::Lost);
  if (deed == D::Start) {
    if (auto why = end_of_wish(turn, source, gone, denied_by)) return enter(turn, source, SourceStage::Failed, std::move(why));
  }
  // Opening one device may end another; if nothing comes of it, the other is opened again.
  const bool is_there = devices_.has(source, gone.device) && !denied_by && state.held.lent.empty();
  if (deed == D::Await && is_there) state.former = Former{state.held, gone.device};
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
  // Where the system's default serves, it is the system that goes back.
  const bool follows = state.any_device && !devices_.default_of(source).empty();
  if (state.held.device.empty() && !follows) state.held.device = gone.device;
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
    if (returned || helped) perform(turn, source, source_deed(state.stage, In::Found), aim);
    else follow_default(turn, source);
  }
}

// A browser goes on with the device that was the default when it was captured. It is asked for the new one by name: the
// name of the default stands for what is open already.
void Sources::follow_default(Turn& turn, Source source) {
  const State& state = of(source);
  const std::string& now = devices_.default_of(source);
  const std::string& before = devices_.former_default_of(source);
  if (now.empty() || before.empty() || now == before) return;
  if (!state.any_device || state.tracks.empty() || !state.held.device.empty()) return;
  const bool follows = state.capture && state.purpose == Purpose::Follow;
  if (state.capture && !follows) return;
  const std::string& used = follows ? state.instead : state.tracks.front().device;
  // The user picked another one in the browser; or it has gone, and its end is about to be told.
  if (!used.empty() && (used != before || !devices_.has(source, used))) return;
  renew(turn, source, now, Purpose::Follow);
}

void Sources::renew(Turn& turn, Source source, std::string device, Purpose purpose) {
  State& state = of(source);
  const SourceDeed deed = source_deed(state.stage, In::Stale);
  if (deed != D::Switch) return perform(turn, source, deed, state.held);
  capture(turn, source, state.held, true, std::move(device));
  state.purpose = purpose;
  state.stage = SourceStage::Switching;
}

void Sources::mute_changed(Turn& turn, const event::TrackMuteChanged& changed) {
  for (const Source source : {Source::Camera, Source::Microphone}) {
    State& state = of(source);
    if (state.tracks.empty() || state.tracks.front().track != changed.track || state.silent == changed.muted) continue;
    state.silent = changed.muted;
    state.doubtful = true;
    // A phone mutes the old camera when the new one is opened: that tells nobody anything.
    const bool tells = state.stage == SourceStage::On || (state.stage == SourceStage::Switching && !changed.muted);
    if (tells) enter(turn, source, state.stage);
  }
}

// After a phone call a track may be live and unmuted, and yet give nothing: only capturing it anew helps.
void Sources::page_shown(Turn& turn) {
  for (const Source source : {Source::Camera, Source::Microphone}) {
    const State& state = of(source);
    if (!state.doubtful || state.tracks.empty() || state.capture || !state.held.lent.empty()) continue;
    renew(turn, source, state.tracks.front().device, Purpose::Renew);
  }
}

}  // namespace meetwire::session
