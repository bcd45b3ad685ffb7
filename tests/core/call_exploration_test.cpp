// Every order of everything that can happen to calls between two or three users, within bounds: no bad state (S1, L3).
#include <iostream>

#include "support/call_exploration.hpp"
#include "support/catch.hpp"

using namespace meetwire;
using namespace meetwire::support;

namespace {

void check_explored(const char* name, const std::vector<std::string>& users, CallBudget budget, std::size_t at_least) {
  const CallExploration found = explore_calls(CallWorld(users, budget));
  std::string path;
  for (const std::string& step : found.path) path += step + "\n";
  INFO(path);
  CHECK(found.bad == "");
  CHECK(found.states >= at_least);
  std::cout << "explored " << name << ": " << found.states << " states, " << found.transitions << " transitions, "
            << found.ends << " ends, depth " << found.depth << "\n";
}

}  // namespace

TEST_CASE("L3: explored: two users, each may ring once, no faults") {
  check_explored("two users", {"a", "b"}, {}, 500);
}

TEST_CASE("L3: explored: two users, sockets lost twice") {
  check_explored("two users, two cuts", {"a", "b"}, {.cuts = 2}, 2'000);
}

TEST_CASE("L3: explored: two users, a socket and then its place lost") {
  check_explored("two users, a place given up", {"a", "b"}, {.cuts = 1, .give_ups = 1}, 2'000);
}

TEST_CASE("L3: explored: two users, a word lost with the socket up, and one leaves") {
  check_explored("two users, a loss and a leave", {"a", "b"}, {.losses = 1, .leaves = 1}, 2'000);
}

TEST_CASE("L3: explored: three users, each may ring once, no faults") {
  check_explored("three users", {"a", "b", "c"}, {}, 5'000);
}
