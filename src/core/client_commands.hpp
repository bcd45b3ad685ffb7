// What a client's core asks of its host: imperatives, carried out in the order given.
// The host starts each at once; what takes time ends with an event that brings the operation id back.
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
#include "core/device_commands.hpp"
#include "core/errors.hpp"
#include "core/ids.hpp"
#include "core/media.hpp"
#include "core/participant.hpp"
#include "core/peer_commands.hpp"
#include "core/presence_commands.hpp"

namespace meetwire {

enum class MeetingState : std::uint8_t { Joining, Waiting, Joined, Reconnecting, Left };
constexpr auto names_of(MeetingState) {
  return std::array<std::string_view, 5>{"joining", "waiting", "joined", "reconnecting", "left"};
}

// How a frame's body travels: as one JSON string, as the JSON value itself (what classic servers expect), or as several
// arguments, the elements of an array.
enum class BodyForm : std::uint8_t { Text, Json, Arguments };
constexpr auto names_of(BodyForm) { return std::array<std::string_view, 3>{"text", "json", "arguments"}; }

// How a socket is opened: as it last worked from here, or the other way (WebSocket or long polling first).
enum class TransportWay : std::uint8_t { Usual, Other };
constexpr auto names_of(TransportWay) { return std::array<std::string_view, 2>{"usual", "other"}; }

namespace command {

// ---- the socket

// Open a socket; an older one, if any, is forgotten first. The identity also travels in the connection's query,
// as classic servers read it there.
struct OpenTransport {
  static constexpr std::string_view kType = "open_transport";
  std::uint32_t attempt = 0;  // counted up; events bring it back, those of older attempts are dropped
  RoomId room;
  UserId user;
  std::string name;
  DialectName dialect = DialectName::Auto;
  bool viewer = false;  // a classic server is told who publishes before anything else is said
  TransportWay way = TransportWay::Usual;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("attempt", self.attempt);
    visit("room", self.room);
    visit("user", self.user);
    visit("name", self.name);
    visit("dialect", self.dialect);
    visit("viewer", self.viewer);
    visit("way", self.way);
  }
};

struct CloseTransport {
  static constexpr std::string_view kType = "close_transport";
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

struct Send {
  static constexpr std::string_view kType = "send";
  std::string name;  // of the socket.io event
  std::string body;  // JSON text
  BodyForm form = BodyForm::Text;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("name", self.name);
    visit("body", self.body);
    visit("form", self.form);
  }
};

// The server speaks a dialect that this module does not have. The host may go on with a machine of a module that has it,
// made with the same options but for the dialect, and told all that has happened. Otherwise the join ends at its deadline.
struct NeedDialect {
  static constexpr std::string_view kType = "need_dialect";
  DialectName dialect = DialectName::Classic;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("dialect", self.dialect);
  }
};

// ---- peer connections

struct ClosePeer {
  static constexpr std::string_view kType = "close_peer";
  UserId peer;
  Incarnation incarnation = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
  }
};

// Add a transceiver (send and receive) for the slot. Its m-line comes with the next offer.
struct AddSlot {
  static constexpr std::string_view kType = "add_slot";
  UserId peer;
  Incarnation incarnation = 0;
  Slot slot = Slot::Microphone;
  Priority priority = Priority::Low;  // of what it will send, and of its packets
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
    visit("slot", self.slot);
    visit("priority", self.priority);
  }
};

// The transceiver with this mid, which a remote offer made, is the slot's from now on, for sending too.
// A transceiver of the slot's that never had an m-line is stopped, and its track moves over.
struct BindSlot {
  static constexpr std::string_view kType = "bind_slot";
  UserId peer;
  Incarnation incarnation = 0;
  Slot slot = Slot::Microphone;
  std::string mid;
  Priority priority = Priority::Low;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
    visit("slot", self.slot);
    visit("mid", self.mid);
    visit("priority", self.priority);
  }
};

// Let the slot's sender send this track, or nothing. Never negotiates. An operation.
struct SetTrack {
  static constexpr std::string_view kType = "set_track";
  OperationId operation = 0;
  UserId peer;
  Incarnation incarnation = 0;
  Slot slot = Slot::Microphone;
  std::optional<TrackId> track;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("operation", self.operation);
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
    visit("slot", self.slot);
    visit("track", self.track);
  }
};

// Make and set the description that the signalling state calls for. Ends with LocalDescriptionSet.
struct SetLocalDescription {
  static constexpr std::string_view kType = "set_local_description";
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

struct SetRemoteDescription {
  static constexpr std::string_view kType = "set_remote_description";
  OperationId operation = 0;
  UserId peer;
  Incarnation incarnation = 0;
  Description description;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("operation", self.operation);
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
    visit("description", self.description);
  }
};

