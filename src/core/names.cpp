#include "core/names.hpp"

namespace meetwire {

int position_of_name(std::string_view name, const std::string_view* names, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (names[i] == name) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace meetwire
