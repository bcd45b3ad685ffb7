#include "protocol/dialects/codelab_wire.hpp"

#include <optional>
#include <utility>

#include "protocol/dialects/mark.hpp"
#include "protocol/dialects/one_by_one.hpp"
#include "protocol/text.hpp"

namespace meetwire::protocol::codelab {
namespace {

Failure malformed(std::string what) { return Failure{ErrorCode::MessageMalformed, std::move(what)}; }

std::variant<PairBody, Failure> read_candidate(const Value& payload, const Limits& limits) {
  const auto line = find_string(payload, "candidate");
  if (!line || line->empty()) return PairBody{Candidates{}};  // the end of candidates, which pages do not send
  const auto mid = find_string(payload, "id");
  const auto index = find_count32(payload, "label");
  if (line->size() + (mid ? mid->size() : 0) > limits.candidate_bytes_max) {
    return Failure{ErrorCode::MessageTooLarge, "candidate"};
  }
  if (!mid && !index) return malformed("a candidate with neither id nor label");
  Candidate candidate;
  candidate.candidate = *line;
  if (mid) candidate.sdp_mid = std::string(*mid);
  if (index) candidate.sdp_mline_index = *index;
  return PairBody{Candidates{{std::move(candidate)}}};
}

}  // namespace

Frame make_text(std::string_view event, std::string_view text) {
  TextWriter writer;
  writer.text(text);
  return {std::string(event), writer.take(), BodyForm::Json};
}

Frame make_message(std::string payload) { return {std::string(kMessage), std::move(payload), BodyForm::Json}; }

bool is_pair_type(std::string_view type) { return type == "offer" || type == "answer" || type == "candidate"; }

std::variant<PairBody, Failure> read_body(const Value& payload, const Limits& limits) {
  const auto type = find_string(payload, "type");
  if (!type || !is_pair_type(*type)) return malformed("a message without a known type");
  if (*type == "candidate") return read_candidate(payload, limits);
  const auto sdp = find_string(payload, "sdp");
  if (!sdp) return malformed("a description without sdp");
  if (sdp->size() > limits.description_bytes_max) return Failure{ErrorCode::MessageTooLarge, "session description"};
  if (*type == "offer") return PairBody{Offer{std::string(*sdp), {}}};
  return PairBody{Answer{0, std::string(*sdp), {}}};
}

std::vector<std::string> write_pair_payload(const PairMessage& pair, std::string_view room) {
  std::vector<std::string> out;
  const auto add = [&](const auto& write_content) {
    TextWriter writer;
    writer.open('{');
    write_content(writer);
    if (!pair.rank.empty()) put(writer, "room", room);
    writer.close('}');
    out.push_back(writer.take());
  };
  say_one_by_one(
      pair,
      [&](std::string_view type, const std::string& sdp) {
        add([&](TextWriter& writer) {
          put(writer, "type", type);
          put(writer, "sdp", sdp);
          write_mark(writer, pair);
        });
      },
      [&](const Candidate& candidate) {
        add([&](TextWriter& writer) {
          put(writer, "type", "candidate");
          put(writer, "label", candidate.sdp_mline_index);
          put(writer, "id", candidate.sdp_mid);
          put(writer, "candidate", candidate.candidate);
        });
      });
  return out;
}

}  // namespace meetwire::protocol::codelab
