// The links of a pair as they begin, and what is done to them so that fewer states differ.
#include <type_traits>

#include "exploration/pair_state.hpp"

namespace meetwire::exploration {

link::Link::Body make_link(int end, bool offers_first) {
  link::LinkOptions options;
  options.peer = UserId{"p"};
  options.self_rank = end == 0 ? "b" : "a";
  options.peer_rank = end == 0 ? "a" : "b";
  options.offers_first = offers_first;
  // Changes and candidates are sent at once: how long they wait is up to when they come about.
  options.limits.negotiation_batch_window = options.limits.candidate_batch_window = Millis{0};
  static OperationId none = 0;  // replaced before each event
  return link::Link::Body(std::move(options), none);
}

void round_deadlines(link::Link::Body& link, Millis now) {
  const auto round = [now](std::string_view, auto& value) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::optional<Millis>>) {
      if (!value || *value <= now) return;
      const std::int64_t ticks = ((*value - now).value + PairState::kTick.value - 1) / PairState::kTick.value;
      value = now + Millis{ticks * PairState::kTick.value};
    }
  };
  link::Link::Body::fields(link, round);
  link::PairNumbers::fields(link.numbers, round);
  link::Recovery::fields(link.recovery, round);
}

protocol::PairBody body_of(std::uint8_t which) {
  switch (which) {
    case 0: return protocol::Offer{};
    case 1: return protocol::Answer{};
    case 2: return protocol::Candidates{};
    case 3: return protocol::Replay{};
    default: return protocol::Acknowledge{};
  }
}

}  // namespace meetwire::exploration
