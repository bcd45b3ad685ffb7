// When a server that has to hear from time to time that we live is told so.
// Must not know: how that is said, which servers want it.
#pragma once

#include <optional>

#include "core/limits.hpp"
#include "core/time.hpp"

namespace meetwire::session {

class KeepAlive {
 public:
  enum class Due {
    Nothing,
    Say,
    TooLate,  // after a sleep: it has given us up already
  };

  explicit KeepAlive(const Limits& limits) : limits_(limits) {}

  // A connection stands.
  void begin(Millis now) { due_at_ = now + limits_.keep_alive_every; }
  void pause() {
    due_at_.reset();
    said_at_.reset();
  }
  Due due(Millis now) {
    if (!due_at_ || now < *due_at_) return Due::Nothing;
    // Who has never said it is not given up.
    if (said_at_ && now - *said_at_ >= limits_.plain_silence_max) return Due::TooLate;
    said_at_ = now;
    begin(now);
    return Due::Say;
  }
  std::optional<Millis> deadline() const { return due_at_; }

 private:
  Limits limits_;
  std::optional<Millis> due_at_;
  std::optional<Millis> said_at_;  // over this connection
};

}  // namespace meetwire::session
