// What has been asked of the room, until the server has decided. One envelope at a time, as with chat: the next one waits
// until all of the last is settled, and what is not settled in time goes out again; so none overtakes another.
// Must not know: what the requests mean.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/client_events.hpp"
#include "core/limits.hpp"
#include "protocol/messages.hpp"
#include "session/turn.hpp"

namespace meetwire::session {

class Requests {
 public:
  explicit Requests(const Limits& limits) : limits_(limits) {}

  // What is refused is settled at once. What is taken waits for submit().
  void request(Turn& turn, const event::RoomRequested& wanted);
  std::vector<protocol::RequestSubmitted> submit(Millis now);
  // The socket is lost: what is not settled goes out again on the next, with the same ids.
  void pause();
  // A new place: what is asked from now on is counted anew.
  void restart();
  void settled(Turn& turn, const protocol::RequestSettled& outcome);
  void elapsed(Turn& turn);
  void finish(Turn& turn, const Failure& why);
  std::optional<Millis> deadline() const;

 private:
  struct Pending {
    RequestId request = 0;
    protocol::RequestSubmitted wish;
    std::optional<Millis> deadline;  // set: it is out
  };

  Limits limits_;
  std::vector<Pending> pending_;  // those that are out come first
  std::optional<Millis> repeat_at_;
  std::uint64_t counted_ = 0;
};

}  // namespace meetwire::session
