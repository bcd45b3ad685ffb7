// Messages on their way out, in order, gathered so that what belongs together travels together.
// Must not know: dialects, sockets, what the messages mean (but that a newer media state makes an older one moot).
#pragma once

#include <optional>
#include <vector>

#include "core/limits.hpp"
#include "core/time.hpp"
#include "protocol/messages.hpp"

namespace meetwire::session {

enum class Urgency : std::uint8_t { Now, MayWait };

class Outbox {
 public:
  explicit Outbox(const Limits& limits) : limits_(limits) {}

  void add(Millis now, protocol::ClientMessage message, Urgency urgency);
  // Nothing goes out before `until`, or before release().
  void hold(Millis until) { held_until_ = until; }
  void release(Millis now);
  // All there is, if it is time; else nothing.
  std::vector<protocol::ClientMessage> take(Millis now);
  void clear();

  std::optional<Millis> deadline() const;

 private:
  Limits limits_;
  std::vector<protocol::ClientMessage> messages_;
  std::optional<Millis> due_at_;
  std::optional<Millis> held_until_;
};

}  // namespace meetwire::session
