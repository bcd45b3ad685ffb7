#include "flow/wire.hpp"

#include <utility>

#include "protocol/fields.hpp"
#include "protocol/json.hpp"
#include "protocol/text.hpp"
#include "protocol/variants.hpp"

namespace meetwire::flow::wire {
namespace {

using Result = std::variant<std::optional<Message>, Failure>;
using All = protocol::Alternatives<Message>;

constexpr Limits bounds() {
  Limits limits;
  limits.message_bytes_max = kDefaultLimits.control_bytes_max;
  return limits;
}

}  // namespace

std::string write(const Message& message) {
  protocol::TextWriter writer;
  protocol::write_variant(writer, message);
  return writer.take();
}

Result read(std::string_view text) {
  const auto parsed = protocol::parse_json(text, bounds());
  if (const auto* failure = std::get_if<Failure>(&parsed)) return *failure;
  const protocol::Value root = std::get<protocol::Document>(parsed).root();
  const auto type = protocol::find_string(root, "type");
  if (!type) return Failure{ErrorCode::MessageMalformed, "no type"};
  const int at = protocol::position_of_type(root, All::kAll.data(), All::kAll.size());
  if (at < 0) return std::optional<Message>{};
  std::optional<Message> message{std::in_place};
  if (!protocol::read_variant(root, *message)) return Failure{ErrorCode::MessageMalformed, std::string(*type)};
  return message;
}

std::string_view code_out(ErrorCode code) {
  switch (code) {
    case ErrorCode::FileDeclined:
    case ErrorCode::FileChanged:
    case ErrorCode::FileDamaged:
    case ErrorCode::StorageFailed:
    case ErrorCode::RateLimited:
      return name_of(code);
    default:
      return name_of(ErrorCode::FileCancelled);
  }
}

ErrorCode code_in(std::string_view code) {
  const auto known = from_name<ErrorCode>(code);
  return known && code_out(*known) == code ? *known : ErrorCode::FileCancelled;
}

}  // namespace meetwire::flow::wire
