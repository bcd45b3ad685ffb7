// simulate: many meetings from many seeds, every promise checked.
//
//   simulate [--seed S] [--seeds N] [--people P] [--digest] [--trace] [--loss R] [--slow] [--failures N] [--brief]
//
//   --seed S      the first seed (1)
//   --seeds N     how many (1)
//   --people P    in each meeting; 0: from 2 to 6, by the seed (0)
//   --digest      prints one number for each meeting, which stands for all that happened in it
//   --trace       prints all that happened
//   --loss R      of a thousand frames R are lost, whatever the seed says of it
//   --slow        nothing goes wrong, and everything is as slow as it gets
//   --failures N  goes on after a failure, up to so many (1)
//   --brief       says of a failure what and where it is, and does not look for the least that it takes
//
// Exit code 1: a promise was broken. The same seed gives the same meeting natively and as WebAssembly.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "simulation/meeting.hpp"
#include "simulation/shrink.hpp"

namespace {

using namespace meetwire;
using namespace meetwire::simulation;

struct Options {
  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;
  int people = 0;
  bool digest = false;
  bool trace = false;
  std::uint64_t failures = 1;
  std::uint32_t loss = 0;
  bool slow = false;
  bool brief = false;
};

bool read_options(int count, char** arguments, Options& options) {
  for (int at = 1; at < count; ++at) {
    const std::string name = arguments[at];
    if (name == "--digest") {
      options.digest = true;
    } else if (name == "--trace") {
      options.trace = true;
    } else if (name == "--slow") {
      options.slow = true;
    } else if (name == "--brief") {
      options.brief = true;
    } else if (at + 1 < count) {
      char* end = nullptr;
      const std::uint64_t value = std::strtoull(arguments[++at], &end, 10);
      if (*end != '\0') return false;
      if (name == "--seed") options.seed = value;
      else if (name == "--seeds") options.seeds = value;
      else if (name == "--people") options.people = static_cast<int>(value);
      else if (name == "--failures") options.failures = value;
      else if (name == "--loss") options.loss = static_cast<std::uint32_t>(value);
      else return false;
    } else {
      return false;
    }
  }
  return options.people >= 0 && options.people <= 12;
}

void print(const std::string& line) { std::printf("%s\n", line.c_str()); }

void report(const Script& script, const std::string& violation, const Options& options) {
  print("seed " + std::to_string(script.seed) + ", " + std::to_string(script.people) + " people: " + violation);
  if (options.brief) return;
  const Shrunk shrunk = shrink(script, violation, 300);
  print("  what it takes (" + std::to_string(shrunk.script.actions.size()) + " of " + std::to_string(script.actions.size()) + " actions, found in " +
        std::to_string(shrunk.runs) + " runs):");
  for (const Action& action : shrunk.script.actions) print("    " + describe(action));
  Recorder recorder(Recorder::Mode::Lines, 4000);
  const auto result = Meeting(shrunk.script, recorder).run();
  print("  the last of it:");
  for (const std::string& line : recorder.lines()) print("    " + line.substr(0, 240));
  print("  " + result.violation.value_or("gone when run again: not deterministic"));
  print("  again: npm run simulate -- --seed " + std::to_string(script.seed) + " --people " + std::to_string(script.people) +
        (options.loss > 0 ? " --loss " + std::to_string(options.loss) : "") + (options.slow ? " --slow" : ""));
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  if (!read_options(count, arguments, options)) {
    std::fprintf(stderr, "usage: simulate [--seed S] [--seeds N] [--people P] [--digest] [--trace] [--loss R] [--slow] [--failures N] [--brief]\n");
    return 2;
  }
  std::uint64_t events = 0, failures = 0, meetings = 0;
  for (std::uint64_t seed = options.seed; seed < options.seed + options.seeds && failures < options.failures; ++seed) {
    Script script = write_script(seed, options.people);
    if (options.loss > 0) script.weather.frames_lost = options.loss;
    if (options.slow) script.make_slow_and_fair();
    Recorder recorder(options.trace ? Recorder::Mode::Lines : options.digest ? Recorder::Mode::Digest : Recorder::Mode::Nothing, SIZE_MAX);
    const Result result = Meeting(script, recorder).run();
    events += result.events;
    ++meetings;
    for (const std::string& line : recorder.lines()) print(line);
    if (options.digest) std::printf("%llu %016llx %llu\n", static_cast<unsigned long long>(seed), static_cast<unsigned long long>(recorder.digest()), static_cast<unsigned long long>(result.events));
    if (!result.violation) continue;
    ++failures;
    report(script, *result.violation, options);
    std::fflush(stdout);
  }
  std::printf("%llu meetings, %llu events, %llu failures\n", static_cast<unsigned long long>(meetings), static_cast<unsigned long long>(events),
              static_cast<unsigned long long>(failures));
  return failures == 0 ? 0 : 1;
}
