#include "protocol/fields.hpp"

namespace meetwire::protocol {

bool read(const Value& from, std::string& into) {
  const auto text = from.string();
  if (text) into = *text;
  return text.has_value();
}

bool read(const Value& from, bool& into) {
  const auto flag = from.boolean();
  if (flag) into = *flag;
  return flag.has_value();
}

bool read_integer(const Value& from, std::int64_t least, std::int64_t most, std::int64_t& into) {
  const auto value = from.integer();
  if (!value || *value < least || *value > most) return false;
  into = *value;
  return true;
}

bool read(const Value& from, Failure& into) {
  const auto code = find_named<ErrorCode>(from, "code");
  if (!code) return false;
  into = Failure{*code, std::string(find_string(from, "detail").value_or(""))};
  into.denied_by = find_named<Denier>(from, "deniedBy");
  return true;
}

bool get_text(const Value& object, const char* key, std::string& into) {
  const Value value = find(object, key);
  return !value || read(value, into);
}

bool get_flag(const Value& object, const char* key, bool& into) {
  const Value value = find(object, key);
  return !value || read(value, into);
}

bool get_count(const Value& object, const char* key, std::uint32_t& into) {
  const Value value = find(object, key);
  return !value || read(value, into);
}

bool get_name(const Value& object, const char* key, const std::string_view* names, std::size_t count, std::size_t& at) {
  const Value value = find(object, key);
  if (!value) return true;
  const auto text = value.string();
  const int position = text ? position_of_name(*text, names, count) : -1;
  if (position >= 0) at = static_cast<std::size_t>(position);
  return position >= 0;
}

}  // namespace meetwire::protocol
