// What a client says to its server, typed, the same whatever dialect is on the wire.
//
// Those with `fields` can be kept in a room's log.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/call.hpp"
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
  static constexpr std::string_view kType = "chat";
  std::string id;
  std::string text;
  std::optional<UserId> to;
  std::string original;     // as in SignalTo
  std::uint64_t count = 0;  // of the sender's chat in this place, from 1; 0: it does not count

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("text", self.text);
    visit("to", self.to);
    visit("original", self.original);
    visit("count", self.count);
  }
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
  static constexpr std::string_view kType = "call";
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
  static constexpr std::string_view kType = "request";
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
  static constexpr std::string_view kType = "media";
  MediaState media;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("media", self.media);
  }
};

// The sender has begun to write a message to all, or has stopped without sending it. Lost with the socket: it passes.
struct Typing {
  bool on = false;
};

// A fresh token, before the one that let the sender in expires; also for fresh ICE servers alone.
struct Renew {
  std::string token;
};

struct Leave {
  static constexpr std::string_view kType = "leave";
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

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
  static constexpr std::string_view kType = "relay";
  RelayKind kind = RelayKind::Call;
  std::optional<UserId> to;  // absent for RelayKind::Message only: everyone in the room, the sender too
  std::string payload;       // JSON text

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("kind", self.kind);
    visit("to", self.to);
    visit("payload", self.payload);
  }
};

// ---- client → server, codelab only

// Its connection is over. The place in the room stays: it is back with its next offer, or when somebody comes.
struct HungUp {
  static constexpr std::string_view kType = "hung-up";
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

// ---- client → server, plain only

// What a plain client says goes to everybody else in the room: it knows nobody by name.
struct Said {
  std::optional<PairBody> body;  // absent: other dialects have no form for it
  std::string original;          // the frame as it came, for those who speak plain
};

using ClientMessage =
    std::variant<Hello, SignalTo, ChatSubmitted, CallSubmitted, RequestSubmitted, MediaAnnounced, Typing, Renew, Leave, Received, RosterRequested, RelayTo, HungUp, Said>;

}  // namespace meetwire::protocol
