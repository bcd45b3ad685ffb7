#include "simulation/script.hpp"

#include <algorithm>

#include "simulation/choices.hpp"

namespace meetwire::simulation {
namespace {

constexpr Millis kTroubleLasts{60'000};

// At most, from fast to slow.
constexpr std::array<Millis, 4> kFrameTakes{{{15}, {60}, {250}, {1'500}}};
constexpr std::array<Millis, 4> kOperationTakes{{{5}, {30}, {200}, {800}}};
constexpr std::array<Millis, 4> kTimerLate{{{0}, {5}, {50}, {1'000}}};

// Each meeting has some kinds of trouble only: all of them at once would hide one another (swarm testing).
struct Swarm {
  std::vector<ActionKind> doings;
  std::vector<ActionKind> troubles;
  bool calls = false;
};

Weather draw_weather(Choices& choices) {
  Weather weather;
  const auto slow = choices.below(4);
  weather.frame_takes_most = kFrameTakes[slow];
  weather.operation_takes_most = kOperationTakes[choices.below(4)];
  weather.timer_late_most = kTimerLate[choices.below(4)];
  if (choices.one_in(3)) weather.frames_lost = static_cast<std::uint32_t>(1 + choices.below(60));
  if (choices.one_in(6)) weather.frames_doubled = static_cast<std::uint32_t>(1 + choices.below(60));
  if (choices.one_in(6)) weather.operations_refused = static_cast<std::uint32_t>(1 + choices.below(30));
  if (choices.one_in(6)) weather.captures_refused = static_cast<std::uint32_t>(1 + choices.below(400));
  return weather;
}

bool is_trouble(ActionKind kind) { return kind >= ActionKind::CutSocket; }
bool is_unfair(const Action& action) { return action.kind == ActionKind::Crash || is_trouble(action.kind); }

Swarm draw_swarm(Choices& choices) {
  Swarm swarm;
  swarm.doings = {ActionKind::Want, ActionKind::Want, ActionKind::Chat};
  for (const ActionKind kind : {ActionKind::Leave, ActionKind::Reload, ActionKind::Crash, ActionKind::EndTrack}) {
    if (choices.one_in(3)) swarm.doings.push_back(kind);
  }
  swarm.calls = choices.one_in(2);
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
    case ActionKind::Call: return choices.one_in(3) ? Millis{0} : choices.between({500}, {20'000});
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

Action draw_call(Choices& choices, ActionKind kind, int who, int with, Millis at) {
  Action action;
  action.kind = kind;
  action.who = who;
  action.with = with;
  action.at = std::min(at, kTroubleLasts);
  action.lasts = draw_duration(choices, kind);
  return action;
}

// Somebody calls somebody, and what comes of that: taken, rejected, cancelled, both at about the same time, left to ring,
// or both call each other.
void draw_calls(Choices& choices, Script& script) {
  const auto anybody = [&] { return static_cast<int>(choices.below(static_cast<std::uint64_t>(script.people))); };
  const auto soon = [&] { return choices.one_in(3) ? choices.between({0}, {300}) : choices.between({300}, {8'000}); };
  const auto count = 1 + choices.below(static_cast<std::uint64_t>(4 * script.people));
  for (std::uint64_t i = 0; i < count; ++i) {
    const int caller = anybody();
    int callee = anybody();
    if (callee == caller && !choices.one_in(4)) callee = (caller + 1) % script.people;
    const Millis at = choices.between({0}, kTroubleLasts);
    const auto add = [&](ActionKind kind, int who, int with, Millis when) { script.actions.push_back(draw_call(choices, kind, who, with, when)); };
    add(ActionKind::Call, caller, callee, at);
    const Millis answered = at + soon();
    switch (choices.below(8)) {
      case 0: break;
      case 1: add(ActionKind::EndCall, callee, caller, answered); break;
      case 2: add(ActionKind::EndCall, caller, callee, answered); break;
      case 3:
        add(ActionKind::Answer, callee, caller, answered);
        add(ActionKind::EndCall, caller, callee, answered + choices.between({0}, script.weather.frame_takes_most));
        break;
      case 4: case 5: add(ActionKind::Call, callee, caller, at + choices.between({0}, {2 * script.weather.frame_takes_most.value})); break;
      default: add(ActionKind::Answer, callee, caller, answered); break;
    }
    if (choices.one_in(2)) continue;
    const int ends = choices.one_in(2) ? caller : callee;
    add(ActionKind::EndCall, ends, caller, answered + choices.between({0}, {20'000}));
  }
}

void draw_intrusions(Choices& choices, Script& script) {
  script.has_intruder = true;
  script.intruder_inside = choices.one_in(2);
  // The first in a room is its host, who may well end the meeting; where the server's own host gives the roles it is a guest.
  script.has_tokens = script.has_tokens || script.intruder_inside;
  for (auto i = 5 + choices.below(60); i > 0; --i) {
    Action action;
    action.kind = ActionKind::Intrude;
    action.at = choices.between({0}, kTroubleLasts);
    script.actions.push_back(action);
  }
}

// Mostly of all kinds, as in life; or all of one kind.
std::vector<support::BrowserKind> draw_browsers(Choices& choices, int people) {
  const auto any = [&] { return static_cast<support::BrowserKind>(choices.below(names_of(support::BrowserKind{}).size())); };
  const auto of_all = any();
  const bool all_alike = choices.one_in(3);
  std::vector<support::BrowserKind> browsers;
  for (int who = 0; who < people; ++who) browsers.push_back(all_alike ? of_all : any());
  return browsers;
}

}  // namespace

std::string describe(const Action& action) {
  std::string text = std::to_string(action.at.value) + " ms  " + std::string(name_of(action.kind));
  if (action.kind != ActionKind::RestartServer && action.kind != ActionKind::Intrude) text += "  p" + std::to_string(action.who);
  if (action.kind == ActionKind::BreakPath || action.kind == ActionKind::Chat || action.kind == ActionKind::Call) text += " p" + std::to_string(action.with);
  if (action.kind == ActionKind::Want || action.kind == ActionKind::EndTrack) text += " " + std::string(name_of(action.source));
  if (action.kind == ActionKind::Want) text += " " + std::string(name_of(action.wanted));
  if (action.lasts.value > 0) text += " for " + std::to_string(action.lasts.value) + " ms";
  return text;
}

bool Script::is_fair() const {
  if (weather.frames_lost > 0 || weather.operations_refused > 0) return false;
  return std::none_of(actions.begin(), actions.end(), is_unfair);
}

void Script::make_slow_and_fair() {
  weather.frames_lost = weather.operations_refused = 0;
  weather.frame_takes_most = kFrameTakes.back();
  weather.operation_takes_most = kOperationTakes.back();
  weather.operation_takes_least = Millis{kOperationTakes.back().value / 2};
  weather.timer_late_most = kTimerLate.back();
  std::erase_if(actions, is_unfair);
}

Script write_script(std::uint64_t seed, int people) {
  Choices choices(seed);
  Script script;
  script.seed = seed;
  const auto drawn = static_cast<int>(2 + choices.below(5));
  script.people = people > 0 ? people : drawn;
  script.rooms = choices.one_in(8) ? 2 : 1;
  if (choices.one_in(8)) script.online = choices.one_in(2) ? script.people : script.people / 2;
  script.browsers = draw_browsers(choices, script.people);
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
  script.has_tokens = choices.one_in(4);
  // Without a draw: what happens on a day does not depend on what the server keeps.
  script.keeps_logs = seed % 2 == 0;
  if (choices.one_in(5)) draw_intrusions(choices, script);
  if (swarm.calls || script.online > 0) draw_calls(choices, script);
  std::stable_sort(script.actions.begin(), script.actions.end(), [](const Action& a, const Action& b) { return a.at < b.at; });
  return script;
}

}  // namespace meetwire::simulation
