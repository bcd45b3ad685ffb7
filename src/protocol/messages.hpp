// Typed messages between client and server, the same whatever dialect is on the wire.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/call.hpp"
#include "core/client_commands.hpp"
#include "core/errors.hpp"
#include "core/ids.hpp"
#include "core/media.hpp"
#include "core/participant.hpp"
#include "core/presence.hpp"
#include "protocol/pair.hpp"

namespace meetwire::protocol {

inline constexpr std::uint32_t kVersion = 1;  // of meetwire/N: the only one so far

// ---- client → server

struct Hello {
  std::uint32_t version_min = kVersion;
  std::uint32_t version_max = kVersion;
  std::optional<RoomId> room;  // none: only to be online, to call and to be called
  UserId user;
  std::string name;
  std::string token;
  MediaState media;
  Connect connect = Connect::Everyone;
  // To take one's place again after the socket was lost: the secret of the last welcome, or of the client's own making as
  // long as it has heard none; and the number of the last message that came in.
  std::optional<std::string> resume;
  std::uint64_t received = 0;
  // What it was in the place that `resume` opened: a server that has forgotten the place gives a new one under it again.
  SessionId session;
  bool viewer = false;    // comes to see and hear only
  Attributes attributes;  // of a place that was lost
};

// A pair message to another member of the room.
struct SignalTo {
  UserId to;
  SessionId session;  // of the receiver, so that its successor does not get it; empty: whoever it is
  PairMessage pair;
  // Of foreign dialects only: the whole payload as JSON text, already stamped, so that fields which only such clients know
  // reach those that speak the same. Empty everywhere else.
  std::string original;
};

struct ChatSubmitted {
  std::string id;
  std::string text;
  std::optional<UserId> to;
  std::string original;     // as in SignalTo
  std::uint64_t count = 0;  // of the sender's chat in this place, from 1; 0: it does not count
};

// All that a client says about a call. Said again, it has no second effect, and is answered with how the call stands.
enum class CallAction : std::uint8_t {
  Request,
  Accept,
  End,  // cancels, rejects or hangs up, depending on who says it and how far the call is
  Ask,  // how it stands
};
constexpr auto names_of(CallAction) {
  return std::array<std::string_view, 4>{"request", "accept", "end", "ask"};
}

struct CallSubmitted {
  CallId id;
  CallAction action = CallAction::Ask;
  UserId to;                     // Request; also End, while the server has said nothing of the call
  std::uint32_t timeout_ms = 0;  // Request; 0: the server's own
  std::string reason;            // End

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("action", self.action);
    visit("to", self.to);
    visit("timeoutMs", self.timeout_ms);
    visit("reason", self.reason);
  }
};

// All that a client asks of the room itself. Said again, it has no second effect, and is answered as the first time.
struct RequestSubmitted {
  std::string id;  // made by the client, never used twice
  RoomAction action = RoomAction::SetName;
  UserId user;         // whom it is about, if anybody
  std::string name;
  std::string text;
  Attributes values;   // an empty one takes its key away
  Role role = Role::Guest;
  Source source = Source::Microphone;
  std::uint64_t count = 0;  // of the sender's requests in this place, from 1; 0: it does not count

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("action", self.action);
    visit("user", self.user);
    visit("name", self.name);
    visit("text", self.text);
    visit("values", self.values);
    visit("role", self.role);
    visit("source", self.source);
    visit("count", self.count);
  }
};

// The sender's own row changed.
struct MediaAnnounced {
  MediaState media;
};

// The sender has begun to write a message to all, or has stopped without sending it. Lost with the socket: it passes.
struct Typing {
  bool on = false;
};

// A fresh token, before the one that let the sender in expires; also for fresh ICE servers alone.
struct Renew {
  std::string token;
};

struct Leave {};

// "I have received everything up to this number", when there is nothing else to say.
struct Received {
  std::uint64_t number = 0;
  bool welcome = false;  // the welcome of this connection has come in, and the secret in it is kept
};

// ---- client → server, classic only

// "Who is in this room?" Classic clients ask; others are told at admission.
struct RosterRequested {
  std::optional<RoomId> room;  // as the client says, never believed
};

// What classic clients say to each other that has no meaning here: it is passed on as it is, stamped.
enum class RelayKind : std::uint8_t { Call, ApplyMic, AcceptApplyMic, RefuseApplyMic, Message };
constexpr auto names_of(RelayKind) {
  return std::array<std::string_view, 5>{"call", "applyMic", "acceptApplyMic", "refuseApplyMic", "msg"};
}

struct RelayTo {
  RelayKind kind = RelayKind::Call;
  std::optional<UserId> to;  // absent for RelayKind::Message only: everyone in the room, the sender too
  std::string payload;       // JSON text
};

// ---- client → server, codelab only

// Its connection is over. The place in the room stays: it is back with its next offer, or when somebody comes.
struct HungUp {};

// ---- client → server, plain only

// What a plain client says goes to everybody else in the room: it knows nobody by name.
struct Said {
  std::optional<PairBody> body;  // absent: other dialects have no form for it
  std::string original;          // the frame as it came, for those who speak plain
};

using ClientMessage =
    std::variant<Hello, SignalTo, ChatSubmitted, CallSubmitted, RequestSubmitted, MediaAnnounced, Typing, Renew, Leave, Received, RosterRequested, RelayTo, HungUp, Said>;

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
  Participant member;
};

struct MemberChanged {
  Participant member;
};

struct MemberLeft {
  UserId user;
  SessionId session;
  LeaveReason reason = LeaveReason::Left;
};

struct SignalFrom {
  UserId from;
  SessionId session;
  PairMessage pair;
  std::string original;  // as in SignalTo
};

struct ChatDelivered {
  ChatMessage message;
  std::string name;      // the sender's, for dialects whose chat carries it
  std::string original;  // as in SignalTo
};

// The outcome of a chat message, by its id.
struct ChatSettled {
  std::string id;
  std::int64_t at = 0;
  std::optional<Failure> error;
};

struct TypingFrom {
  UserId from;
  bool on = false;
};

// How a call stands, to both of its sides: whenever it goes on, and as the answer to a CallSubmitted.
struct CallTold {
  Call call;
};

struct RequestSettled {
  std::string id;
  std::optional<Failure> error;
};

// What is the same for all is otherwise than it was.
struct RoomChanged {
  RoomState room;
};

// Told to everybody present, the one who reacts too, and never again: who was away has missed it.
struct Reacted {
  UserId from;
  std::string text;
};

// A host would like the receiver to mute a source.
struct MuteAsked {
  UserId from;
  Source source = Source::Microphone;
};

// To hosts: somebody waits in the lobby; somebody does so no longer.
struct Knocked {
  Knock knock;
};
struct KnockEnded {
  UserId user;
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

// Has this dialect a form for calls?
constexpr bool knows_calls(DialectName dialect) { return dialect == DialectName::Meetwire; }

// Has this dialect a form for lobbies, for being asked to mute?
constexpr bool knows_moderation(DialectName dialect) { return dialect == DialectName::Meetwire; }

// Has this dialect a form for what classic clients alone say? Numbered messages must not be sent where there is none.
constexpr bool knows_relays(DialectName dialect) { return dialect == DialectName::Classic; }

// Does a server of this dialect say who is in the room? Otherwise whoever is heard is there.
constexpr bool tells_roster(DialectName dialect) { return dialect != DialectName::Plain; }

}  // namespace meetwire::protocol
