// Who is writing: what we say of ourselves, seldom enough, and what others say, for as long as it is worth anything.
// Must not know: messages, sockets, rosters.
#pragma once

#include <map>
#include <optional>

#include "core/ids.hpp"
#include "core/limits.hpp"
#include "core/time.hpp"
#include "session/turn.hpp"

namespace meetwire::session {

class Typing {
 public:
  explicit Typing(const Limits& limits) : limits_(limits) {}

  // Is this to be said? Not what the others were told a moment ago.
  bool report(Millis now, bool typing);
  // The message has gone out, or the socket is lost: the others know, or have nothing to know.
  void forget_own() { said_ = false; }

  // Said by somebody who is here.
  void heard(Turn& turn, const UserId& user, bool on);
  // Gone, or has sent the message.
  void stopped(Turn& turn, const UserId& user) { heard(turn, user, false); }
  void elapsed(Turn& turn);
  std::optional<Millis> deadline() const;

 private:
  Limits limits_;
  bool said_ = false;
  std::optional<Millis> said_at_;    // that we are, the last time
  std::map<UserId, Millis> others_;  // until when they count as typing
};

}  // namespace meetwire::session
