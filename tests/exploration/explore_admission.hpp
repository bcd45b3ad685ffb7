// The bounds within which the world of a room's door is explored by `explore`, from seconds to minutes.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "exploration/admission_judgement.hpp"
#include "exploration/breadth_first.hpp"

namespace meetwire::exploration {

struct AdmissionBounds {
  std::string name;
  AdmissionBudget budget;
};

inline std::vector<AdmissionBounds> admission_bounds() {
  return {
      {"admission: two users, two cuts, a leave", {.tabs = {"a", "b"}, .joins = 2, .cuts = 2, .leaves = 1}},
      {"admission: two tabs of one user, and another", {.tabs = {"a", "a", "b"}, .cuts = 1, .leaves = 1}},
      {"admission: three users, two places", {.tabs = {"a", "b", "c"}, .cuts = 1, .leaves = 1}},
      {"admission: three users, one message is kept", {.tabs = {"a", "b", "c"}, .places = 3, .kept_messages = 1, .cuts = 1}},
  };
}

// Prints states, transitions, ends, depth and time of each, and the way to the first bad state. True: nothing bad.
inline bool explore_admission(std::ostream& out) {
  bool good = true;
  for (const AdmissionBounds& one : admission_bounds()) {
    good = explore_and_report(out, one.name, AdmissionWorld(one.budget)) && good;
  }
  return good;
}

}  // namespace meetwire::exploration
