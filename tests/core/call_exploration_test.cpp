// Every order of everything that can happen to calls between a few users, within bounds: no bad state (S1, L3). Larger
// bounds are for the optimised build: tests tagged [explore] are not run by default.
#include <iostream>

#include "exploration/explore_calls.hpp"
#include "support/catch.hpp"

using namespace meetwire;
using namespace meetwire::exploration;

namespace {

void check_explored(const char* name, const std::vector<std::string>& users, const CallBudget& budget, std::size_t at_least) {
  const CallExploration found = CallExplorer(CallWorld(users, budget)).run();
  std::string path;
  for (const std::string& step : found.path) path += step + "\n";
  INFO(path);
  CHECK(found.bad == "");
  CHECK(found.complete);
  CHECK(found.states >= at_least);
  std::cout << "explored " << name << ": " << found.states << " states, " << found.transitions << " transitions, "
            << found.ends << " ends, depth " << found.depth << "\n";
}

}  // namespace

TEST_CASE("L3: explored: one rings the other") { check_explored("one ring", {"a", "b"}, {.rings = {1, 0}}, 100); }

TEST_CASE("L3: explored: one rings the other, a socket is lost") {
  check_explored("one ring, one cut", {"a", "b"}, {.rings = {1, 0}, .cuts = 1}, 500);
}

TEST_CASE("L3: explored: one rings the other, a socket and then its place is lost") {
  check_explored("one ring, a place given up", {"a", "b"}, {.rings = {1, 0}, .cuts = 1, .give_ups = 1}, 500);
}

TEST_CASE("L3: explored: one rings the other, a word is lost with the socket up, one leaves") {
  check_explored("one ring, a loss and a leave", {"a", "b"}, {.rings = {1, 0}, .losses = 1, .leaves = 1}, 500);
}

TEST_CASE("L3: explored: both ring each other", "[.][explore]") {
  check_explored("two rings", {"a", "b"}, {}, 10'000);
}

TEST_CASE("L3: explored: both ring each other, a socket is lost", "[.][explore]") {
  check_explored("two rings, one cut", {"a", "b"}, {.cuts = 1}, 50'000);
}

TEST_CASE("L3: explored: both ring each other, a socket and then its place is lost", "[.][explore]") {
  check_explored("two rings, a place given up", {"a", "b"}, {.cuts = 1, .give_ups = 1}, 50'000);
}

TEST_CASE("L3: explored: both ring each other, a word is lost with the socket up", "[.][explore]") {
  check_explored("two rings, one loss", {"a", "b"}, {.losses = 1}, 50'000);
}

TEST_CASE("L3: explored: one rings while two others ring each other", "[.][explore]") {
  check_explored("three users", {"a", "b", "c"}, {.rings = {1, 0, 1}}, 20'000);
}
