// Calls at the server: those who pretend, flood or stammer; and those who are online in no room.
#include "support/call_world.hpp"

namespace switchboard_call_bounds_test {

using namespace meetwire;
using namespace meetwire::test;

TEST_CASE("L1: a call is nobody's business but that of its two sides") {
  Trio world;
  world.connect("ada", "ben", "k1");
  for (const auto& meddling : {accept("k1"), end("k1"), ask("k1")}) {
    world.say("cid", meddling);
    const Call answer = world.told("cid");
    CHECK(answer.state == CallState::Ended);
    CHECK(answer.from == UserId{"cid"});  // the same as if there were no such call
    CHECK(answer.outcome == CallOutcome::Gone);
  }
  world.say("cid", ring("ada", "k1"));
  CHECK(world.outcome("cid") == CallOutcome::Unavailable);
  world.say("ada", accept("k1"));
  CHECK(world.told("ada").state == CallState::Connected);
  CHECK(world.silent("ben"));
  // A caller can't take the own call.
  world.say("ada", end("k1"));
  world.say("ada", ring("ben", "k2"));
  world.clear();
  world.say("ada", accept("k2"));
  CHECK(world.told("ada").state == CallState::Ringing);
  CHECK(world.silent("ben"));
}

TEST_CASE("call: a flood of calls makes one forget one's own, and no more than so many are kept", "[P19]") {
  Limits limits;
  limits.calls_remembered_max = 4;
  Trio world{limits};
  world.say("ben", ring("nobody", "b1"));
  world.say("ada", ring("ben", "live"));
  for (int i = 0; i < 50; ++i) world.say("ada", ring("nobody", "k" + std::to_string(i)));
  world.clear();
  world.say("ada", ask("k0"));
  CHECK(world.outcome("ada") == CallOutcome::Gone);
  world.say("ada", ask("k49"));
  CHECK(world.outcome("ada") == CallOutcome::Unavailable);
  world.say("ada", ask("live"));
  CHECK(world.told("ada").state == CallState::Ringing);
  world.say("ben", ask("b1"));
  CHECK(world.outcome("ben") == CallOutcome::Unavailable);
}

TEST_CASE("call: malformed words are refused by themselves") {
  Trio world;
  for (const char* bad : {R"({"type":"call"})", R"({"type":"call","id":"k"})", R"({"type":"call","id":"","action":"ask"})",
                          R"({"type":"call","id":"k","action":"request"})", R"({"type":"call","id":"k","action":"sing"})",
                          R"({"type":"call","id":"k","action":"request","to":""})",
                          R"({"type":"call","id":"k","action":"request","to":"ben","timeoutMs":-1})"}) {
    INFO(bad);
    world.clear();
    world.say_raw("ada", "meetwire", std::string(R"({"messages":[)") + bad + "]}");
    CHECK(world.error<Problem>("ada") == ErrorCode::MessageMalformed);
  }
  world.clear();
  world.say("ada", end("k", std::string(257, 'x')));
  CHECK(world.error<Problem>("ada") == ErrorCode::MessageMalformed);
  CHECK(world.silent("ben"));
}

TEST_CASE("call: in no room: two who are online see each other while their call stands, and only then") {
  ServerWorld world;
  for (const char* user : {"ada", "ben", "cid"}) go_online(world, user);
  CHECK(world.only<Welcome>("ada").self.role == Role::Guest);
  CHECK(world.only<Welcome>("cid").members.empty());
  CHECK(world.heard<MemberJoined>("ada").empty());
  CHECK(world.counts.rooms == 0);
  CHECK(world.counts.members == 0);
  CHECK(world.counts.connections == 3);
  world.clear();

  world.say("ada", offer_to("ben"));
  CHECK(world.error<Problem>("ada") == ErrorCode::TargetUnknown);
  world.say("ada", ring("ben", "k1"));
  world.say("ada", offer_to("ben"));  // to ring is not to reach
  CHECK(world.heard<SignalFrom>("ben").empty());
  CHECK(world.heard<MemberJoined>("ben").empty());
  world.clear();
  world.say("ben", accept("k1"));
  CHECK(world.only<MemberJoined>("ada").member.user == UserId{"ben"});
  CHECK(world.only<MemberJoined>("ben").member.user == UserId{"ada"});
  world.say("ada", offer_to("ben"));
  CHECK(world.only<SignalFrom>("ben").from == UserId{"ada"});
  world.say("ada", chat("c1", "hello"));
  CHECK(world.only<ChatDelivered>("ben").message.text == "hello");
  world.say("ada", offer_to("cid"));
  CHECK(world.error<Problem>("ada") == ErrorCode::TargetUnknown);
  CHECK(world.at("cid").heard.empty());
  world.clear();

  // A lost socket shows, to the other one alone.
  world.lose("ben");
  CHECK(world.only<MemberChanged>("ada").member.away);
  world.come_back("ben-2", "ben", "", "secret-ben", 0);
  CHECK(world.error<Refused>("ben-2") == ErrorCode::InvalidRoom);
  world.open("ben-3");
  Hello back = ServerWorld::hello("ben", "");
  back.room.reset();
  back.resume = ServerWorld::as_secret("secret-ben");
  back.received = world.at("ben").received;
  world.say("ben-3", back);
  REQUIRE(world.only<Welcome>("ben-3").members.size() == 1);
  CHECK(world.only<Welcome>("ben-3").resumed);
  world.clear();

  world.say("ada", end("k1"));
  CHECK(world.only<MemberLeft>("ada").user == UserId{"ben"});
  CHECK(world.only<MemberLeft>("ben-3").user == UserId{"ada"});
  world.say("ada", offer_to("ben"));
  CHECK(world.heard<SignalFrom>("ben-3").empty());
  CHECK(world.at("cid").heard.empty());
}

TEST_CASE("call: in no room: whoever goes ends the call, and his id is free") {
  ServerWorld world;
  for (const char* user : {"ada", "ben"}) go_online(world, user);
  world.join("cid", "standup");
  world.clear();
  world.say("ada", ring("cid", "k0"));  // those in a room are that room's business
  CHECK(world.only<CallTold>("ada").call.outcome == CallOutcome::Unavailable);
  world.say("ada", ring("ben", "k1"));
  world.say("ben", accept("k1"));
  world.clear();
  world.say("ben", Leave{});
  CHECK(world.only<CallTold>("ada").call.outcome == CallOutcome::Gone);
  CHECK(world.heard<MemberLeft>("ada").size() == 1);
  go_online(world, "ben");
  CHECK(world.only<Welcome>("ben").members.empty());
  world.hang_up("ben");
  world.hang_up("ada");
  world.hang_up("cid");
  world.pass(kDefaultLimits.resume_window.value);
  CHECK(world.board.held() == 0);
}

TEST_CASE("F4: in no room an id is one user's, whatever he speaks") {
  ServerWorld world;
  go_online(world, "ada");
  world.open_classic("old", "ada", std::nullopt);
  CHECK(world.at("old").closed);
  world.open_classic("ben", "ben", std::nullopt);
  CHECK_FALSE(world.at("ben").closed);
  world.open("ben-2");
  Hello hello = ServerWorld::hello("ben", "");
  hello.room.reset();
  world.say("ben-2", hello);
  world.pass(kDefaultLimits.probe_wait.value);  // the one who sits there shows that he lives
  CHECK(world.error<Refused>("ben-2") == ErrorCode::IdTaken);
  world.open("ada-2");
  hello.user = UserId{"ada"};
  world.say("ada-2", hello);
  CHECK(world.error<Refused>("ada-2") == ErrorCode::IdTaken);
  CHECK_FALSE(world.at("ada").closed);
}

}  // namespace switchboard_call_bounds_test
