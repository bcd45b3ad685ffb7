#include "protocol/fields.hpp"

namespace meetwire::protocol {

void put(Json& object, const char* key, Json&& value) { object[key] = std::move(value); }
void put_text(Json& object, const char* key, std::string_view value) { put(object, key, Json(std::string(value))); }
void put_flag(Json& object, const char* key, bool value) { put(object, key, Json(value)); }
void put_number(Json& object, const char* key, std::int64_t value) { put(object, key, Json(value)); }

Json typed(std::string_view type) {
  Json object = Json::object();
  put_text(object, "type", type);
  return object;
}

bool read(const Json& from, std::string& into) {
  const auto* text = from.get_ptr<const std::string*>();
  if (text == nullptr) return false;
  into = *text;
  return true;
}

bool read(const Json& from, bool& into) {
  if (!from.is_boolean()) return false;
  into = from.get<bool>();
  return true;
}

bool read_integer(const Json& from, std::int64_t least, std::int64_t most, std::int64_t& into) {
  if (!from.is_number_integer()) return false;
  if (from.is_number_unsigned() && from.get<std::uint64_t>() > static_cast<std::uint64_t>(most)) return false;
  const auto value = from.get<std::int64_t>();
  if (value < least || value > most) return false;
  into = value;
  return true;
}

bool get_text(const Json& object, const char* key, std::string& into) {
  const Json* value = find(object, key);
  return value == nullptr || read(*value, into);
}

bool get_flag(const Json& object, const char* key, bool& into) {
  const Json* value = find(object, key);
  return value == nullptr || read(*value, into);
}

bool get_count(const Json& object, const char* key, std::uint32_t& into) {
  const Json* value = find(object, key);
  return value == nullptr || read(*value, into);
}

bool get_name(const Json& object, const char* key, const std::string_view* names, std::size_t count, std::size_t& at) {
  const Json* value = find(object, key);
  if (value == nullptr) return true;
  const auto* text = value->get_ptr<const std::string*>();
  const int position = text == nullptr ? -1 : position_of_name(*text, names, count);
  if (position >= 0) at = static_cast<std::size_t>(position);
  return position >= 0;
}

bool read(const Json& from, Failure& into) {
  const auto code = find_named<ErrorCode>(from, "code");
  if (!code) return false;
  const std::string* detail = find_string(from, "detail");
  into = Failure{*code, detail == nullptr ? std::string() : *detail};
  return true;
}

}  // namespace meetwire::protocol
