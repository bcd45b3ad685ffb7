// What happens to the data between participants: facts in the past tense, from the application, the browser's data
// channels, the files that are read and written, the clock. Bytes never come here; only how many there are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/errors.hpp"
#include "core/ids.hpp"
#include "core/media.hpp"
#include "core/time_event.hpp"

namespace meetwire::flow {

// An SCTP stream of one connection. 0 is the control channel; also "none".
using StreamId = std::uint32_t;
// One offer of one file to one participant, numbered by its sender.
using TransferId = std::uint32_t;

// Given once, at construction.
struct FlowOptions {
  UserId user;
  std::string instance;  // random, of this page's stay: another one means that whoever is there knows nothing any more
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("instance", self.instance);
  }
};

namespace event {

using meetwire::event::TimePassed;

// ---- the links

// The control channel to somebody is open. Of a new connection, or once more of the same.
struct LinkOpened {
  static constexpr std::string_view kType = "link_opened";
  UserId peer;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
  }
};

struct LinkClosed {
  static constexpr std::string_view kType = "link_closed";
  UserId peer;
  bool alone = false;  // only the control channel is gone, the connection is there
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("alone", self.alone);
  }
};

// Somebody is in the meeting: how the connection to them stands, as the meeting shows it. Said for everybody before the
// first channel is requested, and again when it changes; so what is sent to those who are about to be connected waits.
struct PeerSeen {
  static constexpr std::string_view kType = "peer_seen";
  UserId peer;
  LinkState link = LinkState::Connecting;
  bool takes_data = true;  // false: there is a connection, and none of ours is at its other end
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("link", self.link);
    visit("takesData", self.takes_data);
  }
};

struct PeerLeft {
  static constexpr std::string_view kType = "peer_left";
  UserId peer;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
  }
};

struct ControlArrived {
  static constexpr std::string_view kType = "control_arrived";
  UserId peer;
  std::string text;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("text", self.text);
  }
};

// ---- channels

// The application wants a channel of that label to everybody.
struct ChannelRequested {
  static constexpr std::string_view kType = "channel_requested";
  std::string label;
  bool ordered = true;
  std::optional<std::uint32_t> max_retransmits;  // absent: as often as it takes
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("label", self.label);
    visit("ordered", self.ordered);
    visit("maxRetransmits", self.max_retransmits);
  }
};

struct ChannelReleased {
  static constexpr std::string_view kType = "channel_released";
  std::string label;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("label", self.label);
  }
};

// command::OpenStream is carried out. `received`: whole messages that have come from there under that label, ever.
struct StreamMade {
  static constexpr std::string_view kType = "stream_made";
  UserId peer;
  StreamId stream = 0;
  std::uint32_t received = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("stream", self.stream);
    visit("received", self.received);
  }
};

// The browser makes no such channel, or one that was there has closed by itself.
struct StreamLost {
  static constexpr std::string_view kType = "stream_lost";
  UserId peer;
  StreamId stream = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("stream", self.stream);
  }
};

// ---- files. A transfer is named by the participant, the sender's number, and which of the two sends.

struct FileRequested {
  static constexpr std::string_view kType = "file_requested";
  UserId peer;
  TransferId transfer = 0;  // made by the host, counted up
  std::string name;
  std::int64_t size = 0;  // bytes
  std::string media_type;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("transfer", self.transfer);
    visit("name", self.name);
    visit("size", self.size);
    visit("mediaType", self.media_type);
  }
};

struct FileAccepted {
  static constexpr std::string_view kType = "file_accepted";
  UserId peer;
  TransferId transfer = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("transfer", self.transfer);
  }
};

// The application here does not listen for files, so far. The offer waits a little for it to accept or decline.
struct FileUnheard {
  static constexpr std::string_view kType = "file_unheard";
  UserId peer;
  TransferId transfer = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("transfer", self.transfer);
  }
};

// It listens now, and has been told of the offer.
struct FileHeard {
  static constexpr std::string_view kType = "file_heard";
  UserId peer;
  TransferId transfer = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("transfer", self.transfer);
  }
};

