// Which cameras and microphones there are, as the host last listed them, and what is new among them.
// Must not know: sources and what they want of a device.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/client_events.hpp"
#include "core/media.hpp"

namespace meetwire::session {

class DeviceList {
 public:
  // Whether it is there now. Not before the first list.
  bool has(Source source, const std::string& device) const {
    const auto& now = of(source).now;
    return now && contains(*now, device);
  }
  bool is_known(Source source) const { return of(source).now.has_value(); }
  // Whether it is there, and was not in the list before this one. Nothing is new in the first list.
  bool is_new(Source source, const std::string& device) const {
    const Kind& kind = of(source);
    return kind.before && has(source, device) && !contains(*kind.before, device);
  }
  bool has_new(Source source) const {
    const auto& now = of(source).now;
    return now && std::any_of(now->begin(), now->end(), [&](const std::string& one) { return is_new(source, one); });
  }

  // The system's default of its kind, where the host tells; empty: not known.
  const std::string& default_of(Source source) const { return of(source).default_now; }
  const std::string& former_default_of(Source source) const { return of(source).default_before; }

  void take(const std::vector<event::Device>& devices) {
    for (const Source source : kSources) {
      Kind& kind = of(source);
      kind.before = std::exchange(kind.now, Ids{});
      kind.default_before = std::exchange(kind.default_now, {});
      for (const event::Device& one : devices) {
        if (one.source != source) continue;
        kind.now->push_back(one.device);
        if (one.is_default.value_or(false)) kind.default_now = one.device;
      }
    }
  }

 private:
  using Ids = std::vector<std::string>;
  struct Kind {
    std::optional<Ids> now;
    std::optional<Ids> before;
    std::string default_now;
    std::string default_before;
  };
  static bool contains(const Ids& ids, const std::string& one) { return std::find(ids.begin(), ids.end(), one) != ids.end(); }
  Kind& of(Source source) { return kinds_[static_cast<std::size_t>(source)]; }
  const Kind& of(Source source) const { return kinds_[static_cast<std::size_t>(source)]; }

  std::array<Kind, kSources.size()> kinds_;
};

}  // namespace meetwire::session
