// A token bucket: so many at once, so many a second. Refuses without keeping anything.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/limits.hpp"
#include "core/time.hpp"

namespace meetwire::room {

class TokenBucket {
 public:
  TokenBucket(Millis now, const Limits& limits)
      : per_second_(limits.rate_messages_per_second), burst_(limits.rate_burst), thousandths_(burst_ * 1000),
        filled_at_(now) {}

  TokenBucket(Millis now, std::uint32_t per_second, std::uint32_t burst)
      : per_second_(per_second), burst_(burst), thousandths_(burst_ * 1000), filled_at_(now) {}

  bool take(Millis now) {
    // A thousandth of a token for each millisecond and token a second: whole numbers only, nothing drifts.
    const std::int64_t passed = std::max<std::int64_t>(0, now.value - filled_at_.value);
    const std::int64_t full = burst_ * 1000;
    thousandths_ = passed >= full ? full : std::min(full, thousandths_ + passed * per_second_);
    filled_at_ = now;
    if (thousandths_ < 1000) return false;
    thousandths_ -= 1000;
    return true;
  }

 private:
  std::int64_t per_second_;
  std::int64_t burst_;
  std::int64_t thousandths_;
  Millis filled_at_;
};

}  // namespace meetwire::room
