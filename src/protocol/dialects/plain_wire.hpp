// The frames of the plain dialect, which are the same in both directions.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/errors.hpp"
#include "core/limits.hpp"
#include "protocol/dialects/dialect.hpp"
#include "protocol/pair.hpp"

namespace meetwire::protocol::plain {

struct Reading {
  // Nothing: it is no object with a type in it. Other: of a type, or with contents, that this side knows nothing of.
  enum class Kind : std::uint8_t { Nothing, KeepAlive, Pair, Other };
  Kind kind = Kind::Nothing;
  PairMessage pair;
  std::optional<Failure> failure;  // it was dropped for this
};
Reading read_frame(std::string_view body, const Limits& limits);

Frame make_keep_alive();
// One for each description or candidate, none for what the dialect does not know.
std::vector<Frame> write_pair(const PairMessage& pair);

}  // namespace meetwire::protocol::plain
