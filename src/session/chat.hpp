// Text to everyone or to one: own messages until the server has them, others' messages once each.
// Must not know: sockets, dialects, links. Its owner says when it may submit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/client_events.hpp"
#include "core/ids.hpp"
#include "core/limits.hpp"
#include "protocol/messages.hpp"
#include "roster/roster.hpp"
#include "session/turn.hpp"

namespace meetwire::session {

class Chat {
 public:
  Chat(const Limits& limits, UserId self) : limits_(limits), self_(std::move(self)) {}

  // What is refused is settled at once: false. What is taken waits for submit().
  bool request(Turn& turn, const event::ChatRequested& wanted, const roster::Roster& roster);
  // What goes out now, in order. One envelope at a time: the next one waits until all of the last is settled, and what is
  // not settled in time goes out again. So none overtakes another, whatever is lost on the way.
  std::vector<protocol::ChatSubmitted> submit(Millis now);
  // The socket is lost: what is not settled goes out again on the next, with the same ids, in the same order.
  void pause();
  // A new place: what is not settled is counted anew.
  void restart();
  void settled(Turn& turn, const protocol::ChatSettled& outcome);
  void delivered(Turn& turn, const ChatMessage& message);
  // Pages were told it past the server, and all who are here are such pages. Where the server carries no chat that is how it is said.
  void told_pages(const std::string& id);
  // A page has written it to us, past the server: it has no id and no time.
  void heard(Turn& turn, const Participant& from, const std::string& text);
  // What was said before we came. One's own of before a reload are among them; but an own one that was given up is not
  // shown after later ones.
  void recall(Turn& turn, const std::vector<ChatMessage>& history);
  // Messages that the server has not answered in time.
  void elapsed(Turn& turn);
  void finish(Turn& turn, const Failure& why);

  // The server's limit; 0: it has none of its own.
  void set_text_bytes_max(std::size_t bytes);
  std::optional<Millis> deadline() const;

 private:
  struct Pending {
    RequestId request = 0;
    protocol::ChatSubmitted message;
    std::optional<Millis> deadline;  // set: it is out
    bool pages_know = false;
    std::size_t bytes() const { return message.text.size() + message.id.size(); }
  };
  // The ids of one sender's last messages.
  struct Memory {
    std::vector<std::string> ids;  // the newest last
    std::uint64_t used = 0;
  };

  std::optional<Failure> refusal(const event::ChatRequested& wanted, const roster::Roster& roster) const;
  // False: it was there already.
  bool remember(const UserId& from, const std::string& id);
  void show(Turn& turn, ChatMessage message);

  Limits limits_;
  UserId self_;
  std::vector<Pending> pending_;  // those that are out come first
  std::optional<Millis> repeat_at_;
  std::uint64_t counted_ = 0;
  std::uint64_t heard_ = 0;
  std::map<UserId, Memory> remembered_;
  std::uint64_t uses_ = 0;
};

}  // namespace meetwire::session
