// A session whose devices a test lists, gives, refuses and takes away.
#pragma once

#include "session_world.hpp"

namespace world {

struct Devices : World {
  // What the host lists: cameras by these names.
  Devices& list(const std::vector<std::string>& cameras, const std::vector<std::string>& microphones = {}) {
    event::DevicesChanged changed;
    for (const auto& one : cameras) changed.devices.push_back({Source::Camera, one});
    for (const auto& one : microphones) changed.devices.push_back({Source::Microphone, one});
    on(changed);
    return *this;
  }
  Devices& choose(RequestId request, std::optional<std::string> device, Wanted wanted = Wanted::On, Source source = Source::Camera) {
    on(event::SourceRequested{request, source, wanted, std::nullopt, std::move(device), {}});
    return *this;
  }
  Devices& lend(RequestId request, const std::string& key) {
    on(event::SourceRequested{request, Source::Camera, Wanted::On, std::nullopt, std::nullopt, {key}});
    return *this;
  }
  // The capture under way ends with a track of that device.
  Devices& give(const std::string& track, const std::string& device, Slot slot = Slot::Camera) {
    on(event::CaptureSucceeded{capture().operation, {{slot, TrackId{track}, device}}});
    return *this;
  }
  Devices& refuse(const std::string& name, std::optional<Denier> by = std::nullopt) {
    on(event::CaptureFailed{capture().operation, name, "", by});
    return *this;
  }
  Devices& lose(const std::string& track) {
    on(event::TrackEnded{TrackId{track}});
    return *this;
  }
  command::Capture capture() const {
    REQUIRE_FALSE(ever<command::Capture>().empty());
    return ever<command::Capture>().back();
  }
  command::SourceChanged shown(Source source = Source::Camera) const {
    command::SourceChanged out;
    for (const auto& one : ever<command::SourceChanged>()) {
      if (one.source == source) out = one;
    }
    return out;
  }
  std::size_t captures() const { return ever<command::Capture>().size(); }
  std::vector<std::string> released() const {
    std::vector<std::string> out;
    for (const auto& one : ever<command::Release>()) out.push_back(one.track.value);
    return out;
  }
};

using Names = std::vector<std::string>;

// In a meeting, with a camera of that name live, which was preferred, and another one there.
inline void with_camera(Devices& w, const std::string& track = "t1") {
  w.join({member("ann", "s1")});
  w.choose(1, "front").give(track, "front").list({"front", "back"});
}

}  // namespace world
