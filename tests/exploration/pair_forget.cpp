// Takes out of a state what nobody can tell any more, so that states which differ in that alone become one: messages of
// connections that are gone, repetitions of what has arrived, answers to offers that are settled, candidates whose
// credentials no description will have again. Each is what a link ignores now and can only go on ignoring; should it
// not, an empty description in its place is noticed all the sooner.
#include <algorithm>
#include <bitset>
#include <map>
#include <type_traits>

#include "exploration/pair_state.hpp"

namespace meetwire::exploration {
namespace {

using protocol::PairMessage;

struct Numbers {
  explicit Numbers(link::PairNumbers& of) {
    link::PairNumbers::fields(of, [this](std::string_view name, auto& value) {
      using Value = std::decay_t<decltype(value)>;
      if constexpr (std::is_same_v<Value, std::vector<PairMessage>>) kept = &value;
      if constexpr (std::is_same_v<Value, std::map<Sequence, PairMessage>>) early = &value;
      if constexpr (std::is_same_v<Value, bool>) heard = value;
      if constexpr (std::is_same_v<Value, Sequence>) {
        if (name == "next_out") next_out = value;
        if (name == "next_in") next_in = value;
      }
    });
  }
  // All up to there has been acknowledged.
  Sequence acknowledged() const { return (kept->empty() ? next_out : kept->front().sequence) - 1; }

  std::vector<PairMessage>* kept = nullptr;
  std::map<Sequence, PairMessage>* early = nullptr;
  bool heard = false;
  Sequence next_out = 0;
  Sequence next_in = 0;
};

// Only that it was an offer makes a difference in a repetition.
void empty(PairMessage& message) {
  if (std::holds_alternative<protocol::Offer>(message.body)) message.body = protocol::Offer{};
  else message.body = protocol::Candidates{};
}

void forget_repetitions(std::vector<PairMessage>& channel, const Budget& left, const link::Link::Body& receiver,
                        const Numbers& numbers) {
  const Incarnation current = receiver.numbers.incarnation();
  std::erase_if(channel, [&](PairMessage& message) {
    if (message.incarnation != current) return message.incarnation < current;
    message.believed = current;
    message.acknowledged = std::max(message.acknowledged, numbers.acknowledged());
    const bool says_nothing = numbers.heard && message.acknowledged == numbers.acknowledged();
    return says_nothing && std::holds_alternative<protocol::Acknowledge>(message.body);
  });
  std::bitset<128> before;
  for (PairMessage& message : channel) {
    if (message.incarnation != current || message.sequence == 0) continue;
    if (message.sequence < numbers.next_in) {
      empty(message);
      message.sequence = numbers.next_in - 1;
      continue;
    }
    // The same one comes earlier, if nothing happens to it any more.
    if (left.lose > 0 || left.swap > 0) continue;
    const std::size_t place = std::min<std::size_t>(message.sequence - numbers.next_in, 127);
    if (before[place] && place < 127) empty(message);
    before.set(place);
  }
}

void forget_settled(PairMessage& message, const link::Link::Body& receiver) {
  auto* answer = std::get_if<protocol::Answer>(&message.body);
  if (answer == nullptr || answer->offer == receiver.offer_out.value_or(0)) return;
  *answer = {};
}

using Tokens = std::bitset<256>;

void note(Tokens& live, const std::string& sdp) {
  if (!sdp.empty()) live.set(static_cast<std::uint8_t>(ModelSdp::ufrag_of(sdp)));
}
void note(Tokens& live, const PairMessage& message) {
  if (const auto* offer = std::get_if<protocol::Offer>(&message.body)) note(live, offer->sdp);
  if (const auto* answer = std::get_if<protocol::Answer>(&message.body)) note(live, answer->sdp);
}

void forget(std::vector<Candidate>& candidates, const Tokens& live) {
  std::erase_if(candidates, [&live](const Candidate& candidate) {
    const std::string& generation = *candidate.username_fragment;
    return generation.empty() || !live[static_cast<std::uint8_t>(generation[0])];
  });
}
void forget(PairMessage& message, const Tokens& live) {
  if (auto* batch = std::get_if<protocol::Candidates>(&message.body)) forget(batch->candidates, live);
}

template <class Visit>
void each_message(PairState& state, Visit&& visit) {
  for (std::size_t at = 0; at < 2; ++at) {
    for (PairMessage& message : state.channels[at]) visit(message);
    for (PairMessage& message : state.ends[at].link.inbox) visit(message);
    const Numbers numbers(state.ends[at].link.numbers);
    for (PairMessage& message : *numbers.kept) visit(message);
    for (auto& [sequence, message] : *numbers.early) visit(message);
  }
}

void forget_generations(PairState& state) {
  Tokens live;
  for (PairEnd& end : state.ends) {
    if (end.peer) {
      for (const char token : {end.peer->ufrag, end.peer->stable_ufrag, end.peer->remote_ufrag}) {
        live.set(static_cast<std::uint8_t>(token));
      }
    }
    if (end.running) live.set(static_cast<std::uint8_t>(end.running->sdp.ufrag));
  }
  live.reset(0);
  each_message(state, [&live](const PairMessage& message) { note(live, message); });
  each_message(state, [&live](PairMessage& message) { forget(message, live); });
  for (PairEnd& end : state.ends) {
    link::RemoteCandidates::fields(end.link.remote_candidates, [&live](std::string_view, auto& value) {
      if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::vector<Candidate>>) forget(value, live);
    });
  }
}

}  // namespace

void forget_what_is_over(PairState& state) {
  for (std::size_t from = 0; from < 2; ++from) {
    link::Link::Body& sender = state.ends[from].link;
    link::Link::Body& receiver = state.ends[1 - from].link;
    const Numbers numbers(receiver.numbers);
    forget_repetitions(state.channels[from], state.budget, receiver, numbers);
    for (PairMessage& message : state.channels[from]) {
      if (message.incarnation == receiver.numbers.incarnation()) forget_settled(message, receiver);
    }
    for (PairMessage& message : receiver.inbox) forget_settled(message, receiver);
    for (auto& [sequence, message] : *numbers.early) forget_settled(message, receiver);
    if (sender.numbers.incarnation() != receiver.numbers.incarnation()) continue;
    for (PairMessage& message : *Numbers(sender.numbers).kept) forget_settled(message, receiver);
  }
  forget_generations(state);
}

}  // namespace meetwire::exploration
