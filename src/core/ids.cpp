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

bool is_acceptable_id(std::string_view id, std::size_t max_bytes) {
  if (id.empty() || !is_acceptable_name(id, max_bytes)) return false;
  if (std::all_of(id.begin(), id.end(), [](char c) { return c == ' '; })) return false;
  return id != "__proto__" && id != "constructor" && id != "prototype";
}

}  // namespace meetwire
