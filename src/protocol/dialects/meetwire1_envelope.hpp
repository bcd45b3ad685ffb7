// The envelope of meetwire/1: packs messages that belong together into as few frames as the bounds allow, and takes
// frames apart again. Knows nothing of what the messages mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/limits.hpp"
#include "protocol/dialects/dialect.hpp"
#include "protocol/json.hpp"

namespace meetwire::protocol {

// What an envelope begins with. `number_key` is "number" (server → client: of the first numbered message, or the next one if
// there is none in it; 0 is left out) or "received".
std::string envelope_head(std::string_view number_key, std::uint64_t number);
// Each message is JSON text. `numbered`: how many of them count from the number on; they come first.
std::vector<Frame> pack_envelopes(const std::vector<std::string_view>& messages, std::string_view number_key, std::uint64_t number,
                                  std::size_t numbered, const Limits& limits);

struct OpenedEnvelope {
  std::uint64_t number = 0;
  std::optional<std::uint64_t> numbered;  // server → client: how many of the messages are; none: all
  Document document;
  Value messages() const { return find(document.root(), "messages"); }  // an array
};
std::variant<OpenedEnvelope, Failure> open_envelope(std::string_view frame_name, std::string_view body,
                                                    std::string_view number_key, const Limits& limits);

}  // namespace meetwire::protocol