// Take the own offer back, explicitly: some runtimes know no implicit rollback.
struct RollBack {
  static constexpr std::string_view kType = "roll_back";
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

struct AddCandidate {
  static constexpr std::string_view kType = "add_candidate";
  OperationId operation = 0;
  UserId peer;
  Incarnation incarnation = 0;
  Candidate candidate;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("operation", self.operation);
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
    visit("candidate", self.candidate);
  }
};

// The next offer restarts ICE.
struct RestartIce {
  static constexpr std::string_view kType = "restart_ice";
  UserId peer;
  Incarnation incarnation = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
  }
};

// Over the text channel; lost where there is none.
struct SendText {
  static constexpr std::string_view kType = "send_text";
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

// ---- the application is told

struct MeetingChanged {
  static constexpr std::string_view kType = "meeting_changed";
  MeetingState state = MeetingState::Joining;
  Role role = Role::Guest;
  DialectName dialect = DialectName::Auto;  // the one in use; auto until known
  std::optional<Failure> error;             // why it is left, or is reconnecting
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("state", self.state);
    visit("role", self.role);
    visit("dialect", self.dialect);
    visit("error", self.error);
  }
};

struct ParticipantJoined {
  static constexpr std::string_view kType = "participant_joined";
  Participant participant;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("participant", self.participant);
  }
};

struct ParticipantChanged {
  static constexpr std::string_view kType = "participant_changed";
  Participant participant;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("participant", self.participant);
  }
};

struct ParticipantLeft {
  static constexpr std::string_view kType = "participant_left";
  UserId user;
  LeaveReason reason = LeaveReason::Left;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("reason", self.reason);
  }
};

struct LinkChanged {
  static constexpr std::string_view kType = "link_changed";
  UserId peer;
  LinkState state = LinkState::Connecting;
  std::optional<Failure> error;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("state", self.state);
    visit("error", self.error);
  }
};

struct SourceChanged {
  static constexpr std::string_view kType = "source_changed";
  Source source = Source::Camera;
  SourceState state = SourceState::Off;
  std::vector<TrackId> tracks;  // what is live of it now: the picture first, then the sound
  std::string device;           // which one is preferred; another may be in use while it is away. Empty: none
  std::optional<Failure> error;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("source", self.source);
    visit("state", self.state);
    visit("tracks", self.tracks);
    visit("device", self.device);
    visit("error", self.error);
  }
};

struct ChatReceived {
  static constexpr std::string_view kType = "chat_received";
  ChatMessage message;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("message", self.message);
  }
};

// Somebody else writes a message to all, or does no longer. As he says: nothing to rely on.
struct TypingChanged {
  static constexpr std::string_view kType = "typing_changed";
  UserId user;
  bool typing = false;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("typing", self.typing);
  }
};

// A call is new, or has gone on: told once for each step, the last time as ended.
struct CallChanged {
  static constexpr std::string_view kType = "call_changed";
  Call call;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("call", self.call);
  }
};

struct SettleRequest {
  static constexpr std::string_view kType = "settle_request";
  RequestId request = 0;
  std::optional<Failure> error;  // absent: done
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("request", self.request);
    visit("error", self.error);
  }
};

// Something went wrong that ended nothing: shown to the developer, not to people.
struct ReportProblem {
  static constexpr std::string_view kType = "report_problem";
  std::optional<UserId> peer;
  Failure error;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("error", self.error);
  }
};

}  // namespace command

using ClientCommand =
    std::variant<command::OpenTransport, command::CloseTransport, command::Send, command::NeedDialect, command::Renew, command::OpenPeer, command::ConfigurePeer, command::ClosePeer,
                 command::AddSlot, command::BindSlot, command::SetTrack, command::SetLocalDescription,
                 command::SetRemoteDescription, command::RollBack, command::AddCandidate, command::RestartIce, command::SendText,
                 command::Capture, command::Release, command::MeetingChanged, command::ParticipantJoined,
                 command::ParticipantChanged, command::ParticipantLeft, command::LinkChanged, command::SourceChanged,
                 command::ChatReceived, command::TypingChanged, command::CallChanged, command::SelfChanged, command::RoomStateChanged,
                 command::LobbyChanged, command::ReactionReceived, command::MuteApplied, command::SettleRequest, command::ReportProblem>;

}  // namespace meetwire
