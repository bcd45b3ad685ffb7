// Bad input at the server's door: refused with a word to its sender, and felt by nobody else.
#include "support/server_world.hpp"

namespace switchboard_input_test {

namespace {

using namespace meetwire;
using namespace meetwire::test;

// A chat envelope of exactly so many bytes.
std::string envelope_of(std::size_t bytes) {
  const std::string head = R"({"messages":[{"type":"media","media":{},"padding":")";
  const std::string tail = R"("}]})";
  return head + std::string(bytes - head.size() - tail.size(), 'x') + tail;
}

TEST_CASE("L3: 64 KiB are taken, one byte more is refused, and others notice nothing", "[P1][P32]") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.clear();
  world.say_raw("ada", "meetwire", envelope_of(64 * 1024));
  REQUIRE(world.heard<MemberChanged>("ada").size() == 1);
  REQUIRE(world.heard<Problem>("ada").empty());
  world.say_raw("ada", "meetwire", envelope_of(64 * 1024 + 1));
  REQUIRE(world.error<Problem>("ada") == ErrorCode::MessageTooLarge);
  world.clear();
  for (const std::size_t bytes : {1024 * 1024 - 1, 1024 * 1024 + 1}) {
    world.say_raw("ada", "meetwire", envelope_of(bytes));
  }
  REQUIRE(world.heard<Problem>("ada").size() == 2);
  REQUIRE(world.at("bob").frames.empty());
  REQUIRE_FALSE(world.at("ada").closed);
}

