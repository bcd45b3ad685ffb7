// What a room keeps of its chat for those who come later, and notices of typing; through the real dialects.
#include "support/server_world.hpp"

namespace room_history_test {

namespace {

using namespace meetwire;
using namespace meetwire::test;

using Texts = std::vector<std::string>;

Texts history(ServerWorld& world, const std::string& id) {
  Texts texts;
  for (const ChatMessage& one : world.only<Welcome>(id).history) texts.push_back(one.text);
  return texts;
}

TEST_CASE("history: who comes later gets what was said to all, in order, as it was said; never what was for one") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("ben", "r");
  world.say("ada", chat("k1", "one"));
  world.say("ben", chat("k1", "two"));
  world.say("ada", chat("k2", "a secret", "ben"));
  world.pass(50);
  world.say("ada", chat("k3", "three"));
  world.hang_up("ben");
  world.join("cid", "r");
  CHECK(history(world, "cid") == Texts{"one", "two", "three"});
  const ChatMessage last = world.only<Welcome>("cid").history.back();
  CHECK(last.from == UserId{"ada"});
  CHECK(last.id == "k3");
  CHECK(last.name == "Name of ada");
  CHECK(last.at == world.now.value);
  CHECK(world.heard<ChatDelivered>("cid").empty());
  CHECK(world.frames("cid").find("a secret") == std::string::npos);
  // Another room's is another one.
  world.join("dan", "elsewhere");
  CHECK(history(world, "dan").empty());
}

TEST_CASE("history: is gone with the room's last member") {
  ServerWorld world;
  world.join("ada", "r");
  world.say("ada", chat("k1", "one"));
  world.say("ada", Leave{});
  world.join("ben", "r");
  CHECK(history(world, "ben").empty());
}

TEST_CASE("history: is bounded by count and by size, the oldest gives way; off by option", "[P42]") {
  Limits limits;
  limits.chat_kept_messages_max = 3;
  limits.chat_kept_bytes_max = 100;
  SECTION("count") {
    ServerWorld world{{}, limits};
    world.join("ada", "r");
    for (const char* text : {"1", "2", "3", "4"}) world.say("ada", chat(text, text));
    world.join("ben", "r");
    CHECK(history(world, "ben") == Texts{"2", "3", "4"});
  }
  SECTION("size") {
    ServerWorld world{{}, limits};
    world.join("ada", "r");
    world.say("ada", chat("1", std::string(60, 'x')));
    world.say("ada", chat("2", std::string(200, 'y')));  // too large to be kept at all: nothing gives way to it
    world.say("ada", chat("3", std::string(50, 'z')));
    world.join("ben", "r");
    CHECK(history(world, "ben") == Texts{std::string(50, 'z')});
  }
  SECTION("off, and no more than the table's") {
    RoomOptions options;
    options.chat_history_max = 0;
    ServerWorld world{options, limits};
    world.join("ada", "r");
    world.say("ada", chat("1", "one"));
    world.join("ben", "r");
    CHECK(history(world, "ben").empty());
    CHECK(world.frames("ben").find("history") == std::string::npos);
  }
}

TEST_CASE("history: of the worst texts still fits into what a client reads of a welcome") {
  ServerWorld world;
  world.join("ada", "r");
  for (int i = 0; i < 40; ++i) {
    world.say("ada", chat("k" + std::to_string(i), std::string(1'000, '\x01')));
    world.pass(1'000);
  }
  world.join("ben", "r");
  CHECK(world.only<Welcome>("ben").history.size() > 20);
}

TEST_CASE("D1: a resume brings what was missed, by its number, and no history") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("ben", "r");
  world.say("ben", chat("k1", "one"));
  const std::string secret = world.at("ada").secret;
  world.lose("ada");
  world.say("ben", chat("k2", "two"));
  world.come_back("ada2", "ada", "r", secret, 2);
  CHECK(history(world, "ada2").empty());
  CHECK(world.only<ChatDelivered>("ada2").message.text == "two");
}

TEST_CASE("D5: a message said again from a new place has no second effect, and the answer of the first") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("ben", "r");
  world.say("ada", chat("k1", "one"));
  const std::int64_t at = world.only<ChatSettled>("ada").at;
  world.say("ada", Leave{});
  world.pass(100);
  world.join("ada", "r");
  world.clear();
  world.say("ada", chat("k1", "one"));
  CHECK(world.only<ChatSettled>("ada").at == at);
  CHECK(world.heard<ChatDelivered>("ben").empty());
}

TEST_CASE("typing: the others are told, seldom, without numbers; an end that was never begun is none") {
  ServerWorld world;
  for (const char* user : {"ada", "ben", "cid"}) world.join(user, "r");
  world.open_classic("old", "old", "r");
  world.clear();
  world.say("ada", Typing{false});
  CHECK(world.heard<TypingFrom>("ben").empty());
  for (int i = 0; i < 10; ++i) world.say("ada", Typing{true});
  CHECK(world.only<TypingFrom>("ben").from == UserId{"ada"});
  CHECK(world.only<TypingFrom>("cid").on);
  CHECK(world.at("ben").numbers == std::vector<std::uint64_t>{0});
  CHECK(world.heard<TypingFrom>("ada").empty());
  CHECK(world.frames("old").empty());
  world.clear();
  for (int i = 0; i < 10; ++i) world.say("ada", Typing{false});
  CHECK_FALSE(world.only<TypingFrom>("ben").on);
  // On and off and on again is as fast as on and on.
  world.clear();
  world.say("ada", Typing{true});
  CHECK(world.heard<TypingFrom>("ben").empty());
  world.pass(1'000);
  world.say("ada", Typing{true});
  CHECK(world.only<TypingFrom>("ben").on);
  // What was being written is there: no end needs to be told.
  world.say("ada", chat("k1", "done"));
  world.clear();
  world.say("ada", Typing{false});
  CHECK(world.heard<TypingFrom>("ben").empty());
}

TEST_CASE("L1: typing is the connection's own; L2: it stays inside the room, and away members miss it") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("ben", "r");
  world.join("eve", "elsewhere");
  const std::string secret = world.at("ben").secret;
  world.lose("ben");
  world.clear();
  world.say_raw("ada", "meetwire", R"({"messages":[{"type":"typing","on":true,"from":"eve","user":"eve"}]})");
  world.say_raw("ada", "meetwire", R"({"messages":[{"type":"typing"},{"type":"typing","on":1}]})");
  CHECK(world.heard<Problem>("ada").size() == 2);
  CHECK(world.heard<TypingFrom>("eve").empty());
  world.come_back("ben2", "ben", "r", secret, 0);
  CHECK(world.heard<TypingFrom>("ben2").empty());
}

}  // namespace

}  // namespace room_history_test
