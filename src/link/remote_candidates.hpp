// The peer's candidates, by generation: kept until the description they belong to is set, applied in order, dropped
// when their generation is over.
#pragma once

#include <vector>
#include <optional>
#include <set>
#include <string>

#include "core/limits.hpp"
#include "core/media.hpp"

namespace meetwire::link {

class RemoteCandidates {
 public:
  explicit RemoteCandidates(const Limits& limits) : limits_(limits) {}

  // A new connection: nothing of the old one's counts.
  void clear();
  // False when its generation has had all that it may.
  bool take(Candidate candidate);
  // The remote description is now of these generations. True when they are new ones.
  bool description_set(const std::set<std::string>& ufrags);
  // The next one that may be added now.
  std::optional<Candidate> next();
  bool has_next() const { return !ready_.empty(); }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("described", self.described_);
    visit("ufrags", self.ufrags_);
    visit("taken", self.taken_);
    visit("ready", self.ready_);
    visit("early", self.early_);
  }

 private:
  bool belongs(const Candidate& candidate) const;

  Limits limits_;
  bool described_ = false;
  std::set<std::string> ufrags_;
  std::size_t taken_ = 0;        // of the current generation
  std::vector<Candidate> ready_;  // of the current generation
  std::vector<Candidate> early_;  // of one whose description has not been set
};

}  // namespace meetwire::link
