// Variants of structs ↔ JSON: {"type": "…", fields}. What an alternative is called is its kType.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>
#include <variant>

#include "protocol/fields.hpp"
#include "protocol/text_writer.hpp"

namespace meetwire::protocol {

// One alternative, for the code that all have in common.
struct Alternative {
  std::string_view type;
  WalkFunction walk;
};

template <class Variant>
struct Alternatives;
template <class... Ts>
struct Alternatives<std::variant<Ts...>> {
  static constexpr std::array<Alternative, sizeof...(Ts)> kAll{{{Ts::kType, walk_fields<Ts>}...}};
  // Each is made in its place: built elsewhere and moved there it is twice the code.
  static constexpr std::array<void* (*)(std::variant<Ts...>&), sizeof...(Ts)> kEmplace{
      [](std::variant<Ts...>& into) -> void* { return &into.template emplace<Ts>(); }...};
};

// Their position in the table; -1: none of them.
int position_of_type(const Value& from, const Alternative* all, std::size_t count);
void write_alternative(TextWriter& writer, const Alternative& alternative, const void* value);

template <class... Ts>
void write_variant(TextWriter& writer, const std::variant<Ts...>& variant) {
  const void* value = std::visit([](const auto& one) -> const void* { return &one; }, variant);
  write_alternative(writer, Alternatives<std::variant<Ts...>>::kAll[variant.index()], value);
}

// False for an unknown type or a field of another kind.
template <class... Ts>
bool read_variant(const Value& from, std::variant<Ts...>& into) {
  using All = Alternatives<std::variant<Ts...>>;
  const int at = position_of_type(from, All::kAll.data(), All::kAll.size());
  if (at < 0) return false;
  const auto index = static_cast<std::size_t>(at);
  return read_fields(from, All::kAll[index].walk, All::kEmplace[index](into));
}

// A variant that is a field of a struct.
template <class... Ts>
struct FieldTypeOf<std::variant<Ts...>> {
  static bool read(const FieldType&, const Value& from, void* into) { return read_variant(from, *static_cast<std::variant<Ts...>*>(into)); }
  static void write(const FieldType&, TextWriter& writer, const char* key, const void* value) {
    if (key != nullptr) writer.key(key);
    write_variant(writer, *static_cast<const std::variant<Ts...>*>(value));
  }
  static constexpr FieldType make() { return {read, write}; }
};

}  // namespace meetwire::protocol
