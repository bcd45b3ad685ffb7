// The machine that makes sense of what is measured of a meeting: who speaks, how good each link is, why something does not
// work. One for each meeting; it is made when a page first asks for any of it. `wake_at` is when levels are to be measured
// next; whoever stops measuring need not come.
//
// Must not know: signalling, rooms, browsers, getStats. It decides nothing about connections.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/step.hpp"
#include "core/time.hpp"
#include "insight/commands.hpp"
#include "insight/events.hpp"
#include "insight/quality.hpp"
#include "insight/speaking.hpp"

namespace meetwire::insight {

class Insight {
 public:
  explicit Insight(InsightOptions options);

  Step<InsightCommand> handle(Millis now, const InsightEvent& event);

 private:
  using Commands = std::vector<InsightCommand>;
  void take(Millis now, const event::LevelsMeasured& event, Commands& out);
  void take(Millis now, const event::LinkMeasured& event, Commands& out);
  void take(Millis now, const event::LinkForgotten& event, Commands& out);
  void take(Millis now, const event::ExplanationRequested& event, Commands& out);

  InsightOptions options_;
  std::map<UserId, Voice> voices_;
  std::map<UserId, Quality> qualities_;
  ActiveSpeaker active_;
  MutedTalk muted_talk_;
  std::optional<Millis> levels_due_at_;
  std::optional<Millis> links_measured_at_;
};

}  // namespace meetwire::insight
