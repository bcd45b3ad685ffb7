// Structs → JSON text, generically over their `fields`, without building values first.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/errors.hpp"
#include "core/names.hpp"
#include "protocol/fields.hpp"

namespace meetwire::protocol {

class TextWriter {
 public:
  // Few messages are longer; growing from nothing would copy them six times.
  TextWriter() { out_.reserve(512); }

  void open(char bracket);   // { or [
  void close(char bracket);  // } or ]
  void key(std::string_view name);
  // UTF-8, as it is; what is not is passed on, and becomes U+FFFD where the host decodes it.
  void text(std::string_view value);
  void flag(bool value);
  void number(std::int64_t value);
  void null();
  // A value that is JSON text already.
  void raw(std::string_view json);

  std::string take() { return std::move(out_); }

 private:
  void separate();
  void quote(std::string_view value);

  std::string out_;
};

void write_text(TextWriter& writer, const Failure& failure);
// As it was read, but for spaces.
void write_text(TextWriter& writer, const Value& value);

template <class T>
void write_text(TextWriter& writer, const T& value);

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
  T::fields(value, [&writer](const char* key, const auto& field) { put(writer, key, field); });
}

template <class T>
void write_items(TextWriter& writer, const std::vector<T>& values) {
  writer.open('[');
  for (const T& value : values) write_text(writer, value);
  writer.close(']');
}

template <class T>
void write_items(TextWriter& writer, const std::map<std::string, T>& values) {
  writer.open('{');
  for (const auto& [key, value] : values) {
    writer.key(key);
    write_text(writer, value);
  }
  writer.close('}');
}

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
  } else if constexpr (HasFields<T>) {
    writer.open('{');
    write_members(writer, value);
    writer.close('}');
  } else {
    write_items(writer, value);
  }
}

template <class T>
std::string to_text(const T& value) {
  TextWriter writer;
  write_text(writer, value);
  return writer.take();
}

}  // namespace meetwire::protocol
