// Chance for a simulated meeting: everything that is drawn comes from one seed, in whole numbers, so that a seed gives the
// same meeting on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "core/random.hpp"
#include "core/time.hpp"

namespace meetwire::simulation {

class Choices {
 public:
  explicit Choices(std::uint64_t seed) : random_(seed) {}

  std::uint64_t next() { return random_.next(); }
  // 0 … count − 1.
  std::uint64_t below(std::uint64_t count) { return next() % count; }
  bool per_mille(std::uint32_t rate) { return rate > 0 && below(1'000) < rate; }
  bool one_in(std::uint32_t count) { return below(count) == 0; }
  Millis between(Millis least, Millis most) {
    return {least.value + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most.value - least.value + 1)))};
  }
  template <class T>
  const T& of(const std::vector<T>& values) {
    return values[below(values.size())];
  }

 private:
  SeededRandom random_;
};

}  // namespace meetwire::simulation
