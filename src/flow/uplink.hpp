// One uplink for all links: in a mesh everybody sends to everybody, and all of it leaves by one line.
// Owns: what of the uplink each link may use for each slot, by what its receiver shows; how wide the uplink is, as far as
// the measurements tell. Must not know: browsers, JSON, who is in the room, when to measure.
//
// Sound first, then screens until they can be read, then a face of everybody that is shown, then more of both. Sound is
// made smaller before it goes, and is never taken away. A picture loses at once what the line no longer carries, and gains
// it back only after a while and with room to spare, so that it does not flicker between two sizes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "core/limits.hpp"
#include "core/media.hpp"
#include "core/time.hpp"

namespace meetwire::flow {

// What a receiver shows of one of our slots, as it says itself.
struct Shown {
  std::uint32_t width = 0;     // of the picture on its screen, in device pixels; 0: it is not to be seen
  std::uint32_t priority = 0;  // 0: one of many; 1: what is looked at: pinned, or on the stage
  friend bool operator==(const Shown&, const Shown&) = default;
};

// What we have to send.
struct Captured {
  std::uint32_t width = 0;  // of pictures, in pixels; 0 for sound
};

// One link, since the last time. From getStats; what a browser does not tell is absent.
struct LinkMeasure {
  std::int64_t sent_bps = 0;                   // all that went out, in bits a second
  std::optional<std::int64_t> available_bps;   // availableOutgoingBitrate, of the selected candidate pair
  std::optional<std::int64_t> round_trip_ms;   // currentRoundTripTime
  std::optional<std::int64_t> lost_per_mille;  // of remote-inbound-rtp, weighted by packets
};

// What a link may send for a slot: RTCRtpEncodingParameters.
struct Share {
  bool active = true;
  std::int64_t bitrate_bps_max = 0;
  std::uint32_t scale_down_per_mille = 1'000;  // scaleResolutionDownBy, of which 1000 is 1
  std::uint32_t frame_rate_max = 0;            // 0: sound
  friend bool operator==(const Share&, const Share&) = default;
};

struct ShareChange {
  UserId peer;
  Slot slot = Slot::Camera;
  Share share;
};

// A rung of a slot's ladder. `cost` is what the line carries for it, headers included.
struct Rung {
  std::int64_t bitrate_bps = 0;
  std::int64_t cost_bps = 0;
  std::uint32_t width = 0;
  std::uint32_t frame_rate = 0;
};
std::span<const Rung> ladder_of(Slot slot);

class Uplink {
 public:
  // A link is there, or gone.
  void open(const UserId& peer);
  void close(const UserId& peer);
  // What the peer shows of ours. Said anew whenever it changes; until it is said, a picture may fill a window.
  void show(const UserId& peer, Slot slot, Shown shown);
  // What we have; none: the slot is off.
  void capture(Slot slot, std::optional<Captured> captured);
  // All links at once, about once a second. Links that are not named have sent nothing.
  void measure(Millis now, const std::map<UserId, LinkMeasure>& links);

  // What has changed since the last time; after each of the above. What waits to grow does so after a measurement.
  std::vector<ShareChange> decide(Millis now);

  std::int64_t budget_bps() const { return budget_bps_; }

 private:
  struct Sending {
    std::size_t rung = 0;  // 0: none (pictures) or the smallest (sound); else that of the ladder, from 1 for pictures
    std::optional<Millis> changed_at;
    bool hidden = false;  // nothing was sent since nobody saw it
    std::optional<Share> told;
  };
  struct Link {
    std::map<Slot, Shown> shown;
    std::map<Slot, Sending> sending;
    std::optional<std::int64_t> cap_bps;  // this link alone carries no more: its receiver's line is narrow
    // The shortest round trip of this half minute and of the one before: a path that has changed is longer for good.
    std::optional<std::int64_t> least_round_trip_ms, least_round_trip_before_ms;
    std::int64_t allotted_bps = 0;
  };
  // Who gets how much, before hysteresis: rungs by link and slot.
  using Plan = std::map<std::pair<UserId, Slot>, std::size_t>;

  struct Candidate;
  Plan plan(std::int64_t budget_bps) const;
  static Shown shown_of(const Link& link, Slot slot);
  std::size_t highest(const Link& link, Slot slot) const;
  Share share_of(Slot slot, std::size_t rung) const;
  static bool is_queueing(Link& link, const LinkMeasure& measure);
  void forget_old_round_trips(Millis now);
  void widen(Millis now);
  void narrow(Millis now, std::int64_t arrived_bps);

  std::map<UserId, Link> links_;
  std::map<Slot, Captured> captured_;
  std::int64_t budget_bps_ = kUplinkLimits.budget_at_first;
  bool has_been_full_ = false;  // the line has said once where it ends
  std::optional<Millis> widened_at_;
  std::optional<Millis> widen_after_;
  Millis widen_wait_{0};
  std::optional<Millis> narrowed_at_;
  std::optional<Millis> round_trips_since_;
};

}  // namespace meetwire::flow
