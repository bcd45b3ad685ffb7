// Names, attributes, hands and reactions, as the server decides them: typed, through the real dialects.
#include "support/people_world.hpp"

namespace room_presence_test {

namespace {

using namespace meetwire;
using namespace meetwire::test;
using enum RoomAction;

PeopleWorld three() {
  PeopleWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.join("cem", "r");
  return world;
}

}  // namespace

TEST_CASE("presence: a name and attributes are seen by all, by late joiners, and by oneself") {
  PeopleWorld world = three();
  CHECK_FALSE(world.ask("bob", PeopleWorld::text(SetName, "Bob the second")));
  CHECK_FALSE(world.ask("bob", PeopleWorld::values(SetAttributes, {{"seat", "12a"}, {"team", "blue"}})));
  world.join("dee", "r");
  for (const char* who : {"ada", "bob", "cem", "dee"}) {
    INFO(who);
    CHECK(world.row(who, "bob")->name == "Bob the second");
    CHECK(world.row(who, "bob")->attributes == Attributes{{"seat", "12a"}, {"team", "blue"}});
  }
}

TEST_CASE("presence: attributes are merged, an empty one is taken away, and what changes nothing is not told") {
  PeopleWorld world = three();
  world.ask("bob", PeopleWorld::values(SetAttributes, {{"a", "1"}, {"b", "2"}}));
  world.ask("bob", PeopleWorld::values(SetAttributes, {{"b", "3"}, {"c", "4"}, {"a", ""}, {"never", ""}}));
  CHECK(world.row("ada", "bob")->attributes == Attributes{{"b", "3"}, {"c", "4"}});
  world.clear();
  CHECK_FALSE(world.ask("bob", PeopleWorld::values(SetAttributes, {{"b", "3"}})));
  CHECK(world.heard<MemberChanged>("ada").empty());
}

TEST_CASE("presence: names, attributes and reactions that are none are refused, and change nothing") {
  PeopleWorld world = three();
  world.clear();
  CHECK(world.ask("bob", PeopleWorld::text(SetName, std::string(129, 'n'))) == ErrorCode::InvalidName);
  CHECK(world.ask("bob", PeopleWorld::text(SetName, "a\nb")) == ErrorCode::InvalidName);
  CHECK(world.ask("bob", PeopleWorld::values(SetAttributes, {{"__proto__", "x"}})) == ErrorCode::InvalidArgument);
  CHECK(world.ask("bob", PeopleWorld::values(SetAttributes, {{"", "x"}})) == ErrorCode::InvalidArgument);
  CHECK(world.ask("bob", PeopleWorld::values(SetAttributes, {{"k", std::string(2048, 'v')}})) == ErrorCode::MessageTooLarge);
  CHECK_FALSE(world.ask("bob", PeopleWorld::values(SetAttributes, {{"k", std::string(2047, 'v')}})));
  CHECK(world.ask("bob", PeopleWorld::values(SetAttributes, {{"l", "v"}})) == ErrorCode::MessageTooLarge);
  CHECK(world.ask("bob", PeopleWorld::text(React, "")) == ErrorCode::InvalidArgument);
  CHECK(world.ask("bob", PeopleWorld::text(React, std::string(65, 'x'))) == ErrorCode::MessageTooLarge);
  CHECK(world.heard<MemberChanged>("ada").size() == 1);
  CHECK(world.heard<Reacted>("ada").empty());
}

TEST_CASE("presence: hands are up in the server's order, the same for all, and for late joiners") {
  PeopleWorld world = three();
  CHECK_FALSE(world.ask("cem", RaiseHand));
  CHECK_FALSE(world.ask("ada", RaiseHand));
  CHECK_FALSE(world.ask("bob", RaiseHand));
  CHECK_FALSE(world.ask("ada", RaiseHand));  // again: it keeps its place
  world.join("dee", "r");
  for (const char* who : {"ada", "bob", "cem", "dee"}) {
    INFO(who);
    CHECK(world.row(who, "cem")->hand == 1);
    CHECK(world.row(who, "ada")->hand == 2);
    CHECK(world.row(who, "bob")->hand == 3);
  }
  CHECK_FALSE(world.ask("cem", LowerHand));
  CHECK_FALSE(world.ask("cem", RaiseHand));
  CHECK(world.row("ada", "cem")->hand == 4);
}

TEST_CASE("presence: a host may lower another's hand, a guest may not") {
  PeopleWorld world = three();
  world.ask("bob", RaiseHand);
  CHECK(world.ask("cem", LowerHandOf, "bob") == ErrorCode::NotAllowed);
  CHECK(world.row("ada", "bob")->hand == 1);
  CHECK(world.ask("ada", LowerHandOf, "nobody") == ErrorCode::TargetUnknown);
  CHECK_FALSE(world.ask("ada", LowerHandOf, "bob"));
  CHECK(world.row("bob", "bob")->hand == 0);
  CHECK(world.row("cem", "bob")->hand == 0);
}

TEST_CASE("presence: a reaction reaches all who are here, itself included, and nobody later") {
  PeopleWorld world = three();
  world.lose("cem");
  world.clear();
  CHECK_FALSE(world.ask("bob", PeopleWorld::text(React, "🎉")));
  CHECK(world.only<Reacted>("ada").from.value == "bob");
  CHECK(world.only<Reacted>("bob").text == "🎉");
  world.come_back("cem2", "cem", "r", "secret-cem", 2);
  CHECK(world.heard<Welcome>("cem2").size() == 1);
  CHECK(world.heard<Reacted>("cem2").empty());
}

TEST_CASE("presence: reactions are bounded a member, and flow again with time") {
  PeopleWorld world = three();
  const Limits limits;
  for (std::uint32_t i = 0; i < limits.reactions_burst; ++i) CHECK_FALSE(world.ask("bob", PeopleWorld::text(React, "x")));
  CHECK(world.ask("bob", PeopleWorld::text(React, "x")) == ErrorCode::RateLimited);
  CHECK_FALSE(world.ask("cem", PeopleWorld::text(React, "x")));
  CHECK(world.heard<Reacted>("ada").size() == limits.reactions_burst + 1);
  world.pass(1'000);
  CHECK_FALSE(world.ask("bob", PeopleWorld::text(React, "x")));
}

TEST_CASE("presence: the same request twice has one effect and one outcome") {
  PeopleWorld world = three();
  world.clear();
  RequestSubmitted wish = PeopleWorld::text(React, "x");
  wish.id = "once";
  CHECK_FALSE(world.ask("bob", wish));
  CHECK_FALSE(world.ask("bob", wish));
  CHECK(world.heard<Reacted>("ada").size() == 1);

  RequestSubmitted refused = PeopleWorld::wish(Lock);
  refused.id = "twice";
  CHECK(world.ask("bob", refused) == ErrorCode::NotAllowed);
  CHECK_FALSE(world.ask("ada", PeopleWorld::role("bob", Role::Host)));
  // Though it would be allowed now: this one was decided.
  CHECK(world.ask("bob", refused) == ErrorCode::NotAllowed);
}

TEST_CASE("presence: whoever comes back has the name, the attributes and the hand that the place has, and is told of all") {
  PeopleWorld world = three();
  RequestSubmitted wish = PeopleWorld::text(SetName, "Robert");
  wish.id = "rename";
  world.ask("bob", wish);
  world.ask("bob", PeopleWorld::values(SetAttributes, {{"seat", "1"}}));
  world.ask("bob", RaiseHand);
  const std::uint64_t received = world.at("bob").received;
  world.lose("bob");
  world.ask("ada", PeopleWorld::values(SetMetadata, {{"topic", "birds"}}));
  // The hello may have an older name: it does not know yet that the request was heard.
  world.come_back("bob2", "bob", "r", "secret-bob", received);
  const auto welcome = world.only<Welcome>("bob2");
  CHECK(welcome.resumed);
  CHECK(welcome.self.name == "Robert");
  CHECK(welcome.self.attributes == Attributes{{"seat", "1"}});
  CHECK(welcome.self.hand == 1);
  CHECK(welcome.room.metadata == Attributes{{"topic", "birds"}});
  CHECK_FALSE(world.ask("bob2", wish));
  CHECK(world.row("ada", "bob")->name == "Robert");
}

TEST_CASE("presence: the room's metadata is set by hosts, merged, bounded, and told to all") {
  PeopleWorld world = three();
  CHECK(world.ask("bob", PeopleWorld::values(SetMetadata, {{"topic", "mine"}})) == ErrorCode::NotAllowed);
  CHECK_FALSE(world.ask("ada", PeopleWorld::values(SetMetadata, {{"topic", "birds"}, {"x", "y"}})));
  CHECK_FALSE(world.ask("ada", PeopleWorld::values(SetMetadata, {{"x", ""}})));
  CHECK(world.ask("ada", PeopleWorld::values(SetMetadata, {{"x", std::string(9000, 'x')}})) == ErrorCode::MessageTooLarge);
  const Attributes wanted{{"topic", "birds"}};
  for (const char* who : {"ada", "bob"}) CHECK(world.heard<RoomChanged>(who).back().room.metadata == wanted);
  world.join("dee", "r");
  CHECK(world.only<Welcome>("dee").room.metadata == wanted);
}

TEST_CASE("presence: malformed requests are dropped one by one, and outside of rooms there are none") {
  PeopleWorld world = three();
  world.clear();
  const auto say = [&](const std::string& request) { world.say_raw("bob", "meetwire", R"({"messages":[)" + request + "]}"); };
  say(R"({"type":"request","action":"raise-hand"})");
  say(R"({"type":"request","id":"x"})");
  say(R"({"type":"request","id":"x","action":"become-king"})");
  say(R"({"type":"request","id":"x","action":"set-attributes","values":{"a":1}})");
  say(R"({"type":"request","id":7,"action":"raise-hand"})");
  CHECK(world.heard<Problem>("bob").size() == 5);
  CHECK(world.heard<RequestSettled>("bob").empty());
  CHECK(world.heard<MemberChanged>("ada").empty());
  say(R"({"type":"request","id":"x","action":"raise-hand","unheard":"of"})");
  CHECK(world.only<RequestSettled>("bob").id == "x");

  world.open("out");
  Hello alone;
  alone.user = UserId{"out"};
  world.say("out", alone);
  CHECK(world.ask("out", RaiseHand) == ErrorCode::NotJoined);
}

}  // namespace room_presence_test
