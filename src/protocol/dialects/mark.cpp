#include "protocol/dialects/mark.hpp"

#include <string>
#include <utility>

#include "protocol/dialects/pair_json.hpp"

namespace meetwire::protocol {

void write_mark(TextWriter& writer, const PairMessage& pair) {
  const auto* offer = std::get_if<Offer>(&pair.body);
  const auto* answer = std::get_if<Answer>(&pair.body);
  if (pair.rank.empty() || (offer == nullptr && answer == nullptr)) return;
  writer.key(kMark);
  writer.open('{');
  put(writer, "rank", pair.rank);
  put(writer, "slots", offer != nullptr ? offer->slots : answer->slots);
  put(writer, "offer", offer != nullptr ? pair.sequence : answer->offer);
  writer.close('}');
}

void read_mark(const Value& payload, const Limits& limits, PairMessage& pair) {
  const Value mark = find(payload, kMark);
  const auto rank = find_string(mark, "rank");
  if (!rank || !is_acceptable_id(*rank, limits.id_bytes_max)) return;
  SlotsByMid slots;
  if (!read_slots(mark, limits, slots)) return;
  const Sequence number = find_count32(mark, "offer").value_or(0);
  pair.rank = *rank;
  if (auto* offer = std::get_if<Offer>(&pair.body)) {
    pair.sequence = number;
    offer->slots = std::move(slots);
  } else if (auto* answer = std::get_if<Answer>(&pair.body)) {
    answer->offer = number;
    answer->slots = std::move(slots);
  }
}

}  // namespace meetwire::protocol
