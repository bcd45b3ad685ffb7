// Who speaks: from loudness to words, for one voice and among several. Owns: the hysteresis. Must not know: browsers,
// events, how loudness is measured.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "core/ids.hpp"
#include "core/time.hpp"

namespace meetwire::insight {

// ---- one voice

enum class VoiceStage : std::uint8_t {
  Silent,
  Starting,  // loud once: a word, or a knock on the table
  Speaking,
};
constexpr auto names_of(VoiceStage) { return std::array<std::string_view, 3>{"silent", "starting", "speaking"}; }

enum class Loudness : std::uint8_t {
  Loud,
  Between,  // neither begins nor ends anything
  Quiet,
  Silence,  // quiet for long enough that it is no pause for breath
};
constexpr auto names_of(Loudness) { return std::array<std::string_view, 4>{"loud", "between", "quiet", "silence"}; }

using VoiceTable = std::array<std::array<VoiceStage, 4>, 3>;
inline constexpr VoiceTable kVoiceTable{{
    // loud                 between               quiet                 silence
    {VoiceStage::Starting, VoiceStage::Silent,   VoiceStage::Silent,   VoiceStage::Silent},
    {VoiceStage::Speaking, VoiceStage::Starting, VoiceStage::Starting, VoiceStage::Silent},
    {VoiceStage::Speaking, VoiceStage::Speaking, VoiceStage::Speaking, VoiceStage::Silent},
}};

class Voice {
 public:
  // One measurement, of 0 to 10,000.
  void hear(Millis now, std::uint32_t level);
  void silence();

  bool speaking() const { return stage_ == VoiceStage::Speaking; }
  // Since when; while it speaks.
  Millis since() const { return since_; }
  // Smoothed over about half a second, so that a consonant does not count against somebody.
  std::uint32_t loudness() const { return smooth_; }

 private:
  Loudness loudness_of(Millis now, std::uint32_t level);

  VoiceStage stage_ = VoiceStage::Silent;
  std::optional<Millis> heard_at_;    // the last time that it was not quiet
  std::optional<Millis> measured_at_;
  std::uint32_t quiet_in_a_row_ = 0;
  std::uint32_t smooth_ = 0;
  Millis since_;
};

// ---- among several

// Whom to look at. The others' voices are asked anew each time; here is only who it is, and who may be next.
class ActiveSpeaker {
 public:
  // True when it is somebody else now.
  bool choose(Millis now, const std::map<UserId, Voice>& voices);
  const std::optional<UserId>& user() const { return user_; }

 private:
  std::optional<UserId> user_;
  std::optional<UserId> challenger_;  // louder than the one who speaks
  Millis challenged_at_;
};

// ---- oneself, muted

class MutedTalk {
 public:
  // One measurement of the own microphone. True when `talking` has changed.
  bool hear(Millis now, std::uint32_t level, bool muted);
  bool talking() const { return talking_; }

 private:
  bool wanted(Millis now, std::uint32_t level) const;

  Voice voice_;
  bool talking_ = false;
  std::optional<Millis> told_at_;
};

}  // namespace meetwire::insight
