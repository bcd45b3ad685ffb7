// Viewers: they publish nothing, have no link with one another, and ask for the floor; in our words and in classic ones.
#include "support/people_world.hpp"

namespace room_floor_test {

namespace {

using namespace meetwire;
using namespace meetwire::test;
using enum RoomAction;

PeopleWorld broadcast() {
  PeopleWorld world;
  world.join("ada", "r");
  world.join_viewer("vic");
  world.join_viewer("wim");
  return world;
}

MediaAnnounced camera_on() {
  MediaAnnounced announced;
  announced.media.camera = Wanted::On;
  return announced;
}

}  // namespace

TEST_CASE("viewer: it is what it asked to be, never host, and its media is refused, in its hello too") {
  PeopleWorld world;
  world.open("vic");
  Hello hello = PeopleWorld::hello("vic", "r");
  hello.viewer = true;
  hello.media.camera = Wanted::On;
  world.say("vic", hello);
  CHECK(world.only<Welcome>("vic").self.role == Role::Viewer);
  CHECK(world.only<Welcome>("vic").self.media == MediaState{});
  world.join("ada", "r");
  CHECK(world.only<Welcome>("ada").self.role == Role::Host);
  world.clear();
  world.say("vic", camera_on());
  CHECK(world.error<Problem>("vic") == ErrorCode::NotAllowed);
  CHECK(world.only<MemberChanged>("vic").member.media == MediaState{});
  CHECK(world.heard<MemberChanged>("ada").empty());
}

TEST_CASE("viewer: signals between two viewers are refused, to all others they pass") {
  PeopleWorld world = broadcast();
  world.clear();
  world.say("vic", offer_to("wim"));
  CHECK(world.error<Problem>("vic") == ErrorCode::NotAllowed);
  CHECK(world.heard<SignalFrom>("wim").empty());
  world.say("vic", offer_to("ada"));
  CHECK(world.heard<SignalFrom>("ada").size() == 1);
}

TEST_CASE("floor: asked for, seen by all, granted: a guest who publishes; taken back: a viewer who does not") {
  PeopleWorld world = broadcast();
  CHECK(world.ask("ada", AskForFloor) == ErrorCode::NotAllowed);
  CHECK_FALSE(world.ask("vic", AskForFloor));
  CHECK(world.row("ada", "vic")->asks_for_floor);
  world.join("late", "r");
  CHECK(world.row("late", "vic")->asks_for_floor);
  CHECK(world.ask("wim", GrantFloor, "vic") == ErrorCode::NotAllowed);
  CHECK_FALSE(world.ask("ada", GrantFloor, "vic"));
  for (const char* who : {"ada", "vic", "wim"}) {
    CHECK(world.row(who, "vic")->role == Role::Guest);
    CHECK_FALSE(world.row(who, "vic")->asks_for_floor);
    CHECK(world.row(who, "vic")->crossings == 1);
  }
  world.say("vic", camera_on());
  CHECK(world.row("ada", "vic")->media.camera == Wanted::On);
  CHECK_FALSE(world.ask("ada", PeopleWorld::role("vic", Role::Viewer)));
  CHECK(world.row("wim", "vic")->media == MediaState{});
  CHECK(world.row("wim", "vic")->crossings == 2);
  // Nor does it publish again by coming back.
  const std::uint64_t received = world.at("vic").received;
  world.lose("vic");
  world.open("vic2");
  Hello hello = PeopleWorld::hello("vic", "r");
  hello.media.camera = Wanted::On;
  hello.resume = ServerWorld::as_secret("secret-vic");
  hello.received = received;
  world.say("vic2", hello);
  CHECK(world.only<Welcome>("vic2").self.role == Role::Viewer);
  CHECK(world.only<Welcome>("vic2").self.media == MediaState{});
}

TEST_CASE("floor: refused, and asked for anew") {
  PeopleWorld world = broadcast();
  world.ask("vic", AskForFloor);
  CHECK_FALSE(world.ask("ada", RefuseFloor, "vic"));
  CHECK_FALSE(world.row("vic", "vic")->asks_for_floor);
  CHECK(world.row("vic", "vic")->role == Role::Viewer);
  CHECK_FALSE(world.ask("vic", AskForFloor));
  CHECK(world.row("ada", "vic")->asks_for_floor);
  world.join("bob", "r");
  CHECK(world.ask("ada", GrantFloor, "bob") == ErrorCode::InvalidArgument);
}

TEST_CASE("floor: a classic viewer asks and is granted in its own words, by one of ours") {
  PeopleWorld world;
  world.join("ada", "r");
  // Without a publisher it is a meeting, and the word means nothing.
  world.open_classic("cem", "cem", "r", "Cem", "sub");
  CHECK(world.row("ada", "cem")->role == Role::Guest);
  world.open_classic("pip", "pip", "r", "Pip", "pub");
  world.open_classic("vic", "vic", "r", "Vic", "sub");
  CHECK(world.row("ada", "vic")->role == Role::Viewer);
  world.say_raw("vic", "applyMic", R"({"userId":"vic","targetUid":"ada"})");
  CHECK(world.row("ada", "vic")->asks_for_floor);
  CHECK_FALSE(world.ask("ada", GrantFloor, "vic"));
  CHECK(world.row("ada", "vic")->role == Role::Guest);
  CHECK(world.frames("vic").find(R"("type":"acceptApplyMic")") != std::string::npos);
  CHECK(world.frames("vic").find(R"({"userId":"ada","targetUid":"vic"})") != std::string::npos);
}

TEST_CASE("floor: a classic publisher is asked and answers in its own words; one who is no host can't") {
  PeopleWorld world;
  world.open_classic("ada", "ada", "r", "Ada", "pub");
  world.join_viewer("vic");
  world.open_classic("eve", "eve", "r", "Eve");
  CHECK(world.row("vic", "ada")->role == Role::Host);
  CHECK_FALSE(world.ask("vic", AskForFloor));
  CHECK(world.frames("ada").find(R"("type":"applyMic")") != std::string::npos);
  world.say_raw("eve", "acceptApplyMic", R"({"userId":"ada","targetUid":"vic"})");
  CHECK(world.row("vic", "vic")->role == Role::Viewer);
  CHECK(world.frames("eve").find("not-allowed") != std::string::npos);
  world.say_raw("ada", "refuseApplyMic", R"({"userId":"ada","targetUid":"vic"})");
  CHECK_FALSE(world.row("vic", "vic")->asks_for_floor);
  world.say_raw("ada", "acceptApplyMic", R"({"userId":"ada","targetUid":"vic"})");
  CHECK(world.row("vic", "vic")->role == Role::Guest);
}

}  // namespace room_floor_test
