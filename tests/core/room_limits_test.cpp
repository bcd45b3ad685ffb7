// What a member may make the server do and keep, at the bound and one beyond it; and that nobody else pays for it.
#include <string>
#include <vector>

#include "room/lobby.hpp"
#include "support/call_world.hpp"
#include "support/people_world.hpp"

namespace room_limits_test {

using namespace meetwire;
using namespace meetwire::test;

namespace {

std::string name(int number) { return "p" + std::to_string(number); }
std::string long_text(std::size_t bytes) { return std::string(bytes, 'x'); }

RoomOptions asking() {
  RoomOptions options;
  options.authorize = true;
  return options;
}

RoomOptions with_lobby() {
  RoomOptions options;
  options.lobby = true;
  return options;
}

std::size_t count(const ServerWorld& world, const std::string& phrase) {
  return static_cast<std::size_t>(std::count_if(world.logs.begin(), world.logs.end(), [&](const auto& line) { return line.message == phrase; }));
}

}  // namespace

TEST_CASE("M: typing that is too much is dropped without a word; all else gets one") {
  Limits limits;
  limits.spending_bytes_burst = 1'000;
  limits.spending_bytes_per_second = 1;
  PeopleWorld world({}, limits);
  world.join("ada", "r");
  world.join("ben", "r");
  world.say("ada", chat("k", long_text(2'000)));
  world.clear();
  world.say("ada", Typing{true});
  CHECK(world.heard<Problem>("ada").empty());
  CHECK(world.heard<TypingFrom>("ben").empty());
  world.say("ada", offer_to("ben"));
  CHECK(world.error<Problem>("ada") == ErrorCode::RateLimited);
}

TEST_CASE("M: what a newcomer said while it waited is its own to pay, not the host's who lets it in") {
  Limits limits;
  limits.spending_bytes_burst = 30'000;
  limits.spending_bytes_per_second = 1;
  PeopleWorld world(with_lobby(), limits);
  world.join("host", "r");
  world.knock("ben", "ben");
  for (const char* id : {"k1", "k2"}) world.say("ben", chat(id, long_text(16'000)));
  CHECK_FALSE(world.ask("host", RoomAction::Admit, "ben"));
  CHECK(world.heard<ChatDelivered>("host").size() == 2);
  world.clear();
  world.say("host", chat("mine", "hello"));
  CHECK_FALSE(world.only<ChatSettled>("host").error);
  world.say("ben", chat("k3", "more"));
  CHECK(world.only<ChatSettled>("ben").error->code == ErrorCode::RateLimited);
}

TEST_CASE("bounds: an address may hold exactly what it may") {
  const auto held = [](std::size_t most) {
    Limits limits;
    limits.address_held_bytes_max = most;
    PeopleWorld world({}, limits);
    world.address = "one";
    world.join("ada", "r");
    world.say("ada", Received{world.at("ada").received});
    const std::size_t bytes = world.board.bytes_held();
    world.clear();
    world.say("ada", chat("k", "hello"));
    return std::pair(bytes, world.only<ChatSettled>("ada").error.has_value());
  };
  const auto [bytes, refused] = held(1'000'000);
  CHECK_FALSE(refused);
  CHECK_FALSE(held(bytes).second);
  CHECK(held(bytes - 1).second);
}

TEST_CASE("M: a server that holds too much begins with the room that holds most, and leaves the others as they are") {
  Limits limits;
  limits.process_held_bytes_max = 80'000;
  PeopleWorld world({}, limits);
  for (const char* room : {"a small one", "large", "one more"}) {
    for (const char* who : {"x", "y"}) world.join(std::string(who) + room, room);
    world.say(std::string("x") + room, chat("k", "what was said"));
  }
  world.acknowledging = false;
  for (int i = 0; i < 5; ++i) world.say("xlarge", chat("k" + std::to_string(i), long_text(16'000), "ylarge"));
  CHECK(count(world, "too much is held; what is kept for later is given up") == 1);
  for (const auto& [room, kept] : std::map<std::string, std::size_t>{{"a small one", 1}, {"large", 0}, {"one more", 1}}) {
    INFO(room);
    CHECK(world.join("late" + room, room).heard.size() > 0);
    CHECK(world.only<Welcome>("late" + room).history.size() == kept);
  }
}

TEST_CASE("M: what is handed over once overtakes nothing that was said to one alone before it") {
  PeopleWorld world;
  world.join("ada", "r");
  world.join("zoe", "r");
  world.clear();
  RequestSubmitted refused = PeopleWorld::wish(RoomAction::Lock);
  refused.id = "q1";
  RequestSubmitted reaction = PeopleWorld::text(RoomAction::React, "!");
  reaction.id = "q2";
  world.say_all("zoe", {refused, reaction});
  const auto& heard = world.at("zoe").heard;
  REQUIRE(heard.size() == 3);
  CHECK(std::get<RequestSettled>(heard[0]).id == "q1");
  CHECK(std::holds_alternative<Reacted>(heard[1]));
  CHECK(std::get<RequestSettled>(heard[2]).id == "q2");
  CHECK(world.heard<Reacted>("ada").size() == 1);
}

TEST_CASE("M: what is handed over once in several envelopes has its own numbers in each") {
  Limits limits;
  limits.batch_messages_max = 3;
  PeopleWorld world(with_lobby(), limits);
  world.join("host", "r");
  for (const char* who : {"ann", "bob"}) {
    world.knock(who, who);
    CHECK_FALSE(world.ask("host", RoomAction::Admit, who));
  }
  for (int i = 0; i < 5; ++i) world.knock(name(i), name(i));
  world.clear();
  CHECK_FALSE(world.ask("host", RoomAction::AdmitAll));
  for (const char* who : {"ann", "bob"}) {
    INFO(who);
    CHECK(world.heard<MemberJoined>(who).size() == 5);
    CHECK(world.at(who).repeats == 0);
    const auto& numbers = world.at(who).numbers;
    for (std::size_t i = 1; i < numbers.size(); ++i) CHECK(numbers[i] == numbers[0] + i);
  }
}

TEST_CASE("M: a room without anybody gives way when its time has come, whatever ends in it meanwhile") {
  Limits limits;
  limits.rooms_max = 1;
  PeopleWorld world({}, limits);
  for (const char* who : {"ada", "ben"}) {
    world.join(who, "r");
    world.say(who, Typing{true});
  }
  world.lose("ben");
  world.pass(kDefaultLimits.resume_window.value - 5'000);
  world.lose("ada");
  world.pass(5'000);  // ben's place ends
  world.pass(kDefaultLimits.resume_protected.value - 5'001);
  world.join("dan", "other");
  CHECK(world.error<Refused>("dan") == ErrorCode::RoomFull);
  world.pass(1);
  world.join("eve", "other");
  CHECK(world.heard<Welcome>("eve").size() == 1);
}

TEST_CASE("M: the names of events count as what a connection says, too") {
  ServerWorld world;
  world.join("ada", "r");
  for (int i = 0; i < 60; ++i) world.say_raw("ada", std::string(60'000, 'n'), "");
  CHECK(count(world, "rate limited") == 1);
}

TEST_CASE("bounds: so many frames over the rate are dropped, told in one line, and one more ends the connection") {
  Limits limits;
  limits.rate_burst = 5;
  limits.rate_strikes_max = 50;
  ServerWorld world({}, limits);
  world.join("ada", "r");
  for (std::uint32_t i = 0; i < limits.rate_burst - 1 + limits.rate_strikes_max; ++i) world.say("ada", Received{});
  CHECK_FALSE(world.at("ada").closed);
  world.say("ada", Received{});
  CHECK(world.at("ada").closed);
  CHECK(count(world, "rate limited") == 1);
}

TEST_CASE("M: of many faults in one envelope as many are answered as messages may come") {
  Limits limits;
  limits.rate_burst = 10;
  ServerWorld world({}, limits);
  world.join("ada", "r");
  world.clear();
  std::string faults;
  for (int i = 0; i < 40; ++i) faults += std::string(i == 0 ? "" : ",") + R"({"type":"chat"})";
  world.say_raw("ada", "meetwire", R"({"messages":[)" + faults + "]}");
  CHECK(world.heard<Problem>("ada").size() <= 10);
  CHECK(world.heard<Problem>("ada").size() > 5);
}

TEST_CASE("bounds: before it has a place a connection keeps two messages' length, to the byte, and is charged for it") {
  Limits limits;
  limits.message_bytes_max = 1'000;
  for (const bool beyond : {false, true}) {
    ServerWorld world(asking(), limits);
    world.open("ada");
    Hello hello = ServerWorld::hello("ada", "r");
    hello.token = "t";
    const std::string first = world.at("ada").dialect->encode({hello}, 0).front().body;
    world.say_raw("ada", "meetwire", first);
    const std::size_t before = world.board.bytes_held();
    std::size_t said = first.size();
    for (int i = 0; i < 3; ++i) {
      std::string body = world.at("ada").dialect->encode({chat("k" + std::to_string(i), "x")}, 0).front().body;
      const std::size_t rest = 2 * limits.message_bytes_max - said;
      body.resize(i < 2 ? rest / 2 : rest + (beyond ? 1 : 0), ' ');
      said += body.size();
      world.say_raw("ada", "meetwire", body);
    }
    CHECK(world.heard<Problem>("ada").size() == (beyond ? 1 : 0));
    CHECK(world.board.bytes_held() - before >= limits.message_bytes_max);
    world.hang_up("ada");
    CHECK(world.board.held() == 0);
  }
}

TEST_CASE("M: whose address holds too much has nothing kept before he has a place") {
  Limits limits;
  limits.address_held_bytes_max = 10;
  ServerWorld world(asking(), limits);
  world.address = "one";
  world.open("ada");
  Hello hello = ServerWorld::hello("ada", "r");
  hello.token = "t";
  world.say("ada", hello);
  world.say("ada", chat("k1", "first"));
  CHECK(world.heard<Problem>("ada").empty());
  world.say("ada", chat("k2", "second"));
  CHECK(world.error<Problem>("ada") == ErrorCode::RateLimited);
}

TEST_CASE("promises: the number that was counted last has no second effect either, under another id", "[P14]") {
  PeopleWorld world;
  world.join("ada", "r");
  world.join("ben", "r");
  const auto ask = [&](const char* id, const char* called) {
    RequestSubmitted wish = PeopleWorld::text(RoomAction::SetName, called);
    wish.id = id;
    wish.count = 1;
    CHECK_FALSE(world.ask("ada", wish));
  };
  ask("q1", "Ada");
  world.clear();
  ask("q2", "Eve");
  CHECK(world.heard<MemberChanged>("ben").empty());
}

TEST_CASE("bounds: of one caller's calls that are over as many are known as may be, and no more") {
  Limits limits;
  limits.calls_remembered_max = 2;
  PeopleWorld world({}, limits);
  world.join("ada", "r");
  for (const char* id : {"c1", "c2", "c3"}) world.say("ada", ring("nobody", id));
  const auto outcome = [&](const char* id) {
    world.clear();
    world.say("ada", CallSubmitted{CallId{id}, CallAction::Ask, UserId{}, 0, ""});
    return world.only<CallTold>("ada").call.outcome;
  };
  CHECK(outcome("c1") == CallOutcome::Gone);
  CHECK(outcome("c2") == CallOutcome::Unavailable);
  CHECK(outcome("c3") == CallOutcome::Unavailable);
}

TEST_CASE("S12: online: whoever is called has only so many calls open, too") {
  Limits limits;
  limits.calls_open_max = 2;
  ServerWorld world({}, limits);
  for (const char* user : {"a", "b", "c", "d"}) world.open_classic(user, user, std::nullopt);
  for (const char* user : {"b", "c", "d"}) world.say_raw(user, "call", R"({"targetUid":"a"})");
  CHECK(world.frames("c").find("rate-limited") == std::string::npos);
  CHECK(world.frames("d").find("rate-limited") != std::string::npos);
}

TEST_CASE("M: who was put out is charged to who put him out, for as long as he is barred") {
  room::Ledger ledger;
  const auto account = ledger.account(Millis{1}, kDefaultLimits, "here");
  room::Lobby lobby(kDefaultLimits);
  lobby.bar(UserId{"eve"}, room::Charge(account, nullptr, 0));
  CHECK(account->bytes >= room::Lobby::kEntryBytes);
  lobby.unbar(UserId{"eve"});
  CHECK(account->bytes == 0);
}

TEST_CASE("M: who was let in while he was away keeps his turn in a full lobby") {
  Limits limits;
  limits.lobby_max = 2;
  PeopleWorld world(with_lobby(), limits);
  world.join("host", "r");
  for (const char* who : {"first", "second"}) {
    world.knock(who, who, std::string("a claim of ") + who);
    world.lose(who);
    world.pass(10);
  }
  CHECK_FALSE(world.ask("host", RoomAction::Admit, "first"));
  world.knock("third", "third");
  CHECK(world.heard<Waiting>("third").size() == 1);
  CHECK(world.knock("first again", "first", "a claim of first").heard.size() > 0);
  CHECK(world.heard<Welcome>("first again").size() == 1);
}

}  // namespace room_limits_test
