// How good a link is: a score with its reasons. Must not know: browsers, how the figures were measured.
#pragma once

#include <cstdint>
#include <optional>

#include "insight/commands.hpp"
#include "insight/events.hpp"

namespace meetwire::insight {

// Of these figures alone. The score is that of the worst of them: good pictures do not make up for lost words.
Score score_of(const LinkFigures& figures);

// The score as it is shown: it falls once it has been bad twice, and rises again only after a while, so that it says how
// the link is and not how the last second was.
class Quality {
 public:
  // One measurement. True when what is shown has changed.
  bool measure(const LinkFigures& figures);
  const Score& shown() const { return *shown_; }

 private:
  std::optional<Score> shown_;
  std::uint32_t worse_in_a_row_ = 0;
  std::uint32_t better_in_a_row_ = 0;
  std::optional<Score> worst_of_better_;  // of those in a row: how far it may rise
  std::optional<Score> best_of_worse_;
};

}  // namespace meetwire::insight
