// Places whose sockets are gone, when somebody wants in and there is none left.
#include <string>

#include "support/server_world.hpp"

namespace room_ghosts_test {

using namespace meetwire;
using namespace meetwire::test;
using protocol::MemberLeft;
using protocol::Refused;
using protocol::Waiting;
using protocol::Welcome;

namespace {

std::string name(int number) { return "p" + std::to_string(number); }

// A client that is gone as soon as it has said hello, and has never shown that it heard anything.
void haunt(ServerWorld& world, const std::string& id, const std::string& room) {
  world.acknowledging = false;
  world.join(id, room);
  world.lose(id);
  world.acknowledging = true;
}

Limits small_rooms() {
  Limits limits;
  limits.participants_max = 3;
  limits.rooms_max = 3;
  limits.online_max = 3;
  limits.lobby_max = 3;
  return limits;
}

}  // namespace

TEST_CASE("M: sockets that are closed after their hello keep nobody out of a room") {
  ServerWorld world({}, small_rooms());
  world.join("ada", "r");
  haunt(world, "g1", "r");
  haunt(world, "g2", "r");
  world.clear();
  world.join("bob", "r");
  REQUIRE(world.only<Welcome>("bob").members.size() == 2);
  // The one that is gone for longest, and the others are told.
  REQUIRE(world.only<MemberLeft>("ada").user.value == "g1");
  world.join("cyd", "r");
  REQUIRE(world.only<Welcome>("cyd").members.size() == 2);
  // All who are left are here.
  world.join("dan", "r");
  REQUIRE(world.error<Refused>("dan") == ErrorCode::RoomFull);
}

TEST_CASE("D1: a member with a bad network keeps its place against newcomers, and longer than one that never said anything") {
  ServerWorld world({}, small_rooms());
  world.join("ada", "r");
  world.join("bob", "r");
  world.say("bob", protocol::Typing{true});
  const std::string secret = world.at("bob").secret;
  world.lose("bob");
  haunt(world, "ghost", "r");
  world.join("cyd", "r");  // takes the ghost's place, though bob is away for longer
  REQUIRE(world.heard<Welcome>("cyd").size() == 1);
  world.pass(kDefaultLimits.resume_protected.value - 1);
  world.join("dan", "r");
  REQUIRE(world.error<Refused>("dan") == ErrorCode::RoomFull);
  world.come_back("bob2", "bob", "r", secret, world.at("bob").received);
  REQUIRE(world.only<Welcome>("bob2").resumed);

  // But not for ever.
  world.lose("bob2");
  world.pass(kDefaultLimits.resume_protected.value);
  world.join("eve", "r");
  REQUIRE(world.heard<Welcome>("eve").size() == 1);
}

TEST_CASE("M: an acknowledgement is as good as a word, and a place taken again too") {
  ServerWorld world({}, small_rooms());
  world.join("ada", "r");
  world.join("bob", "r");
  world.join("cyd", "r");
  world.say_raw("ada", "meetwire", R"({"received":1,"messages":[]})");
  world.lose("ada");
  world.join("dan", "r");
  REQUIRE(world.error<Refused>("dan") == ErrorCode::RoomFull);
}

TEST_CASE("D1: whoever has come back by his secret is somebody, though he has said nothing yet") {
  ServerWorld world({}, small_rooms());
  world.join("ada", "r");
  haunt(world, "bob", "r");
  world.acknowledging = false;
  world.come_back("bob2", "bob", "r", world.at("bob").secret, 0);
  world.acknowledging = true;
  REQUIRE(world.only<Welcome>("bob2").resumed);
  world.lose("bob2");
  world.join("cyd", "r");
  world.join("dan", "r");
  REQUIRE(world.error<Refused>("dan") == ErrorCode::RoomFull);
}

TEST_CASE("M: rooms in which nobody is any more give way to new ones, at the bound") {
  ServerWorld world({}, small_rooms());
  world.join("ada", "here");
  haunt(world, "g1", "haunted 1");
  haunt(world, "g2", "haunted 2");
  for (const std::string who : {"bob", "cyd"}) {
    world.join(who, "of " + who);
    REQUIRE(world.heard<Welcome>(who).size() == 1);
  }
  REQUIRE(world.counts.rooms == 3);
  world.join("dan", "of dan");
  REQUIRE(world.error<Refused>("dan") == ErrorCode::RoomFull);
  // Somebody who was really there keeps the room for a while.
  world.say("cyd", protocol::Typing{true});
  world.lose("cyd");
  world.join("dan", "of dan");
  REQUIRE(world.heard<Refused>("dan").size() == 1);
  world.pass(kDefaultLimits.resume_protected.value);
  world.join("dan", "of dan");
  REQUIRE(world.heard<Welcome>("dan").size() == 1);
}

TEST_CASE("M: a room to which somebody has come back does not give way") {
  ServerWorld world({}, small_rooms());
  haunt(world, "g1", "r1");
  world.join("ada", "r1");
  world.join("bob", "r2");
  world.join("cyd", "r3");
  world.join("dan", "r4");
  REQUIRE(world.error<Refused>("dan") == ErrorCode::RoomFull);
  REQUIRE_FALSE(world.at("ada").closed);
}

TEST_CASE("M: a room in whose lobby somebody waits does not give way, though all of its members are away") {
  RoomOptions options;
  options.lobby = true;
  Limits limits = small_rooms();
  limits.rooms_max = 1;
  ServerWorld world(options, limits);
  world.join("host", "r");
  world.say("host", protocol::Typing{true});
  world.join("ben", "r");
  REQUIRE(world.heard<Waiting>("ben").size() == 1);
  world.lose("host");
  world.pass(kDefaultLimits.resume_protected.value + 1);
  world.join("dan", "other");
  REQUIRE(world.error<Refused>("dan") == ErrorCode::RoomFull);
  REQUIRE_FALSE(world.at("ben").closed);
  world.hang_up("ben");
  world.pass(kDefaultLimits.resume_protected.value);
  world.join("dan", "other");
  REQUIRE(world.heard<Welcome>("dan").size() == 1);
}

TEST_CASE("M: for one newcomer one place is given up, also where the newcomer makes the room smaller") {
  ServerWorld world({}, small_rooms());
  world.join("ada", "r");
  haunt(world, "g1", "r");
  haunt(world, "g2", "r");
  world.open_plain("plain", "r");
  REQUIRE(world.at("plain").handshake->error->code == ErrorCode::RoomFull);
  REQUIRE(world.heard<MemberLeft>("ada").empty());
  world.join("bob", "r");
  REQUIRE(world.heard<Welcome>("bob").size() == 1);
}

TEST_CASE("M: who knocked and is gone gives way in the lobby") {
  RoomOptions options;
  options.lobby = true;
  ServerWorld world(options, small_rooms());
  world.join("host", "r");
  const auto knock = [&](const std::string& id) {
    world.open(id);
    protocol::Hello hello = ServerWorld::hello(id, "r");
    hello.resume = "a claim of its own, of " + id;
    world.say(id, hello);
  };
  for (int i = 0; i < 3; ++i) {
    knock(name(i));
    if (i != 1) world.lose(name(i));
    world.pass(10);
  }
  world.clear();
  knock("bob");
  REQUIRE(world.heard<Waiting>("bob").size() == 1);
  REQUIRE(world.only<protocol::KnockEnded>("host").user.value == "p0");
  knock("cyd");
  REQUIRE(world.heard<Waiting>("cyd").size() == 1);
  knock("dan");
  REQUIRE(world.error<Refused>("dan") == ErrorCode::RoomFull);
}

TEST_CASE("M: who is online and gone gives way to who comes online") {
  ServerWorld world({}, small_rooms());
  const auto online = [&](const std::string& id) {
    world.open(id);
    protocol::Hello hello = ServerWorld::hello(id, "");
    hello.room.reset();
    world.say(id, hello);
  };
  for (int i = 0; i < 3; ++i) online(name(i));
  world.lose("p1");
  online("bob");
  REQUIRE(world.heard<Welcome>("bob").size() == 1);
  online("cyd");
  REQUIRE(world.error<Refused>("cyd") == ErrorCode::RoomFull);
}

TEST_CASE("M: more hellos than there are rooms, of sockets that are closed at once keep nobody out, and nothing of them stays") {
  Limits limits;
  limits.rooms_max = 300;
  ServerWorld world({}, limits);
  for (int i = 0; i < 500; ++i) haunt(world, name(i), "haunted " + std::to_string(i));
  world.join("ada", "r");
  REQUIRE(world.heard<Welcome>("ada").size() == 1);
  REQUIRE(world.counts.rooms <= 300);
  world.hang_up("ada");
  world.say("ada", protocol::Leave{});
  world.pass(kDefaultLimits.resume_window.value);
  REQUIRE(world.board.held() == 0);
}

}  // namespace room_ghosts_test
