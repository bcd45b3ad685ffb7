// The envelope of meetwire/1: packs messages that belong together into as few frames as the bounds allow, and takes
// frames apart again. Knows nothing of what the messages mean.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/limits.hpp"
#include "protocol/dialects/dialect.hpp"
#include "protocol/json.hpp"

namespace meetwire::protocol {

// What an envelope begins with. `number_key` is "number" (server → client: the number of the first message; 0 is left out) or
// "received".
std::string envelope_head(std::string_view number_key, std::uint64_t number);
// Each message is JSON text.
std::vector<Frame> pack_envelopes(const std::vector<std::string_view>& messages, std::string_view number_key, std::uint64_t number,
                                  bool number_counts_messages, const Limits& limits);

struct OpenedEnvelope {
  std::uint64_t number = 0;
  Document document;
  Value messages() const { return find(document.root(), "messages"); }  // an array
};
std::variant<OpenedEnvelope, Failure> open_envelope(std::string_view frame_name, std::string_view body,
                                                    std::string_view number_key, const Limits& limits);

}  // namespace meetwire::protocol
