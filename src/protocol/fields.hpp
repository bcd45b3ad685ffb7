// JSON → structs, generically over their `fields`. Only what is instantiated costs anything in the module. (The way
// back is protocol/text.hpp.)
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/errors.hpp"
#include "core/ids.hpp"
#include "core/names.hpp"
#include "protocol/json.hpp"

namespace meetwire::protocol {

template <class T>
concept HasFields = requires(T value) { T::fields(value, [](const char*, auto&) {}); };

template <class T>
inline constexpr bool IsStrongId = false;
template <class Tag>
inline constexpr bool IsStrongId<StrongId<Tag>> = true;

// ---- reading: false when the value is not of that shape

template <HasFields T>
bool read(const Value& from, T& into);
template <class T>
bool read(const Value& from, std::vector<T>& into);
template <class T>
bool read(const Value& from, std::map<std::string, T>& into);

bool read(const Value& from, std::string& into);
bool read(const Value& from, bool& into);
bool read_integer(const Value& from, std::int64_t least, std::int64_t most, std::int64_t& into);
bool read(const Value& from, Failure& into);
template <class Tag>
bool read(const Value& from, StrongId<Tag>& into) {
  return read(from, into.value);
}
template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
bool read(const Value& from, T& into) {
  using Bounds = std::numeric_limits<T>;
  std::int64_t wide = 0;
  const bool good = read_integer(from, static_cast<std::int64_t>(Bounds::min()),
                                 sizeof(T) == 8 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(Bounds::max()), wide);
  if (good) into = static_cast<T>(wide);
  return good;
}
template <NamedEnum Enum>
bool read(const Value& from, Enum& into) {
  const auto text = from.string();
  const int at = text ? position_of_name(*text, kNames<Enum>.data(), kNames<Enum>.size()) : -1;
  if (at >= 0) into = static_cast<Enum>(at);
  return at >= 0;
}
template <class T>
bool read(const Value& from, std::vector<T>& into) {
  if (!from.is_array()) return false;
  for (const Value& item : from) {
    if (!read(item, into.emplace_back())) return false;
  }
  return true;
}
template <class T>
bool read(const Value& from, std::map<std::string, T>& into) {
  if (!from.is_object()) return false;
  for (const Value& item : from) {
    if (!read(item, into[std::string(item.key())])) return false;
  }
  return true;
}
// Reads one key. A field that is absent keeps its default: the host may leave out what it has nothing to say about.
// Calls, not inlined code: there are hundreds of them in a module that pages load.
bool get_text(const Value& object, const char* key, std::string& into);
bool get_flag(const Value& object, const char* key, bool& into);
bool get_count(const Value& object, const char* key, std::uint32_t& into);
// The position of the name in the table; `at` stays as it is when the key is absent.
bool get_name(const Value& object, const char* key, const std::string_view* names, std::size_t count, std::size_t& at);

template <class T>
bool get(const Value& object, const char* key, T& into) {
  if constexpr (std::is_same_v<T, std::string>) {
    return get_text(object, key, into);
  } else if constexpr (IsStrongId<T>) {
    return get_text(object, key, into.value);
  } else if constexpr (std::is_same_v<T, bool>) {
    return get_flag(object, key, into);
  } else if constexpr (std::is_same_v<T, std::uint32_t>) {
    return get_count(object, key, into);
  } else if constexpr (NamedEnum<T>) {
    auto at = static_cast<std::size_t>(into);
    const bool good = get_name(object, key, kNames<T>.data(), kNames<T>.size(), at);
    into = static_cast<T>(at);
    return good;
  } else {
    const Value value = find(object, key);
    if (!value) return true;
    if constexpr (requires { into.has_value(); *into; }) {
      return value.is_null() || read(value, into.emplace());
    } else {
      return read(value, into);
    }
  }
}

template <HasFields T>
bool read(const Value& from, T& into) {
  bool good = from.is_object();
  T::fields(into, [&](const char* key, auto& field) { good = good && get(from, key, field); });
  return good;
}

}  // namespace meetwire::protocol
