#include "protocol/dialects/pair_json.hpp"

#include "protocol/fields.hpp"
#include "protocol/text.hpp"

namespace meetwire::protocol {
namespace {

Failure malformed(std::string what) { return Failure{ErrorCode::MessageMalformed, std::move(what)}; }

// Slots of a newer version than ours are left out: their m-lines are answered and carry nothing. None when a mid is longer
// than it may be: it would be kept for a member that is away without anything else that limits it.
std::optional<SlotsByMid> read_slots(const Value& from, const Limits& limits) {
  SlotsByMid slots;
  const Value map = find(from, "slots");
  if (!map.is_object()) return slots;
  for (const Value& item : map) {
    const auto name = item.string();
    const auto slot = name ? from_name<Slot>(*name) : std::nullopt;
    if (!slot) continue;
    if (item.key().size() > limits.id_bytes_max) return std::nullopt;
    slots[std::string(item.key())] = *slot;
  }
  return slots;
}

struct WriteBody {
  TextWriter& writer;

  void operator()(const Offer& offer) const {
    writer.key("offer");
    writer.open('{');
    put(writer, "sdp", offer.sdp);
    put(writer, "slots", offer.slots);
    writer.close('}');
  }
  void operator()(const Answer& answer) const {
    writer.key("answer");
    writer.open('{');
    put(writer, "sdp", answer.sdp);
    put(writer, "slots", answer.slots);
    put(writer, "offer", answer.offer);
    writer.close('}');
  }
  void operator()(const Candidates& batch) const { put(writer, "candidates", batch.candidates); }
  void operator()(const Replay& replay) const { put(writer, "replay", replay.from); }
  void operator()(const Acknowledge&) const { put(writer, "acknowledge", true); }
};

using MaybeBody = std::variant<PairBody, Failure>;

MaybeBody read_description(const Value& from, bool is_offer, bool is_numbered, const Limits& limits) {
  const auto sdp = find_string(from, "sdp");
  if (!sdp) return malformed("a description without sdp");
  if (sdp->size() > limits.description_bytes_max) return Failure{ErrorCode::MessageTooLarge, "session description"};
  auto slots = read_slots(from, limits);
  if (!slots) return Failure{ErrorCode::MessageTooLarge, "mid"};
  if (is_offer) return PairBody{Offer{std::string(*sdp), std::move(*slots)}};
  // A classic member's answer says nothing of the offer that it answers.
  const auto offer = is_numbered ? find_count32(from, "offer") : std::optional<Sequence>{0};
  if (!offer || (is_numbered && *offer == 0)) return malformed("an answer without the offer's sequence");
  return PairBody{Answer{*offer, std::string(*sdp), std::move(*slots)}};
}

MaybeBody read_candidates(const Value& from, const Limits& limits) {
  if (!from.is_array()) return malformed("candidates");
  if (from.size() > limits.candidates_per_generation_max) return Failure{ErrorCode::MessageTooLarge, "candidates"};
  Candidates batch;
  batch.candidates.reserve(from.size());
  for (const Value& item : from) {
    auto candidate = read_candidate(item, limits);
    if (auto* failure = std::get_if<Failure>(&candidate)) return std::move(*failure);
    batch.candidates.push_back(std::get<Candidate>(std::move(candidate)));
  }
  return PairBody{std::move(batch)};
}

MaybeBody read_body(const Value& from, bool is_numbered, const Limits& limits) {
  if (const Value offer = find(from, "offer")) return read_description(offer, true, is_numbered, limits);
  if (const Value answer = find(from, "answer")) return read_description(answer, false, is_numbered, limits);
  if (const Value candidates = find(from, "candidates")) return read_candidates(candidates, limits);
  if (const auto replay = find_count32(from, "replay")) return PairBody{Replay{*replay}};
  if (find_bool(from, "acknowledge").value_or(false)) return PairBody{Acknowledge{}};
  return malformed("a pair message without a known body");
}

}  // namespace

void write_pair(TextWriter& writer, const PairMessage& pair) {
  put(writer, "incarnation", pair.incarnation);
  put(writer, "believed", pair.believed);
  put(writer, "sequence", pair.sequence);
  put(writer, "acknowledged", pair.acknowledged);
  std::visit(WriteBody{writer}, pair.body);
}

std::variant<PairMessage, Failure> read_pair(const Value& from, const Limits& limits) {
  // All four are there or none: a member that numbers nothing leaves them out.
  PairMessage pair;
  if (find(from, "incarnation")) {
    const auto incarnation = find_count32(from, "incarnation");
    const auto believed = find_count32(from, "believed");
    const auto sequence = find_count32(from, "sequence");
    const auto acknowledged = find_count32(from, "acknowledged");
    if (!incarnation || !believed || !sequence || !acknowledged) return malformed("the numbers of a pair message");
    pair.incarnation = *incarnation;
    pair.believed = *believed;
    pair.sequence = *sequence;
    pair.acknowledged = *acknowledged;
  }
  auto body = read_body(from, pair.incarnation > 0, limits);
  if (auto* failure = std::get_if<Failure>(&body)) return std::move(*failure);
  pair.body = std::get<PairBody>(std::move(body));
  return pair;
}

std::variant<Candidate, Failure> read_candidate(const Value& from, const Limits& limits) {
  Candidate candidate;
  if (!read(from, candidate)) return malformed("a candidate");
  const std::size_t bytes = candidate.candidate.size() + candidate.sdp_mid.value_or("").size() + candidate.username_fragment.value_or("").size();
  if (bytes > limits.candidate_bytes_max) return Failure{ErrorCode::MessageTooLarge, "candidate"};
  if (!candidate.sdp_mid && !candidate.sdp_mline_index) return malformed("a candidate with neither mid nor index");
  return candidate;
}

}  // namespace meetwire::protocol
