// Virtual time: what is to happen, ordered by its time and then by its age, so that a run is the same every time.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "core/time.hpp"

namespace meetwire::support {

class Timeline {
 public:
  Millis now{1'000};

  void later(Millis delay, std::function<void()> what) { entries_.push_back({now + delay, age_++, std::move(what)}); }

  std::optional<Millis> next() const {
    std::optional<Millis> at;
    for (const Entry& entry : entries_) at = earlier(at, entry.at);
    return at;
  }

  // Carries out the oldest entry that is due. False: none is.
  bool step() {
    auto due = entries_.end();
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (entry->at > now) continue;
      if (due == entries_.end() || std::pair(entry->at, entry->age) < std::pair(due->at, due->age)) due = entry;
    }
    if (due == entries_.end()) return false;
    auto what = std::move(due->what);
    entries_.erase(due);
    what();
    return true;
  }

 private:
  struct Entry {
    Millis at;
    int age;
    std::function<void()> what;
  };
  std::vector<Entry> entries_;
  int age_ = 0;
};

}  // namespace meetwire::support
