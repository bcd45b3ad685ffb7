#include "core/ids.hpp"

#include <algorithm>

namespace meetwire {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

}  // namespace

bool is_acceptable_name(std::string_view name, std::size_t max_bytes) {
  return name.size() <= max_bytes && std::none_of(name.begin(), name.end(), is_control);
}

std::string fitted_name(std::string_view text, std::size_t max_bytes) {
  std::size_t end = std::min(text.size(), max_bytes);
  // Not into the middle of a character: its second and later bytes begin with the bits 10.
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  std::string fitted(text.substr(0, end));
  std::replace_if(fitted.begin(), fitted.end(), is_control, ' ');
  return fitted;
}

bool is_acceptable_id(std::string_view id, std::size_t max_bytes) {
  if (id.empty() || !is_acceptable_name(id, max_bytes)) return false;
  if (std::all_of(id.begin(), id.end(), [](char c) { return c == ' '; })) return false;
  return id != "__proto__" && id != "constructor" && id != "prototype";
}

}  // namespace meetwire
