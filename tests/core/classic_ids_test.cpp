// Rooms and users whose names an address has to encode: classic servers spell them as they stood there, or not.
#include <nlohmann/json.hpp>

#include "protocol/dialects/classic.hpp"
#include "protocol/dialects/classic_ids.hpp"
#include "support/server_world.hpp"

namespace classic_ids_test {

namespace {

using namespace meetwire;
using namespace meetwire::protocol;
using Json = nlohmann::ordered_json;

Json json_of(const Frame& frame) { return Json::parse(frame.body, nullptr, false); }
std::unique_ptr<ClientDialect> client_in(const std::string& room, const std::string& self) {
  return make_classic_client(RoomId{room}, UserId{self}, "", kDefaultLimits);
}
const Welcome* welcome_in(const Decoded<ServerMessage>& decoded) {
  return decoded.messages.empty() ? nullptr : std::get_if<Welcome>(&decoded.messages.front());
}

TEST_CASE("classic ids: encoded as addresses have them, and back; what is no encoded form stays") {
  for (const char* text : {"plain-_.!~*()", "/:=&+ %#?", "it's", "会议", "100%25"}) {
    const std::string encoded = classic::percent_encoded(text);
    CHECK(classic::percent_decoded(encoded) == text);
    for (const char c : encoded) CHECK(std::string_view("/:=&+ #?'").find(c) == std::string_view::npos);
  }
  for (const char* text : {"a b", "50%", "50%2", "50%zz", "a/b%2Fc", "会%20议"}) CHECK(classic::percent_decoded(text) == text);
}

TEST_CASE("classic ids: a room is asked for under each of its names, and the answer that has us in it counts") {
  const std::string row = R"([{"userId":"me","roomId":"x"},{"userId":"bob","roomId":"x"}])";
  for (const bool encodes : {true, false}) {
    const auto client = client_in("team/standup", "me");
    const auto asked = client->encode({Hello{}}, 0);
    REQUIRE(asked.size() == 2);
    CHECK(json_of(asked[0]) == Json{{"roomId", "team%2Fstandup"}});
    CHECK(json_of(asked[1]) == Json{{"roomId", "team/standup"}});
    const auto first = client->decode("roomUserList", encodes ? row : "[]");
    const auto second = client->decode("roomUserList", encodes ? "[]" : row);
    CHECK((welcome_in(first) != nullptr) == encodes);
    CHECK((welcome_in(second) != nullptr) != encodes);
    const Welcome* welcome = welcome_in(encodes ? first : second);
    REQUIRE(welcome != nullptr);
    REQUIRE(welcome->members.size() == 1);
    CHECK(welcome->members[0].user.value == "bob");
  }
}

TEST_CASE("classic ids: where our own row is lost, all answers together are the roster") {
  const auto client = client_in("team/standup", "me");
  client->encode({Hello{}}, 0);
  CHECK(client->decode("roomUserList", R"([{"userId":"bob"}])").messages.empty());
  const auto second = client->decode("roomUserList", "{}");
  REQUIRE(welcome_in(second) != nullptr);
  CHECK(welcome_in(second)->members.size() == 1);
}

TEST_CASE("classic ids: a member is one, however rows, broadcasts and its own words spell it, and is addressed as the server has it") {
  const auto client = client_in("r", "m/e");
  client->encode({Hello{}}, 0);
  const auto roster = client->decode("roomUserList", R"({"m%2Fe":"{\"userId\":\"m%2Fe\"}","a%20b":"{\"userId\":\"a%20b\"}"})");
  REQUIRE(welcome_in(roster) != nullptr);
  REQUIRE(welcome_in(roster)->members.size() == 1);
  CHECK(welcome_in(roster)->members[0].user.value == "a b");
  for (const char* said : {"a b", "a%20b"}) {
    const auto heard = client->decode(
        "msg", std::string(R"({"type":"answer","status":200,"data":{"userId":")") + said + R"(","answer":{"type":"answer","sdp":"v=0"}}})");
    REQUIRE(heard.messages.size() == 1);
    CHECK(std::get<SignalFrom>(heard.messages[0]).from.value == "a b");
  }
  const auto left = client->decode("msg", R"({"type":"leave","msg":"a%20b leave the room ","status":200,"data":null})");
  REQUIRE(left.messages.size() == 1);
  CHECK(std::get<MemberLeft>(left.messages[0]).user.value == "a b");
  SignalTo signal;
  for (const char* to : {"a b", "new/comer"}) {
    signal.to = UserId{to};
    signal.pair.body = Answer{0, "v=0", {}};
    const Json sent = json_of(client->encode({signal}, 0).at(0));
    CHECK(sent.at("targetUid") == classic::percent_encoded(to));
    CHECK(sent.at("userId") == "m%2Fe");
  }
}

TEST_CASE("classic ids: a name of 128 bytes is as good where the server makes three of each") {
  std::string name;
  for (int i = 0; i < 42; ++i) name += "会";
  const auto client = client_in("r", "me");
  client->encode({Hello{}}, 0);
  const auto roster = client->decode("roomUserList", R"([{"userId":")" + classic::percent_encoded(name) + "\"}]");
  REQUIRE(welcome_in(roster) != nullptr);
  REQUIRE(welcome_in(roster)->members.size() == 1);
  CHECK(welcome_in(roster)->members[0].user.value == name);
}

TEST_CASE("classic ids: our server answers clients that spell as the reference server has to be told") {
  test::ServerWorld world;
  world.open_classic("a", "a b", "team/standup", "Ada");
  world.open_classic("b", "b=c", "team/standup", "Bob");
  world.clear();
  world.say_raw("a", "roomUserList", R"({"roomId":"team%2Fstandup"})");
  REQUIRE(world.at("a").frames.size() == 1);
  CHECK(json_of(world.at("a").frames[0]).size() == 2);
  world.say_raw("a", "offer", R"({"userId":"a%20b","targetUid":"b%3Dc","offer":{"type":"offer","sdp":"v=0"}})");
  REQUIRE(world.at("b").frames.size() == 1);
  CHECK(json_of(world.at("b").frames[0]).at("data").at("userId") == "a b");
}

// ---- what pages expect beside it

TEST_CASE("classic client: a page is called before the first offer of a connection, once; one of ours does not ring for it") {
  const auto client = client_in("r", "me");
  client->encode({Hello{}}, 0);
  client->decode("roomUserList", "[]");
  SignalTo signal;
  signal.to = UserId{"bob"};
  signal.pair.rank = "me";
  signal.pair.sequence = 3;
  signal.pair.body = Offer{"v=0", {{"0", Slot::Screen}}, true};
  const auto first = client->encode({signal}, 0);
  REQUIRE(first.size() == 2);
  CHECK(first[0].name == "call");
  CHECK(first[1].name == "offer");
  std::get<Offer>(signal.pair.body).opens = false;
  const auto second = client->encode({signal}, 0);
  REQUIRE(second.size() == 1);
  // Who was called by the application is not called again.
  RelayTo call;
  call.to = UserId{"bob"};
  client->encode({call}, 0);
  std::get<Offer>(signal.pair.body).opens = true;
  CHECK(client->encode({signal}, 0).size() == 1);

  const auto other = client_in("r", "bob");
  other->encode({Hello{}}, 0);
  other->decode("roomUserList", "[]");
  const std::string call_data = first[0].body;
  CHECK(other->decode("msg", R"({"type":"call","status":200,"data":)" + call_data + "}").messages.empty());
  const auto heard = other->decode("msg", R"({"type":"offer","status":200,"data":)" + second[0].body + "}");
  REQUIRE(heard.messages.size() == 1);
  const PairMessage& pair = std::get<SignalFrom>(heard.messages[0]).pair;
  CHECK(pair.rank == "me");
  CHECK(pair.sequence == 3);
  CHECK(std::get<Offer>(pair.body).slots == SlotsByMid{{"0", Slot::Screen}});
}

TEST_CASE("classic server: a page is called before the first offer of one who has no such word, and not if they have met") {
  test::ServerWorld world;
  world.join("ada", "r");
  world.open_classic("kit", "kit", "r");
  world.open_classic("kat", "kat", "r");
  world.say_raw("kat", "offer", R"({"userId":"kat","targetUid":"ada","offer":{"type":"offer","sdp":"v=0"}})");
  world.clear();
  for (const char* to : {"kit", "kit", "kat"}) {
    SignalTo signal;
    signal.to = UserId{to};
    signal.pair.body = Offer{"v=0", {}};
    world.say("ada", signal);
  }
  std::vector<std::string> types;
  for (const auto& frame : world.at("kit").frames) types.push_back(json_of(frame).at("type").get<std::string>());
  CHECK(types == std::vector<std::string>{"call", "offer", "offer"});
  CHECK(world.at("kat").frames.size() == 1);
}

TEST_CASE("classic server: viewers' pages find who publishes among ours") {
  test::ServerWorld world;
  world.join("ada", "r");
  world.open_classic("kit", "kit", "r", "Kit", "sub");
  world.clear();
  world.say_raw("kit", "roomUserList", R"({"roomId":"r"})");
  const Json rows = json_of(world.at("kit").frames.at(0));
  CHECK(rows.at(0).at("userId") == "ada");
  CHECK(rows.at(0).at("pub") == "pub");
  CHECK(rows.at(1).at("pub") == "sub");
}

}  // namespace

}  // namespace classic_ids_test
