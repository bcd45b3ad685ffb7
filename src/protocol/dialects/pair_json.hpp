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

// Slots of a newer version than ours are left out: their m-lines are answered and carry nothing. False when a mid is longer
// than it may be: it would be kept for a member that is away without anything else that limits it.
bool read_slots(const Value& from, const Limits& limits, SlotsByMid& slots);

}  // namespace meetwire::protocol
