// What the server has been told of this client's own media, until it says so itself: a message may be lost on its way
// while its socket lives on, and then everybody would be shown the wrong thing for the rest of the meeting.
// Must not know: messages, sockets.
#pragma once

#include <cstdint>
#include <optional>

#include "core/limits.hpp"
#include "core/media.hpp"
#include "core/time.hpp"

namespace meetwire::session {

class Announcement {
 public:
  explicit Announcement(const Limits& limits) : limits_(limits) {}

  // The hello has it, and the welcome answers that.
  void said_with_hello(const MediaState& media);
  // Is the server to be told now? `confirms`: it will answer with our own row.
  bool is_due(Millis now, const MediaState& media, bool confirms);
  // Our own row, as the server has it.
  void seen(Millis now, const MediaState& media);
  void pause() { repeat_at_.reset(); }

  std::optional<Millis> deadline() const { return repeat_at_; }

 private:
  Limits limits_;
  MediaState said_;
  std::uint32_t repeats_ = 0;
  std::optional<Millis> repeat_at_;
};

}  // namespace meetwire::session
