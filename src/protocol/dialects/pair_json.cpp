#include "protocol/dialects/pair_json.hpp"

#include "protocol/fields.hpp"
#include "protocol/text.hpp"

namespace meetwire::protocol {
namespace {

bool refuse(Failure& why, ErrorCode code, std::string_view what) {
  why = Failure{code, what};
  return false;
}
bool malformed(Failure& why, std::string_view what) { return refuse(why, ErrorCode::MessageMalformed, what); }

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

bool read_description(const Value& from, const Limits& limits, std::string& into, SlotsByMid& slots, Failure& why) {
  const auto sdp = find_string(from, "sdp");
  if (!sdp) return malformed(why, "a description without sdp");
  if (sdp->size() > limits.description_bytes_max) return refuse(why, ErrorCode::MessageTooLarge, "session description");
  into = *sdp;
  return read_slots(from, limits, slots) || refuse(why, ErrorCode::MessageTooLarge, "mid");
}

bool read_answer(const Value& from, bool is_numbered, const Limits& limits, Answer& answer, Failure& why) {
  if (!read_description(from, limits, answer.sdp, answer.slots, why)) return false;
  // A classic member's answer says nothing of the offer that it answers.
  if (is_numbered) answer.offer = find_count32(from, "offer").value_or(0);
  return !is_numbered || answer.offer != 0 || malformed(why, "an answer without the offer's sequence");
}

// The end of candidates says nothing that ICE does not find out. It is left out, but its message counts: one that was
// refused would leave a gap in the sender's numbers.
bool read_candidates(const Value& from, const Limits& limits, Candidates& batch, Failure& why) {
  if (from.is_null()) return true;
  if (!from.is_array()) return malformed(why, "candidates");
  if (from.size() > limits.candidates_per_generation_max) return refuse(why, ErrorCode::MessageTooLarge, "candidates");
  batch.candidates.reserve(from.size());
  for (const Value& item : from) {
    if (is_end_of_candidates(item)) continue;
    if (!read_candidate(item, limits, batch.candidates.emplace_back(), why)) return false;
  }
  return true;
}

bool read_body(const Value& from, bool is_numbered, const Limits& limits, PairBody& body, Failure& why) {
  if (const Value value = find(from, "offer")) {
    auto& offer = body.emplace<Offer>();
    return read_description(value, limits, offer.sdp, offer.slots, why);
  }
  if (const Value value = find(from, "answer")) return read_answer(value, is_numbered, limits, body.emplace<Answer>(), why);
  if (const Value value = find(from, "candidates")) return read_candidates(value, limits, body.emplace<Candidates>(), why);
  if (const auto replay = find_count32(from, "replay")) {
    body = Replay{*replay};
    return true;
  }
  body = Acknowledge{};
  return find_bool(from, "acknowledge").value_or(false) || malformed(why, "a pair message without a known body");
}

}  // namespace

bool read_slots(const Value& from, const Limits& limits, SlotsByMid& slots) {
  const Value map = find(from, "slots");
  if (!map.is_object()) return true;
  for (const Value& item : map) {
    const auto name = item.string();
    const auto slot = name ? from_name<Slot>(*name) : std::nullopt;
    if (!slot) continue;
    if (item.key().size() > limits.id_bytes_max) return false;
    slots[std::string(item.key())] = *slot;
  }
  return true;
}

void write_pair(TextWriter& writer, const PairMessage& pair) {
  put(writer, "incarnation", pair.incarnation);
  put(writer, "believed", pair.believed);
  put(writer, "sequence", pair.sequence);
  put(writer, "acknowledged", pair.acknowledged);
  std::visit(WriteBody{writer}, pair.body);
}

bool read_pair(const Value& from, const Limits& limits, PairMessage& pair, Failure& why) {
  // All four are there or none: a member that numbers nothing leaves them out.
  if (find(from, "incarnation")) {
    const auto incarnation = find_count32(from, "incarnation");
    const auto believed = find_count32(from, "believed");
    const auto sequence = find_count32(from, "sequence");
    const auto acknowledged = find_count32(from, "acknowledged");
    if (!incarnation || !believed || !sequence || !acknowledged) return malformed(why, "the numbers of a pair message");
    pair.incarnation = *incarnation;
    pair.believed = *believed;
    pair.sequence = *sequence;
    pair.acknowledged = *acknowledged;
  }
  return read_body(from, pair.incarnation > 0, limits, pair.body, why);
}

bool is_end_of_candidates(const Value& from) {
  if (from.is_null()) return true;
  const Value line = find(from, "candidate");
  return from.is_object() && (!line || line.is_null() || line.string() == "");
}

bool read_candidate(const Value& from, const Limits& limits, Candidate& candidate, Failure& why) {
  if (!read(from, candidate)) return malformed(why, "a candidate");
  const auto size = [](const std::optional<std::string>& text) { return text ? text->size() : 0; };
  const std::size_t bytes = candidate.candidate.size() + size(candidate.sdp_mid) + size(candidate.username_fragment);
  if (bytes > limits.candidate_bytes_max) return refuse(why, ErrorCode::MessageTooLarge, "candidate");
  return candidate.sdp_mid || candidate.sdp_mline_index || malformed(why, "a candidate with neither mid nor index");
}

}  // namespace meetwire::protocol
