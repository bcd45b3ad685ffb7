// What a client's core asks of cameras, microphones and screens. Part of client_commands.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/media.hpp"

namespace meetwire::command {

struct Capture {
  static constexpr std::string_view kType = "capture";
  OperationId operation = 0;
  Source source = Source::Camera;
  std::string constraints;  // as the request gave them; empty: the defaults
  std::string device;       // preferred; empty: the browser's choice
  bool exact = false;       // that device or none
  std::vector<std::string> lent;  // instead: tracks of the application's own
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("operation", self.operation);
    visit("source", self.source);
    visit("constraints", self.constraints);
    visit("device", self.device);
    visit("exact", self.exact);
    visit("lent", self.lent);
  }
};

// Stop the track and forget it.
struct Release {
  static constexpr std::string_view kType = "release";
  TrackId track;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("track", self.track);
  }
};

}  // namespace meetwire::command
