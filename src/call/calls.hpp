// The calls of one client: its wishes, said until the server has answered them, and what the server makes of them.
// Must not know: sockets, rosters, links. Its owner says when the server can be reached.
#pragma once

#include <deque>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include "call/ringing.hpp"
#include "core/call.hpp"
#include "core/client_commands.hpp"
#include "core/client_events.hpp"
#include "core/errors.hpp"
#include "core/ids.hpp"
#include "core/limits.hpp"
#include "core/time.hpp"
#include "protocol/messages.hpp"

namespace meetwire::call {

// What one step asks of the owner, in order: tell the application, then the server.
struct Outputs {
  std::vector<ClientCommand> changed;               // command::CallChanged
  std::vector<protocol::ClientMessage> submitted;  // protocol::CallSubmitted
};

class Calls {
 public:
  Calls(const Limits& limits, UserId self) : limits_(limits), self_(std::move(self)) {}

  // The user's wishes; a failure when they cannot be, and then nothing has changed.
  std::optional<Failure> request(Millis now, const event::CallRequested& wanted, Outputs& out);
  std::optional<Failure> accept(Millis now, const CallId& id, Outputs& out);
  std::optional<Failure> end(Millis now, const CallId& id, const std::string& reason, Outputs& out);

  // The server's word. A failure when it makes no sense.
  std::optional<Failure> told(Millis now, const Call& call, Outputs& out);

  // All that has come so far has been told: what rings now is shown. A ring and its end that come together are no ring.
  void announce(Outputs& out);

  // The server can be reached again: what it may not have heard is said again, and of the rest is asked how it stands.
  // `same_place`: else it may have known of our calls and have forgotten them.
  void resume(Millis now, bool same_place, Outputs& out);
  // It cannot: nothing is due.
  void pause();
  void elapsed(Millis now, Outputs& out);
  // The meeting is over for us.
  void finish(Outputs& out);

  std::optional<Millis> deadline() const;
  // Have we called this user, and it is not over?
  bool has_called(const UserId& user) const;
  // The call that stands with this user.
  const Call* connected_with(const UserId& user) const;

  struct Live {
    Call call;  // as the application was told
    Phase phase = Phase::Calling;
    std::uint32_t timeout_ms = 0;
    std::string reason;  // ours, for the end that we want
    std::optional<Millis> deadline;
    bool unheard = false;  // the server has not said a word about it
    // Rings from somebody whom we have called ourselves: as soon as the server has heard of both they are one call, and
    // that one is being shown. Two would only be taken for two.
    bool hidden = false;
    bool unannounced = false;  // has begun to ring, and the application has not been told
  };
  const std::list<Live>& live() const { return live_; }

 private:
  using Position = std::list<Live>::iterator;  // holds while others come and go

  Position find(const CallId& id);
  Position find_shown(const CallId& id);
  // The table's entry for it, carried out. False: there is none.
  bool drive(Millis now, Position at, Input input, Outputs& out);
  void submit(Millis now, Live& one, Outputs& out) const;
  void schedule(Millis now, Live& one) const;
  void await(Millis now, Live& one) const;
  static void show(Live& one, Outputs& out);
  void reveal(const UserId& from, Outputs& out);

  Limits limits_;
  UserId self_;
  std::list<Live> live_;
  std::deque<CallId> over_;  // which rang here, the newest last
};

}  // namespace meetwire::call
