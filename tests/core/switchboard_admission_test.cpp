// The way from the open socket to a place, and out again.
#include "support/server_world.hpp"

namespace switchboard_admission_test {

namespace {

using namespace meetwire;
using namespace meetwire::test;
using room::Action;
using room::action_for;
using room::Input;
using room::Stage;

// ---- the table

TEST_CASE("connection: only a stage that waits for something has an end of its waiting") {
  REQUIRE(action_for(Stage::Greeting, Input::DeadlinePassed) == Action::TurnAwaySilent);
  REQUIRE(action_for(Stage::Authorizing, Input::DeadlinePassed) == Action::TurnAwaySilent);
  REQUIRE(action_for(Stage::Probing, Input::DeadlinePassed) == Action::TurnAwayTaken);
  REQUIRE(action_for(Stage::Waiting, Input::DeadlinePassed) == Action::Expire);
  // Who has promised signs of life, and gives none; whose token has ended.
  REQUIRE(action_for(Stage::Joined, Input::DeadlinePassed) == Action::PutOut);
}

TEST_CASE("connection: a second hello never leads anywhere, whatever the stage") {
  for (const Stage stage : {Stage::Authorizing, Stage::Probing, Stage::Joined}) {
    REQUIRE(action_for(stage, Input::Hello) == Action::RefuseSecond);
  }
}

// ---- hello

TEST_CASE("admission: one exchange gives the roster, the own row, the limits, ICE servers and the secret") {
  RoomOptions options;
  options.ice_servers = R"([{"urls":"stun:stun.example"}])";
  options.participants_max = 5;
  options.resume_window_ms = 7'000;
  ServerWorld world(options);
  world.join("ada", "r");
  const Welcome welcome = world.only<Welcome>("ada");
  REQUIRE(welcome.version == kVersion);
  REQUIRE(welcome.self.name == "Name of ada");
  REQUIRE(welcome.self.session.value == "session-ada");
  REQUIRE(welcome.secret == ServerWorld::as_secret("secret-ada"));
  REQUIRE(welcome.ice_servers.find("stun:stun.example") != std::string::npos);
  REQUIRE(welcome.limits.participants_max == 5);
  REQUIRE(welcome.limits.resume_window_ms == 7'000);
  REQUIRE(world.at("ada").frames.size() == 1);
  REQUIRE(world.counts.connections == 1);
  REQUIRE(world.counts.rooms == 1);
  REQUIRE(world.counts.members == 1);
}

TEST_CASE("L17: a connection that says no hello is refused and closed at its deadline", "[P3]") {
  ServerWorld world;
  world.open("ada");
  REQUIRE(world.wake_at == world.now + kDefaultLimits.server_hello_deadline);
  world.pass(kDefaultLimits.server_hello_deadline.value - 1);
  REQUIRE_FALSE(world.at("ada").closed);
  world.pass(1);
  REQUIRE(world.error<Refused>("ada") == ErrorCode::ServerTimeout);
  REQUIRE(world.at("ada").closed);
  REQUIRE(world.board.held() == 0);
}

TEST_CASE("admission: frames that are no hello do not put the deadline off") {
  ServerWorld world;
  world.open("ada");
  for (int i = 0; i < 10; ++i) {
    world.pass(400);
    world.say("ada", Received{});
  }
  world.pass(kDefaultLimits.server_hello_deadline.value - 10 * 400);
  REQUIRE(world.at("ada").closed);
}

TEST_CASE("admission: versions that do not meet are refused as such") {
  ServerWorld world;
  world.open("ada");
  Hello hello = ServerWorld::hello("ada", "r");
  hello.version_min = 2;
  hello.version_max = 9;
  world.say("ada", hello);
  REQUIRE(world.error<Refused>("ada") == ErrorCode::VersionMismatch);
  REQUIRE(world.at("ada").closed);
  world.open("bob");
  hello.version_min = 0;
  world.say("bob", hello);
  REQUIRE(world.heard<Welcome>("bob").size() == 1);
}

TEST_CASE("admission: rooms, users and names that cannot be are refused, each with its own error") {
  const std::string long_id(kDefaultLimits.id_bytes_max + 1, 'x');
  const std::string longest(kDefaultLimits.id_bytes_max, 'x');
  const auto outcome = [](const std::string& user, const std::string& room, const std::string& name) {
    ServerWorld world;
    world.open("c");
    Hello hello = ServerWorld::hello(user, room);
    hello.name = name;
    world.say("c", hello);
    if (world.heard<Welcome>("c").size() == 1) return std::string("welcome");
    REQUIRE(world.at("c").closed);
    REQUIRE(world.board.held() == 0);
    return std::string(name_of(world.error<Refused>("c")));
  };
  for (const std::string& bad : {std::string(), std::string("   "), long_id, std::string("__proto__"),
                                 std::string("constructor"), std::string("a\nb"), std::string("a\0b", 3)}) {
    REQUIRE(outcome(bad, "r", "n") == "invalid-user");
    REQUIRE(outcome("u", bad, "n") == "invalid-room");
  }
  REQUIRE(outcome("u", "r", long_id) == "invalid-name");
  REQUIRE(outcome("u", "r", "a\x01") == "invalid-name");
  REQUIRE(outcome(longest, longest, longest) == "welcome");
  REQUIRE(outcome("u", "r", "") == "welcome");
  REQUIRE(outcome("../../x", "a/b?c=d", "<b>") == "welcome");
}

TEST_CASE("admission: a second hello on one connection is refused and changes nothing") {
  ServerWorld world;
  world.join("ada", "r");
  world.clear();
  world.say("ada", ServerWorld::hello("eve", "other"));
  REQUIRE(world.error<Problem>("ada") == ErrorCode::MessageMalformed);
  REQUIRE(world.counts.rooms == 1);
}

TEST_CASE("F4: a second join under one id is refused, and the sitting one keeps working") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.clear();
  world.join_as("thief", "ada", "r");
  REQUIRE(world.error<Refused>("thief") == ErrorCode::IdTaken);
  REQUIRE(world.at("thief").closed);
  REQUIRE(world.at("ada").frames.empty());
  REQUIRE(world.at("bob").frames.empty());
  world.hang_up("thief");
  world.say("bob", offer_to("ada"));
  REQUIRE(world.heard<SignalFrom>("ada").size() == 1);
}

TEST_CASE("F8: one user in two rooms is two members, independent of each other") {
  ServerWorld world;
  world.join_as("c1", "ada", "r1");
  world.join_as("c2", "ada", "r2");
  REQUIRE(world.counts.members == 2);
  world.say("c1", Leave{});
  REQUIRE(world.counts.members == 1);
  REQUIRE_FALSE(world.at("c2").closed);
}

TEST_CASE("F1: taken over through the door: the old connection is told and closed, its late end harms nobody") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.clear();
  world.come_back("ada2", "ada", "r", world.at("ada").secret, world.at("ada").received);
  REQUIRE(world.error<Ended>("ada") == ErrorCode::Replaced);
  REQUIRE(world.at("ada").closed);
  world.lose("ada");
  REQUIRE(world.at("bob").frames.empty());
  REQUIRE(world.counts.members == 2);
}

TEST_CASE("admission: the server holds only so many rooms") {
  Limits limits;
  limits.rooms_max = 1;
  ServerWorld world({}, limits);
  world.join("ada", "r1");
  world.join("bob", "r2");
  REQUIRE(world.error<Refused>("bob") == ErrorCode::RoomFull);
  world.join("eve", "r1");
  REQUIRE(world.heard<Welcome>("eve").size() == 1);
}

// ---- the host's word

RoomOptions asking() {
  RoomOptions options;
  options.authorize = true;
  return options;
}

TEST_CASE("authorize: the connection waits for the host's word, others do not wait for it") {
  ServerWorld world(asking());
  world.open("ada");
  Hello hello = ServerWorld::hello("ada", "r");
  hello.token = "a token";
  world.say("ada", hello);
  REQUIRE(world.at("ada").frames.empty());
  REQUIRE(world.questions.size() == 1);
  REQUIRE(world.questions.at(0).token == "a token");
  REQUIRE(world.questions.at(0).room.value == "r");
  REQUIRE(world.questions.at(0).user.value == "ada");

  world.join("bob", "r");
  world.handle(event::Authorized{world.questions.at(1).operation, true, Role::Guest});
  REQUIRE(world.heard<Welcome>("bob").size() == 1);
  REQUIRE(world.at("ada").frames.empty());
  world.handle(event::Authorized{world.questions.at(0).operation, true, Role::Host});
  REQUIRE(world.only<Welcome>("ada").self.role == Role::Host);
  REQUIRE(world.only<MemberJoined>("bob").member.role == Role::Host);
}

TEST_CASE("authorize: what is said while waiting is said after admission, within bounds") {
  ServerWorld world(asking());
  world.join("bob", "r");
  world.handle(event::Authorized{world.questions.at(0).operation, true, Role::Guest});
  world.open("ada");
  world.say_all("ada", {ServerWorld::hello("ada", "r"), offer_to("bob")});
  for (std::size_t i = 1; i < kDefaultLimits.batch_messages_max + 1; ++i) {
    world.say("ada", chat("k" + std::to_string(i), "x"));
  }
  REQUIRE(world.error<Problem>("ada") == ErrorCode::RateLimited);
  REQUIRE(world.heard<SignalFrom>("bob").empty());
  world.handle(event::Authorized{world.questions.at(1).operation, true, Role::Guest});
  REQUIRE(world.heard<SignalFrom>("bob").size() == 1);
  REQUIRE(world.heard<ChatDelivered>("bob").size() == kDefaultLimits.batch_messages_max - 1);
}

TEST_CASE("D11: a refused token: told once, closed, and in no roster") {
  ServerWorld world(asking());
  world.join("ada", "r");
  world.handle(event::Authorized{world.questions.at(0).operation, false, Role::Guest});
  REQUIRE(world.error<Refused>("ada") == ErrorCode::TokenRefused);
  REQUIRE(world.at("ada").closed);
  REQUIRE(world.board.held() == 0);
  // A word said twice, or about nobody, changes nothing.
  world.handle(event::Authorized{world.questions.at(0).operation, true, Role::Host});
  world.handle(event::Authorized{4711, true, Role::Host});
  REQUIRE(world.board.held() == 0);
}

TEST_CASE("G1: leave before the reply: in no roster, and the late word finds nobody") {
  ServerWorld world(asking());
  world.join("bob", "r");
  world.handle(event::Authorized{world.questions.at(0).operation, true, Role::Guest});
  world.clear();
  world.join("ada", "r");
  SECTION("by closing the socket") { world.lose("ada"); }
  SECTION("by saying so") {
    world.say("ada", Leave{});
    REQUIRE(world.at("ada").closed);
  }
  world.handle(event::Authorized{world.questions.at(1).operation, true, Role::Guest});
  REQUIRE(world.at("bob").frames.empty());
  REQUIRE(world.counts.members == 1);
}

TEST_CASE("authorize: a host that never answers is not waited for longer than the deadline") {
  ServerWorld world(asking());
  world.join("ada", "r");
  world.pass(kDefaultLimits.server_hello_deadline.value);
  REQUIRE(world.error<Refused>("ada") == ErrorCode::ServerTimeout);
  REQUIRE(world.board.held() == 0);
}

TEST_CASE("L10: a token beyond its bound is refused before the host is asked") {
  ServerWorld world(asking());
  world.open("ada");
  Hello hello = ServerWorld::hello("ada", "r");
  hello.token = std::string(kDefaultLimits.token_bytes_max + 1, 't');
  world.say("ada", hello);
  REQUIRE(world.questions.empty());
  REQUIRE(world.heard<Welcome>("ada").empty());
}

// ---- going

TEST_CASE("leaving: by a word, or by staying away: others learn which, and the last one takes the room along") {
  ServerWorld world;
  for (const char* user : {"a", "b", "c", "d"}) world.join(user, "r");
  world.open_classic("kit", "kit", "r");
  world.clear();
  world.say("a", Leave{});
  REQUIRE(world.only<MemberLeft>("d").reason == LeaveReason::Left);
  world.clear();
  // One that cannot come back is gone with its socket.
  world.hang_up("kit");
  REQUIRE(world.only<MemberLeft>("d").reason == LeaveReason::Left);
  world.clear();
  // A client closes its own socket when it misses something: that is no leaving.
  world.hang_up("b");
  REQUIRE(world.only<MemberChanged>("d").member.away);
  world.clear();
  world.lose("c");
  REQUIRE(world.only<MemberChanged>("d").member.away);
  world.pass(kDefaultLimits.resume_window.value);
  for (const MemberLeft& left : world.heard<MemberLeft>("d")) REQUIRE(left.reason == LeaveReason::Lost);
  REQUIRE(world.heard<MemberLeft>("d").size() == 2);
  world.say("d", Leave{});
  REQUIRE(world.board.held() == 0);
  REQUIRE(world.counts.connections == 0);
  REQUIRE(world.counts.rooms == 0);
  REQUIRE(world.counts.members == 0);
  REQUIRE_FALSE(world.wake_at.has_value());
}

TEST_CASE("K6: ten thousand connect and disconnect in every way there is: nothing stays behind") {
  ServerWorld world;
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = "c" + std::to_string(i % 7);
    const std::string room = "r" + std::to_string(i % 3);
    switch (i % 5) {
      case 0: world.open(id); break;
      case 1: world.join(id, room); break;
      case 2: world.open_classic(id, "u" + id, room); break;
      case 3: world.open_classic(id, "u" + id, std::nullopt); break;
      default: world.join_as(id, "same", room); break;
    }
    if (i % 2 == 0) world.lose(id);
    else world.hang_up(id);
    world.pass(i % 11);
    world.clear();
  }
  world.pass(kDefaultLimits.resume_window.value);
  REQUIRE(world.board.held() == 0);
  REQUIRE_FALSE(world.wake_at.has_value());
}

