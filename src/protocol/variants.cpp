#include "protocol/variants.hpp"

namespace meetwire::protocol {

int position_of_type(const Value& from, const Alternative* all, std::size_t count) {
  const auto type = find_string(from, "type");
  if (!type) return -1;
  for (std::size_t i = 0; i < count; ++i) {
    if (all[i].type == *type) return static_cast<int>(i);
  }
  return -1;
}

void write_alternative(TextWriter& writer, const Alternative& alternative, const void* value) {
  writer.open('{');
  writer.key("type");
  writer.text(alternative.type);
  write_fields(writer, alternative.walk, value);
  writer.close('}');
}

}  // namespace meetwire::protocol
