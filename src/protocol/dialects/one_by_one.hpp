// For the dialects that number nothing: what a pair message holds, as they say it, one description or candidate at a time.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "protocol/pair.hpp"

namespace meetwire::protocol {

// `description` gets its type and its SDP. The end of candidates is not sent in these dialects, nor what else a pair message
// may be.
template <class Description, class EachCandidate>
void say_one_by_one(const PairMessage& pair, const Description& description, const EachCandidate& each_candidate) {
  if (const auto* offer = std::get_if<Offer>(&pair.body)) {
    description(std::string_view("offer"), offer->sdp);
  } else if (const auto* answer = std::get_if<Answer>(&pair.body)) {
    description(std::string_view("answer"), answer->sdp);
  } else if (const auto* batch = std::get_if<Candidates>(&pair.body)) {
    for (const Candidate& candidate : batch->candidates) {
      if (!candidate.candidate.empty()) each_candidate(candidate);
    }
  }
}

}  // namespace meetwire::protocol
