// What a server says to its clients, typed, the same whatever dialect is on the wire.
//
// Those with `fields` can be kept for a member who is away, and so are part of a room's written form.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/call.hpp"
#include "core/chat_message.hpp"
#include "core/errors.hpp"
#include "core/ids.hpp"
#include "core/media.hpp"
#include "core/participant.hpp"
#include "core/presence.hpp"
#include "protocol/client_messages.hpp"
#include "protocol/pair.hpp"

namespace meetwire::protocol {

// ---- server → client

// The limits that a client has to keep to.
struct WelcomeLimits {
  std::uint32_t message_bytes_max = 0;
  std::uint32_t chat_bytes_max = 0;
  std::uint32_t participants_max = 0;
  std::uint32_t resume_window_ms = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("messageBytesMax", self.message_bytes_max);
    visit("chatBytesMax", self.chat_bytes_max);
    visit("participantsMax", self.participants_max);
    visit("resumeWindowMs", self.resume_window_ms);
  }
};

struct Welcome {
  std::uint32_t version = kVersion;
  bool resumed = false;   // the old place was taken again; what was missed follows
  Participant self;
  std::vector<Participant> members;  // without self
  std::uint64_t as_of = 0;           // the rows have everything up to the message of this number
  std::string ice_servers = "[]";    // JSON
  std::string secret;                // for the next resume
  std::vector<ChatMessage> history;  // what was said to all before, oldest first; none after a resume
  WelcomeLimits limits;
  RoomState room;
  std::vector<Knock> knocks;  // told to hosts
  std::uint32_t renew_in_ms = 0;     // when to send a Renew; 0: never
};

// The door is closed, and a host has been told: the welcome, or the refusal, comes later.
struct Waiting {
  std::uint32_t renew_in_ms = 0;  // as in the welcome
};

// The outcome of a Renew. With an error nothing is changed, and the token before holds until it expires.
struct Renewed {
  std::optional<std::string> ice_servers;  // JSON; absent: as before
  std::uint32_t renew_in_ms = 0;
  std::optional<Failure> error;
};

struct Refused {
  Failure error;  // the connection is closed after it
};

struct MemberJoined {
  static constexpr std::string_view kType = "joined";
  Participant member;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("member", self.member);
  }
};

struct MemberChanged {
  static constexpr std::string_view kType = "changed";
  Participant member;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("member", self.member);
  }
};

struct MemberLeft {
  static constexpr std::string_view kType = "left";
  UserId user;
  SessionId session;
  LeaveReason reason = LeaveReason::Left;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("session", self.session);
    visit("reason", self.reason);
  }
};

struct SignalFrom {
  UserId from;
  SessionId session;
  PairMessage pair;
  std::string original;  // as in SignalTo
};

struct ChatDelivered {
  static constexpr std::string_view kType = "chat";
  ChatMessage message;
  std::string name;      // the sender's, for dialects whose chat carries it
  std::string original;  // as in SignalTo

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("message", self.message);
    visit("name", self.name);
    visit("original", self.original);
  }
};

// The outcome of a chat message, by its id.
struct ChatSettled {
  static constexpr std::string_view kType = "chat-settled";
  std::string id;
  std::int64_t at = 0;
  std::optional<Failure> error;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("at", self.at);
    visit("error", self.error);
  }
};

struct TypingFrom {
  UserId from;
  bool on = false;
};

// How a call stands, to both of its sides: whenever it goes on, and as the answer to a CallSubmitted.
struct CallTold {
  static constexpr std::string_view kType = "call";
  Call call;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("call", self.call);
  }
};

struct RequestSettled {
  static constexpr std::string_view kType = "request-settled";
  std::string id;
  std::optional<Failure> error;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("error", self.error);
  }
};

// What is the same for all is otherwise than it was.
struct RoomChanged {
  static constexpr std::string_view kType = "room";
  RoomState room;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("room", self.room);
  }
};

// Told to everybody present, the one who reacts too, and never again: who was away has missed it.
struct Reacted {
  UserId from;
  std::string text;
};

// A host would like the receiver to mute a source.
struct MuteAsked {
  static constexpr std::string_view kType = "mute";
  UserId from;
  Source source = Source::Microphone;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("from", self.from);
    visit("source", self.source);
  }
};

// To hosts: somebody waits in the lobby; somebody does so no longer.
struct Knocked {
  static constexpr std::string_view kType = "knocked";
  Knock knock;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("knock", self.knock);
  }
};
struct KnockEnded {
  static constexpr std::string_view kType = "knock-ended";
  UserId user;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
  }
};

// A message of this connection was dropped, and why.
struct Problem {
  Failure error;
};

// The last message on this connection: the place in the room is lost.
struct Ended {
  Failure error;
};

// ---- server → client, classic only: a room sends them to members that speak classic, and to no other

struct RosterRow {
  UserId user;
  std::string name;
  std::optional<std::string> publisher;  // `pub` of the query
};

// The answer to RosterRequested: everyone, the asker too.
struct RosterListed {
  std::vector<RosterRow> rows;
};

struct RelayFrom {
  RelayKind kind = RelayKind::Call;
  UserId from;
  std::string payload;  // empty: a member of another dialect has said it in words of its own
};

using ServerMessage = std::variant<Welcome, Waiting, Renewed, Refused, MemberJoined, MemberChanged, MemberLeft, SignalFrom, ChatDelivered,
                                   ChatSettled, CallTold, TypingFrom, RequestSettled, RoomChanged, Reacted, MuteAsked, Knocked, KnockEnded, Problem, Ended, RosterListed, RelayFrom>;

}  // namespace meetwire::protocol
