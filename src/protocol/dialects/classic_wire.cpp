#include "protocol/dialects/classic_wire.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/dialects/mark.hpp"
#include "protocol/dialects/one_by_one.hpp"
#include "protocol/dialects/pair_json.hpp"
#include "protocol/text.hpp"

namespace meetwire::protocol::classic {
namespace {

constexpr std::array<std::string_view, 12> kEnvelopeTypes{
    "join",     "leave",          "call",           "offer",   "answer", "candidate",
    "applyMic", "acceptApplyMic", "refuseApplyMic", "refused", "ended",  "problem"};

std::variant<PairBody, Failure> read_description(const Value& from, std::string_view type, const Limits& limits) {
  const auto sdp = find_string(from, "sdp");
  if (!sdp) return malformed("a description without sdp");
  if (sdp->size() > limits.description_bytes_max) return Failure{ErrorCode::MessageTooLarge, "session description"};
  const auto stated = find_string(from, "type");
  if (stated && *stated != type) return malformed("a description of another type");
  if (type == "offer") return PairBody{Offer{std::string(*sdp), {}}};
  return PairBody{Answer{0, std::string(*sdp), {}}};
}

}  // namespace

bool is_envelope_type(std::string_view type) {
  return std::find(kEnvelopeTypes.begin(), kEnvelopeTypes.end(), type) != kEnvelopeTypes.end();
}

Frame make_envelope(std::string_view type, std::string_view words, int status, std::string_view data) {
  TextWriter writer;
  writer.open('{');
  put(writer, "type", type);
  put(writer, "msg", words);
  put(writer, "status", status);
  writer.key("data");
  writer.raw(data);
  writer.close('}');
  return make_frame(kMessageEvent, writer.take());
}

Frame make_frame(std::string_view event, std::string payload) { return {std::string(event), std::move(payload), BodyForm::Json}; }

Frame make_roster_request(const RoomId& room) {
  TextWriter writer;
  writer.open('{');
  put(writer, "roomId", room);
  writer.close('}');
  return make_frame(kRosterEvent, writer.take());
}

std::optional<std::string> find_id(const Value& object, std::string_view key, const Limits& limits) {
  if (const auto text = find_string(object, key)) {
    return is_acceptable_id(*text, limits.id_bytes_max) ? std::optional(std::string(*text)) : std::nullopt;
  }
  if (const auto number = find_count(object, key)) return std::to_string(*number);
  return std::nullopt;
}

std::variant<PairBody, Failure> read_body(std::string_view type, const Value& payload, const Limits& limits) {
  const Value content = find(payload, type);
  if (type == "candidate" && content && is_end_of_candidates(content)) return PairBody{Candidates{}};
  if (!content.is_object()) return malformed(std::string(type) + " without its content");
  if (type != "candidate") return read_description(content, type, limits);
  Candidates one;
  if (Failure why; !read_candidate(content, limits, one.candidates.emplace_back(), why)) return why;
  return PairBody{std::move(one)};
}

std::vector<TypedPayload> write_pair_payload(const PairMessage& pair, std::string_view from, std::string_view to) {
  std::vector<TypedPayload> out;
  const auto add = [&](std::string_view type, const auto& write_content, const auto& write_more) {
    TextWriter writer;
    writer.open('{');
    put(writer, "userId", from);
    put(writer, "targetUid", to);
    writer.key(type);
    writer.open('{');
    write_content(writer);
    writer.close('}');
    write_more(writer);
    writer.close('}');
    out.push_back({type, writer.take()});
  };
  say_one_by_one(
      pair,
      [&](std::string_view type, const std::string& sdp) {
        add(
            type,
            [&](TextWriter& writer) {
              put(writer, "type", type);
              put(writer, "sdp", sdp);
            },
            [&](TextWriter& writer) { write_mark(writer, pair); });
      },
      [&](const Candidate& candidate) {
        add("candidate", [&](TextWriter& writer) { write_members(writer, candidate); }, [](TextWriter&) {});
      });
  return out;
}

std::optional<std::string_view> find_words(const Value& payload) {
  if (const auto text = payload.string()) return text;
  for (const std::string_view key : {"msg", "text", "content"}) {
    if (const auto text = find_string(payload, key)) return text;
  }
  return std::nullopt;
}

}  // namespace meetwire::protocol::classic
