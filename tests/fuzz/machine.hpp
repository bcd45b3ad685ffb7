// What is promised of every machine, whatever it is fed: steps of a bounded size, deadlines that lie ahead, memory that
// does not grow with what has passed.
#pragma once

#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/time.hpp"
#include "fuzz/bytes.hpp"

namespace fuzz {

// The clock of the machine's host, and its alarm. `pass` hands TimePassed to the machine and gives its new deadline.
class Clock {
 public:
  meetwire::Millis now{1'000'000};
  std::optional<meetwire::Millis> wake_at;

  // All that is due now. A deadline that is met again and again without the time going on would keep a host busy for ever.
  template <class Pass>
  void settle(const Pass& pass) {
    constexpr int kRoundsMax = 16;
    for (int round = 0; wake_at && *wake_at <= now; ++round) {
      promise(round < kRoundsMax, "it wants to be woken again and again in the same instant");
      pass();
    }
  }
  // On to the next deadline, or by so many milliseconds.
  template <class Pass>
  void advance(std::int64_t by_ms, const Pass& pass) {
    now = now + meetwire::Millis{by_ms};
    pass();
    settle(pass);
  }
  // From deadline to deadline for this long; a deadline a millisecond would be a busy loop as well.
  template <class Pass>
  void run(std::int64_t for_ms, int wakes_max, const Pass& pass) {
    const meetwire::Millis until = now + meetwire::Millis{for_ms};
    int wakes = 0;
    while (wake_at && *wake_at <= until) {
      promise(++wakes <= wakes_max, "it is woken too often");
      now = std::max(now, *wake_at);
      pass();
      settle(pass);
    }
    now = until;
  }
};

// What is on the heap now. Read before and after, as the fuzzer itself holds a good deal.
inline std::size_t bytes_held() { return __sanitizer_get_current_allocated_bytes(); }

// One input: a host of a whole machine acts on it until nothing of it is left.
template <class Host>
int act_out(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  Host host(bytes);
  while (!bytes.empty()) host.act();
  host.finish_all();
  return 0;
}

}  // namespace fuzz
