// What happens to a client: facts in the past tense, from the application, the socket, the browser, the clock.
// Each struct names its fields once (`fields`); the JSON of the door and of traces follows from that.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/device_events.hpp"
#include "core/errors.hpp"
#include "core/ids.hpp"
#include "core/media.hpp"
#include "core/participant.hpp"
#include "core/time_event.hpp"

namespace meetwire {

// Given once, at construction.
struct ClientOptions {
  std::optional<RoomId> room;  // absent: only online, to call and to be called
  UserId user;
  std::string name;
  std::string token;  // empty: none
  // 128 random bits or more, as text: with it a place is taken again whose welcome was lost. Empty: none.
  std::string secret;
  DialectName dialect = DialectName::Auto;
  std::uint32_t seed = 0;                     // for jitter only
  std::optional<std::string> ice_servers;     // JSON of RTCIceServer[]; absent: what the server hands out
  std::string ice_transport_policy = "all";   // RTCIceTransportPolicy
  std::optional<bool> viewer;                 // comes to see and hear only
  std::optional<Connect> connect;             // in a room; absent: with everyone. Out of rooms: on call, anyway
  std::optional<bool> renews_ice_servers;     // the application has a function for its own: it is to be asked again in time

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("room", self.room);
    visit("user", self.user);
    visit("name", self.name);
    visit("token", self.token);
    visit("secret", self.secret);
    visit("dialect", self.dialect);
    visit("seed", self.seed);
    visit("iceServers", self.ice_servers);
    visit("iceTransportPolicy", self.ice_transport_policy);
    visit("viewer", self.viewer);
    visit("connect", self.connect);
    visit("renewsIceServers", self.renews_ice_servers);
  }
};

namespace event {

// ---- the application

struct JoinRequested {
  static constexpr std::string_view kType = "join_requested";
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

struct LeaveRequested {
  static constexpr std::string_view kType = "leave_requested";
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

// The user wants a source to be so. `request` is settled when it is, or has failed, or was overtaken by a newer wish.
struct SourceRequested {
  static constexpr std::string_view kType = "source_requested";
  RequestId request = 0;
  Source source = Source::Camera;
  Wanted wanted = Wanted::Off;
  // What to capture, as JSON that only the host understands; empty: the defaults. Absent: as the last time.
  std::optional<std::string> constraints;
  // Which device is preferred; empty: the browser's choice. Absent: as the last time.
  std::optional<std::string> device;
  // Instead of a device: the keys by which the host knows tracks of the application's own.
  std::vector<std::string> lent;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("request", self.request);
    visit("source", self.source);
    visit("wanted", self.wanted);
    visit("constraints", self.constraints);
    visit("device", self.device);
    visit("lent", self.lent);
  }
};

struct ChatRequested {
  static constexpr std::string_view kType = "chat_requested";
  RequestId request = 0;
  std::string id;  // made by the host, unique for ever: what makes a retry harmless
  std::string text;
  std::optional<UserId> to;  // absent: everyone
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("request", self.request);
    visit("id", self.id);
    visit("text", self.text);
    visit("to", self.to);
  }
};

// The user has begun to write a message to all, goes on writing, or has given it up. Not settled: it passes.
struct TypingReported {
  static constexpr std::string_view kType = "typing_reported";
  bool typing = false;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("typing", self.typing);
  }
};

// Ring somebody. `request` is settled at once: an error, or none when it has been asked for. What comes of it is told by
// command::CallChanged.
struct CallRequested {
  static constexpr std::string_view kType = "call_requested";
  RequestId request = 0;
  CallId id;  // made by the host, unique for ever
  UserId to;
  std::uint32_t timeout_ms = 0;  // how long it may ring; 0: the server's own
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("request", self.request);
    visit("id", self.id);
    visit("to", self.to);
    visit("timeoutMs", self.timeout_ms);
  }
};

struct CallAccepted {
  static constexpr std::string_view kType = "call_accepted";
  RequestId request = 0;
  CallId id;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("request", self.request);
    visit("id", self.id);
  }
};

// The user wants no more of it. Whether that cancels, rejects or hangs up depends on who it is and on how far the call
// is once the server hears of it: that must not be guessed here.
struct CallEnded {
  static constexpr std::string_view kType = "call_ended";
  RequestId request = 0;
  CallId id;
  std::string reason;  // for the other one; empty: none
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("request", self.request);
    visit("id", self.id);
    visit("reason", self.reason);
  }
};

// Something is asked of the room: about oneself, or, by hosts, about the others. `request` is settled when the server has
// decided.
struct RoomRequested {
  static constexpr std::string_view kType = "room_requested";
  RequestId request = 0;
  std::string id;  // made by the host, unique for ever
  RoomAction action = RoomAction::SetName;
  UserId user;  // whom it is about; empty where it is about nobody
  std::string name;
  std::string text;
  Attributes values;
  Role role = Role::Guest;
  Source source = Source::Microphone;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("request", self.request);
    visit("id", self.id);
    visit("action", self.action);
    visit("user", self.user);
    visit("name", self.name);
    visit("text", self.text);
    visit("values", self.values);
    visit("role", self.role);
    visit("source", self.source);
  }
};

