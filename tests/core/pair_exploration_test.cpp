// A pair of links, explored exhaustively within bounds that take seconds; `npm run explore` has the large ones.
#include "exploration/explore.hpp"
#include "exploration/pair_world.hpp"
#include "support/catch.hpp"

namespace pair_exploration_test {

namespace {

using namespace meetwire::exploration;

Exploration explored(const PairOptions& options, bool audit = false) {
  const PairExploration world(options);
  const Exploration found = Explorer(world, {.threads = 1, .progress = false, .audit = audit}).run();
  for (const std::string& step : found.path) UNSCOPED_INFO(step);
  INFO(found.bad);
  CHECK(found.bad == "");
  CHECK(found.complete);
  INFO(found.states << " states, " << found.transitions << " transitions, depth " << found.depth);
  CHECK(found.quiescent > 0);
  return found;
}

}  // namespace

TEST_CASE("exploration: a change, with a message lost, one doubled and one overtaken: no order leads to a bad state") {
  CHECK(explored({.budget = {.lose = 1, .duplicate = 1, .swap = 1, .changes = 1}}).states > 10'000);
}

TEST_CASE("exploration: a change, with a reload and the signalling cut: no order leads to a bad state") {
  CHECK(explored({.budget = {.reload = 1, .cut = 1, .changes = 1}}).states > 1'000);
}

TEST_CASE("exploration: three changes: no order leads to a bad state") {
  CHECK(explored({.budget = {.changes = 3}}).states > 5'000);
}

TEST_CASE("exploration: what is read back from a state's bytes goes on as the state itself does") {
  explored({.budget = {.lose = 1, .duplicate = 1, .changes = 1}}, /*audit=*/true);
}

TEST_CASE("exploration: the orders that are left out hide nothing") {
  const Budget budget{.lose = 1, .changes = 1};
  const Exploration reduced = explored({.budget = budget});
  const Exploration all = explored({.budget = budget, .every_order = true});
  CHECK(reduced.states < all.states);
  CHECK(reduced.quiescent == all.quiescent);
}

TEST_CASE("exploration: if nobody is polite, that is found, with the way there") {
  const PairExploration world({.budget = {.changes = 2}, .nobody_polite = true});
  const Exploration found = Explorer(world, {.threads = 1, .progress = false}).run();
  CHECK_FALSE(found.complete);
  CHECK(found.bad != "");
  CHECK(found.path.size() > 3);
}

}  // namespace pair_exploration_test
