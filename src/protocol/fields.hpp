// Structs ↔ JSON, generically over their `fields`. Only what is instantiated costs anything in the module.
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

// ---- writing

// Declared first, as what nests is found at the template's definition only.
template <HasFields T>
Json write(const T& value);
template <class T>
Json write(const std::vector<T>& values);
template <class T>
Json write(const std::map<std::string, T>& values);
template <HasFields T>
void write_fields(const T& value, Json& out);

inline Json write(const std::string& value) { return value; }
inline Json write(bool value) { return value; }
template <class Tag>
Json write(const StrongId<Tag>& id) {
  return id.value;
}
template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
Json write(T value) {
  return value;
}
template <NamedEnum Enum>
Json write(Enum value) {
  return std::string(name_of(value));
}
template <class T>
Json write(const std::vector<T>& values) {
  Json out = Json::array();
  for (const T& value : values) out.push_back(write(value));
  return out;
}
template <class T>
Json write(const std::map<std::string, T>& values) {
  Json out = Json::object();
  for (const auto& [key, value] : values) out[key] = write(value);
  return out;
}
template <HasFields T>
Json write(const T& value) {
  Json out = Json::object();
  write_fields(value, out);
  return out;
}
// Sets one key. Calls, not inlined code: there are hundreds of them in a module that pages load.
void put_text(Json& object, const char* key, std::string_view value);
void put_flag(Json& object, const char* key, bool value);
void put_number(Json& object, const char* key, std::int64_t value);
void put(Json& object, const char* key, Json&& value);
// An object with its `type` set.
Json typed(std::string_view type);

template <class T>
void put(Json& object, const char* key, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    put_flag(object, key, value);
  } else if constexpr (std::is_integral_v<T>) {
    put_number(object, key, static_cast<std::int64_t>(value));
  } else if constexpr (NamedEnum<T>) {
    put_text(object, key, name_of(value));
  } else if constexpr (IsStrongId<T>) {
    put_text(object, key, value.value);
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    put_text(object, key, value);
  } else if constexpr (requires { value.has_value(); *value; }) {
    if (value.has_value()) put(object, key, *value);
  } else {
    put(object, key, write(value));
  }
}

template <HasFields T>
void write_fields(const T& value, Json& out) {
  T::fields(value, [&out](const char* key, const auto& field) { put(out, key, field); });
}

// ---- reading: false when the value is not of that shape

template <HasFields T>
bool read(const Json& from, T& into);
template <class T>
bool read(const Json& from, std::vector<T>& into);
template <class T>
bool read(const Json& from, std::map<std::string, T>& into);

bool read(const Json& from, std::string& into);
bool read(const Json& from, bool& into);
bool read_integer(const Json& from, std::int64_t least, std::int64_t most, std::int64_t& into);
bool read(const Json& from, Failure& into);
template <class Tag>
bool read(const Json& from, StrongId<Tag>& into) {
  return read(from, into.value);
}
template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
bool read(const Json& from, T& into) {
  using Bounds = std::numeric_limits<T>;
  std::int64_t wide = 0;
  const bool good = read_integer(from, static_cast<std::int64_t>(Bounds::min()),
                                 sizeof(T) == 8 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(Bounds::max()), wide);
  if (good) into = static_cast<T>(wide);
  return good;
}
template <NamedEnum Enum>
bool read(const Json& from, Enum& into) {
  const auto* text = from.get_ptr<const std::string*>();
  const int at = text == nullptr ? -1 : position_of_name(*text, kNames<Enum>.data(), kNames<Enum>.size());
  if (at >= 0) into = static_cast<Enum>(at);
  return at >= 0;
}
template <class T>
bool read(const Json& from, std::vector<T>& into) {
  if (!from.is_array()) return false;
  for (const Json& item : from) {
    if (!read(item, into.emplace_back())) return false;
  }
  return true;
}
template <class T>
bool read(const Json& from, std::map<std::string, T>& into) {
  if (!from.is_object()) return false;
  for (auto item = from.begin(); item != from.end(); ++item) {
    if (!read(item.value(), into[item.key()])) return false;
  }
  return true;
}
// Reads one key. A field that is absent keeps its default: the host may leave out what it has nothing to say about.
// Calls, like `put`, and for the same reason.
bool get_text(const Json& object, const char* key, std::string& into);
bool get_flag(const Json& object, const char* key, bool& into);
bool get_count(const Json& object, const char* key, std::uint32_t& into);
// The position of the name in the table; `at` stays as it is when the key is absent.
bool get_name(const Json& object, const char* key, const std::string_view* names, std::size_t count, std::size_t& at);

template <class T>
bool get(const Json& object, const char* key, T& into) {
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
    const Json* value = find(object, key);
    if (value == nullptr) return true;
    if constexpr (requires { into.has_value(); *into; }) {
      return value->is_null() || get(object, key, into.emplace());
    } else {
      return read(*value, into);
    }
  }
}

template <HasFields T>
bool read(const Json& from, T& into) {
  bool good = from.is_object();
  T::fields(into, [&](const char* key, auto& field) { good = good && get(from, key, field); });
  return good;
}

}  // namespace meetwire::protocol
