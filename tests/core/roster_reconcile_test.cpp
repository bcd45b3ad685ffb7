// The roster alone: differences, versions, bounds.
#include <map>
#include <random>
#include <string>

#include "roster/roster.hpp"
#include "support/catch.hpp"

namespace roster_reconcile_test {

using namespace meetwire;
using namespace meetwire::roster;

namespace {

Participant row(const std::string& user, const std::string& session, std::uint32_t version = 1) {
  Participant out;
  out.user = UserId{user};
  out.session = SessionId{session};
  out.version = version;
  return out;
}

std::string spell(const Update& update) {
  std::string out;
  for (const auto& difference : update.differences) {
    if (const auto* j = std::get_if<RowJoined>(&difference)) out += "+" + j->row.user.value;
    if (const auto* c = std::get_if<RowChanged>(&difference)) out += "~" + c->row.user.value;
    if (const auto* l = std::get_if<RowLeft>(&difference)) out += "-" + l->user.value;
  }
  return out;
}

}  // namespace

TEST_CASE("roster.reconcile: a whole roster becomes what changed") {
  Roster roster(kDefaultLimits);
  CHECK(spell(roster.reconcile(UserId{"me"}, {row("b", "1"), row("a", "1"), row("me", "1")})) == "+a+b");
  CHECK(spell(roster.reconcile(UserId{"me"}, {row("b", "1"), row("a", "1")})).empty());
  CHECK(spell(roster.reconcile(UserId{"me"}, {row("b", "2"), row("c", "1")})) == "-a-b+b+c");
  CHECK(spell(roster.reconcile(UserId{"me"}, {row("b", "2", 7), row("c", "1")})) == "~b");
  CHECK(spell(roster.reconcile(UserId{"me"}, {})) == "-b-c");
}

TEST_CASE("roster.reconcile: the last of two rows of one user counts") {
  Roster roster(kDefaultLimits);
  roster.reconcile(UserId{"me"}, {row("a", "1"), row("a", "2")});
  REQUIRE(roster.rows().size() == 1);
  CHECK(roster.find(UserId{"a"})->session.value == "2");
}

TEST_CASE("roster.L23: the bound holds whichever way rows come in") {
  Limits limits;
  limits.roster_members_max = 3;
  Roster roster(limits);
  const auto update = roster.reconcile(UserId{"me"}, {row("a", "1"), row("b", "1"), row("c", "1"), row("d", "1"), row("e", "1")});
  CHECK(update.refused == 2);
  CHECK(roster.join(row("f", "1")).refused == 1);
  CHECK(spell(roster.join(row("a", "2"))) == "-a+a");  // room for a successor
  CHECK(roster.rows().size() == 3);
}

TEST_CASE("roster.S10: any news in any order: joined and left alternate") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    Roster roster(kDefaultLimits);
    std::map<UserId, bool> here;
    for (int i = 0; i < 200; ++i) {
      const Participant one = row(std::string(1, static_cast<char>('a' + random() % 4)), std::to_string(random() % 3), random() % 5);
      Update update;
      switch (random() % 4) {
        case 0: update = roster.join(one); break;
        case 1: update = roster.leave(one.user, one.session, LeaveReason::Left); break;
        case 2: update = roster.change(one); break;
        default: update = roster.reconcile(UserId{"a"}, {one, row("d", std::to_string(random() % 3))}); break;
      }
      for (const auto& difference : update.differences) {
        if (const auto* j = std::get_if<RowJoined>(&difference)) {
          REQUIRE_FALSE(here[j->row.user]);
          here[j->row.user] = true;
        } else if (const auto* c = std::get_if<RowChanged>(&difference)) {
          REQUIRE(here[c->row.user]);
        } else if (const auto* l = std::get_if<RowLeft>(&difference)) {
          REQUIRE(here[l->user]);
          here[l->user] = false;
        }
      }
      for (const auto& [user, is_here] : here) REQUIRE(is_here == (roster.find(user) != nullptr));
    }
  }
}

}  // namespace roster_reconcile_test
