// One bound in a table of them: what came of something that is smaller, as large, and larger than it may be.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "core/limits.hpp"
#include "support/catch.hpp"

namespace meetwire::test {

inline constexpr const Limits& kLimits = kDefaultLimits;
inline std::string text(std::size_t bytes) { return std::string(bytes, 'x'); }

// What came of something of this size: "" for taken, else the code.
using Outcome = std::function<std::string(std::size_t)>;
struct Bound {
  const char* what;
  std::size_t least;
  std::size_t most;
  const char* below;  // the error of one less than the least; null: there is none
  const char* above;
  Outcome of;
};

inline void check(const Bound& bound) {
  CAPTURE(bound.what);
  if (bound.below != nullptr) CHECK(bound.of(bound.least - 1) == bound.below);
  CHECK(bound.of(bound.least) == "");
  CHECK(bound.of(bound.most - 1) == "");
  CHECK(bound.of(bound.most) == "");
  CHECK(bound.of(bound.most + 1) == bound.above);
}

}  // namespace meetwire::test
