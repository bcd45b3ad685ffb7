// What the data between participants asks of its host: imperatives, carried out in the order given.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/errors.hpp"
#include "core/ids.hpp"
#include "core/limits.hpp"
#include "flow/events.hpp"

namespace meetwire::flow {

// What a stream is for: one of the application's channels, or all files between the two.
enum class Purpose : std::uint8_t { Application, Files };
constexpr auto names_of(Purpose) { return std::array<std::string_view, 2>{"application", "files"}; }

// How a channel stands towards one participant.
enum class ChannelState : std::uint8_t {
  Connecting,  // it will be open, or turn out to be absent: what is reliable waits
  Open,
  Absent,       // not open there, or closed there, or nobody there could open it
  Unreachable,  // no connection could be made, so far
};
constexpr auto names_of(ChannelState) {
  return std::array<std::string_view, 4>{"connecting", "open", "absent", "unreachable"};
}

// Bounds that the host keeps by itself, since it alone sees the bytes; from core/limits.hpp.
struct FlowBounds {
  std::uint32_t channels_max = static_cast<std::uint32_t>(kDefaultLimits.channels_max);
  std::uint32_t label_bytes_max = static_cast<std::uint32_t>(kDefaultLimits.channel_label_bytes_max);
  std::uint32_t message_bytes_max = kDefaultLimits.channel_message_bytes_max;
  std::uint32_t partial_bytes_max = kDefaultLimits.channel_partial_bytes_max;
  std::uint32_t waiting_bytes_max = kDefaultLimits.channel_waiting_bytes_max;
  std::uint32_t buffer_high = kDefaultLimits.channel_buffer_high;
  std::uint32_t buffer_low = kDefaultLimits.channel_buffer_low;
  std::uint32_t part_bytes_max = kDefaultLimits.channel_part_bytes_max;
  std::uint32_t block_bytes = kDefaultLimits.file_block_bytes;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("channelsMax", self.channels_max);
    visit("labelBytesMax", self.label_bytes_max);
    visit("messageBytesMax", self.message_bytes_max);
    visit("partialBytesMax", self.partial_bytes_max);
    visit("waitingBytesMax", self.waiting_bytes_max);
    visit("bufferHigh", self.buffer_high);
    visit("bufferLow", self.buffer_low);
    visit("partBytesMax", self.part_bytes_max);
    visit("blockBytes", self.block_bytes);
  }
};

namespace command {

// ---- links

struct SendControl {
  static constexpr std::string_view kType = "send_control";
  UserId peer;
  std::string text;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("text", self.text);
  }
};

// Whoever is there is a new one, or has forgotten everything: counts begin at 0.
struct ForgetPeer {
  static constexpr std::string_view kType = "forget_peer";
  UserId peer;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
  }
};

// The control channel once more, on a connection that is still there. Ends with LinkOpened or LinkClosed.
struct OpenControl {
  static constexpr std::string_view kType = "open_control";
  UserId peer;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
  }
};

// No more data with this connection: the other side floods or breaks the rules. Media goes on.
struct CloseLink {
  static constexpr std::string_view kType = "close_link";
  UserId peer;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
  }
};

// ---- channels

// Make the negotiated data channel with this id. Ends with StreamMade or StreamLost.
struct OpenStream {
  static constexpr std::string_view kType = "open_stream";
  UserId peer;
  StreamId stream = 0;
  Purpose purpose = Purpose::Application;
  std::string label;
  bool ordered = true;
  std::optional<std::uint32_t> max_retransmits;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("stream", self.stream);
    visit("purpose", self.purpose);
    visit("label", self.label);
    visit("ordered", self.ordered);
    visit("maxRetransmits", self.max_retransmits);
  }
};

struct CloseStream {
  static constexpr std::string_view kType = "close_stream";
  UserId peer;
  StreamId stream = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("stream", self.stream);
  }
};

