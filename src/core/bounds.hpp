// What to say of a text that is beyond a bound: the error's own code, and how long it is, how long it may be, and what
// was counted. Bounds count bytes of UTF-8, as they travel.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/errors.hpp"
#include "core/limits.hpp"
#include "core/presence.hpp"

namespace meetwire {

// `what`: of several texts, which. Empty: the code says so.
Failure too_long(ErrorCode code, std::string_view what, std::size_t bytes, std::size_t bytes_max);

// As is_acceptable_id and is_acceptable_name have it.
std::optional<Failure> refusal_of_id(ErrorCode code, std::string_view id, std::size_t bytes_max);
std::optional<Failure> refusal_of_name(ErrorCode code, std::string_view name, std::size_t bytes_max);

std::optional<Failure> refusal_of_reaction(std::string_view text, const Limits& limits);

// New keys are added, known ones replaced, empty texts take their key away. After a failure nothing has changed.
std::optional<Failure> merge(Attributes& into, const Attributes& values, const Limits& limits, std::size_t bytes_max);

}  // namespace meetwire
