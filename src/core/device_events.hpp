// What happens to a client's devices: facts in the past tense, from the browser. Part of core/client_events.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/errors.hpp"
#include "core/ids.hpp"
#include "core/media.hpp"

namespace meetwire::event {

struct CapturedTrack {
  Slot slot = Slot::Camera;
  TrackId track;
  std::string device;  // what gave it; empty: not known, or no device
  std::optional<bool> muted;       // MediaStreamTrack.muted: it gives nothing yet
  std::optional<bool> any_device;  // nobody had named a device
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("slot", self.slot);
    visit("track", self.track);
    visit("device", self.device);
    visit("muted", self.muted);
    visit("anyDevice", self.any_device);
  }
};

struct CaptureSucceeded {
  static constexpr std::string_view kType = "capture_succeeded";
  OperationId operation = 0;
  std::vector<CapturedTrack> tracks;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("operation", self.operation);
    visit("tracks", self.tracks);
  }
};

struct CaptureFailed {
  static constexpr std::string_view kType = "capture_failed";
  OperationId operation = 0;
  std::string error_name;     // of the DOMException, or an ErrorCode's name where the host knows better
  std::string error_message;
  std::optional<Denier> denied_by;  // where the host can tell
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("operation", self.operation);
    visit("errorName", self.error_name);
    visit("errorMessage", self.error_message);
    visit("deniedBy", self.denied_by);
  }
};

// A track ended by itself: unplugged, permission withdrawn, or the browser's own "stop sharing".
struct TrackEnded {
  static constexpr std::string_view kType = "track_ended";
  TrackId track;
  std::optional<Denier> denied_by;  // where the host can tell that the permission was taken back
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("track", self.track);
    visit("deniedBy", self.denied_by);
  }
};

// The events mute and unmute of a captured MediaStreamTrack: the system gives nothing, or gives again. It stays live.
struct TrackMuteChanged {
  static constexpr std::string_view kType = "track_mute_changed";
  TrackId track;
  bool muted = false;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("track", self.track);
    visit("muted", self.muted);
  }
};

// The user can see the page again: a browser gives out devices again that it kept back meanwhile.
struct PageShown {
  static constexpr std::string_view kType = "page_shown";
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

// The machine may have another way to the network than before: it is online again, or says that its network is another one.
struct NetworkChanged {
  static constexpr std::string_view kType = "network_changed";
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

struct Device {
  Source source = Source::Camera;
  std::string device;
  std::optional<bool> is_default;  // of its kind, as the system has it
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("source", self.source);
    visit("device", self.device);
    visit("isDefault", self.is_default);
  }
};

// All cameras and microphones that the host can name now: told once something was captured, whenever something is
// plugged in or out, and before a track that ended with it.
struct DevicesChanged {
  static constexpr std::string_view kType = "devices_changed";
  std::vector<Device> devices;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("devices", self.devices);
  }
};

}  // namespace meetwire::event