struct ChannelChanged {
  static constexpr std::string_view kType = "channel_changed";
  UserId peer;
  Purpose purpose = Purpose::Application;
  std::string label;
  ChannelState state = ChannelState::Connecting;
  StreamId stream = 0;         // where to send; 0 unless open
  std::uint32_t received = 0;  // with open: whole messages of ours that have arrived there under that label, ever
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("purpose", self.purpose);
    visit("label", self.label);
    visit("state", self.state);
    visit("stream", self.stream);
    visit("received", self.received);
  }
};

// ---- files

// Send the file from that byte on, no further than `until` for the moment. Takes the place of an earlier run.
struct SendFile {
  static constexpr std::string_view kType = "send_file";
  UserId peer;
  TransferId transfer = 0;
  std::uint32_t run = 0;
  std::int64_t from = 0;
  std::int64_t until = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("transfer", self.transfer);
    visit("run", self.run);
    visit("from", self.from);
    visit("until", self.until);
  }
};

// The receiver has stored `held` bytes and takes as many as `until`.
struct ExtendFile {
  static constexpr std::string_view kType = "extend_file";
  UserId peer;
  TransferId transfer = 0;
  bool outgoing = false;
  std::int64_t held = 0;
  std::int64_t until = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("transfer", self.transfer);
    visit("outgoing", self.outgoing);
    visit("held", self.held);
    visit("until", self.until);
  }
};

struct FileOffered {
  static constexpr std::string_view kType = "file_offered";
  UserId peer;
  TransferId transfer = 0;
  std::string name;
  std::int64_t size = 0;
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

// Take what comes under this run, from that byte on. Blocks of earlier runs are dropped from now on, and more than
// `until` is against the rules.
struct ReceiveFile {
  static constexpr std::string_view kType = "receive_file";
  UserId peer;
  TransferId transfer = 0;
  std::uint32_t run = 0;
  std::int64_t from = 0;
  std::int64_t until = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("transfer", self.transfer);
    visit("run", self.run);
    visit("from", self.from);
    visit("until", self.until);
  }
};

// For good. `held`: the bytes that the receiver has stored, as far as this side knows.
struct FileEnded {
  static constexpr std::string_view kType = "file_ended";
  UserId peer;
  TransferId transfer = 0;
  bool outgoing = false;
  std::int64_t held = 0;
  std::optional<Failure> error;  // absent: all of it is there
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("transfer", self.transfer);
    visit("outgoing", self.outgoing);
    visit("held", self.held);
    visit("error", self.error);
  }
};

// ---- the uplink

// What may be sent to somebody for a slot from now on: RTCRtpEncodingParameters. A maximum of 0 is none.
struct ShareChanged {
  static constexpr std::string_view kType = "share_changed";
  UserId peer;
  Slot slot = Slot::Camera;
  bool active = true;
  std::int64_t max_bitrate = 0;            // bits a second
  std::uint32_t scale_down_per_mille = 1'000;  // scaleResolutionDownBy, of which 1000 is 1
  std::uint32_t max_framerate = 0;         // pictures a second
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("slot", self.slot);
    visit("active", self.active);
    visit("maxBitrate", self.max_bitrate);
    visit("scaleDownPerMille", self.scale_down_per_mille);
    visit("maxFramerate", self.max_framerate);
  }
};

// Something went wrong that ended nothing else.
struct ReportProblem {
  static constexpr std::string_view kType = "report_problem";
  UserId peer;
  Failure error;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("error", self.error);
  }
};

}  // namespace command

using FlowCommand =
    std::variant<command::SendControl, command::ForgetPeer, command::OpenControl, command::CloseLink, command::OpenStream, command::CloseStream,
                 command::ChannelChanged, command::SendFile, command::ExtendFile, command::FileOffered,
                 command::ReceiveFile, command::FileEnded, command::ShareChanged, command::ReportProblem>;

}  // namespace meetwire::flow
