#include "insight/speaking.hpp"

#include <algorithm>
#include <utility>

#include "core/limits.hpp"

namespace meetwire::insight {

namespace {
constexpr const Limits& kLimits = kDefaultLimits;
}

// ---- one voice

Loudness Voice::loudness_of(Millis now, std::uint32_t level) {
  if (level >= kLimits.voice_quiet) {
    heard_at_ = now;
    quiet_in_a_row_ = 0;
    return level >= kLimits.voice_loud ? Loudness::Loud : Loudness::Between;
  }
  ++quiet_in_a_row_;
  // In a page in the background one is measured once a second: a single quiet one may fall between two words.
  const bool is_long = !heard_at_ || now - *heard_at_ >= kLimits.voice_hold;
  return is_long && quiet_in_a_row_ >= 2 ? Loudness::Silence : Loudness::Quiet;
}

void Voice::hear(Millis now, std::uint32_t level) {
  const std::int64_t passed = measured_at_ ? std::clamp<std::int64_t>((now - *measured_at_).value, 0, 2'000) : 0;
  measured_at_ = now;
  const std::int64_t weight = passed + kLimits.voice_smooth.value;
  smooth_ = static_cast<std::uint32_t>((smooth_ * kLimits.voice_smooth.value + level * passed) / weight);

  const bool was = speaking();
  const Loudness input = loudness_of(now, level);
  stage_ = kVoiceTable[static_cast<std::size_t>(stage_)][static_cast<std::size_t>(input)];
  if (speaking() && !was) since_ = now;
}

void Voice::silence() { *this = {}; }

// ---- among several

bool ActiveSpeaker::choose(Millis now, const std::map<UserId, Voice>& voices) {
  const auto before = user_;
  const auto sitting = user_ ? voices.find(*user_) : voices.end();
  if (sitting == voices.end()) user_.reset();

  const std::pair<const UserId, Voice>* loudest = nullptr;
  for (const auto& voice : voices) {
    if (!voice.second.speaking() || voice.first == user_) continue;
    if (!loudest || voice.second.loudness() > loudest->second.loudness()) loudest = &voice;
  }
  if (!loudest) {
    challenger_.reset();
    return user_ != before;
  }
  const bool is_contested = user_ && sitting->second.speaking();
  if (!is_contested) {
    // Whoever only agrees in a pause does not take the floor.
    if (!user_ || now - loudest->second.since() >= kLimits.speaker_takes_over_after) user_ = loudest->first;
    challenger_.reset();
    return user_ != before;
  }
  // Two at once: the one who has the floor keeps it, unless the other is clearly louder for a while.
  if (loudest->second.loudness() * 2 < sitting->second.loudness() * 3) {
    challenger_.reset();
  } else if (challenger_ != loudest->first) {
    challenger_ = loudest->first;
    challenged_at_ = now;
  } else if (now - challenged_at_ >= kLimits.speaker_outshouts_after) {
    user_ = std::exchange(challenger_, std::nullopt);
  }
  return user_ != before;
}

// ---- oneself, muted

bool MutedTalk::wanted(Millis now, std::uint32_t level) const {
  if (!voice_.speaking()) return false;
  if (talking_) return true;
  // A voice counts as speaking for a while after it was heard last; after a cough that is longer than the cough.
  if (level < kLimits.voice_quiet || now - voice_.since() < kLimits.muted_talk_after) return false;
  return !told_at_ || now - *told_at_ >= kLimits.muted_talk_again_after;
}

bool MutedTalk::hear(Millis now, std::uint32_t level, bool muted) {
  if (muted) voice_.hear(now, level);
  else voice_.silence();
  const bool want = wanted(now, level);
  if (want == talking_) return false;
  talking_ = want;
  if (want) told_at_ = now;
  return true;
}

}  // namespace meetwire::insight
