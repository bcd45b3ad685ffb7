// What a room's log consists of: all that has ever changed the room, each once, in order. The room is a fold over it
// (Room::fold), and whoever folds the same entries has the same room.
//
// No entries are made of what passes by itself (signals between two links, typing), of what belongs to one connection
// (acknowledgements, a problem), and of what only asks.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/ids.hpp"
#include "core/participant.hpp"
#include "protocol/messages.hpp"
#include "room/admission.hpp"

namespace meetwire::room {

// What members say that changes the room.
using Word = std::variant<protocol::ChatSubmitted, protocol::CallSubmitted, protocol::RequestSubmitted, protocol::MediaAnnounced,
                          protocol::Leave, protocol::RelayTo, protocol::HungUp>;

namespace entry {

// Judged Enter or Resume.
struct Entered {
  static constexpr std::string_view kType = "entered";
  Admission who;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("who", self.who);
  }
};

// Judged Knock.
struct KnockedAt {
  static constexpr std::string_view kType = "knocked";
  Admission who;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("who", self.who);
  }
};

struct Spoken {
  static constexpr std::string_view kType = "spoken";
  UserId user;
  ConnectionId connection;
  Word word;
  bool may_spend = true;  // false: it has made the server send too much already
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("connection", self.connection);
    visit("word", self.word);
    visit("maySpend", self.may_spend);
  }
};

// The first sign of life after the welcome; `welcome`: the welcome's secret has come in.
struct Heard {
  static constexpr std::string_view kType = "heard";
  UserId user;
  ConnectionId connection;
  bool welcome = false;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("connection", self.connection);
    visit("welcome", self.welcome);
  }
};

// A codelab page that had hung up begins again.
struct Returned {
  static constexpr std::string_view kType = "returned";
  UserId user;
  ConnectionId connection;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("connection", self.connection);
  }
};

// A socket is gone. `acknowledged`: what it had taken in by then.
struct Lost {
  static constexpr std::string_view kType = "lost";
  UserId user;
  ConnectionId connection;
  LeaveReason reason = LeaveReason::Lost;
  std::uint64_t acknowledged = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("connection", self.connection);
    visit("reason", self.reason);
    visit("acknowledged", self.acknowledged);
  }
};

// The server gives a place up together with its connection.
struct PutOut {
  static constexpr std::string_view kType = "put-out";
  UserId user;
  ConnectionId connection;
  LeaveReason reason = LeaveReason::Lost;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("connection", self.connection);
    visit("reason", self.reason);
  }
};

// A deadline of the room's has come: of a place, a knock or a call.
struct Elapsed {
  static constexpr std::string_view kType = "elapsed";
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

// Too much was held: this is kept no longer. Which, is decided before, as it follows from what the process holds in all.
struct Relieved {
  static constexpr std::string_view kType = "relieved";
  std::vector<UserId> outboxes;  // of these, what is not acknowledged
  bool history = false;
  std::vector<UserId> answers;  // of these, what they were answered
  bool calls = false;           // those that are over
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("outboxes", self.outboxes);
    visit("history", self.history);
    visit("answers", self.answers);
    visit("calls", self.calls);
  }
};

// The process that held all connections is gone, and another one has read its log.
struct ServerLost {
  static constexpr std::string_view kType = "server-lost";
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

}  // namespace entry

using Entry = std::variant<entry::Entered, entry::KnockedAt, entry::Spoken, entry::Heard, entry::Returned, entry::Lost, entry::PutOut,
                           entry::Elapsed, entry::Relieved, entry::ServerLost>;

template <class T, class Variant>
inline constexpr bool kIsOneOf = false;
template <class T, class... Ts>
inline constexpr bool kIsOneOf<T, std::variant<Ts...>> = (std::is_same_v<T, Ts> || ...);

// None: this message changes nothing that the log has, and is left as it is.
inline std::optional<Word> word_of(protocol::ClientMessage& message) {
  return std::visit(
      [](auto& one) -> std::optional<Word> {
        if constexpr (kIsOneOf<std::decay_t<decltype(one)>, Word>) return Word(std::move(one));
        return std::nullopt;
      },
      message);
}

inline protocol::ClientMessage message_of(Word word) {
  return std::visit([](auto& one) { return protocol::ClientMessage(std::move(one)); }, word);
}

}  // namespace meetwire::room
