// What a room promises for good: nothing takes effect twice, however long ago it was; who had a place gets back in.
#include "support/people_world.hpp"

namespace room_promises_test {

namespace {

using namespace meetwire;
using namespace meetwire::test;
using enum RoomAction;

ChatSubmitted counted(std::uint64_t count, const std::string& text = "hi") {
  ChatSubmitted one = chat("k" + std::to_string(count), text);
  one.count = count;
  return one;
}

RequestSubmitted counted_wish(std::uint64_t count, const std::string& name) {
  RequestSubmitted wish = PeopleWorld::text(SetName, name);
  wish.id = "q" + std::to_string(count);
  wish.count = count;
  return wish;
}

// Two members; what they say is not held back by rates.
struct Two : PeopleWorld {
  Two() {
    join("ada", "r");
    join("bob", "r");
    clear();
  }
  void say_slowly(const std::string& id, ClientMessage message) {
    pass(20);
    say(id, std::move(message));
  }
};

}  // namespace

TEST_CASE("promises: a counted chat message said again after 300 others has no second effect, and gets a receipt", "[P14][P15]") {
  Two world;
  for (std::uint64_t i = 1; i <= 301; ++i) world.say_slowly("ada", counted(i));
  REQUIRE(world.heard<ChatDelivered>("bob").size() == 301);
  world.clear();
  world.say("ada", counted(1));
  CHECK(world.heard<ChatDelivered>("bob").empty());
  CHECK(world.only<ChatSettled>("ada").id == "k1");
  CHECK_FALSE(world.only<ChatSettled>("ada").error);
  // Of the last ones the answer is still there.
  world.clear();
  world.say("ada", counted(301));
  CHECK(world.heard<ChatDelivered>("bob").empty());
  CHECK(world.only<ChatSettled>("ada").at == world.now.value);
}

TEST_CASE("promises: a counted request said again after 140 others has no second effect", "[P14]") {
  Two world;
  for (std::uint64_t i = 1; i <= 141; ++i) world.say_slowly("ada", counted_wish(i, "name " + std::to_string(i)));
  world.clear();
  world.say("ada", counted_wish(1, "name 1"));
  CHECK(world.heard<MemberChanged>("bob").empty());
  CHECK(world.only<RequestSettled>("ada").id == "q1");
  CHECK_FALSE(world.only<RequestSettled>("ada").error);
  CHECK(world.row("bob", "ada").value_or(Participant{}).name != "name 1");
}

TEST_CASE("promises: what was refused is refused again, also where it could be done by now", "[P15]") {
  Two world;
  ChatSubmitted to_eve = chat("k1", "psst", "eve");
  to_eve.count = 1;
  world.say("ada", to_eve);
  CHECK(world.only<ChatSettled>("ada").error->code == ErrorCode::TargetUnknown);
  world.join("eve", "r");
  world.clear();
  world.say("ada", to_eve);
  CHECK(world.only<ChatSettled>("ada").error->code == ErrorCode::TargetUnknown);
  CHECK(world.heard<ChatDelivered>("eve").empty());
}

TEST_CASE("promises: the count goes on over a resume, and begins anew with a new place") {
  Two world;
  world.say("ada", counted(1));
  world.say("ada", counted(2));
  const std::string secret = world.at("ada").secret;
  world.lose("ada");
  world.come_back("ada2", "ada", "r", secret, world.at("ada").received);
  world.clear();
  ChatSubmitted again = counted(2);
  again.id = "forgotten";  // as though its answer were
  world.say("ada2", again);
  CHECK(world.heard<ChatDelivered>("bob").empty());
  world.say("ada2", counted(3));
  CHECK(world.heard<ChatDelivered>("bob").size() == 1);

  world.lose("ada2");
  world.pass(kDefaultLimits.resume_window.value + 1);
  world.join("ada", "r");
  world.clear();
  again.count = 1;
  again.id = "new place";
  world.say("ada", again);
  CHECK(world.heard<ChatDelivered>("bob").size() == 1);
}

TEST_CASE("promises: whoever takes a place by its claim counts from the start") {
  PeopleWorld world;
  world.join("bob", "r");
  world.knock("ada", "ada", "the claim of a page");
  world.say("ada", counted(1));
  world.say("ada", counted_wish(1, "one"));
  world.knock("ada2", "ada", "the claim of a page");
  REQUIRE_FALSE(world.only<Welcome>("ada2").resumed);
  world.clear();
  ChatSubmitted first = counted(1);
  first.id = "of the second page";
  world.say("ada2", first);
  CHECK(world.heard<ChatDelivered>("bob").size() == 1);
  RequestSubmitted wish = counted_wish(1, "two");
  wish.id = "of the second page";
  world.say("ada2", wish);
  CHECK(world.row("bob", "ada")->name == "two");
}

TEST_CASE("promises: members that do not count are remembered by their last ids", "[P16]") {
  Two world;
  for (int i = 0; i < static_cast<int>(kDefaultLimits.chat_ids_remembered_max); ++i) {
    world.say_slowly("ada", chat("k" + std::to_string(i), "hi"));
  }
  world.clear();
  world.say("ada", chat("k0", "hi"));
  CHECK(world.heard<ChatDelivered>("bob").empty());
  CHECK(world.heard<ChatSettled>("ada").size() == 1);
}

TEST_CASE("F1: each resume gives a new secret; the one before opens the place until the new one is known to have come in", "[P25][P26]") {
  Two world;
  const std::string first = world.at("ada").secret;
  world.lose("ada");
  const std::string second = world.come_back("ada2", "ada", "r", first, 1).secret;
  REQUIRE(second != first);
  // The welcome may have been lost: the old secret still holds, and gets the same new one.
  world.lose("ada2");
  world.come_back("ada3", "ada", "r", first, 1);
  REQUIRE(world.only<Welcome>("ada3").resumed);
  CHECK(world.at("ada3").secret == second);

  SECTION("it is confirmed by a word") {
    world.say("ada3", Received{0, true});
    world.come_back("eve", "ada", "r", first, 1);
    CHECK(world.error<Refused>("eve") == ErrorCode::IdTaken);
  }
  SECTION("it is confirmed by its use") {
    world.lose("ada3");
    const std::string third = world.come_back("ada4", "ada", "r", second, 1).secret;
    CHECK(third != second);
    world.come_back("eve", "ada", "r", first, 1);
    CHECK(world.error<Refused>("eve") == ErrorCode::IdTaken);
    world.lose("ada4");
    world.come_back("ada5", "ada", "r", second, 1);
    CHECK(world.only<Welcome>("ada5").resumed);
  }
  SECTION("the confirmed one opens the place") {
    world.say("ada3", Received{0, true});
    world.lose("ada3");
    world.come_back("ada4", "ada", "r", second, 1);
    CHECK(world.only<Welcome>("ada4").resumed);
  }
}

TEST_CASE("F4: a claim or a secret of fewer than 16 bytes, or of more than 128, is refused with an error that says so", "[P28]") {
  const auto outcome = [](const std::string& resume) {
    ServerWorld world;
    world.open("ada");
    Hello hello = ServerWorld::hello("ada", "r");
    hello.resume = resume;
    world.say("ada", hello);
    if (world.heard<Welcome>("ada").size() == 1) return std::string("welcome");
    REQUIRE(world.at("ada").closed);
    CHECK(world.only<Refused>("ada").error.detail.find("16 to 128 bytes") != std::string::npos);
    return std::string(name_of(world.error<Refused>("ada")));
  };
  for (const std::size_t bad : {0, 1, 15, 129}) CHECK(outcome(std::string(bad, 'x')) == "invalid-argument");
  for (const std::size_t good : {16, 17, 127, 128}) CHECK(outcome(std::string(good, 'x')) == "welcome");
}

TEST_CASE("F4: a classic client has no secret, and needs none") {
  ServerWorld world;
  world.open_classic("ada", "ada", "r");
  CHECK_FALSE(world.at("ada").closed);
}

TEST_CASE("coming back: a host away for longer than the window gets back into the room that it locked", "[P27]") {
  Two world;
  world.ask("ada", Lock);
  const std::string secret = world.at("ada").secret;
  world.lose("ada");
  world.pass(kDefaultLimits.resume_window.value + 1);
  REQUIRE(world.row("bob", "bob")->role == Role::Host);
  SECTION("with the secret of its place") {
    world.come_back("ada2", "ada", "r", secret, 1);
    CHECK_FALSE(world.only<Welcome>("ada2").resumed);
    CHECK(world.only<Welcome>("ada2").room.locked);
  }
  SECTION("not without") {
    world.join_as("ada2", "ada", "r");
    CHECK(world.error<Refused>("ada2") == ErrorCode::RoomLocked);
    world.come_back("ada3", "ada", "r", "some other secret", 1);
    CHECK(world.error<Refused>("ada3") == ErrorCode::RoomLocked);
  }
  SECTION("nor under another id") {
    world.come_back("eve", "eve", "r", secret, 1);
    CHECK(world.error<Refused>("eve") == ErrorCode::RoomLocked);
  }
}

TEST_CASE("coming back: in a locked room where only viewers are left a former member gets in, and is host") {
  PeopleWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.join_viewer("vic");
  world.ask("ada", Lock);
  const std::string secret = world.at("bob").secret;
  world.lose("bob");
  world.pass(kDefaultLimits.resume_window.value + 1);
  world.say("ada", Leave{});
  world.join("new", "r");
  CHECK(world.error<Refused>("new") == ErrorCode::RoomLocked);
  world.come_back("bob2", "bob", "r", secret, 1);
  CHECK(world.only<Welcome>("bob2").self.role == Role::Host);
  CHECK_FALSE(world.ask("bob2", Unlock));
}

TEST_CASE("coming back: whoever had a place need not wait in the lobby, whether a host is inside or not", "[P27]") {
  for (const bool host_inside : {true, false}) {
    RoomOptions options;
    options.authorize = true;
    PeopleWorld world(options);
    const auto allow = [&](Role role) {
      world.handle(event::Authorized{world.questions.back().operation, true, role});
    };
    world.join("ada", "r");
    allow(Role::Host);
    world.join("bob", "r");
    allow(Role::Guest);
    world.join("cem", "r");
    allow(Role::Guest);
    world.ask("ada", OpenLobby);
    const std::string secret = world.at("bob").secret;
    world.lose("bob");
    world.pass(kDefaultLimits.resume_window.value + 1);
    if (!host_inside) world.say("ada", Leave{});
    world.come_back("bob2", "bob", "r", secret, 1);
    allow(Role::Guest);
    CHECK(world.heard<Welcome>("bob2").size() == 1);
    world.join_as("bob3", "dan", "r");
    allow(Role::Guest);
    CHECK(world.heard<Waiting>("bob3").size() == 1);
  }
}

TEST_CASE("coming back: who was removed does not get back in by the secret of a place, nor who left by a word") {
  Two world;
  world.join("cem", "r");
  world.ask("ada", Lock);
  const std::string of_bob = world.at("bob").secret, of_cem = world.at("cem").secret;
  world.lose("bob");
  world.ask("ada", Remove, "bob");
  world.say("cem", Leave{});
  world.come_back("bob2", "bob", "r", of_bob, 1);
  CHECK(world.error<Refused>("bob2") == ErrorCode::Removed);
  world.come_back("cem2", "cem", "r", of_cem, 1);
  CHECK(world.error<Refused>("cem2") == ErrorCode::RoomLocked);
}

TEST_CASE("coming back: who was made a viewer comes back as one; so does a guest that came as a viewer") {
  Two world;
  world.join_viewer("vic");
  world.ask("ada", PeopleWorld::role("bob", Role::Viewer));
  world.ask("ada", PeopleWorld::role("vic", Role::Guest));
  const std::string of_bob = world.at("bob").secret, of_vic = world.at("vic").secret;
  world.lose("bob");
  world.lose("vic");
  world.pass(kDefaultLimits.resume_window.value + 1);
  world.come_back("bob2", "bob", "r", of_bob, 1);
  CHECK(world.only<Welcome>("bob2").self.role == Role::Viewer);
  world.knock("vic2", "vic", of_vic, /*viewer=*/true);
  CHECK(world.only<Welcome>("vic2").self.role == Role::Guest);
}

TEST_CASE("coming back: somebody who knocked under the id of a former member gives way when the owner is back") {
  PeopleWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.ask("ada", OpenLobby);
  const std::string secret = world.at("bob").secret;
  world.lose("bob");
  world.pass(kDefaultLimits.resume_window.value + 1);
  world.knock("eve", "bob", "the claim of eve");
  REQUIRE(world.heard<Waiting>("eve").size() == 1);
  world.clear();
  world.come_back("bob2", "bob", "r", secret, 1);
  CHECK(world.heard<Welcome>("bob2").size() == 1);
  CHECK(world.error<Refused>("eve") == ErrorCode::IdTaken);
  CHECK(world.heard<KnockEnded>("ada").size() == 1);
}

TEST_CASE("coming back: after the end of a meeting a former member does not begin the next one unawares") {
  Two world;
  const std::string secret = world.at("bob").secret;
  world.lose("bob");
  world.pass(kDefaultLimits.resume_window.value + 1);
  world.say("ada", [] {
    RequestSubmitted wish = PeopleWorld::wish(End);
    wish.id = "end";
    return wish;
  }());
  world.come_back("bob2", "bob", "r", secret, 1);
  CHECK(world.error<Refused>("bob2") == ErrorCode::MeetingEnded);
}

TEST_CASE("coming back: of former places the last 64 are kept; the oldest gives way", "[P27]") {
  Limits limits;
  limits.former_places_max = 2;
  PeopleWorld world({}, limits);
  world.join("ada", "r");
  std::map<std::string, std::string> secrets;
  for (const char* who : {"one", "two", "six"}) {
    world.join(who, "r");
    secrets[who] = world.at(who).secret;
    world.lose(who);
    world.pass(kDefaultLimits.resume_window.value + 1);
  }
  world.ask("ada", Lock);
  world.come_back("one2", "one", "r", secrets["one"], 1);
  CHECK(world.error<Refused>("one2") == ErrorCode::RoomLocked);
  world.come_back("two2", "two", "r", secrets["two"], 1);
  CHECK(world.heard<Welcome>("two2").size() == 1);
  world.come_back("six2", "six", "r", secrets["six"], 1);
  CHECK(world.heard<Welcome>("six2").size() == 1);
}

TEST_CASE("G4: a call taken back before its request comes does not ring when the request comes", "[P20]") {
  Two world;
  CallSubmitted end{CallId{"k1"}, CallAction::End, UserId{"bob"}, 0, ""};
  CallSubmitted request{CallId{"k1"}, CallAction::Request, UserId{"bob"}, 0, ""};
  world.say("ada", end);
  world.clear();
  world.say("ada", request);
  CHECK(world.heard<CallTold>("bob").empty());
  CHECK(world.only<CallTold>("ada").call.outcome == CallOutcome::Cancelled);
}

}  // namespace room_promises_test