TEST_CASE("shutdown: everyone is told and closed, at whatever stage, and newcomers are refused") {
  ServerWorld world(asking());
  world.join("ada", "r");
  world.handle(event::Authorized{world.questions.at(0).operation, true, Role::Guest});
  world.open("silent");
  world.join("waiting", "r");
  world.open_classic("online", "o", std::nullopt);
  world.handle(event::Authorized{world.questions.at(2).operation, true, Role::Guest});
  world.clear();
  world.handle(event::ShutdownRequested{});
  REQUIRE(world.error<Ended>("ada") == ErrorCode::ServerClosing);
  REQUIRE(world.error<Refused>("silent") == ErrorCode::ServerClosing);
  REQUIRE(world.error<Refused>("waiting") == ErrorCode::ServerClosing);
  REQUIRE(world.frames("online").find("server-closing") != std::string::npos);
  for (const char* id : {"ada", "silent", "waiting", "online"}) REQUIRE(world.at(id).closed);
  REQUIRE(world.board.held() == 0);
  world.open("late");
  REQUIRE(world.error<Refused>("late") == ErrorCode::ServerClosing);
  world.open_classic("late2", "o", "r");
  REQUIRE(world.at("late2").closed);
  REQUIRE(world.board.held() == 0);
}

}  // namespace

}  // namespace switchboard_admission_test
