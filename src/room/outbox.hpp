// One member's outgoing messages: numbers them and keeps them until they are acknowledged, within bounds.
// Knows nothing of rooms, connections or what the messages mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "core/limits.hpp"
#include "core/time.hpp"
#include "protocol/messages.hpp"
#include "room/letter.hpp"
#include "room/letter_table.hpp"

namespace meetwire::room {

// Welcome, Waiting, Renewed, Refused, Problem and Ended belong to a connection, not to the place; a reaction belongs to its
// moment, and typing passes by itself; signals are acknowledged and repeated by the links. They have no number and are not
// kept: the numbers follow from the room's log alone.
bool is_numbered(const protocol::ServerMessage& message);

// As a room's written form has it. Letters are in a table of the room's, as several members wait for the same ones.
struct OutboxValue {
  std::uint64_t last = 0;
  std::vector<std::uint32_t> kept;
  std::optional<Millis> repeat_at;
  Millis repeat_wait;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("last", self.last);
    visit("kept", self.kept);
    visit("repeatAt", self.repeat_at);
    visit("repeatWait", self.repeat_wait);
  }
};

class Outbox {
 public:
  // `keeps`: false for members that cannot resume; nothing is numbered then.
  Outbox(bool keeps, const Limits& limits)
      : keeps_(keeps), messages_max_(limits.resume_messages_max), bytes_max_(limits.resume_bytes_max),
        repeat_after_(limits.room_repeat_after), repeat_wait_(limits.room_repeat_after),
        repeat_wait_max_(limits.room_repeat_after_max), repeat_messages_max_(limits.batch_messages_max) {}

  struct Pushed {
    std::uint64_t number = 0;  // 0: unnumbered
    bool dropped = false;      // an older message had to make room
  };
  Pushed push(const Letter& message);

  // Nothing can be kept any more: whoever has missed something starts anew. Gives how many bytes were kept; others may
  // share them.
  std::size_t clear();

  // Everything up to this number has come in. A number never given out, or an old one, changes nothing.
  void acknowledge(std::uint64_t number);

  // Is everything after this number still there?
  bool covers(std::uint64_t received) const;
  // What is kept after this number, in order.
  std::vector<Numbered> after(std::uint64_t received) const;

  // A message may be lost while its socket lives on, and where none follows it nothing shows that. So what is not
  // acknowledged in time goes out again: begin_waiting() after each change, and due() at its time.
  void begin_waiting(Millis now);
  std::vector<Numbered> due(Millis now);
  // Nobody is there to say it to.
  void pause() { repeat_at_.reset(); }
  std::optional<Millis> repeat_at() const { return repeat_at_; }

  OutboxValue value(LetterTable& letters) const;
  // False: it names letters that there are not.
  bool restore(const OutboxValue& value, const std::vector<Letter>& letters);

  // The number up to which everything has come in, or is kept no longer.
  std::uint64_t acknowledged() const { return last_ - messages_.size(); }
  // The number of the newest message; 0 while there is none.
  std::uint64_t last() const { return last_; }
  std::size_t kept() const { return messages_.size(); }
  std::size_t kept_bytes() const { return bytes_; }

 private:
  void drop_oldest();
  std::uint64_t oldest() const { return last_ - messages_.size() + 1; }

  bool keeps_;
  std::size_t messages_max_;
  std::size_t bytes_max_;
  std::deque<Letter> messages_;  // the newest has the number last_
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;
  std::optional<Millis> repeat_at_;
  Millis repeat_after_, repeat_wait_, repeat_wait_max_;
  std::size_t repeat_messages_max_;
};

}  // namespace meetwire::room
