// Every order of everything that can happen to calls between a few users, within bounds: no bad state (S1, L3). The
// larger bounds are `npm run explore`'s; here are those that take a second or two, sanitizers included.
#include "exploration/explore_calls.hpp"
#include "support/explored.hpp"

namespace call_exploration_test {

using namespace meetwire;
using namespace meetwire::exploration;

namespace {

void check_explored(const CallBounds& bounds, std::size_t states_least) {
  exploration::check_explored(bounds.name, CallWorld(bounds.users, bounds.budget), states_least);
}

}  // namespace

TEST_CASE("L3: explored: one rings the other") { check_explored({"one ring", {"a", "b"}, {.rings = {1, 0}}}, 100); }

TEST_CASE("L3: explored: one rings the other, a socket is lost") {
  check_explored({"one ring, one cut", {"a", "b"}, {.rings = {1, 0}, .cuts = 1}}, 500);
}

TEST_CASE("L3: explored: one rings the other, a socket and then its place is lost") {
  check_explored({"one ring, a place given up", {"a", "b"}, {.rings = {1, 0}, .cuts = 1, .give_ups = 1}}, 500);
}

TEST_CASE("L3: explored: one rings the other, a word is lost with the socket up, one leaves") {
  check_explored({"one ring, a loss and a leave", {"a", "b"}, {.rings = {1, 0}, .losses = 1, .leaves = 1}}, 500);
}

TEST_CASE("G8: explored: both ring each other") { check_explored({"two rings", {"a", "b"}, {}}, 1'000); }

}  // namespace call_exploration_test
