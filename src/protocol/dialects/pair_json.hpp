// Pair messages ↔ JSON, with their bounds. Shared by both directions of meetwire/1.
#pragma once

#include "core/errors.hpp"
#include "core/limits.hpp"
#include "protocol/json.hpp"
#include "protocol/pair.hpp"
#include "protocol/text.hpp"

namespace meetwire::protocol {

// Its members, into the object that is open.
void write_pair(TextWriter& writer, const PairMessage& pair);
// Both read into what is there; false: `why` says what is wrong with it.
bool read_pair(const Value& from, const Limits& limits, PairMessage& into, Failure& why);

// The end of candidates, as RTCIceCandidateInit and `onicecandidate` write it: null, or without a line.
bool is_end_of_candidates(const Value& from);

// A candidate as browsers give it: mid or index, at most candidate_bytes_max.
bool read_candidate(const Value& from, const Limits& limits, Candidate& into, Failure& why);

}  // namespace meetwire::protocol
