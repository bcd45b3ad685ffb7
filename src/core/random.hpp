// Jitter from a seed given at construction, so that the same log replays to the same commands.
// SplitMix64 (Steele, Lea, Flood 2014): small, and good enough to spread retries. Never for secrets.
#pragma once

#include <cstdint>

#include "core/time.hpp"

namespace meetwire {

class SeededRandom {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  // Between three quarters and five quarters of the duration.
  Millis spread(Millis duration) {
    const auto half = static_cast<std::uint64_t>(duration.value / 2);
    return {duration.value * 3 / 4 + static_cast<std::int64_t>(half == 0 ? 0 : next() % (half + 1))};
  }

  // Between a half and three halves of it: for what many would else do at once.
  Millis scatter(Millis duration) {
    return {duration.value / 2 + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(duration.value + 1))};
  }

 private:
  std::uint64_t state_;
};

}  // namespace meetwire
