#include "protocol/dialects/meetwire1_envelope.hpp"

#include "protocol/dialects/meetwire1.hpp"

namespace meetwire::protocol {
namespace {

// {"received":9007199254740991,"numbered":64,"messages":[]} and room for the commas.
constexpr std::size_t kEnvelopeBytes = 80;

constexpr std::string_view kNumberKey = "number";

}  // namespace

std::string envelope_head(std::string_view number_key, std::uint64_t number) {
  std::string head = "{";
  if (number > 0) head.append("\"").append(number_key).append("\":").append(std::to_string(number)).append(",");
  return head.append("\"messages\":");
}

std::vector<Frame> pack_envelopes(const std::vector<std::string_view>& messages, std::string_view number_key, std::uint64_t number,
                                  std::size_t numbered, const Limits& limits) {
  std::vector<Frame> frames;
  std::string body;
  std::size_t head = 0, in_body = 0, left = messages.size();
  const auto close = [&] {
    if (in_body == 0) return;
    frames.push_back({std::string(kMeetwireFrame), body.append("]}"), BodyForm::Text, head, 1, in_body});
    const std::size_t counted = std::min(in_body, numbered);
    if (number > 0) number += counted;
    numbered -= counted;
    left -= in_body;
    in_body = 0;
  };
  for (const std::string_view text : messages) {
    const bool full = in_body == limits.batch_messages_max ||
                      (in_body > 0 && body.size() + text.size() + kEnvelopeBytes > limits.message_bytes_max);
    if (full) close();
    if (in_body == 0) {
      body = envelope_head(number_key, number);
      // Only where some are not: then not all of what follows can be the same for many.
      if (number > 0 && number_key == kNumberKey && numbered < left) body.insert(1, "\"numbered\":" + std::to_string(numbered) + ",");
      head = body.size();
      body.push_back('[');
    } else {
      body.push_back(',');
    }
    body.append(text);
    ++in_body;
  }
  close();
  return frames;
}

std::variant<OpenedEnvelope, Failure> open_envelope(std::string_view frame_name, std::string_view body,
                                                    std::string_view number_key, const Limits& limits) {
  if (frame_name != kMeetwireFrame) return Failure{ErrorCode::MessageUnknown};
  auto parsed = parse_json(body, limits);
  if (auto* failure = std::get_if<Failure>(&parsed)) return std::move(*failure);
  OpenedEnvelope opened;
  opened.document = std::get<Document>(std::move(parsed));
  const Value messages = opened.messages();
  if (!messages.is_array()) return Failure{ErrorCode::MessageMalformed, "an envelope without messages"};
  if (messages.size() > limits.batch_messages_max) {
    return Failure{ErrorCode::MessageTooLarge, std::to_string(messages.size()) + " messages in one envelope"};
  }
  opened.number = find_count(opened.document.root(), number_key).value_or(0);
  if (number_key == kNumberKey) opened.numbered = find_count(opened.document.root(), "numbered");
  return opened;
}

}  // namespace meetwire::protocol
