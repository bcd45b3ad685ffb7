// Every order of what can happen at a room's door, within bounds: no bad state (S8, L2, F1, F4). The larger bounds are
// `npm run explore`'s; here are those that take a second or two, sanitizers included.
#include "exploration/explore_admission.hpp"
#include "support/explored.hpp"

namespace admission_exploration_test {

using namespace meetwire;
using namespace meetwire::exploration;

namespace {

void check_explored(const char* name, const AdmissionBudget& budget, std::size_t states_least) {
  exploration::check_explored(name, AdmissionWorld(budget), states_least);
}

}  // namespace

TEST_CASE("F1: explored: two users, one socket is lost, one leaves") {
  check_explored("two users", {.tabs = {"a", "b"}, .cuts = 1, .leaves = 1}, 1'000);
}

TEST_CASE("F2: explored: two tabs of one user, one socket is lost") {
  check_explored("two tabs", {.tabs = {"a", "a"}, .joins = 2, .cuts = 1}, 500);
}

TEST_CASE("F4: explored: one place and two who want it, one socket is lost, one leaves") {
  check_explored("one place", {.tabs = {"a", "b"}, .places = 1, .joins = 2, .cuts = 1, .leaves = 1}, 500);
}

TEST_CASE("L2: explored: one message only is kept for who is away") {
  check_explored("little kept", {.tabs = {"a", "b"}, .kept_messages = 1, .joins = 2, .cuts = 1}, 1'000);
}

}  // namespace admission_exploration_test
