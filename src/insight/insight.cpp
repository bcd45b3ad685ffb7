#include "insight/insight.hpp"

#include <set>
#include <utility>

#include "core/limits.hpp"
#include "insight/explanation.hpp"

namespace meetwire::insight {

Insight::Insight(InsightOptions options) : options_(std::move(options)) {}

Step<InsightCommand> Insight::handle(Millis now, const InsightEvent& event) {
  Step<InsightCommand> step;
  std::visit([&](const auto& one) { take(now, one, step.commands); }, event);
  step.wake_at = levels_due_at_;
  return step;
}

void Insight::take(Millis now, const event::LevelsMeasured& event, Commands& out) {
  std::set<UserId> named;
  bool own_is_named = false;
  for (const auto& [user, level, muted] : event.levels) {
    named.insert(user);
    Voice& voice = voices_[user];
    const bool was = voice.speaking();
    // Who is muted is silent at once, whatever the microphone still hears.
    if (muted) voice.silence();
    else voice.hear(now, level);
    if (voice.speaking() != was) out.push_back(command::SpeakingChanged{user, voice.speaking()});
    if (user != options_.user) continue;
    own_is_named = true;
    if (muted_talk_.hear(now, level, muted)) out.push_back(command::MutedTalkingChanged{muted_talk_.talking()});
  }
  if (!own_is_named && muted_talk_.hear(now, 0, false)) out.push_back(command::MutedTalkingChanged{false});
  std::erase_if(voices_, [&](const auto& entry) { return named.count(entry.first) == 0; });
  if (active_.choose(now, voices_)) out.push_back(command::ActiveSpeakerChanged{active_.user()});
  levels_due_at_ = now + kDefaultLimits.levels_measured_every;
  if (links_measured_at_ && now - *links_measured_at_ < kDefaultLimits.links_measured_every) return;
  links_measured_at_ = now;
  out.push_back(command::MeasureLinks{});
}

void Insight::take(Millis, const event::LinkMeasured& event, Commands& out) {
  Quality& quality = qualities_[event.peer];
  if (quality.measure(event.figures)) out.push_back(command::QualityChanged{event.peer, quality.shown()});
}

void Insight::take(Millis, const event::LinkForgotten& event, Commands&) { qualities_.erase(event.peer); }

void Insight::take(Millis, const event::ExplanationRequested& event, Commands& out) {
  out.push_back(command::Explained{event.request, explain(event.facts)});
}

}  // namespace meetwire::insight
