// The envelope and the JSON in it: any bytes end in a document or a typed error; what is taken is JSON by RFC 8259 and
// what is JSON is taken; what was read and is written again reads as the same.
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "fuzz/bytes.hpp"
#include "fuzz/strict_json.hpp"
#include "protocol/dialects/meetwire1.hpp"
#include "protocol/dialects/meetwire1_envelope.hpp"
#include "protocol/dialects/pair_json.hpp"
#include "protocol/json.hpp"
#include "protocol/text.hpp"

namespace {

using namespace meetwire;
using namespace meetwire::protocol;
using fuzz::promise;

bool same(const Value& a, const Value& b) {
  if (a.string() != b.string() || a.integer() != b.integer() || a.fraction() != b.fraction() || a.boolean() != b.boolean() ||
      a.is_null() != b.is_null() || a.is_object() != b.is_object() || a.is_array() != b.is_array() || a.size() != b.size() ||
      a.key() != b.key()) {
    return false;
  }
  auto at = b.begin();
  std::size_t parts = 0;
  for (const Value& part : a) {
    if (!same(part, *at)) return false;
    ++at;
    ++parts;
  }
  return parts == a.size();
}

// The verdict of the other reader, once the text is within the bounds.
void agree(std::string_view text, const Failure* failure, const Limits& limits) {
  if (failure != nullptr && failure->code == ErrorCode::MessageTooLarge) {
    return promise(text.size() > limits.message_bytes_max, "too large, but is not");
  }
  promise(text.size() <= limits.message_bytes_max, "too large, and taken");
  fuzz::StrictJson strict(text);
  const bool is_json = strict.is_json();
  if (failure == nullptr) {
    promise(is_json, "taken, but not JSON");
    promise(strict.depth() <= limits.message_depth_max, "too deep, and taken");
  } else if (failure->code == ErrorCode::MessageTooDeep) {
    promise(strict.depth() > limits.message_depth_max, "too deep, but is not");
  } else {
    promise(failure->code == ErrorCode::MessageMalformed, "an error of another kind");
    promise(!is_json, "JSON, and refused");
  }
}

void round_trip(const Value& root) {
  const std::string written = to_text(root);
  // Escapes may make it longer than what a peer may send: that bound is not the writer's.
  Limits wide;
  wide.message_bytes_max = ~std::size_t{0};
  const auto again = parse_json(written, wide);
  promise(std::holds_alternative<Document>(again), "what was written cannot be read");
  promise(same(root, std::get<Document>(again).root()), "what was written reads as something else");
}

void open_as_envelope(std::string_view text, const Limits& limits) {
  const auto opened = open_envelope(kMeetwireFrame, text, "number", limits);
  const auto* envelope = std::get_if<OpenedEnvelope>(&opened);
  if (envelope == nullptr) return;
  promise(envelope->messages().is_array() && envelope->messages().size() <= limits.batch_messages_max, "an envelope beyond its bounds");
  promise(envelope->number < (std::uint64_t{1} << 53), "a number that not all can hold");
  for (const Value& message : envelope->messages()) {
    PairMessage pair;
    if (Failure why; !read_pair(message, limits, pair, why)) {
      promise(why.code == ErrorCode::MessageMalformed || why.code == ErrorCode::MessageTooLarge, "an error of another kind");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Bounds that inputs of a few hundred bytes reach.
  Limits limits;
  limits.message_bytes_max = 480;
  limits.message_depth_max = 8;
  limits.batch_messages_max = 4;
  const auto parsed = parse_json(text, limits);
  agree(text, std::get_if<Failure>(&parsed), limits);
  if (const auto* document = std::get_if<Document>(&parsed)) {
    round_trip(document->root());
    if (document->root().is_object()) open_as_envelope(text, limits);
  }
  return 0;
}
