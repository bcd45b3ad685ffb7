// Time as the core knows it: whole milliseconds on the host's clock.
// The core never asks for the time; it comes with each event (see step.hpp). A value means either an
// instant (since an epoch of the host's choosing, never going backwards) or a duration.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace meetwire {

struct Millis {
  std::int64_t value = 0;

  friend constexpr auto operator<=>(const Millis&, const Millis&) = default;
  friend constexpr Millis operator+(Millis a, Millis b) { return {a.value + b.value}; }
  friend constexpr Millis operator-(Millis a, Millis b) { return {a.value - b.value}; }
  friend constexpr Millis operator*(Millis a, std::int64_t times) { return {a.value * times}; }
};

// The earlier of two deadlines, where "none" is later than any.
constexpr std::optional<Millis> earlier(std::optional<Millis> a, std::optional<Millis> b) {
  if (!a) return b;
  if (!b) return a;
  return *a < *b ? a : b;
}

}  // namespace meetwire
