// What has come in from the server, by number: duplicates are known by it, and the server is told of it.
// Must not know: what the messages are.
#pragma once

#include <cstdint>
#include <optional>

#include "core/limits.hpp"
#include "core/time.hpp"

namespace meetwire::session {

class Receipts {
 public:
  explicit Receipts(const Limits& limits) : limits_(limits) {}

  // 0 stands for "not numbered" and is always new.
  bool is_duplicate(std::uint64_t number) const { return number != 0 && number <= received_; }

  // Something before it has not come in. A gap that is still there after the server was asked several times is accepted:
  // it has nothing more to give, and asking for ever would help nobody.
  bool leaves_gap(std::uint64_t number) const {
    return number > received_ + 1 && !(gap_after_ == received_ && gap_asked_ >= limits_.gap_resumes_max);
  }
  void note_gap() {
    gap_asked_ = gap_after_ == received_ ? gap_asked_ + 1 : 1;
    gap_after_ = received_;
  }

  void take(Millis now, std::uint64_t number) {
    // What comes again was not acknowledged, as far as the server knows.
    if (number == 0) return;
    if (number > received_) received_ = number;
    if (!acknowledge_at_) acknowledge_at_ = now + limits_.acknowledge_after;
  }

  // It is time to say so, even if there is nothing else to say.
  bool is_due(Millis now) const {
    if (received_ - acknowledged_ >= limits_.acknowledge_messages_max) return true;
    return acknowledge_at_ && now >= *acknowledge_at_;
  }

  // Some message carries the number out.
  void acknowledge() {
    acknowledged_ = received_;
    acknowledge_at_.reset();
  }

  // The socket is lost: the next hello says it.
  void pause() { acknowledge_at_.reset(); }

  // A new place in the room: the server counts from the start.
  void restart() {
    received_ = 0;
    gap_after_.reset();
    acknowledge();
  }

  std::uint64_t received() const { return received_; }
  std::optional<Millis> deadline() const { return acknowledge_at_; }

 private:
  Limits limits_;
  std::uint64_t received_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::optional<std::uint64_t> gap_after_;  // the number that the last gap came after
  std::uint32_t gap_asked_ = 0;             // how often
  std::optional<Millis> acknowledge_at_;
};

}  // namespace meetwire::session
