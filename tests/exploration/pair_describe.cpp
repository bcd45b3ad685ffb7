// A step of a pair's exploration in words.
#include <string>
#include <variant>

#include "exploration/pair_world.hpp"

namespace meetwire::exploration {
namespace {

using protocol::PairMessage;

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string token(char name) {
  return name == 0 ? "none" : "#" + number(static_cast<std::uint8_t>(name) - kFirstToken + std::uint64_t{1});
}

std::string end_name(int at) { return at == 0 ? "A" : "B"; }

std::string of_message(const PairMessage& message) {
  std::string text;
  if (const auto* offer = std::get_if<protocol::Offer>(&message.body)) {
    const ModelSdp sdp = ModelSdp::of(offer->sdp);
    text = "offer " + token(sdp.id) + " of " + number(sdp.lines.count) + " lines";
  } else if (const auto* answer = std::get_if<protocol::Answer>(&message.body)) {
    text = "answer to " + number(answer->offer) + " (offer " + token(ModelSdp::of(answer->sdp).answers) + ")";
  } else if (const auto* batch = std::get_if<protocol::Candidates>(&message.body)) {
    text = "candidates of " + (batch->candidates.empty() ? "" : token(batch->candidates[0].username_fragment->at(0)));
  } else if (const auto* replay = std::get_if<protocol::Replay>(&message.body)) {
    text = "replay from " + number(replay->from);
  } else {
    text = "acknowledge";
  }
  return text + " [inc " + number(message.incarnation) + (message.believed == 0 ? "?" : "") + ", seq " +
         number(message.sequence) + ", ack " + number(message.acknowledged) + "]";
}

constexpr std::array<const char*, 6> kStages{"idle", "waiting", "opening", "agreed", "broken", "ended"};

std::string of_end(const PairState& state, int at) {
  const PairEnd& end = state.ends[static_cast<std::size_t>(at)];
  std::string text = end_name(at) + (at == 0 ? " (polite)" : "") + ": inc " + number(end.link.numbers.incarnation()) +
                     " " + kStages[static_cast<std::size_t>(end.link.stage)] + " " + std::string(name_of(end.link.signaling));
  if (end.running) text += ", " + std::string(name_of(end.running->operation)) + " under way";
  if (end.peer) {
    text += ", connection " + token(end.peer->fingerprint) + " " + std::string(name_of(end.peer->connection));
  } else {
    text += ", no connection";
  }
  return text;
}

std::string what_happened(const PairState& before, PairExploration::Action action) {
  const int what = action & ~kKindBits;
  const int at = what & 1;
  const auto oldest = [&] { return of_message(before.channels[static_cast<std::size_t>(at)].front()); };
  switch (static_cast<Kind>(action & kKindBits)) {
    case kComplete:
    case kRefuse: {
      const auto operation = before.ends[static_cast<std::size_t>(at)].running->operation;
      const bool good = (action & kKindBits) == kComplete;
      return end_name(at) + "'s browser " + (good ? "has done " : "refuses ") + std::string(name_of(operation));
    }
    case kDeliver: return end_name(1 - at) + " gets " + oldest();
    case kLose: return "lost: " + end_name(at) + "'s " + oldest();
    case kDuplicate: return "doubled: " + end_name(at) + "'s " + oldest();
    case kSwap: return "overtaken by the next: " + end_name(at) + "'s " + oldest();
    case kElapse: return "time passes";
    case kConnect: return "the path carries: connected";
    case kEarly: return "a deadline comes early";
    case kChange: return end_name(what / 4) + " wishes for the " + std::string(name_of(static_cast<Slot>(what % 4)));
    case kReload: return end_name(what / 2) + " reloads, " + (what % 2 == 1 ? "polite: A from now on" : "impolite: B from now on");
    case kCut: return end_name(at) + "'s signalling is lost" + (what < 2 ? " for a moment" : " for long");
    case kFail: return std::string("the path fails, as seen by ") + (what == 2 ? "both" : end_name(what));
  }
  return "?";
}

}  // namespace

std::string PairExploration::describe(const State& before, Action action, const State& after) const {
  std::string text = what_happened(before, action);
  if (after.now != before.now) text += " (" + number(static_cast<std::uint64_t>((after.now - before.now).value)) + " ms)";
  for (int at = 0; at < 2; ++at) text += "\n      " + of_end(after, at);
  for (int from = 0; from < 2; ++from) {
    for (const PairMessage& message : after.channels[static_cast<std::size_t>(from)]) {
      text += "\n      under way from " + end_name(from) + ": " + of_message(message);
    }
  }
  return text;
}

}  // namespace meetwire::exploration
