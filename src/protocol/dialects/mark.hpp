// What two of ours say to each other beside a description, where the server is another's and the protocol has no place for it:
// a member that all others ignore. Whoever reads it knows that one of ours is there.
#pragma once

#include <string_view>

#include "core/limits.hpp"
#include "protocol/json.hpp"
#include "protocol/pair.hpp"
#include "protocol/text.hpp"

namespace meetwire::protocol {

inline constexpr std::string_view kMark = "meetwire";

// Into the object that is open: the rank, which of its m-lines is for what, and which offer it is or answers. Nothing where
// the pair message has no rank or is no description.
void write_mark(TextWriter& writer, const PairMessage& pair);
// Out of the object that has the description. One that is not as it has to be counts as none.
void read_mark(const Value& payload, const Limits& limits, PairMessage& pair);

}  // namespace meetwire::protocol
