// Calls between classic members and Meetwire's own, in a room and in none, over the real dialects of both.
#include "support/call_world.hpp"

namespace switchboard_classic_call_test {

using namespace meetwire;
using namespace meetwire::test;

namespace {

// Ada speaks ours, Old is a classic client; both out of rooms.
struct Mixed : ServerWorld {
  Mixed() {
    go_online(*this, "ada");
    open_classic("old", "old", std::nullopt);
    clear();
  }
  Call told() {
    const Call call = only<CallTold>("ada").call;
    at("ada").heard.clear();
    return call;
  }
  void classic_calls() { say_raw("old", "call", R"({"userId":"old","targetUid":"ada"})"); }
  void classic_offers() { say("old", offer_to("ada")); }
  bool offered(const std::string& phrase = "rtc offer") { return frames("old").find(phrase) != std::string::npos; }
};

}  // namespace

TEST_CASE("classic call: to one of ours it rings, and what the caller signals waits until it is taken") {
  Mixed world;
  world.classic_calls();
  const Call rings = world.told();
  CHECK(rings.from == UserId{"old"});
  CHECK(rings.state == CallState::Ringing);
  world.classic_offers();
  world.say_raw("old", "candidate", R"({"targetUid":"ada","candidate":{"candidate":"candidate:1","sdpMid":"0"}})");
  CHECK(world.at("ada").heard.empty());
  CHECK(world.at("old").frames.empty());
  SECTION("it is") {
    world.say("ada", accept(rings.id.value));
    const auto& heard = world.at("ada").heard;
    REQUIRE(heard.size() == 4);
    CHECK(std::get<CallTold>(heard[0]).call.outcome == CallOutcome::Accepted);
    CHECK(std::get<MemberJoined>(heard[1]).member.dialect == DialectName::Classic);
    CHECK(std::get<SignalFrom>(heard[2]).session == std::get<MemberJoined>(heard[1]).member.session);
    CHECK(std::holds_alternative<Offer>(std::get<SignalFrom>(heard[2]).pair.body));
    CHECK(std::holds_alternative<Candidates>(std::get<SignalFrom>(heard[3]).pair.body));
    CHECK(world.at("old").frames.empty());
    world.clear();
    SignalTo answer = offer_to("old");
    answer.pair.body = Answer{1, "v=0 answer", {}};
    world.say("ada", answer);
    CHECK(world.offered("rtc answer"));
    world.classic_offers();
    CHECK(world.heard<SignalFrom>("ada").size() == 1);
    world.clear();
    world.say("ada", end(rings.id.value));
    CHECK(world.offered("leave the room"));  // the one word there is for it
    world.classic_offers();
    CHECK(world.heard<SignalFrom>("ada").empty());
    CHECK(world.offered("target-unknown"));
  }
  SECTION("it is not: the offer is gone with it") {
    world.say("ada", end(rings.id.value));
    CHECK(world.told().outcome == CallOutcome::Rejected);
    world.classic_calls();
    world.say("ada", accept(world.told().id.value));
    CHECK(world.heard<SignalFrom>("ada").empty());
  }
  SECTION("nobody takes it") {
    world.pass(kDefaultLimits.call_ring_time.value);
    CHECK(world.told().outcome == CallOutcome::TimedOut);
  }
  SECTION("the caller is gone") {
    world.hang_up("old");
    CHECK(world.told().outcome == CallOutcome::Gone);
  }
}

TEST_CASE("classic call: from one of ours it is taken as it comes: a classic client has no word but its answer") {
  Mixed world;
  world.say("ada", ring("old", "k1"));
  const auto told = world.heard<CallTold>("ada");
  REQUIRE(told.size() == 2);
  CHECK(told[0].call.state == CallState::Ringing);
  CHECK(told[1].call.outcome == CallOutcome::Accepted);
  CHECK(world.only<MemberJoined>("ada").member.user == UserId{"old"});
  CHECK(world.offered(R"("type":"call","msg":"远程呼叫","status":200,"data":{"userId":"ada","targetUid":"old"})"));
  CHECK_FALSE(world.offered("then room"));
  world.say("ada", ring("old", "k1"));  // said again
  CHECK(world.at("old").frames.size() == 1);
  world.say("ada", offer_to("old"));
  CHECK(world.offered());
  // He is busy to others, and they to him.
  go_online(world, "ben");
  world.clear();
  world.say("ben", ring("old", "k2"));
  CHECK(world.only<CallTold>("ben").call.outcome == CallOutcome::Busy);
  world.say_raw("old", "call", R"({"targetUid":"ben"})");
  CHECK(world.heard<CallTold>("ben").size() == 1);
  world.hang_up("old");
  CHECK(world.only<MemberLeft>("ada").user == UserId{"old"});
}

TEST_CASE("classic call: in a room it rings too, and whoever connects on call is reached by it") {
  ServerWorld world;
  world.join("ada", "r");
  world.open("ben");
  Hello hello = ServerWorld::hello("ben", "r");
  hello.connect = Connect::OnCall;
  world.say("ben", hello);
  world.open_classic("old", "old", "r");
  world.clear();
  // Where all are connected anyway, nothing waits.
  world.say_raw("old", "call", R"({"targetUid":"ada"})");
  world.say("old", offer_to("ada"));
  CHECK(world.heard<SignalFrom>("ada").size() == 1);
  world.say("ada", end(world.only<CallTold>("ada").call.id.value));
  world.clear();
  world.say("old", offer_to("ben"));
  CHECK(world.at("ben").heard.empty());
  world.say_raw("old", "call", R"({"targetUid":"ben"})");
  const CallId id = world.only<CallTold>("ben").call.id;
  world.say("old", offer_to("ben", "v=0 second"));
  CHECK(world.heard<SignalFrom>("ben").empty());
  world.say("ben", accept(id.value));
  CHECK(std::get<Offer>(world.only<SignalFrom>("ben").pair.body).sdp == "v=0 second");
}

TEST_CASE("S12: classic call: only so much is kept of what a caller signals meanwhile") {
  Limits limits;
  limits.candidates_per_generation_max = 3;
  ServerWorld world{{}, limits};
  go_online(world, "ada");
  world.open_classic("old", "old", std::nullopt);
  world.clear();
  world.say_raw("old", "call", R"({"targetUid":"ada"})");
  for (int i = 0; i < 10; ++i) world.say("old", offer_to("ada"));
  world.say("ada", accept(world.only<CallTold>("ada").call.id.value));
  CHECK(world.heard<SignalFrom>("ada").size() == 3);
}

TEST_CASE("L22: classic, in no room: no roster, no words to all, and no way to anybody but by a call") {
  Mixed world;
  go_online(world, "ben");
  world.open_classic("older", "older", std::nullopt);
  world.clear();
  world.say_raw("old", "roomUserList", R"({"roomId":""})");
  world.say_raw("old", "roomUserList", "{}");
  for (const char* other : {"ada", "ben", "older"}) CHECK(world.frames("old").find(other) == std::string::npos);
  world.say_raw("old", "msg", R"({"points":[]})");
  CHECK(world.at("older").frames.empty());
  world.say("old", offer_to("ben"));
  CHECK(world.at("ben").heard.empty());
}

}  // namespace switchboard_classic_call_test
