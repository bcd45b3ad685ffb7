#include "core/bounds.hpp"

#include <string>
#include <utility>

#include "core/ids.hpp"

namespace meetwire {

Failure too_long(ErrorCode code, std::string_view what, std::size_t bytes, std::size_t bytes_max) {
  std::string detail(what);
  if (!what.empty()) detail += ": ";
  return Failure{code, detail + std::to_string(bytes) + " bytes of UTF-8, at most " + std::to_string(bytes_max)};
}

std::optional<Failure> refusal_of_name(ErrorCode code, std::string_view name, std::size_t bytes_max) {
  if (name.size() > bytes_max) return too_long(code, {}, name.size(), bytes_max);
  if (!is_acceptable_name(name, bytes_max)) return Failure{code, "a control character"};
  return std::nullopt;
}

std::optional<Failure> refusal_of_id(ErrorCode code, std::string_view id, std::size_t bytes_max) {
  if (auto failure = refusal_of_name(code, id, bytes_max)) return failure;
  if (!is_acceptable_id(id, bytes_max)) return Failure{code, id.empty() ? "it is empty" : "it is blank, or a reserved word"};
  return std::nullopt;
}

std::optional<Failure> refusal_of_reaction(std::string_view text, const Limits& limits) {
  if (text.size() > limits.reaction_bytes_max) return too_long(ErrorCode::MessageTooLarge, "the reaction", text.size(), limits.reaction_bytes_max);
  if (text.empty() || !is_acceptable_name(text, limits.reaction_bytes_max)) return Failure{ErrorCode::InvalidArgument, "a reaction is an emoji"};
  return std::nullopt;
}

std::optional<Failure> merge(Attributes& into, const Attributes& values, const Limits& limits, std::size_t bytes_max) {
  Attributes merged = into;
  for (const auto& [key, value] : values) {
    if (auto failure = refusal_of_id(ErrorCode::InvalidArgument, key, limits.id_bytes_max)) {
      return Failure{ErrorCode::InvalidArgument, "a key: " + failure->detail};
    }
    if (value.empty()) {
      merged.erase(key);
    } else {
      merged[key] = value;
    }
  }
  if (const std::size_t bytes = bytes_of(merged); bytes > bytes_max) {
    return too_long(ErrorCode::MessageTooLarge, "all keys and texts together", bytes, bytes_max);
  }
  into = std::move(merged);
  return std::nullopt;
}

}  // namespace meetwire
