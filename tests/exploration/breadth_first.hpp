// Explores a small world breadth first, so that the first bad state found is one of the nearest to the beginning. From
// every state the world alone, without users and faults, must come to an end, and that end must be good.
//
// A world has: State, Acted (one thing that can happen), initial(), actions(state) with what the world does by itself
// first, apply(state, acted), is_of_world(acted), encode(state), check(state) for what must never be, goal(state) for
// what must be in the end, describe(acted).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <iomanip>
#include <ostream>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace meetwire::exploration {

struct Found {
  std::size_t states = 0;
  std::size_t transitions = 0;
  std::size_t ends = 0;  // states in which the world has nothing more to do
  std::size_t depth = 0;
  bool complete = true;  // else there are more states than may be held
  std::string bad;
  std::vector<std::string> path;
};

template <class World>
class BreadthFirst {
 public:
  using State = typename World::State;
  using Acted = typename World::Acted;

  explicit BreadthFirst(World world, std::size_t states_max = 20'000'000)
      : world_(std::move(world)), states_max_(states_max) {}

  Found run() {
    add(world_.initial(), 0, {}, 0);
    for (std::uint32_t number = 0; !waiting_.empty() && found_.bad.empty(); ++number) {
      if (known_.size() > states_max_) {
        found_.complete = false;
        break;
      }
      const Waiting from = std::move(waiting_.front());
      waiting_.pop_front();
      found_.depth = from.depth;
      expand(number, from);
    }
    if (found_.bad.empty() && found_.complete) find_circle();
    found_.states = known_.size();
    return std::move(found_);
  }

 private:
  struct Waiting {
    State state;
    std::size_t depth;
  };
  struct Known {
    std::uint32_t parent;
    std::uint32_t world_goes_to;  // itself: the world has nothing more to do
    Acted came_by;
  };

  void expand(std::uint32_t number, const Waiting& from) {
    bool first = true;
    for (const Acted& acted : world_.actions(from.state)) {
      State next = from.state;
      world_.apply(next, acted);
      ++found_.transitions;
      const std::uint32_t to = add(std::move(next), number, acted, from.depth + 1);
      if (!found_.bad.empty()) return;
      if (first && World::is_of_world(acted)) {
        known_[number].world_goes_to = to;
        first = false;
      }
    }
    if (!first) return;
    ++found_.ends;
    if (std::string lacks = world_.goal(from.state); !lacks.empty()) fail(number, std::move(lacks));
  }

  // By 64 bits of hash: with a million states the chance that two of them count as one is one in thirty million.
  std::uint32_t add(State&& state, std::uint32_t parent, const Acted& came_by, std::size_t depth) {
    const auto number = static_cast<std::uint32_t>(known_.size());
    const auto [at, is_new] = numbers_.emplace(std::hash<std::string>{}(world_.encode(state)), number);
    if (!is_new) return at->second;
    known_.push_back({parent, number, came_by});
    if (std::string wrong = world_.check(state); !wrong.empty()) fail(number, std::move(wrong));
    waiting_.push_back({std::move(state), depth});
    return number;
  }

  void fail(std::uint32_t at, std::string what) {
    found_.bad = std::move(what);
    for (; at != 0; at = known_[at].parent) found_.path.push_back(world_.describe(known_[at].came_by));
    std::reverse(found_.path.begin(), found_.path.end());
  }

  void find_circle() {
    std::vector<std::uint32_t> seen_by(known_.size(), 0);  // which walk, from 1
    for (std::uint32_t start = 0; start < known_.size(); ++start) {
      std::uint32_t at = start;
      while (seen_by[at] == 0 && known_[at].world_goes_to != at) {
        seen_by[at] = start + 1;
        at = known_[at].world_goes_to;
      }
      if (seen_by[at] == start + 1) return fail(at, "it goes round in circles");
      seen_by[at] = start + 1;
    }
  }

  World world_;
  std::size_t states_max_;
  Found found_;
  std::deque<Waiting> waiting_;
  std::vector<Known> known_;
  std::unordered_map<std::size_t, std::uint32_t> numbers_;
};

// What was found, in words. True: complete, and nothing bad.
inline bool report(std::ostream& out, const std::string& name, const Found& found, double seconds) {
  for (std::size_t step = 0; step < found.path.size(); ++step) out << std::setw(4) << step + 1 << "  " << found.path[step] << "\n";
  if (!found.bad.empty()) out << "BAD: " << found.bad << "\n";
  out << name << ": " << (!found.bad.empty() ? "ended" : found.complete ? "complete, no bad state" : "NOT COMPLETE, too many states")
      << ", " << found.states << " states, " << found.transitions << " transitions, " << found.ends << " ends, depth "
      << found.depth << ", " << std::fixed << std::setprecision(1) << seconds << " s" << std::endl;
  return found.bad.empty() && found.complete;
}

template <class World>
bool explore_and_report(std::ostream& out, const std::string& name, World world) {
  const auto begun = std::chrono::steady_clock::now();
  const Found found = BreadthFirst<World>(std::move(world)).run();
  return report(out, name, found, std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
}

}  // namespace meetwire::exploration
