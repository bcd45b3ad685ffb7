// Classic clients at our server: the frames themselves, as unmodified clients of both editions read them.
#include <nlohmann/json.hpp>

#include "support/server_world.hpp"

namespace classic_server_test {

namespace {

using namespace meetwire;
using Json = nlohmann::ordered_json;
using namespace meetwire::test;

// The bodies of all frames of this event that the client got, since the last clear().
std::vector<Json> bodies(ServerWorld& world, const std::string& id, const std::string& event) {
  std::vector<Json> found;
  for (const Frame& frame : world.at(id).frames) {
    if (frame.name != event) continue;
    REQUIRE(frame.form == BodyForm::Json);
    found.push_back(Json::parse(frame.body, nullptr, false));
  }
  return found;
}
Json only_body(ServerWorld& world, const std::string& id, const std::string& event = "msg") {
  const auto found = bodies(world, id, event);
  REQUIRE(found.size() == 1);
  return found.front();
}
Json parsed(const char* text) { return Json::parse(text, nullptr, false); }

TEST_CASE("classic server: join is told to everyone, the newcomer included, in each one's edition") {
  ServerWorld world;
  world.open_classic("a", "ada", "r", std::nullopt);
  REQUIRE(only_body(world, "a") == parsed(R"({"type":"join","msg":"ada join then room","status":200,"data":null})"));
  world.clear();
  world.open_classic("b", "bob", "r", "Bob");
  REQUIRE(only_body(world, "a") == parsed(R"({"type":"join","msg":"bob join then room","status":200,"data":null})"));
  REQUIRE(only_body(world, "b") ==
          parsed(R"({"type":"join","msg":"bob join then room","status":200,"data":{"userId":"bob","nickname":"Bob"}})"));
}

TEST_CASE("classic server: leave is told to those who remain, at once, whether said or lost") {
  ServerWorld world;
  world.open_classic("a", "ada", "r", std::nullopt);
  world.open_classic("b", "bob", "r", "Bob");
  world.open_classic("c", "eve", "r", "Eve");
  world.clear();
  world.lose("c");
  REQUIRE(only_body(world, "a") == parsed(R"({"type":"leave","msg":"eve leave the room ","status":200,"data":null})"));
  REQUIRE(only_body(world, "b") ==
          parsed(R"({"type":"leave","msg":"eve leave the room ","status":200,"data":{"userId":"eve","nickname":"Eve"}})"));
  world.clear();
  world.hang_up("b");
  REQUIRE(only_body(world, "a").at("msg") == "bob leave the room ");
}

TEST_CASE("classic server: the roster is a hash of text to the first edition, an array to the later one") {
  ServerWorld world;
  world.open_classic("a", "ada", "r", std::nullopt);
  world.open_classic("b", "bob", "r", "Bob", "pub");
  world.clear();
  world.say_raw("a", "roomUserList", R"({"roomId":"r"})");
  world.say_raw("b", "roomUserList", R"({"roomId":"r"})");
  const Json hash = only_body(world, "a", "roomUserList");
  REQUIRE(hash.size() == 2);
  REQUIRE(Json::parse(hash.at("bob").get<std::string>()) == parsed(R"({"userId":"bob","roomId":"r"})"));
  REQUIRE(only_body(world, "b", "roomUserList") ==
          parsed(R"([{"userId":"ada","roomId":"r","nickname":"","pub":null},{"userId":"bob","roomId":"r","nickname":"Bob","pub":"pub"}])"));
}

TEST_CASE("L22: the roster of a room not joined is refused") {
  ServerWorld world;
  world.open_classic("a", "ada", "r");
  world.open_classic("o", "out", std::nullopt);
  world.open_classic("b", "bob", "secret room");
  world.clear();
  world.say_raw("a", "roomUserList", R"({"roomId":"secret room"})");
  world.say_raw("o", "roomUserList", R"({"roomId":"secret room"})");
  REQUIRE(only_body(world, "a", "roomUserList") == Json::array());
  REQUIRE(only_body(world, "o", "roomUserList") == Json::array());
  REQUIRE(world.logged("roster of another room refused"));
  // Without a room it is one's own.
  world.clear();
  world.say_raw("a", "roomUserList", "");
  REQUIRE(only_body(world, "a", "roomUserList").size() == 1);
}

TEST_CASE("classic server: relays carry the sender's payload as sent, but for the sender") {
  ServerWorld world;
  world.open_classic("a", "ada", "r", "Ada");
  world.open_classic("b", "bob", "r", "Bob");
  world.clear();
  world.say_raw("a", "offer", R"({"userId":"eve","targetUid":"bob","nickname":"Eve","roomId":"x","offer":{"type":"offer","sdp":"v=0"},"mediaType":"screen"})");
  REQUIRE(only_body(world, "b") ==
          parsed(R"({"type":"offer","msg":"rtc offer","status":200,"data":{"userId":"ada","targetUid":"bob","nickname":"Ada","roomId":"r","offer":{"type":"offer","sdp":"v=0"},"mediaType":"screen"}})"));
  REQUIRE(world.at("a").frames.empty());
  world.clear();
  world.say_raw("b", "answer", R"({"targetUid":"ada","answer":{"type":"answer","sdp":"v=0"}})");
  REQUIRE(only_body(world, "a").at("msg") == "rtc answer");
  REQUIRE(only_body(world, "a").at("data").at("userId") == "bob");
  world.clear();
  world.say_raw("a", "candidate", R"({"userId":"ada","targetUid":"bob","candidate":{"candidate":"candidate:1","sdpMid":"0","sdpMLineIndex":0}})");
  REQUIRE(only_body(world, "b").at("msg") == "ice candidate");
  REQUIRE(only_body(world, "b").at("data").at("candidate").at("sdpMid") == "0");
}

TEST_CASE("classic server: call and asking for the floor are relayed, stamped") {
  ServerWorld world;
  world.open_classic("a", "ada", "r");
  world.open_classic("b", "bob", "r");
  for (const char* event : {"call", "applyMic", "acceptApplyMic", "refuseApplyMic"}) {
    world.clear();
    world.say_raw("a", event, R"({"userId":"eve","targetUid":"bob","more":[1]})");
    const Json body = only_body(world, "b");
    REQUIRE(body.at("type") == event);
    REQUIRE(body.at("data") == parsed(R"({"userId":"ada","targetUid":"bob","more":[1]})"));
  }
  world.clear();
  world.say_raw("a", "call", R"({"targetUid":"bob"})");
  REQUIRE(only_body(world, "b").at("msg") == "远程呼叫");
}

TEST_CASE("L2: classic: someone in another room, nobody, and oneself are refused in the same words") {
  ServerWorld world;
  world.open_classic("a", "ada", "r");
  world.open_classic("b", "bob", "elsewhere");
  std::string words;
  for (const char* target : {"bob", "nobody", "ada"}) {
    for (const std::string event : {"offer", "call"}) {
      world.clear();
      world.say_raw("a", event, std::string(R"({"targetUid":")") + target + R"(","offer":{"type":"offer","sdp":"v=0"}})");
      if (words.empty()) words = world.frames("a");
      REQUIRE(world.frames("a") == words);
      REQUIRE(only_body(world, "a").at("status") == 404);
      REQUIRE(world.at("b").frames.empty());
    }
  }
}

TEST_CASE("classic server: msg reaches everyone in the room, the sender included, unwrapped") {
  ServerWorld world;
  world.open_classic("a", "ada", "r", std::nullopt);
  world.open_classic("b", "bob", "r");
  world.open_classic("c", "eve", "elsewhere");
  for (const char* payload : {R"("hello")", R"({"msg":"hi","colour":"red"})", R"([1,2])", R"({"points":[1,2]})", "7"}) {
    world.clear();
    world.say_raw("a", "msg", payload);
    REQUIRE(only_body(world, "a") == parsed(payload));
    REQUIRE(only_body(world, "b") == parsed(payload));
    REQUIRE(world.at("c").frames.empty());
  }
}

TEST_CASE("L1: a msg payload cannot pose as somebody else, nor as the server") {
  ServerWorld world;
  world.open_classic("a", "ada", "r", "Ada");
  world.open_classic("b", "bob", "r");
  world.clear();
  world.say_raw("a", "msg", R"({"userId":"bob","from":"bob","nickname":"Bob","text":"x"})");
  REQUIRE(only_body(world, "b") == parsed(R"({"userId":"ada","from":"ada","nickname":"Ada","text":"x"})"));
  for (const char* type : {"join", "leave", "call", "offer", "answer", "candidate", "applyMic", "refused", "ended", "problem"}) {
    world.clear();
    world.say_raw("a", "msg", std::string(R"({"type":")") + type + R"(","status":200,"data":{"userId":"bob"}})");
    REQUIRE(world.at("b").frames.empty());
    REQUIRE(only_body(world, "a").at("data").at("code") == "message-malformed");
  }
}

TEST_CASE("classic server: our own chat comes with the server's word on who and when, and a retry has no second effect") {
  ServerWorld world;
  world.open_classic("a", "ada", "r", "Ada");
  world.open_classic("b", "bob", "r", "Bob");
  world.clear();
  world.say("a", chat("k1", "hi"));
  const Json expected = {{"type", "chat"}, {"id", "k1"}, {"from", "ada"}, {"name", "Ada"}, {"text", "hi"}, {"at", world.now.value}};
  REQUIRE(only_body(world, "b") == expected);
  REQUIRE(only_body(world, "a") == expected);
  REQUIRE(world.only<ChatSettled>("a").id == "k1");
  REQUIRE(world.heard<ChatDelivered>("a").empty());
  world.clear();
  world.say("a", chat("k1", "hi"));
  REQUIRE(world.at("b").frames.empty());
  REQUIRE(world.only<ChatSettled>("a").id == "k1");
  world.clear();
  world.say("a", chat("k2", std::string(kDefaultLimits.chat_bytes_max + 1, 'x')));
  REQUIRE(world.only<ChatSettled>("a").error->code == ErrorCode::MessageTooLarge);
}

TEST_CASE("classic server: bad input is refused with a word, and the place stays") {
  ServerWorld world;
  world.open_classic("a", "ada", "r");
  world.open_classic("b", "bob", "r");
  struct Bad {
    const char* event;
    std::string body;
    const char* code;
  };
  const std::vector<Bad> cases = {
      {"offer", "", "message-malformed"},
      {"offer", "null", "message-malformed"},
      {"offer", "[]", "message-malformed"},
      {"offer", R"({"targetUid":"bob"})", "message-malformed"},
      {"offer", R"({"targetUid":"bob","offer":{"type":"offer"}})", "message-malformed"},
      {"offer", R"({"targetUid":"__proto__","offer":{"type":"offer","sdp":"v=0"}})", "message-malformed"},
      {"candidate", R"({"targetUid":"bob","candidate":7})", "message-malformed"},
      {"call", "{}", "message-malformed"},
      {"msg", "", "message-malformed"},
      {"msg", "{", "message-malformed"},
      {"msg", "\"" + std::string(64 * 1024, 'x') + "\"", "message-too-large"},
      {"roomUserList", "{", "message-malformed"},
      {"no such event", "{}", "message-unknown"},
      {"meetwire", "{}", "message-unknown"},
  };
  for (const Bad& bad : cases) {
    world.clear();
    world.say_raw("a", bad.event, bad.body);
    INFO(bad.event << " " << bad.body.substr(0, 60));
    REQUIRE(only_body(world, "a").at("data").at("code") == bad.code);
    REQUIRE(world.at("b").frames.empty());
    REQUIRE_FALSE(world.at("a").closed);
  }
}

TEST_CASE("classic server: a query without a user, or with one that cannot be, is refused, and nothing is thrown") {
  ServerWorld world;
  const std::string long_id(129, 'x');
  world.open_classic("none", std::nullopt, "r");
  world.open_classic("empty", "", "r");
  world.open_classic("proto", "__proto__", "r");
  world.open_classic("long", long_id, "r");
  world.open_classic("nothing", std::nullopt, std::nullopt, std::nullopt);
  world.open_classic("badroom", "ada", long_id);
  world.open_classic("badname", "ada", "r", long_id);
  for (const char* id : {"none", "empty", "proto", "long", "nothing", "badroom", "badname"}) {
    INFO(id);
    REQUIRE(world.at(id).closed);
    REQUIRE(only_body(world, id).at("type") == "refused");
    REQUIRE(only_body(world, id).at("status") != 200);
  }
  REQUIRE(world.board.held() == 0);
}

TEST_CASE("classic server: ids with slashes and equals signs are ids like any other") {
  ServerWorld world;
  world.open_classic("a", "a/b=c", "r/=%2F", "A=B");
  world.open_classic("b", "bob", "r/=%2F");
  world.clear();
  world.say_raw("b", "roomUserList", R"({"roomId":"r/=%2F"})");
  REQUIRE(only_body(world, "b", "roomUserList").at(0).at("userId") == "a/b=c");
  world.say_raw("b", "call", R"({"targetUid":"a/b=c"})");
  REQUIRE(only_body(world, "a").at("type") == "call");
}

}  // namespace

}  // namespace classic_server_test
