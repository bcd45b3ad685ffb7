// Names of enumerators, once: the same word in C++, in TypeScript and on the wire.
// An enum that crosses a border declares `constexpr auto names_of(Enum)` returning an array in the
// enumerators' order (found by argument-dependent look-up).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace meetwire {

template <class Enum>
concept NamedEnum = requires(Enum e) { names_of(e); };

// The names as one table in memory.
template <NamedEnum Enum>
inline constexpr auto kNames = names_of(Enum{});

template <NamedEnum Enum>
constexpr std::string_view name_of(Enum value) {
  return kNames<Enum>[static_cast<std::size_t>(value)];
}

// The position of a name in such a table; -1 when it is not in it. One function for all of them.
int position_of_name(std::string_view name, const std::string_view* names, std::size_t count);

template <NamedEnum Enum>
std::optional<Enum> from_name(std::string_view name) {
  const int at = position_of_name(name, kNames<Enum>.data(), kNames<Enum>.size());
  if (at < 0) return std::nullopt;
  return static_cast<Enum>(at);
}

}  // namespace meetwire
