// Virtual time: what is to happen, by its time and then by its age. One heap for a whole meeting.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "core/time.hpp"

namespace meetwire::simulation {

class Schedule {
 public:
  Millis now{1'000'000};

  void later(Millis delay, std::function<void()> what) {
    entries_.push({now + delay, age_++, std::move(what)});
  }
  std::optional<Millis> next() const { return entries_.empty() ? std::nullopt : std::optional(entries_.top().at); }
  // Carries out the first entry, at its time.
  void step() {
    // The queue gives constant access only, as moving from its top must not change the order: it is popped at once.
    Entry entry = std::move(const_cast<Entry&>(entries_.top()));
    entries_.pop();
    if (entry.at > now) now = entry.at;
    entry.what();
  }

 private:
  struct Entry {
    Millis at;
    std::uint64_t age;
    std::function<void()> what;
  };
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const { return std::pair(a.at, a.age) > std::pair(b.at, b.age); }
  };
  std::priority_queue<Entry, std::vector<Entry>, Later> entries_;
  std::uint64_t age_ = 0;
};

}  // namespace meetwire::simulation
