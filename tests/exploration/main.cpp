// `npm run explore`: explores machines exhaustively. See explore.hpp for how, and each world's own header for what.
//
//   explore                         a pair within its full bounds, then all others
//   explore pair --changes 2 --cut 1    within other bounds: what is not named does not happen
//   explore calls                   one of the others
//
// Ends with 0: complete, nothing bad. 1: a bad state, with the shortest path to it. 2: given up, for want of time or
// memory. 64: not understood.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "exploration/explore.hpp"
#include "exploration/machines.hpp"
#include "exploration/pair_world.hpp"

namespace {

using namespace meetwire::exploration;

constexpr Budget kFull{.lose = 1, .duplicate = 1, .swap = 1, .reload = 1, .cut = 1, .changes = 3};
constexpr const char* kUsage =
    "usage: explore [MACHINE] [OPTION ...]\n"
    "  of the pair: --changes N --loss N --duplicate N --swap N --reload N --cut N --fail N --refuse N --early N,\n"
    "               --small-steps, --every-order, --audit, --nobody-polite (a defect, to see it found)\n"
    "  in general:  --threads N, --memory MB, --seconds N, --quiet\n";

struct Arguments {
  std::string machine;  // none: all
  PairOptions pair;
  ExploreOptions explore;
  bool understood = true;
};

bool read_flag(Arguments& arguments, std::string_view name) {
  if (name == "--quiet") arguments.explore.progress = false;
  else if (name == "--audit") arguments.explore.audit = true;
  else if (name == "--small-steps") arguments.pair.small_steps = true;
  else if (name == "--every-order") arguments.pair.every_order = true;
  else if (name == "--nobody-polite") arguments.pair.nobody_polite = true;
  else return false;
  return true;
}

bool read_number(Arguments& arguments, std::optional<Budget>& budget, std::string_view name, int value) {
  if (name == "--threads" && value > 0) arguments.explore.threads = value;
  else if (name == "--memory" && value > 0) arguments.explore.memory_mb = static_cast<std::size_t>(value);
  else if (name == "--seconds") arguments.explore.seconds = value;
  else {
    bool known = false;
    Budget named = budget.value_or(Budget{.changes = 0});
    Budget::fields(named, [&](const char* of, std::uint8_t& left) {
      if (name.substr(0, 2) != "--" || name.substr(2) != of) return;
      left = static_cast<std::uint8_t>(value);
      known = true;
    });
    if (!known) return false;
    budget = named;
  }
  return true;
}

Arguments read_arguments(int count, char** words) {
  Arguments arguments;
  std::optional<Budget> budget;
  for (int at = 1; at < count; ++at) {
    const std::string_view name = words[at];
    if (read_flag(arguments, name)) continue;
    if (name.substr(0, 2) != "--") {
      arguments.machine = name;
      continue;
    }
    const int value = at + 1 < count ? std::atoi(words[++at]) : -1;
    if (value < 0 || value > 1'000'000 || !read_number(arguments, budget, name, value)) arguments.understood = false;
  }
  arguments.pair.budget = budget.value_or(kFull);
  if (!budget) arguments.explore.states_expected = 100'000'000;
  return arguments;
}

int explore_pair(const Arguments& arguments) {
  std::string bounds;
  Budget::fields(arguments.pair.budget, [&bounds](const char* of, const std::uint8_t& left) {
    if (left > 0) bounds += std::string(bounds.empty() ? "" : ", ") + of + " " + std::to_string(left);
  });
  std::printf("pair: %s\n", bounds.c_str());
  std::fflush(stdout);
  const PairExploration world(arguments.pair);
  const Exploration found = Explorer(world, arguments.explore).run();
  for (std::size_t step = 0; step < found.path.size(); ++step) {
    std::printf("%4zu  %s\n", step + 1, found.path[step].c_str());
  }
  if (!found.bad.empty()) std::printf("\nBAD: %s\n", found.bad.c_str());
  std::printf("%s: %llu states, %llu transitions, %llu quiescent, depth %d, %.1f s, %zu MB\n",
              found.complete ? "complete, no bad state"
              : found.bad.empty() ? ("NOT COMPLETE, for want of " + found.incomplete_because).c_str() : "ended",
              static_cast<unsigned long long>(found.states), static_cast<unsigned long long>(found.transitions),
              static_cast<unsigned long long>(found.quiescent), found.depth, found.seconds, found.memory_mb);
  std::fflush(stdout);
  return found.complete ? 0 : found.bad.empty() ? 2 : 1;
}

}  // namespace

int main(int count, char** words) {
  const Arguments arguments = read_arguments(count, words);
  if (!arguments.understood) {
    std::fputs(kUsage, stderr);
    return 64;
  }
  bool known = false;
  int worst = 0;
  if (arguments.machine.empty() || arguments.machine == "pair") {
    known = true;
    worst = explore_pair(arguments);
  }
  for (const Machine& machine : other_machines()) {
    if (!arguments.machine.empty() && arguments.machine != machine.name) continue;
    known = true;
    if (!machine.explore(std::cout)) worst = 1;
  }
  if (known) return worst;
  std::fprintf(stderr, "no such machine: %s. There are: pair", arguments.machine.c_str());
  for (const Machine& machine : other_machines()) std::fprintf(stderr, ", %s", std::string(machine.name).c_str());
  std::fputs("\n", stderr);
  return 64;
}
