#include "insight/quality.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/limits.hpp"

namespace meetwire::insight {
namespace {

// Up to which value the figure is worth 5, 4, 3 and 2; 1 beyond.
using Steps = std::array<std::uint32_t, 4>;
// Opus conceals 1 % without a trace and 3 % of speech; at 15 % words are gone.
constexpr Steps kLossPerMille{10, 30, 80, 150};
// ITU-T G.114: one way, up to 150 ms nobody notices, 400 ms is the end of conversation.
constexpr Steps kRoundTripMs{200, 350, 550, 900};
// What the jitter buffer adds, about twice this, is delay as well.
constexpr Steps kJitterMs{30, 50, 90, 160};

std::uint32_t worth(std::uint32_t value, const Steps& steps) {
  std::uint32_t score = 5;
  for (const std::uint32_t step : steps) score -= value > step ? 1 : 0;
  return score;
}

}  // namespace

Score score_of(const LinkFigures& figures) {
  Score out;
  const auto count = [&](Shortcoming reason, std::uint32_t score) {
    if (score < 5) out.reasons.push_back({reason, score});
  };
  if (!figures.connected) {
    count(Shortcoming::Disconnected, 0);
  } else {
    const std::uint32_t lost = std::max(figures.lost_down_per_mille.value_or(0), figures.lost_up_per_mille.value_or(0));
    count(Shortcoming::Loss, worth(lost, kLossPerMille));
    count(Shortcoming::Delay, worth(figures.round_trip_ms.value_or(0), kRoundTripMs));
    count(Shortcoming::Jitter, worth(figures.jitter_ms.value_or(0), kJitterMs));
    if (figures.frame_rate == 0U) count(Shortcoming::Frozen, 2);
    else if (figures.frame_rate && *figures.frame_rate < 8) count(Shortcoming::LowFrameRate, 3);
    // The picture is smaller than it could be, which is how it should be on a narrow line.
    if (figures.limit == Limit::Bandwidth) count(Shortcoming::Bandwidth, 4);
    if (figures.limit == Limit::Processor) count(Shortcoming::Processor, 4);
  }
  std::stable_sort(out.reasons.begin(), out.reasons.end(), [](const Reason& a, const Reason& b) { return a.score < b.score; });
  if (!out.reasons.empty()) out.score = out.reasons.front().score;
  return out;
}

bool Quality::measure(const LinkFigures& figures) {
  Score now = score_of(figures);
  // The first there is, and that there is nothing, is told at once.
  if (!shown_ || now.score == 0) {
    worse_in_a_row_ = better_in_a_row_ = 0;
    const bool changed = shown_ != now;
    shown_ = std::move(now);
    return changed;
  }
  if (now.score == shown_->score) {
    worse_in_a_row_ = better_in_a_row_ = 0;
    const bool changed = *shown_ != now;
    shown_ = std::move(now);
    return changed;
  }
  const bool is_worse = now.score < shown_->score;
  std::uint32_t& in_a_row = is_worse ? worse_in_a_row_ : better_in_a_row_;
  std::optional<Score>& mildest = is_worse ? best_of_worse_ : worst_of_better_;
  (is_worse ? better_in_a_row_ : worse_in_a_row_) = 0;
  // Several in a row: as far as all of them agree.
  if (in_a_row++ == 0 || (is_worse ? now.score > mildest->score : now.score < mildest->score)) mildest = std::move(now);
  const std::uint32_t needed = is_worse ? kDefaultLimits.quality_falls_after : kDefaultLimits.quality_rises_after;
  if (in_a_row < needed) return false;
  in_a_row = 0;
  shown_ = *mildest;
  return true;
}

}  // namespace meetwire::insight
