// When the token and the ICE servers are to be renewed.
// Must not know: tokens, messages, sockets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/limits.hpp"
#include "core/random.hpp"
#include "core/time.hpp"

namespace meetwire::session {

class Renewal {
 public:
  // `own`: the application's own function for ICE servers is to be asked too.
  Renewal(const Limits& limits, std::uint64_t seed, bool own) : limits_(limits), random_(seed), own_(own) {}

  // All is fresh. `after_ms`: what the server says; 0: nothing of it ends.
  void granted(Millis now, std::uint32_t after_ms) {
    by_server_ = after_ms > 0;
    Millis after{after_ms};
    if (own_ && (!by_server_ || limits_.ice_renewal_after < after)) after = limits_.ice_renewal_after;
    at_.reset();
    if (by_server_ || own_) at_ = now + random_.spread(after);
    retry_ = limits_.renewal_retry_min;
    awaited_ = false;
  }
  // Without a server there is nobody to renew anything; what lets in again gives all anew.
  void pause() {
    at_.reset();
    awaited_ = false;
  }
  // Whether it is time to ask the application. If nothing comes of it, it will be again.
  bool elapsed(Millis now) {
    if (!at_ || now < *at_) return false;
    at_ = now + retry_;
    retry_ = std::min(retry_ * 2, limits_.renewal_retry_max);
    return awaited_ = true;
  }
  // Whether an answer of the application's is awaited; only one is.
  bool take_answer() { return std::exchange(awaited_, false); }
  // Whether the server is to be told as well.
  bool by_server() const { return by_server_; }
  std::optional<Millis> deadline() const { return at_; }

 private:
  Limits limits_;
  SeededRandom random_;
  bool own_;
  bool by_server_ = false;
  bool awaited_ = false;
  std::optional<Millis> at_;
  Millis retry_{0};
};

}  // namespace meetwire::session
