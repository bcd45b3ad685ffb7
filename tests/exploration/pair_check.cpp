// What must never be true of a pair, and what must be in the end.
#include <algorithm>

#include "exploration/pair_world.hpp"

namespace meetwire::exploration {
namespace {

constexpr std::size_t kMessagesMax = 24;  // under way at once in one direction: far below what a flood would be

std::size_t index(int at) { return static_cast<std::size_t>(at); }
std::uint8_t bit(Slot slot) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(slot)); }

// Collisions are no fault: they are settled without a new connection.
bool nothing_went_wrong(Budget allowed, Budget left) {
  allowed.changes = left.changes = 0;
  return allowed == left;
}

}  // namespace

std::optional<std::string> PairExploration::check(const State& state) const {
  if (!state.wrong.empty()) return state.wrong;
  for (int at = 0; at < 2; ++at) {
    const PairEnd& end = state.ends[index(at)];
    if (end.peer && end.peer->wrong != nullptr) return end.peer->wrong;
    if (end.peer && end.peer->incarnation != end.link.numbers.incarnation()) return "a connection outlives its incarnation";
    if (end.link.numbers.incarnation() > 1 && nothing_went_wrong(options_.budget, state.budget)) {
      return "a connection is given up though nothing has gone wrong";
    }
    if (end.link.inbox.size() > kMessagesMax || state.channels[index(at)].size() > kMessagesMax) return "a flood of messages";
  }
  return std::nullopt;
}

std::optional<std::string> PairExploration::goal(const State& state) const {
  const auto& a = state.ends[0];
  const auto& b = state.ends[1];
  if (!a.peer || !b.peer) return "an end has no connection";
  if (a.peer->incarnation != b.peer->incarnation) return "the ends are in different incarnations";
  if (a.peer->lines.count != b.peer->lines.count ||
      !std::equal(a.peer->lines.begin(), a.peer->lines.end(), b.peer->lines.begin())) {
    return "the ends have different m-lines";
  }
  for (const PairEnd* end : {&a, &b}) {
    if (end->peer->signaling != SignalingState::Stable || end->link.signaling != SignalingState::Stable) return "an end is not stable";
    if (end->link.stage != link::Stage::Agreed) return "an end has not agreed";
    if (end->link.state != LinkState::Connected) return "an end does not count as connected";
    if (end->peer->connection != ConnectionState::Connected) return "an end is not connected";
    if (!end->link.inbox.empty()) return "a message is left unread";
    if (end->link.ice_restart_wanted) return "a restart is left undone";
  }
  if (!joined(*a.peer, *b.peer)) return "the ends are not joined with one another";
  for (const Slot slot : kSlots) {
    const bool wished = ((a.wished | b.wished) & bit(slot)) != 0;
    const auto* here = a.peer->line_of(slot);
    const auto* there = b.peer->line_of(slot);
    const std::string which(name_of(slot));
    if ((here != nullptr) != wished || (there != nullptr) != wished) return "the m-line for the " + which + " is not what is wished for";
    if (!wished) continue;
    if (here->mid != there->mid) return "the ends disagree about which m-line is the " + which + "'s";
    if (here->has_track != ((a.wished & bit(slot)) != 0) || there->has_track != ((b.wished & bit(slot)) != 0)) {
      return "the " + which + " is not sent as wished";
    }
  }
  return std::nullopt;
}

}  // namespace meetwire::exploration
