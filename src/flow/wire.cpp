#include "flow/wire.hpp"

#include <utility>

#include "protocol/fields.hpp"
#include "protocol/json.hpp"
#include "protocol/text.hpp"

namespace meetwire::flow::wire {
namespace {

using Result = std::variant<std::optional<Message>, Failure>;

template <std::size_t I = 0>
Result read_as(const protocol::Value& from, std::string_view type) {
  if constexpr (I == std::variant_size_v<Message>) {
    return std::optional<Message>{};
  } else {
    using T = std::variant_alternative_t<I, Message>;
    if (type != T::kType) return read_as<I + 1>(from, type);
    T value;
    if (!protocol::read(from, value)) return Failure{ErrorCode::MessageMalformed, std::string(T::kType)};
    return std::optional<Message>{std::move(value)};
  }
}

constexpr Limits bounds() {
  Limits limits;
  limits.message_bytes_max = kDefaultLimits.control_bytes_max;
  return limits;
}

}  // namespace

std::string write(const Message& message) {
  protocol::TextWriter writer;
  std::visit(
      [&writer](const auto& value) {
        writer.open('{');
        writer.key("type");
        writer.text(value.kType);
        protocol::write_members(writer, value);
        writer.close('}');
      },
      message);
  return writer.take();
}

Result read(std::string_view text) {
  const auto parsed = protocol::parse_json(text, bounds());
  if (const auto* failure = std::get_if<Failure>(&parsed)) return *failure;
  const protocol::Value root = std::get<protocol::Document>(parsed).root();
  const auto type = protocol::find_string(root, "type");
  if (!type) return Failure{ErrorCode::MessageMalformed, "no type"};
  return read_as(root, *type);
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
