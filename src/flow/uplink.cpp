#include "flow/uplink.hpp"

#include <algorithm>

#include "core/limits.hpp"

namespace meetwire::flow {
namespace {

// Opus with its headers: 50 packets a second cost 16 kbit/s beside the sound itself.
constexpr std::array<Rung, 3> kSoundLadder{{{12'000, 28'000, 0, 0}, {20'000, 36'000, 0, 0}, {32'000, 48'000, 0, 0}}};
// A screen's sound is music as often as speech.
constexpr std::array<Rung, 3> kScreenSoundLadder{{{16'000, 32'000, 0, 0}, {32'000, 48'000, 0, 0}, {64'000, 80'000, 0, 0}}};
// A screen keeps its size, since text has to be read, and gives up its movement.
constexpr std::uint32_t kFull = 1U << 20;
constexpr std::array<Rung, 5> kScreenLadder{{{120'000, 130'000, kFull, 3},
                                             {280'000, 300'000, kFull, 5},
                                             {600'000, 630'000, kFull, 10},
                                             {1'200'000, 1'250'000, kFull, 15},
                                             {2'500'000, 2'600'000, kFull, 30}}};
constexpr std::size_t kReadable = 2;  // rungs of a screen before faces have theirs
constexpr std::array<Rung, 6> kFaceLadder{{{70'000, 80'000, 160, 10},
                                           {140'000, 150'000, 240, 15},
                                           {280'000, 300'000, 320, 20},
                                           {500'000, 530'000, 640, 24},
                                           {1'000'000, 1'050'000, 960, 30},
                                           {1'700'000, 1'780'000, 1280, 30}}};

// Until its receiver says something: it may fill a window.
constexpr Shown kUnsaid{1280, 0};

constexpr const UplinkLimits& kLimits = kUplinkLimits;

}  // namespace

std::span<const Rung> ladder_of(Slot slot) {
  switch (slot) {
    case Slot::Microphone: return kSoundLadder;
    case Slot::ScreenAudio: return kScreenSoundLadder;
    case Slot::Screen: return kScreenLadder;
    case Slot::Camera: break;
  }
  return kFaceLadder;
}

void Uplink::open(const UserId& peer) { links_.try_emplace(peer); }

void Uplink::close(const UserId& peer) { links_.erase(peer); }

void Uplink::show(const UserId& peer, Slot slot, Shown shown) {
  const auto link = links_.find(peer);
  if (link != links_.end()) link->second.shown[slot] = shown;
}

void Uplink::capture(Slot slot, std::optional<Captured> captured) {
  if (captured) {
    captured_[slot] = *captured;
    return;
  }
  captured_.erase(slot);
  for (auto& [peer, link] : links_) link.sending.erase(slot);
}

// ---- how wide the line is

bool Uplink::is_queueing(Link& link, const LinkMeasure& measure) {
  if (!measure.round_trip_ms) return false;
  const std::int64_t one = *measure.round_trip_ms;
  link.least_round_trip_ms = std::min(link.least_round_trip_ms.value_or(one), one);
  return one > std::min(*link.least_round_trip_ms, link.least_round_trip_before_ms.value_or(one)) + kLimits.queue_ms;
}

void Uplink::forget_old_round_trips(Millis now) {
  if (!round_trips_since_) round_trips_since_ = now;
  if (now - *round_trips_since_ < kLimits.round_trips_for) return;
  round_trips_since_ = now;
  for (auto& [peer, link] : links_) {
    link.least_round_trip_before_ms = std::exchange(link.least_round_trip_ms, std::nullopt);
  }
}

void Uplink::measure(Millis now, const std::map<UserId, LinkMeasure>& measures) {
  forget_old_round_trips(now);
  std::int64_t sent = 0, lost = 0, allotted = 0;
  std::size_t measured = 0, troubled = 0;
  std::vector<UserId> narrow_links;
  for (auto& [peer, link] : links_) {
    const auto at = measures.find(peer);
    if (at == measures.end()) continue;
    const LinkMeasure& one = at->second;
    ++measured;
    sent += one.sent_bps;
    lost += one.sent_bps * one.lost_per_mille.value_or(0);
    allotted += link.allotted_bps;
    // The browser's own estimate: below what it may send, it has begun to hold back.
    const bool held_back = one.available_bps && *one.available_bps * 10 < link.allotted_bps * 8;
    const bool lossy = one.lost_per_mille.value_or(0) > 2 * kLimits.lost_per_mille_max;
    const bool queueing = is_queueing(link, one);
    if (held_back || lossy || queueing) {
      ++troubled;
      narrow_links.push_back(peer);
    }
    link.cap_bps = one.available_bps ? std::optional(std::max(*one.available_bps, kLimits.link_cap_min)) : std::nullopt;
  }
  if (measured == 0) return;
  // Trouble on most links at once is our own line; on a few, theirs: what they cannot take is not sent to them.
  const bool is_ours = troubled * 2 > measured || (sent > 0 && lost / sent > kLimits.lost_per_mille_max);
  for (auto& [peer, link] : links_) {
    const bool is_theirs = !is_ours && std::find(narrow_links.begin(), narrow_links.end(), peer) != narrow_links.end();
    if (!is_theirs) link.cap_bps.reset();
  }
  if (is_ours) return narrow(now, sent - lost / 1'000);
  // What is not used says nothing about the line.
  if (allotted > 0 && sent * 10 >= allotted * 6) widen(now);
}

void Uplink::narrow(Millis now, std::int64_t arrived_bps) {
  if (narrowed_at_ && now - *narrowed_at_ < kLimits.narrow_every) return;
  // Full soon after it was tried wider: that was the end of it, and the next try can wait longer.
  const bool soon = has_been_full_ && widened_at_ && now - *widened_at_ < kLimits.widen_wait_min;
  widen_wait_ = soon ? std::min(widen_wait_ * 2, kLimits.widen_wait_max) : kLimits.widen_wait_min;
  widen_after_ = now + widen_wait_;
  narrowed_at_ = now;
  has_been_full_ = true;
  // A quiet picture sends little, which says nothing about the line: never less than half at a time.
  const std::int64_t base = std::clamp(arrived_bps, budget_bps_ / 2, budget_bps_);
  budget_bps_ = std::max(kLimits.budget_min, base * 8 / 10);
}

void Uplink::widen(Millis now) {
  if (widen_after_ && now < *widen_after_) return;
  if (widened_at_ && now - *widened_at_ < kLimits.widen_every) return;
  widened_at_ = now;
  budget_bps_ = std::min(kLimits.budget_max, budget_bps_ * (has_been_full_ ? kLimits.widen_per_mille : kLimits.widen_per_mille_unknown) / 1'000);
}

// ---- who gets what

Shown Uplink::shown_of(const Link& link, Slot slot) {
  const auto said = link.shown.find(slot);
  return said == link.shown.end() ? kUnsaid : said->second;
}

// The rung that fills what the receiver shows, and no higher. 0: nothing is shown.
std::size_t Uplink::highest(const Link& link, Slot slot) const {
  const auto ladder = ladder_of(slot);
  if (is_audio(slot)) return ladder.size();
  const Shown shown = shown_of(link, slot);
  if (shown.width == 0) return 0;
  if (slot == Slot::Screen) return ladder.size();
  const std::uint32_t width = std::min(shown.width, captured_.at(slot).width == 0 ? shown.width : captured_.at(slot).width);
  std::size_t rung = 1;
  while (rung < ladder.size() && ladder[rung - 1].width < width) ++rung;
  return rung;
}

struct Uplink::Candidate {
  UserId peer;
  Slot slot;
  Shown shown;
  std::size_t highest;
};

Uplink::Plan Uplink::plan(std::int64_t budget_bps) const {
  Plan plan;
  std::map<UserId, std::int64_t> used;
  std::int64_t left = budget_bps;
  std::vector<Candidate> sounds, screens, faces;
  for (const auto& [peer, link] : links_) {
    for (const auto& [slot, captured] : captured_) {
      Candidate candidate{peer, slot, shown_of(link, slot), highest(link, slot)};
      plan[{peer, slot}] = 0;
      auto& group = is_audio(slot) ? sounds : slot == Slot::Screen ? screens : faces;
      group.push_back(std::move(candidate));
    }
  }
  const auto by_weight = [](const Candidate& a, const Candidate& b) {
    if (a.shown.priority != b.shown.priority) return a.shown.priority > b.shown.priority;
    return a.shown.width > b.shown.width;
  };
  std::stable_sort(screens.begin(), screens.end(), by_weight);
  std::stable_sort(faces.begin(), faces.end(), by_weight);

  // One rung more, if it is wanted and the line and the link have room for it.
  const auto raise = [&](const Candidate& one, bool in_any_case) {
    std::size_t& rung = plan[{one.peer, one.slot}];
    if (rung >= one.highest) return false;
    const auto ladder = ladder_of(one.slot);
    const std::int64_t more = ladder[rung].cost_bps - (rung == 0 ? 0 : ladder[rung - 1].cost_bps);
    const auto& cap = links_.at(one.peer).cap_bps;
    if (!in_any_case && (more > left || (cap && used[one.peer] + more > *cap))) return false;
    left -= more;
    used[one.peer] += more;
    ++rung;
    return true;
  };
  const auto raise_all_to = [&](const std::vector<Candidate>& group, std::size_t top) {
    for (std::size_t level = 1; level <= top; ++level) {
      for (const Candidate& one : group) {
        if (plan[{one.peer, one.slot}] < level) raise(one, false);
      }
    }
  };
  for (const Candidate& sound : sounds) raise(sound, /*in_any_case=*/true);
  raise_all_to(sounds, kSoundLadder.size());
  raise_all_to(screens, kReadable);
  raise_all_to(faces, 1);
  raise_all_to(screens, kScreenLadder.size());
  // Who is looked at is raised to the full before the many are.
  const auto many = std::find_if(faces.begin(), faces.end(), [](const Candidate& one) { return one.shown.priority == 0; });
  raise_all_to({faces.begin(), many}, kFaceLadder.size());
  raise_all_to({many, faces.end()}, kFaceLadder.size());
  return plan;
}

Share Uplink::share_of(Slot slot, std::size_t rung) const {
  const auto ladder = ladder_of(slot);
  Share share;
  if (rung == 0) {
    share.active = false;
    return share;
  }
  const Rung& one = ladder[rung - 1];
  share.bitrate_bps_max = one.bitrate_bps;
  share.frame_rate_max = one.frame_rate;
  const std::uint32_t width = captured_.at(slot).width;
  if (one.width > 0 && width > one.width) {
    share.scale_down_per_mille = static_cast<std::uint32_t>(std::uint64_t{width} * 1'000 / one.width);
  }
  return share;
}

std::vector<ShareChange> Uplink::decide(Millis now) {
  const Plan carried = plan(budget_bps_);
  const Plan with_room = plan(budget_bps_ * kLimits.room_per_mille / 1'000);
  std::vector<ShareChange> changes;
  for (auto& [peer, link] : links_) {
    link.allotted_bps = 0;
    for (const auto& [slot, captured] : captured_) {
      Sending& sending = link.sending[slot];
      const std::size_t most = carried.at({peer, slot});
      const std::size_t grown = with_room.at({peer, slot});
      std::size_t rung = std::min(sending.rung, most);
      if (!sending.told) rung = grown;
      const Millis wait = sending.hidden ? kLimits.appear_after : kLimits.grow_after;
      if (grown > rung && (!sending.changed_at || *sending.changed_at + wait <= now)) rung = grown;
      sending.hidden = rung == 0 && (sending.hidden || highest(link, slot) == 0);
      if (rung != sending.rung) sending.changed_at = now;
      sending.rung = rung;
      if (rung > 0) link.allotted_bps += ladder_of(slot)[rung - 1].cost_bps;
      const Share share = share_of(slot, rung);
      if (sending.told && *sending.told == share) continue;
      sending.told = share;
      changes.push_back({peer, slot, share});
    }
  }
  return changes;
}

}  // namespace meetwire::flow