// This side wants no more of it: declined, cancelled, not readable, not storable, against the rules.
struct FileStopped {
  static constexpr std::string_view kType = "file_stopped";
  UserId peer;
  TransferId transfer = 0;
  bool outgoing = false;
  ErrorCode code = ErrorCode::FileCancelled;
  std::string reason;  // in the user's words; empty: none
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("transfer", self.transfer);
    visit("outgoing", self.outgoing);
    visit("code", self.code);
    visit("reason", self.reason);
  }
};

// All of an outgoing file has been handed to the browser.
struct FileRead {
  static constexpr std::string_view kType = "file_read";
  UserId peer;
  TransferId transfer = 0;
  std::uint32_t run = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("transfer", self.transfer);
    visit("run", self.run);
  }
};

// So many bytes of an incoming file have been checked and stored, from its beginning on.
struct BlockStored {
  static constexpr std::string_view kType = "block_stored";
  UserId peer;
  TransferId transfer = 0;
  std::uint32_t run = 0;
  std::int64_t held = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("transfer", self.transfer);
    visit("run", self.run);
    visit("held", self.held);
  }
};

// A block is not what its checksum says. What was stored before it is good.
struct BlockDamaged {
  static constexpr std::string_view kType = "block_damaged";
  UserId peer;
  TransferId transfer = 0;
  std::uint32_t run = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("transfer", self.transfer);
    visit("run", self.run);
  }
};

// All of an incoming file is stored, and the checksum of the whole is right.
struct FileStored {
  static constexpr std::string_view kType = "file_stored";
  UserId peer;
  TransferId transfer = 0;
  std::uint32_t run = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("transfer", self.transfer);
    visit("run", self.run);
  }
};

// ---- the uplink

// What is shown here of somebody's picture. They are told, and send no more than that.
struct ShowingChanged {
  static constexpr std::string_view kType = "showing_changed";
  UserId peer;
  Slot slot = Slot::Camera;
  std::uint32_t width = 0;     // in device pixels; 0: it is not to be seen
  std::uint32_t priority = 0;  // 1: it is looked at: pinned, or on the stage
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("slot", self.slot);
    visit("width", self.width);
    visit("priority", self.priority);
  }
};

// What there is to send from here.
struct CaptureChanged {
  static constexpr std::string_view kType = "capture_changed";
  Slot slot = Slot::Camera;
  bool on = false;
  std::uint32_t width = 0;  // of a picture, in pixels, as it is captured
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("slot", self.slot);
    visit("on", self.on);
    visit("width", self.width);
  }
};

// One connection since the last measurement, from getStats (webrtc-stats). What a browser does not tell is absent.
struct MeasuredLink {
  UserId peer;
  std::int64_t sent_bps = 0;                   // all that went out, in bits a second
  std::optional<std::int64_t> available_bps;   // availableOutgoingBitrate of the selected candidate pair
  std::optional<std::int64_t> round_trip_ms;   // currentRoundTripTime
  std::optional<std::int64_t> lost_per_mille;  // fractionLost of remote-inbound-rtp, weighted by packets
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("sentBps", self.sent_bps);
    visit("availableBps", self.available_bps);
    visit("roundTripMs", self.round_trip_ms);
    visit("lostPerMille", self.lost_per_mille);
  }
};

// All connections at once, about once a second.
struct LinksMeasured {
  static constexpr std::string_view kType = "links_measured";
  std::vector<MeasuredLink> links;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("links", self.links);
  }
};

}  // namespace event

using FlowEvent =
    std::variant<event::LinkOpened, event::LinkClosed, event::PeerSeen, event::PeerLeft, event::ControlArrived, event::ChannelRequested,
                 event::ChannelReleased, event::StreamMade, event::StreamLost, event::FileRequested, event::FileAccepted,
                 event::FileUnheard, event::FileHeard, event::FileStopped, event::FileRead, event::BlockStored, event::BlockDamaged, event::FileStored,
                 event::ShowingChanged, event::CaptureChanged, event::LinksMeasured, event::TimePassed>;

}  // namespace meetwire::flow
