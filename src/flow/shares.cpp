// The uplink among several: what is shown where, what of it is sent, and who is told. The decisions are uplink.cpp's.
#include <algorithm>
#include <utility>

#include "flow/body.hpp"

namespace meetwire::flow {
namespace {

// Of a width only the rung that it takes matters: a window that is being resized has little to tell.
std::uint32_t to_rung(std::uint32_t width) {
  if (width == 0) return 0;
  const auto ladder = ladder_of(Slot::Camera);
  const auto at = std::find_if(ladder.begin(), ladder.end(), [width](const Rung& rung) { return rung.width >= width; });
  return at == ladder.end() ? ladder.back().width : at->width;
}

constexpr Share kUnlimited{};

}  // namespace

void Flow::Body::on(const event::ShowingChanged& changed) {
  if (is_audio(changed.slot)) return;
  Peer& peer = peer_of(changed.peer);
  const Shown shown{to_rung(changed.width), std::min(changed.priority, kUplinkLimits.priority_max)};
  const auto [at, is_new] = peer.showing.try_emplace(changed.slot, shown);
  if (!is_new && std::exchange(at->second, shown) == shown) return;
  say(peer, wire::Show{std::string(name_of(changed.slot)), shown.width, shown.priority});
}

void Flow::Body::show_again(Peer& peer) {
  for (const auto& [slot, shown] : peer.showing) say(peer, wire::Show{std::string(name_of(slot)), shown.width, shown.priority});
}

// It is another page: the next decision takes it for one that has just come.
void Flow::Body::forget_shown(Peer& peer) {
  peer.shown.clear();
  uplink.close(peer.id);
  budgeted.erase(peer.id);
}

void Flow::Body::hear(Peer& peer, const wire::Show& show) {
  const auto slot = from_name<Slot>(show.slot);
  if (!slot || is_audio(*slot)) return;
  peer.shown[*slot] = {to_rung(show.width), std::min(show.priority, kUplinkLimits.priority_max)};
  uplink.show(peer.id, *slot, peer.shown[*slot]);
  uplink_changed = true;
}

void Flow::Body::on(const event::CaptureChanged& changed) {
  uplink.capture(changed.slot, changed.on ? std::optional(Captured{changed.width}) : std::nullopt);
  uplink_changed = true;
}

void Flow::Body::on(const event::LinksMeasured& measured) {
  std::map<UserId, LinkMeasure> links;
  for (const event::MeasuredLink& link : measured.links) {
    links[link.peer] = {link.sent_bps, link.available_bps, link.round_trip_ms, link.lost_per_mille};
  }
  uplink.measure(now, links);
  uplink_changed = true;
}

// Who is reached has changed: connections come with senders that know no bounds, or go.
void Flow::Body::share_among(std::set<UserId> reached) {
  for (const UserId& id : budgeted) {
    if (reached.count(id) == 0) uplink.close(id);
  }
  for (const UserId& id : reached) {
    if (budgeted.count(id) > 0) continue;
    uplink.open(id);
    for (const auto& [slot, shown] : peers.at(id).shown) uplink.show(id, slot, shown);
  }
  budgeted = std::move(reached);
  uplink_changed = true;
}

void Flow::Body::share() {
  std::set<UserId> reached;
  for (const auto& [id, peer] : peers) {
    if (peer.open) reached.insert(id);
  }
  // With one link the browser's own congestion control knows all that there is to know: it is left to that.
  const bool is_shared = reached.size() >= kUplinkLimits.links_min;
  for (auto at = limited.begin(); at != limited.end();) {
    const bool is_there = reached.count(at->first) > 0;
    if (is_there && is_shared) {
      ++at;
      continue;
    }
    if (is_there) tell_share(at->first, at->second, kUnlimited);
    at = limited.erase(at);
  }
  if (!is_shared) reached.clear();
  if (reached != budgeted) share_among(std::move(reached));
  if (!std::exchange(uplink_changed, false)) return;
  for (const ShareChange& change : uplink.decide(now)) {
    limited.insert({change.peer, change.slot});
    tell_share(change.peer, change.slot, change.share);
  }
}

void Flow::Body::tell_share(const UserId& peer, Slot slot, const Share& share) {
  command(command::ShareChanged{peer, slot, share.active, share.bitrate_bps_max, share.scale_down_per_mille, share.frame_rate_max});
}

}  // namespace meetwire::flow
