// meetwire/1, our own dialect: both sides. The normative text is ../PROTOCOL.md.
// Owns the JSON of envelopes and messages and the bounds on them; decides nothing.
#pragma once

#include <memory>
#include <string_view>

#include "core/limits.hpp"
#include "protocol/dialects/dialect.hpp"

namespace meetwire::protocol {

inline constexpr std::string_view kMeetwireFrame = "meetwire";

std::unique_ptr<ClientDialect> make_meetwire_client(const Limits& limits);
std::unique_ptr<ServerDialect> make_meetwire_server(const Limits& limits);

}  // namespace meetwire::protocol
