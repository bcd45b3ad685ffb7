#include "simulation/script.hpp"

#include <algorithm>

#include "simulation/choices.hpp"

namespace meetwire::simulation {
namespace {

constexpr Millis kTroubleLasts{60'000};

// Each meeting has some kinds of trouble only: all of them at once would hide one another (swarm testing).
struct Swarm {
  std::vector<ActionKind> doings;
  std::vector<ActionKind> troubles;
};

Weather draw_weather(Choices& choices) {
  Weather weather;
  const auto slow = choices.below(4);
  weather.frame_takes_most = Millis{std::vector<std::int64_t>{15, 60, 250, 1'500}[slow]};
  weather.operation_takes_most = Millis{std::vector<std::int64_t>{5, 30, 200, 800}[choices.below(4)]};
  weather.timer_late_most = Millis{std::vector<std::int64_t>{0, 5, 50, 1'000}[choices.below(4)]};
  if (choices.one_in(3)) weather.frames_lost = static_cast<std::uint32_t>(1 + choices.below(60));
  if (choices.one_in(6)) weather.frames_doubled = static_cast<std::uint32_t>(1 + choices.below(60));
  if (choices.one_in(6)) weather.operations_refused = static_cast<std::uint32_t>(1 + choices.below(30));
  if (choices.one_in(6)) weather.captures_refused = static_cast<std::uint32_t>(1 + choices.below(400));
  return weather;
}

bool is_trouble(ActionKind kind) { return kind >= ActionKind::CutSocket; }

Swarm draw_swarm(Choices& choices) {
  Swarm swarm;
  swarm.doings = {ActionKind::Want, ActionKind::Want, ActionKind::Chat};
  for (const ActionKind kind : {ActionKind::Leave, ActionKind::Reload, ActionKind::Crash, ActionKind::EndTrack}) {
    if (choices.one_in(3)) swarm.doings.push_back(kind);
  }
  for (const ActionKind kind : {ActionKind::CutSocket, ActionKind::HalfOpen, ActionKind::RestartServer, ActionKind::BreakPath,
                                ActionKind::MoveAddress, ActionKind::Sleep}) {
    if (choices.one_in(3)) swarm.troubles.push_back(kind);
  }
  return swarm;
}

Millis draw_duration(Choices& choices, ActionKind kind) {
  switch (kind) {
    case ActionKind::CutSocket:  // how long the server takes to notice: at once, or by its pings
    case ActionKind::HalfOpen:
      return choices.one_in(2) ? choices.between({0}, {200}) : choices.between({200}, {25'000});
    case ActionKind::RestartServer: return choices.between({10}, {8'000});
    case ActionKind::BreakPath: return choices.one_in(2) ? choices.between({500}, {6'000}) : choices.between({6'000}, {40'000});
    case ActionKind::Sleep: return choices.between({500}, {45'000});
    default: return {0};
  }
}

Action draw_action(Choices& choices, const Swarm& swarm, const Script& script) {
  Action action;
  const bool trouble = !swarm.troubles.empty() && choices.one_in(4);
  action.kind = choices.of(trouble ? swarm.troubles : swarm.doings);
  action.who = static_cast<int>(choices.below(static_cast<std::uint64_t>(script.people)));
  action.with = static_cast<int>(choices.below(static_cast<std::uint64_t>(script.people)));
  action.source = choices.of(std::vector(kSources.begin(), kSources.end()));
  action.wanted = static_cast<Wanted>(choices.below(3));
  action.lasts = draw_duration(choices, action.kind);
  return action;
}

}  // namespace

std::string describe(const Action& action) {
  std::string text = std::to_string(action.at.value) + " ms  " + std::string(name_of(action.kind));
  if (action.kind != ActionKind::RestartServer) text += "  p" + std::to_string(action.who);
  if (action.kind == ActionKind::BreakPath || action.kind == ActionKind::Chat) text += " p" + std::to_string(action.with);
  if (action.kind == ActionKind::Want || action.kind == ActionKind::EndTrack) text += " " + std::string(name_of(action.source));
  if (action.kind == ActionKind::Want) text += " " + std::string(name_of(action.wanted));
  if (action.lasts.value > 0) text += " for " + std::to_string(action.lasts.value) + " ms";
  return text;
}

bool Script::is_fair() const {
  if (weather.frames_lost > 0 || weather.operations_refused > 0) return false;
  return std::none_of(actions.begin(), actions.end(),
                      [](const Action& action) { return action.kind == ActionKind::Crash || is_trouble(action.kind); });
}

Script write_script(std::uint64_t seed, int people) {
  Choices choices(seed);
  Script script;
  script.seed = seed;
  const auto drawn = static_cast<int>(2 + choices.below(5));
  script.people = people > 0 ? people : drawn;
  script.rooms = choices.one_in(8) ? 2 : 1;
  script.weather = draw_weather(choices);
  script.calm_after = kTroubleLasts;
  Swarm swarm = draw_swarm(choices);
  if (choices.one_in(6)) {
    // A fair day: whatever is started anew, the machines are to blame for.
    swarm.troubles.clear();
    swarm.doings.erase(std::remove(swarm.doings.begin(), swarm.doings.end(), ActionKind::Crash), swarm.doings.end());
    script.weather.frames_lost = 0;
    script.weather.operations_refused = 0;
  }
  const bool all_at_once = choices.one_in(3);
  for (int who = 0; who < script.people; ++who) {
    Action join;
    join.who = who;
    join.at = all_at_once ? choices.between({0}, {50}) : choices.between({0}, {10'000});
    script.actions.push_back(join);
  }
  // Some meetings are quiet, some hectic; and in some all that happens, happens within a moment.
  const auto count = 10 + choices.below(static_cast<std::uint64_t>(30 * script.people));
  const bool in_bursts = choices.one_in(2);
  Millis burst{0};
  for (std::uint64_t i = 0; i < count; ++i) {
    Action action = draw_action(choices, swarm, script);
    if (!in_bursts || i % 8 == 0) burst = choices.between({0}, kTroubleLasts);
    action.at = in_bursts ? std::min(burst + choices.between({0}, {300}), kTroubleLasts) : burst;
    script.actions.push_back(action);
  }
  std::stable_sort(script.actions.begin(), script.actions.end(), [](const Action& a, const Action& b) { return a.at < b.at; });
  return script;
}

}  // namespace meetwire::simulation
