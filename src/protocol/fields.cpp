#include "protocol/fields.hpp"

namespace meetwire::protocol {
namespace {

// An enum of one byte, by its position.
std::uint8_t& position_at(void* value) { return *static_cast<std::uint8_t*>(value); }

void begin(TextWriter& writer, const char* key) {
  if (key != nullptr) writer.key(key);
}

}  // namespace

void FieldWalk::field(const char* key, void* field, const FieldType& type) {
  if (to_ != nullptr) return type.write(type, *to_, key, field);
  if (!good_) return;
  if (const Value value = find(*from_, key)) good_ = type.read(type, value, field);
}

bool read_fields(const Value& from, WalkFunction walk, void* into) {
  if (!from.is_object()) return false;
  FieldWalk reading(from);
  walk(reading, into);
  return reading.is_good();
}

void write_fields(TextWriter& writer, WalkFunction walk, const void* value) {
  FieldWalk writing(writer);
  walk(writing, const_cast<void*>(value));
}

bool read_text(const FieldType&, const Value& from, void* into) {
  const auto text = from.string();
  if (text) *static_cast<std::string*>(into) = *text;
  return text.has_value();
}

void write_text_field(const FieldType&, TextWriter& writer, const char* key, const void* value) {
  begin(writer, key);
  writer.text(*static_cast<const std::string*>(value));
}

bool read_flag(const FieldType&, const Value& from, void* into) {
  const auto flag = from.boolean();
  if (flag) *static_cast<bool*>(into) = *flag;
  return flag.has_value();
}

void write_flag(const FieldType&, TextWriter& writer, const char* key, const void* value) {
  begin(writer, key);
  writer.flag(*static_cast<const bool*>(value));
}

bool read_name(const FieldType& type, const Value& from, void* into) {
  const auto& named = static_cast<const NamedType&>(type);
  const auto text = from.string();
  const int at = text ? position_of_name(*text, named.names, named.count) : -1;
  if (at >= 0) position_at(into) = static_cast<std::uint8_t>(at);
  return at >= 0;
}

void write_name(const FieldType& type, TextWriter& writer, const char* key, const void* value) {
  begin(writer, key);
  writer.text(static_cast<const NamedType&>(type).names[position_at(const_cast<void*>(value))]);
}

bool read_integer(const FieldType& type, const Value& from, void* into) {
  const auto& integer = static_cast<const IntegerType&>(type);
  const auto value = from.integer();
  if (!value || *value < integer.least || *value > integer.most) return false;
  integer.set(into, *value);
  return true;
}

void write_integer(const FieldType& type, TextWriter& writer, const char* key, const void* value) {
  begin(writer, key);
  writer.number(static_cast<const IntegerType&>(type).get(value));
}

bool read_failure(const FieldType&, const Value& from, void* into) {
  const auto code = find_named<ErrorCode>(from, "code");
  if (!code) return false;
  Failure& failure = *static_cast<Failure*>(into);
  failure = Failure{*code, std::string(find_string(from, "detail").value_or(""))};
  failure.denied_by = find_named<Denier>(from, "deniedBy");
  return true;
}

void write_failure(const FieldType&, TextWriter& writer, const char* key, const void* value) {
  begin(writer, key);
  write_text(writer, *static_cast<const Failure*>(value));
}

bool read_optional(const FieldType& type, const Value& from, void* into) {
  const auto& optional = static_cast<const OptionalType&>(type);
  return from.is_null() || optional.content->read(*optional.content, from, optional.emplace(into));
}

void write_optional(const FieldType& type, TextWriter& writer, const char* key, const void* value) {
  const auto& optional = static_cast<const OptionalType&>(type);
  if (const void* content = optional.get(value)) optional.content->write(*optional.content, writer, key, content);
}

bool read_vector(const FieldType& type, const Value& from, void* into) {
  const auto& vector = static_cast<const VectorType&>(type);
  if (!from.is_array()) return false;
  for (const Value& item : from) {
    if (!vector.item->read(*vector.item, item, vector.add(into))) return false;
  }
  return true;
}

void write_vector(const FieldType& type, TextWriter& writer, const char* key, const void* value) {
  const auto& vector = static_cast<const VectorType&>(type);
  begin(writer, key);
  writer.open('[');
  const void* first = nullptr;
  const std::size_t count = vector.items(value, first);
  for (std::size_t i = 0; i < count; ++i) {
    vector.item->write(*vector.item, writer, nullptr, static_cast<const char*>(first) + i * vector.item_size);
  }
  writer.close(']');
}

bool read_struct(const FieldType& type, const Value& from, void* into) {
  return read_fields(from, static_cast<const StructType&>(type).walk, into);
}

void write_struct(const FieldType& type, TextWriter& writer, const char* key, const void* value) {
  begin(writer, key);
  writer.open('{');
  write_fields(writer, static_cast<const StructType&>(type).walk, value);
  writer.close('}');
}

bool get_text(const Value& object, const char* key, std::string& into) { return get(object, key, into); }

}  // namespace meetwire::protocol
