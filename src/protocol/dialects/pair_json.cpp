#include "protocol/dialects/pair_json.hpp"

#include "protocol/fields.hpp"

namespace meetwire::protocol {
namespace {

Failure malformed(std::string what) { return Failure{ErrorCode::MessageMalformed, std::move(what)}; }

// Slots of a newer version than ours are left out: their m-lines are answered and carry nothing.
SlotsByMid read_slots(const Json& from) {
  SlotsByMid slots;
  const Json* map = find(from, "slots");
  if (map == nullptr || !map->is_object()) return slots;
  for (auto item = map->begin(); item != map->end(); ++item) {
    const auto* name = item.value().get_ptr<const std::string*>();
    const auto slot = name == nullptr ? std::nullopt : from_name<Slot>(*name);
    if (slot) slots[item.key()] = *slot;
  }
  return slots;
}

Json write_description(const std::string& sdp, const SlotsByMid& slots) {
  Json out = Json::object();
  put(out, "sdp", sdp);
  put(out, "slots", write(slots));
  return out;
}

struct WriteBody {
  Json& into;

  void operator()(const Offer& offer) const { put(into, "offer", write_description(offer.sdp, offer.slots)); }
  void operator()(const Answer& answer) const {
    Json description = write_description(answer.sdp, answer.slots);
    put(description, "offer", answer.offer);
    put(into, "answer", std::move(description));
  }
  void operator()(const Candidates& batch) const { put(into, "candidates", write(batch.candidates)); }
  void operator()(const Replay& replay) const { put(into, "replay", replay.from); }
  void operator()(const Acknowledge&) const { put(into, "acknowledge", true); }
};

using MaybeBody = std::variant<PairBody, Failure>;

MaybeBody read_description(const Json& from, bool is_offer, bool is_numbered, const Limits& limits) {
  const std::string* sdp = find_string(from, "sdp");
  if (sdp == nullptr) return malformed("a description without sdp");
  if (sdp->size() > limits.description_bytes_max) return Failure{ErrorCode::MessageTooLarge, "session description"};
  if (is_offer) return PairBody{Offer{*sdp, read_slots(from)}};
  // A classic member's answer says nothing of the offer that it answers.
  const auto offer = is_numbered ? find_count32(from, "offer") : std::optional<Sequence>{0};
  if (!offer || (is_numbered && *offer == 0)) return malformed("an answer without the offer's sequence");
  return PairBody{Answer{*offer, *sdp, read_slots(from)}};
}

MaybeBody read_candidates(const Json& from, const Limits& limits) {
  if (!from.is_array()) return malformed("candidates");
  if (from.size() > limits.candidates_per_generation_max) return Failure{ErrorCode::MessageTooLarge, "candidates"};
  Candidates batch;
  batch.candidates.reserve(from.size());
  for (const Json& item : from) {
    auto candidate = read_candidate(item, limits);
    if (auto* failure = std::get_if<Failure>(&candidate)) return std::move(*failure);
    batch.candidates.push_back(std::get<Candidate>(std::move(candidate)));
  }
  return PairBody{std::move(batch)};
}

MaybeBody read_body(const Json& from, bool is_numbered, const Limits& limits) {
  if (const Json* offer = find(from, "offer")) return read_description(*offer, true, is_numbered, limits);
  if (const Json* answer = find(from, "answer")) return read_description(*answer, false, is_numbered, limits);
  if (const Json* candidates = find(from, "candidates")) return read_candidates(*candidates, limits);
  if (const auto replay = find_count32(from, "replay")) return PairBody{Replay{*replay}};
  if (find_bool(from, "acknowledge").value_or(false)) return PairBody{Acknowledge{}};
  return malformed("a pair message without a known body");
}

}  // namespace

void write_pair(const PairMessage& pair, Json& into) {
  put(into, "incarnation", pair.incarnation);
  put(into, "believed", pair.believed);
  put(into, "sequence", pair.sequence);
  put(into, "acknowledged", pair.acknowledged);
  std::visit(WriteBody{into}, pair.body);
}

std::variant<PairMessage, Failure> read_pair(const Json& from, const Limits& limits) {
  // All four are there or none: a member that numbers nothing leaves them out.
  PairMessage pair;
  if (find(from, "incarnation") != nullptr) {
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

std::variant<Candidate, Failure> read_candidate(const Json& from, const Limits& limits) {
  Candidate candidate;
  if (!read(from, candidate)) return malformed("a candidate");
  if (candidate.candidate.size() > limits.candidate_bytes_max) return Failure{ErrorCode::MessageTooLarge, "candidate"};
  if (!candidate.sdp_mid && !candidate.sdp_mline_index) return malformed("a candidate with neither mid nor index");
  return candidate;
}

}  // namespace meetwire::protocol
