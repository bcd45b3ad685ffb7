// Values → JSON text: what dialects write one by one, and structs as a whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/names.hpp"
#include "protocol/fields.hpp"
#include "protocol/text_writer.hpp"

namespace meetwire::protocol {

template <class T>
void write_text(TextWriter& writer, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    writer.flag(value);
  } else if constexpr (std::is_integral_v<T>) {
    writer.number(static_cast<std::int64_t>(value));
  } else if constexpr (NamedEnum<T>) {
    writer.text(name_of(value));
  } else if constexpr (IsStrongId<T>) {
    writer.text(value.value);
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    writer.text(value);
  } else {
    const FieldType& type = kFieldType<T>;
    type.write(type, writer, nullptr, &value);
  }
}

// One member of the object that is open; what is absent is left out.
template <class T>
void put(TextWriter& writer, std::string_view key, const T& value) {
  if constexpr (requires { value.has_value(); *value; }) {
    if (value.has_value()) put(writer, key, *value);
  } else {
    writer.key(key);
    write_text(writer, value);
  }
}

template <HasFields T>
void write_members(TextWriter& writer, const T& value) {
  write_fields(writer, walk_fields<T>, &value);
}

template <class T>
std::string to_text(const T& value) {
  TextWriter writer;
  write_text(writer, value);
  return writer.take();
}

}  // namespace meetwire::protocol
