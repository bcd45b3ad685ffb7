#include "protocol/dialects/classic_wire.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/dialects/pair_json.hpp"
#include "protocol/fields.hpp"

namespace meetwire::protocol::classic {
namespace {

constexpr std::array<std::string_view, 12> kEnvelopeTypes{
    "join",     "leave",          "call",           "offer",   "answer", "candidate",
    "applyMic", "acceptApplyMic", "refuseApplyMic", "refused", "ended",  "problem"};

Failure malformed(std::string what) { return Failure{ErrorCode::MessageMalformed, std::move(what)}; }

std::variant<PairBody, Failure> read_description(const Json& from, std::string_view type, const Limits& limits) {
  const std::string* sdp = find_string(from, "sdp");
  if (sdp == nullptr) return malformed("a description without sdp");
  if (sdp->size() > limits.description_bytes_max) return Failure{ErrorCode::MessageTooLarge, "session description"};
  const std::string* stated = find_string(from, "type");
  if (stated != nullptr && *stated != type) return malformed("a description of another type");
  if (type == "offer") return PairBody{Offer{*sdp, {}}};
  return PairBody{Answer{0, *sdp, {}}};
}

}  // namespace

bool is_envelope_type(std::string_view type) {
  return std::find(kEnvelopeTypes.begin(), kEnvelopeTypes.end(), type) != kEnvelopeTypes.end();
}

Frame make_envelope(std::string_view type, std::string_view words, int status, std::string_view data) {
  // By hand around the data, which is text already and may be long.
  std::string body = "{\"type\":";
  body.reserve(data.size() + words.size() + type.size() + 64);
  body.append(to_text(Json(std::string(type))));
  body.append(",\"msg\":").append(to_text(Json(std::string(words))));
  body.append(",\"status\":").append(std::to_string(status));
  body.append(",\"data\":").append(data).push_back('}');
  return {std::string(kMessageEvent), std::move(body), BodyForm::Json};
}

Frame make_frame(std::string_view event, const Json& payload) {
  return {std::string(event), to_text(payload), BodyForm::Json};
}

std::optional<std::string> find_id(const Json& object, std::string_view key, const Limits& limits) {
  if (const std::string* text = find_string(object, key)) {
    return is_acceptable_id(*text, limits.id_bytes_max) ? std::optional(*text) : std::nullopt;
  }
  if (const auto number = find_count(object, key)) return std::to_string(*number);
  return std::nullopt;
}

std::variant<PairBody, Failure> read_body(std::string_view type, const Json& payload, const Limits& limits) {
  const Json* content = find(payload, type);
  if (content == nullptr || !content->is_object()) return malformed(std::string(type) + " without its content");
  if (type != "candidate") return read_description(*content, type, limits);
  auto candidate = read_candidate(*content, limits);
  if (auto* failure = std::get_if<Failure>(&candidate)) return std::move(*failure);
  Candidates one;
  one.candidates.push_back(std::get<Candidate>(std::move(candidate)));
  return PairBody{std::move(one)};
}

std::vector<TypedPayload> write_body(const PairBody& body, const UserId& from, const UserId& to) {
  std::vector<TypedPayload> out;
  const auto add = [&](std::string_view type, Json content) {
    Json payload = Json::object();
    payload["userId"] = from.value;
    payload["targetUid"] = to.value;
    payload[std::string(type)] = std::move(content);
    out.push_back({type, std::move(payload)});
  };
  if (const auto* offer = std::get_if<Offer>(&body)) {
    add("offer", Json{{"type", "offer"}, {"sdp", offer->sdp}});
  } else if (const auto* answer = std::get_if<Answer>(&body)) {
    add("answer", Json{{"type", "answer"}, {"sdp", answer->sdp}});
  } else if (const auto* batch = std::get_if<Candidates>(&body)) {
    for (const Candidate& candidate : batch->candidates) {
      // The end of candidates is not sent in this dialect.
      if (!candidate.candidate.empty()) add("candidate", write(candidate));
    }
  }
  return out;
}

const std::string* find_words(const Json& payload) {
  if (const auto* text = payload.get_ptr<const std::string*>()) return text;
  for (const std::string_view key : {"msg", "text", "content"}) {
    if (const std::string* text = find_string(payload, key)) return text;
  }
  return nullptr;
}

}  // namespace meetwire::protocol::classic
