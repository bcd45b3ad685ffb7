// One member's outgoing messages: numbers them and keeps them until they are acknowledged, within bounds.
// Knows nothing of rooms, connections or what the messages mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "core/limits.hpp"
#include "protocol/messages.hpp"

namespace meetwire::room {

// Welcome, Refused, Problem and Ended belong to a connection, not to the place: they have no number and are not kept.
bool is_numbered(const protocol::ServerMessage& message);

struct Numbered {
  std::uint64_t number = 0;
  protocol::ServerMessage message;
};

class Outbox {
 public:
  // `keeps`: false for members that cannot resume; nothing is numbered then.
  Outbox(bool keeps, const Limits& limits)
      : keeps_(keeps), messages_max_(limits.resume_messages_max), bytes_max_(limits.resume_bytes_max) {}

  struct Pushed {
    std::uint64_t number = 0;  // 0: unnumbered
    bool dropped = false;      // an older message had to make room
  };
  Pushed push(const protocol::ServerMessage& message);

  // Everything up to this number has come in. A number never given out, or an old one, changes nothing.
  void acknowledge(std::uint64_t number);

  // Is everything after this number still there?
  bool covers(std::uint64_t received) const;
  // What is kept after this number, in order.
  std::vector<Numbered> after(std::uint64_t received) const;

  // The number of the newest message; 0 while there is none.
  std::uint64_t last() const { return last_; }
  std::size_t kept() const { return messages_.size(); }

 private:
  struct Kept {
    protocol::ServerMessage message;
    std::size_t bytes = 0;
  };

  void drop_oldest();
  std::uint64_t oldest() const { return last_ - messages_.size() + 1; }

  bool keeps_;
  std::size_t messages_max_;
  std::size_t bytes_max_;
  std::deque<Kept> messages_;  // the newest has the number last_
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace meetwire::room
