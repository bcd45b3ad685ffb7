// A token bucket: so many at once, so many a second. Refuses without keeping anything.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/limits.hpp"
#include "core/time.hpp"

namespace meetwire::room {

// As a room's written form has it: the rest is in the limits.
struct BucketValue {
  std::int64_t thousandths = 0;
  Millis filled_at;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("thousandths", self.thousandths);
    visit("filledAt", self.filled_at);
  }
};

class TokenBucket {
 public:
  TokenBucket(Millis now, const Limits& limits) : TokenBucket(now, limits.rate_messages_per_second, limits.rate_burst) {}

  TokenBucket(Millis now, std::uint32_t per_second, std::uint32_t burst)
      : per_second_(per_second), burst_(burst), thousandths_(burst_ * 1000), filled_at_(now) {}

  BucketValue value() const { return {thousandths_, filled_at_}; }
  void restore(const BucketValue& value) {
    thousandths_ = std::min(value.thousandths, burst_ * 1000);
    filled_at_ = value.filled_at;
  }

  bool take(Millis now) {
    fill(now);
    if (thousandths_ < 1000) return false;
    thousandths_ -= 1000;
    return true;
  }

  // For what is worth many tokens, and known only when it is done: as long as there is one at all it may be begun, and
  // what it was worth is owed. Nobody owes more than several times what may be spent at once.
  bool has_any(Millis now) {
    fill(now);
    return thousandths_ >= 1000;
  }
  void owe(std::size_t tokens) {
    constexpr std::int64_t kOwedMax = 16;
    const std::int64_t least = -kOwedMax * burst_ * 1000;
    thousandths_ = std::max(least, thousandths_ - static_cast<std::int64_t>(tokens) * 1000);
  }

 private:
  // A thousandth of a token for each millisecond and token a second: whole numbers only, nothing drifts.
  void fill(Millis now) {
    const std::int64_t passed = std::max<std::int64_t>(0, now.value - filled_at_.value);
    const std::int64_t missing = burst_ * 1000 - thousandths_;
    filled_at_ = now;
    if (missing <= 0) return;
    thousandths_ = passed > missing / std::max<std::int64_t>(1, per_second_) ? burst_ * 1000 : thousandths_ + passed * per_second_;
  }

  std::int64_t per_second_;
  std::int64_t burst_;
  std::int64_t thousandths_;
  Millis filled_at_;
};

}  // namespace meetwire::room
