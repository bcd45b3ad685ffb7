// Reading and writing JSON within bounds and without exceptions, over nlohmann/json.
// Any bytes end in a value or a Failure; nothing here asserts on input.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/errors.hpp"
#include "core/ids.hpp"
#include "core/limits.hpp"
#include "core/names.hpp"

namespace meetwire::protocol {

// Objects keep the order of their keys, and are vectors: ours are small, and a search is quicker than a tree.
using Json = nlohmann::ordered_json;

// Size first, then depth as it comes, then the rest of the syntax.
std::variant<Json, Failure> parse_json(std::string_view text, const Limits& limits = kDefaultLimits);

// The host's own text, which is trusted in size, not in shape: discarded when it is not JSON.
Json parse_trusted(std::string_view text);

// Invalid UTF-8 becomes U+FFFD; never fails.
std::string to_text(const Json& value);

// ---- typed look-ups: null when the key is absent or holds another kind

const Json* find(const Json& object, std::string_view key);
const std::string* find_string(const Json& object, std::string_view key);
std::optional<bool> find_bool(const Json& object, std::string_view key);
// A whole number from 0 to 2^53-1, which all JSON implementations agree on.
std::optional<std::uint64_t> find_count(const Json& object, std::string_view key);
std::optional<std::uint32_t> find_count32(const Json& object, std::string_view key);

template <NamedEnum Enum>
std::optional<Enum> find_named(const Json& object, std::string_view key) {
  const std::string* name = find_string(object, key);
  return name == nullptr ? std::nullopt : from_name<Enum>(*name);
}

}  // namespace meetwire::protocol
