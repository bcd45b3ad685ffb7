// The bounds within which the world of calls is explored by `explore`, from seconds to minutes.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "exploration/breadth_first.hpp"
#include "exploration/call_world.hpp"

namespace meetwire::exploration {

struct CallBounds {
  std::string name;
  std::vector<std::string> users;
  CallBudget budget;
};

inline std::vector<CallBounds> call_bounds() {
  return {
      {"calls: one rings", {"a", "b"}, {.rings = {1, 0}}},
      {"calls: one rings; a socket lost, a place given up, a word lost, one leaves", {"a", "b"},
       {.rings = {1, 0}, .cuts = 1, .give_ups = 1, .losses = 1, .leaves = 1}},
      {"calls: both ring", {"a", "b"}, {}},
      {"calls: both ring; a socket lost", {"a", "b"}, {.cuts = 1}},
      {"calls: both ring; a socket lost and its place given up", {"a", "b"}, {.cuts = 1, .give_ups = 1}},
      {"calls: both ring; a word lost with the socket up", {"a", "b"}, {.losses = 1}},
      {"calls: both ring; one leaves", {"a", "b"}, {.leaves = 1}},
      {"calls: one rings twice", {"a", "b"}, {.rings = {2, 0}}},
      {"calls: one rings, a third too", {"a", "b", "c"}, {.rings = {1, 0, 1}}},
  };
}

// Prints states, transitions, ends, depth and time of each, and the way to the first bad state. True: nothing bad.
inline bool explore_calls(std::ostream& out) {
  bool good = true;
  for (const CallBounds& one : call_bounds()) {
    good = explore_and_report(out, one.name, CallWorld(one.users, one.budget)) && good;
  }
  return good;
}

}  // namespace meetwire::exploration