TEST_CASE("L4: a hundred thousand nested arrays are refused, in either dialect") {
  ServerWorld world;
  world.join("ada", "r");
  world.open_classic("kit", "kit", "r");
  const std::string nested(60'000, '[');
  world.say_raw("ada", "meetwire", nested);
  REQUIRE(world.error<Problem>("ada") == ErrorCode::MessageTooDeep);
  world.say_raw("kit", "msg", nested);
  REQUIRE(world.frames("kit").find("message-too-deep") != std::string::npos);
  world.clear();
  world.say_raw("ada", "meetwire", std::string(100'000, '['));
  REQUIRE(world.error<Problem>("ada") == ErrorCode::MessageTooLarge);
  REQUIRE_FALSE(world.at("ada").closed);
}

TEST_CASE("input: what is not JSON, or not of the shape, is refused, and the place stays") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  for (const std::string& bad :
       {std::string(), std::string("{"), std::string("null"), std::string("[]"), std::string(R"({"messages":{}})"),
        std::string(R"({"messages":[{"type":"signal"}]})"), std::string(R"({"messages":[{"type":"signal","to":1}]})"),
        std::string(R"({"messages":[7]})"), std::string(R"({"messages":[{"type":"chat","id":"","text":"x"}]})"),
        std::string(R"({"messages":[{"type":"media","media":{"camera":"maybe"}}]})"), std::string("\xff\xfe"),
        std::string(R"({"messages":[{"type":"signal","to":"bob","candidates":[{"candidate":"x"}]}]})")}) {
    world.clear();
    world.say_raw("ada", "meetwire", bad);
    INFO(bad);
    REQUIRE(world.error<Problem>("ada") == ErrorCode::MessageMalformed);
    REQUIRE(world.at("bob").frames.empty());
  }
  world.clear();
  world.say("ada", offer_to("bob"));
  REQUIRE(world.heard<SignalFrom>("bob").size() == 1);
}

TEST_CASE("input: a bad message does not take the good ones of its envelope along") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.clear();
  world.say_raw("ada", "meetwire",
                R"({"messages":[{"type":"chat","id":"k1","text":"a"},{"type":"chat"},{"type":"chat","id":"k2","text":"b"}]})");
  REQUIRE(world.heard<ChatDelivered>("bob").size() == 2);
  REQUIRE(world.heard<Problem>("ada").size() == 1);
}

TEST_CASE("E9: messages and events of unknown types are told to their sender, counted, logged once", "[P2]") {
  ServerWorld world;
  world.join("ada", "r");
  world.clear();
  for (int i = 0; i < 3; ++i) world.say_raw("ada", "meetwire", R"({"messages":[{"type":"from-the-future"}]})");
  world.say_raw("ada", "who knows", "1");
  REQUIRE(world.heard<Problem>("ada").size() == 4);
  REQUIRE(world.heard<Problem>("ada").at(0).error.code == ErrorCode::MessageUnknown);
  REQUIRE(std::count_if(world.logs.begin(), world.logs.end(),
                        [](const auto& line) { return line.message == "unknown messages"; }) == 1);
  REQUIRE_FALSE(world.at("ada").closed);
}

TEST_CASE("L11: over the rate: the excess is dropped, a word a second, and the others go on") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.join("eve", "r");
  world.clear();
  // With the hello a burst has been had; from here on each second has its hundred.
  for (std::uint32_t i = 0; i + 1 < kDefaultLimits.rate_burst; ++i) world.say("ada", Received{});
  world.clear();
  for (int i = 0; i < 300; ++i) {
    world.say("ada", offer_to("bob"));
    world.now = world.now + Millis{1};
  }
  // 300 ms have brought 30.
  REQUIRE(world.heard<SignalFrom>("bob").size() >= 28);
  REQUIRE(world.heard<SignalFrom>("bob").size() <= 31);
  REQUIRE(world.error<Problem>("ada") == ErrorCode::RateLimited);
  world.say("eve", offer_to("bob"));
  REQUIRE(world.heard<SignalFrom>("bob").back().from.value == "eve");
  world.clear();
  world.now = world.now + Millis{2'000};
  world.say("ada", offer_to("bob"));
  REQUIRE(world.heard<SignalFrom>("bob").size() == 1);
}

TEST_CASE("L11: many messages in one envelope count as many") {
  Limits limits;
  limits.rate_burst = 10;
  ServerWorld world({}, limits);
  world.join("ada", "r");
  world.join("bob", "r");
  world.clear();
  std::vector<ClientMessage> many;
  for (int i = 0; i < 40; ++i) many.push_back(chat("k" + std::to_string(i), "x"));
  world.say_all("ada", many);
  REQUIRE(world.heard<ChatDelivered>("bob").size() == 9);
  REQUIRE(world.error<Problem>("ada") == ErrorCode::RateLimited);
}

TEST_CASE("L11: whoever goes on and on is closed, and its place is free") {
  Limits limits;
  limits.rate_burst = 5;
  limits.rate_strikes_max = 50;
  ServerWorld world({}, limits);
  world.join("ada", "r");
  world.join("bob", "r");
  world.clear();
  for (int i = 0; i < 100; ++i) world.say("ada", Received{});
  REQUIRE(world.error<Ended>("ada") == ErrorCode::RateLimited);
  REQUIRE(world.at("ada").closed);
  REQUIRE(world.only<MemberLeft>("bob").reason == LeaveReason::Removed);
  REQUIRE(world.logged("closed for its rate"));
}

TEST_CASE("L7: markup and odd addresses in names and chat are text: passed on to the letter") {
  ServerWorld world;
  world.join("bob", "r");
  world.open("ada");
  Hello hello = ServerWorld::hello("ada", "r");
  hello.name = "<img src=x onerror=alert(1)>";
  world.say("ada", hello);
  REQUIRE(world.only<MemberJoined>("bob").member.name == hello.name);
  world.say("ada", chat("k", "javascript:alert(1) \" \\ \xe2\x80\xa8"));
  REQUIRE(world.only<ChatDelivered>("bob").message.text == "javascript:alert(1) \" \\ \xe2\x80\xa8");
}

TEST_CASE("log: no line holds chat, tokens, secrets or descriptions") {
  RoomOptions options;
  options.authorize = true;
  ServerWorld world(options);
  world.open("ada");
  Hello hello = ServerWorld::hello("ada", "r");
  hello.token = "TOKEN";
  world.say("ada", hello);
  world.handle(event::Authorized{world.questions.at(0).operation, true, Role::Guest});
  world.say("ada", chat("k", "CONTENT"));
  world.say("ada", offer_to("bob", "v=0 DESCRIPTION"));
  world.say_raw("ada", "CONTENT", "\"CONTENT\"");
  world.lose("ada");
  world.pass(kDefaultLimits.resume_window.value);
  REQUIRE(world.logs.size() >= 4);
  for (const command::Log& line : world.logs) {
    const std::string text = line.message + line.detail.value_or("");
    for (const char* word : {"TOKEN", "CONTENT", "DESCRIPTION", "secret-ada"}) {
      REQUIRE(text.find(word) == std::string::npos);
    }
  }
}

TEST_CASE("input: events about connections that are unknown or closed change nothing") {
  ServerWorld world;
  world.join("ada", "r");
  world.say("ada", Leave{});
  const auto before = world.board.held();
  world.handle(event::FrameArrived{ConnectionId{"ada"}, "meetwire", "{}"});
  world.handle(event::ConnectionClosed{ConnectionId{"ada"}, false});
  world.handle(event::ConnectionClosed{ConnectionId{"ghost"}, true});
  world.handle(event::TimePassed{});
  REQUIRE(world.board.held() == before);
}

}  // namespace

}  // namespace switchboard_input_test
