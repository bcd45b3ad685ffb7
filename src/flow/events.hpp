// What happens to the data between participants: facts in the past tense, from the application, the browser's data
// channels, the files that are read and written, the clock. Bytes never come here; only how many there are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/errors.hpp"
#include "core/ids.hpp"
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

}  // namespace event

using FlowEvent =
    std::variant<event::LinkOpened, event::LinkClosed, event::PeerLeft, event::ControlArrived, event::ChannelRequested,
                 event::ChannelReleased, event::StreamMade, event::StreamLost, event::FileRequested, event::FileAccepted,
                 event::FileStopped, event::FileRead, event::BlockStored, event::BlockDamaged, event::FileStored,
                 event::TimePassed>;

}  // namespace meetwire::flow
