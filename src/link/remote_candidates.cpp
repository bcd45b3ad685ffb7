#include "link/remote_candidates.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "link/sdp.hpp"

namespace meetwire::link {

void RemoteCandidates::clear() {
  described_ = false;
  ufrags_.clear();
  taken_ = 0;
  ready_.clear();
  early_.clear();
}

bool RemoteCandidates::belongs(const Candidate& candidate) const {
  if (!described_) return false;
  // One that does not say its generation (older clients) is of the newest.
  const std::string generation = generation_of(candidate);
  return generation.empty() || ufrags_.count(generation) > 0;
}

bool RemoteCandidates::take(Candidate candidate) {
  if (belongs(candidate)) {
    if (taken_ >= limits_.candidates_per_generation_max) return false;
    ++taken_;
    ready_.push_back(std::move(candidate));
    return true;
  }
  if (early_.size() >= limits_.candidates_per_generation_max) return false;
  early_.push_back(std::move(candidate));
  return true;
}

bool RemoteCandidates::description_set(const std::set<std::string>& ufrags) {
  const bool new_generation = !described_ || ufrags != ufrags_;
  described_ = true;
  ufrags_ = ufrags;
  if (!new_generation) return false;
  taken_ = 0;
  // Those of the generation before, and of offers that were never applied, are of no use any more.
  std::vector<Candidate> waiting = std::move(ready_);
  ready_.clear();
  std::move(early_.begin(), early_.end(), std::back_inserter(waiting));
  early_.clear();
  for (Candidate& candidate : waiting) {
    if (belongs(candidate)) take(std::move(candidate));
  }
  return true;
}

std::optional<Candidate> RemoteCandidates::next() {
  if (ready_.empty()) return std::nullopt;
  Candidate candidate = std::move(ready_.front());
  ready_.erase(ready_.begin());
  return candidate;
}

}  // namespace meetwire::link