// ---- the socket

// The server has been heard on the socket that is being opened: there is a way, and it is open soon, or something on it
// keeps back the rest.
struct TransportAnswered {
  static constexpr std::string_view kType = "transport_answered";
  std::uint32_t attempt = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("attempt", self.attempt);
  }
};

struct TransportOpened {
  static constexpr std::string_view kType = "transport_opened";
  std::uint32_t attempt = 0;  // of the OpenTransport that it answers
  std::optional<std::string> token;  // a newer one, for this hello and those after it; absent: as the last time
  std::optional<std::string> ice_servers;  // newer ones of the application's own; absent: as the last time
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("attempt", self.attempt);
    visit("token", self.token);
    visit("iceServers", self.ice_servers);
  }
};

// What the application gives on command::Renew. Absent: it has no function for that.
struct RenewalReady {
  static constexpr std::string_view kType = "renewal_ready";
  bool failed = false;  // a function of its own did; it has been reported
  std::optional<std::string> token;
  std::optional<std::string> ice_servers;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("failed", self.failed);
    visit("token", self.token);
    visit("iceServers", self.ice_servers);
  }
};

struct TransportClosed {
  static constexpr std::string_view kType = "transport_closed";
  std::uint32_t attempt = 0;
  std::string reason;  // the library's words, for the detail of an error
  std::optional<DialectName> speaks;  // it is a server of another kind, and this is what it is likely to speak
  std::optional<std::uint32_t> status;  // HTTP's, of a handshake that was refused, where the host can tell
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("attempt", self.attempt);
    visit("reason", self.reason);
    visit("speaks", self.speaks);
    visit("status", self.status);
  }
};

struct MessageArrived {
  static constexpr std::string_view kType = "message_arrived";
  std::uint32_t attempt = 0;
  std::string name;  // of the socket.io event
  std::string body;  // its first argument as JSON text; empty when there was none
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("attempt", self.attempt);
    visit("name", self.name);
    visit("body", self.body);
  }
};

// ---- peer connections. All name the peer and the incarnation they were asked for.

struct LocalDescriptionSet {
  static constexpr std::string_view kType = "local_description_set";
  OperationId operation = 0;
  UserId peer;
  Incarnation incarnation = 0;
  Description description;
  SlotsByMid slots;  // mid → slot of every slot that has an m-line now
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("operation", self.operation);
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
    visit("description", self.description);
    visit("slots", self.slots);
  }
};

// Any other operation of a connection that ended well.
struct OperationSucceeded {
  static constexpr std::string_view kType = "operation_succeeded";
  OperationId operation = 0;
  UserId peer;
  Incarnation incarnation = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("operation", self.operation);
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
  }
};

// Any operation of a connection that was refused, with the DOMException's name and message.
struct OperationFailed {
  static constexpr std::string_view kType = "operation_failed";
  OperationId operation = 0;
  UserId peer;
  Incarnation incarnation = 0;
  std::string error_name;
  std::string error_message;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("operation", self.operation);
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
    visit("errorName", self.error_name);
    visit("errorMessage", self.error_message);
  }
};

struct NegotiationNeeded {
  static constexpr std::string_view kType = "negotiation_needed";
  UserId peer;
  Incarnation incarnation = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
  }
};

struct CandidateGathered {
  static constexpr std::string_view kType = "candidate_gathered";
  UserId peer;
  Incarnation incarnation = 0;
  Candidate candidate;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
    visit("candidate", self.candidate);
  }
};

struct ConnectionChanged {
  static constexpr std::string_view kType = "connection_changed";
  UserId peer;
  Incarnation incarnation = 0;
  ConnectionState state = ConnectionState::New;  // as seen when the browser reported it
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
    visit("state", self.state);
  }
};

// A page of another kind has written something over a data channel of its own.
struct TextArrived {
  static constexpr std::string_view kType = "text_arrived";
  UserId peer;
  Incarnation incarnation = 0;
  std::string text;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
    visit("text", self.text);
  }
};

}  // namespace event

using ClientEvent =
    std::variant<event::JoinRequested, event::LeaveRequested, event::SourceRequested, event::ChatRequested, event::TypingReported,
                 event::CallRequested, event::CallAccepted, event::CallEnded, event::RoomRequested, event::TransportAnswered, event::TransportOpened, event::RenewalReady, event::TransportClosed, event::MessageArrived, event::LocalDescriptionSet,
                 event::OperationSucceeded, event::OperationFailed, event::NegotiationNeeded, event::CandidateGathered,
                 event::ConnectionChanged, event::TextArrived, event::CaptureSucceeded, event::CaptureFailed, event::TrackEnded,
                 event::TrackMuteChanged, event::PageShown, event::NetworkChanged, event::DevicesChanged,
                 event::TimePassed>;

}  // namespace meetwire
