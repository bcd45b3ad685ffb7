// Plain clients at the server: who gets in, what reaches whom, who is put out; and mixed rooms.
#include "support/server_world.hpp"

namespace switchboard_plain_test {

namespace {

using namespace meetwire;
using namespace meetwire::test;

constexpr const char* kAlive = R"({"type":"keepAlive"})";
constexpr const char* kOffer = R"({"type":"offer","sdp":"v=0 o","more":1})";

bool is_in(ServerWorld& world, const std::string& id) {
  const TestClient& client = world.at(id);
  return client.handshake && !client.handshake->error && !client.closed;
}

ErrorCode refusal(ServerWorld& world, const std::string& id) {
  REQUIRE(world.at(id).handshake);
  REQUIRE(world.at(id).handshake->error);
  REQUIRE(world.at(id).closed);
  REQUIRE(world.at(id).frames.empty());
  return world.at(id).handshake->error->code;
}

void enter(ServerWorld& world, const std::string& id, const std::string& room = "r", bool device = false) {
  world.open_plain(id, room, device);
  REQUIRE(is_in(world, id));
}

}  // namespace

TEST_CASE("plain: a member from its handshake on, told nothing, and what it says reaches the other as it is") {
  ServerWorld world;
  enter(world, "one");
  enter(world, "two");
  CHECK(world.counts.members == 2);
  CHECK(world.at("one").frames.empty());
  CHECK(world.at("two").frames.empty());
  for (const std::string text : {kOffer, R"({"type":"anything", "x":[ 1 ]})"}) {
    world.clear();
    world.say_raw("one", "plain", text);
    CHECK(world.frames("two") == "plain " + text + "\n");
    CHECK(world.at("one").frames.empty());
  }
  world.clear();
  for (const std::string text : {kAlive, "x", "[]", "", R"({"type":1})"}) world.say_raw("one", "plain", text);
  CHECK(world.at("two").frames.empty());
  CHECK(world.at("one").frames.empty());
  CHECK(world.logged("unknown messages"));
}

TEST_CASE("plain: two a room, and the third is refused in the handshake; rooms are apart") {
  ServerWorld world;
  enter(world, "one");
  enter(world, "two");
  world.open_plain("three", "r");
  CHECK(refusal(world, "three") == ErrorCode::RoomFull);
  enter(world, "elsewhere", "other/r");
  world.say_raw("one", "plain", kOffer);
  CHECK(world.at("elsewhere").frames.empty());
  world.lose("two");
  enter(world, "four");
  CHECK(world.counts.members == 3);
}

TEST_CASE("plain: three a room, where that is wanted: each hears all others") {
  RoomOptions options;
  options.plain_participants_max = 3;
  ServerWorld world(options);
  for (const std::string id : {"one", "two", "three"}) enter(world, id);
  world.say_raw("two", "plain", kOffer);
  CHECK(world.frames("one") == "plain " + std::string(kOffer) + "\n");
  CHECK(world.frames("three") == "plain " + std::string(kOffer) + "\n");
  world.open_plain("four", "r");
  CHECK(refusal(world, "four") == ErrorCode::RoomFull);
}

TEST_CASE("plain: who has said that it lives and then does not for 20 s is out; who never says it stays") {
  ServerWorld world;
  enter(world, "silent");
  enter(world, "lively");
  world.say_raw("lively", "plain", kAlive);
  world.pass(19'000);
  world.say_raw("lively", "plain", kAlive);
  world.pass(19'999);
  CHECK(is_in(world, "lively"));
  // What else it says is no sign of life.
  world.say_raw("lively", "plain", kOffer);
  world.pass(1);
  CHECK(world.at("lively").closed);
  CHECK(is_in(world, "silent"));
  CHECK(world.counts.members == 1);
  world.pass(600'000);
  CHECK(is_in(world, "silent"));
  enter(world, "next");
  world.lose("silent");
  world.lose("next");
  CHECK(world.board.held() == 0);
}

TEST_CASE("plain: a device empties the list as it comes, but gets in under the same limit") {
  ServerWorld world;
  enter(world, "page");
  enter(world, "device", "r", /*device=*/true);
  CHECK(world.at("page").closed);
  CHECK(world.counts.members == 1);
  enter(world, "second");
  world.open_plain("late", "r", /*device=*/true);
  CHECK(refusal(world, "late") == ErrorCode::RoomFull);
  CHECK(is_in(world, "device"));
  CHECK(is_in(world, "second"));
}

TEST_CASE("plain: a device puts nobody of another dialect out") {
  ServerWorld world;
  world.join("ada", "r");
  enter(world, "device", "r", /*device=*/true);
  CHECK_FALSE(world.at("ada").closed);
  CHECK(world.counts.members == 2);
}

TEST_CASE("plain mixed: one of ours and a plain client see each other, and each gets what it understands") {
  ServerWorld world;
  world.join("ada", "r");
  world.clear();
  enter(world, "kit");
  const Participant kit = world.only<MemberJoined>("ada").member;
  CHECK(kit.dialect == DialectName::Plain);
  CHECK(kit.user.value == "plain-session-kit");
  world.clear();
  world.say_raw("kit", "plain", kOffer);
  const SignalFrom offer = world.only<SignalFrom>("ada");
  CHECK(offer.from == kit.user);
  CHECK(offer.session == kit.session);
  CHECK(offer.pair.incarnation == 0);
  CHECK(std::get<Offer>(offer.pair.body).sdp == "v=0 o");
  // Of a type that only its own kind knows.
  world.clear();
  world.say_raw("kit", "plain", R"({"type":"anything"})");
  CHECK(world.at("ada").frames.empty());

  world.say("ada", offer_to(kit.user.value, "v=0 hers"));
  CHECK(world.frames("kit") == "plain {\"type\":\"offer\",\"sdp\":\"v=0 hers\"}\n");
  world.clear();
  world.say("ada", chat("c1", "hello"));
  world.say("ada", MediaAnnounced{{Wanted::On, Wanted::Off, Wanted::Off}});
  CHECK(world.at("kit").frames.empty());
  CHECK(world.heard<Problem>("ada").empty());
  world.clear();
  world.hang_up("kit");
  CHECK(world.only<MemberLeft>("ada").user == kit.user);
}

TEST_CASE("plain mixed: with a classic client, each in its own words") {
  ServerWorld world;
  world.open_classic("kit", "kit", "r");
  world.say("kit", Hello{});
  enter(world, "pia");
  world.clear();
  world.say_raw("pia", "plain", kOffer);
  const SignalFrom offer = world.only<SignalFrom>("kit");
  CHECK(std::get<Offer>(offer.pair.body).sdp == "v=0 o");
  CHECK(world.frames("kit").find("\"more\"") == std::string::npos);
  SignalTo answer;
  answer.to = offer.from;
  answer.pair.body = Answer{0, "v=0 his", {}};
  world.say("kit", answer);
  CHECK(world.frames("pia") == "plain {\"type\":\"answer\",\"sdp\":\"v=0 his\"}\n");
}

TEST_CASE("plain mixed: with a plain client in it a room is full for everybody, who has one connection only") {
  ServerWorld world;
  enter(world, "one");
  world.join("ada", "r");
  world.join("ben", "r");
  CHECK(world.error<Refused>("ben") == ErrorCode::RoomFull);
  world.join("cyd", "s");
  world.join("dan", "s");
  world.open_plain("two", "s");
  CHECK(refusal(world, "two") == ErrorCode::RoomFull);
  // Without one it is as large as ever.
  world.join("eve", "s");
  CHECK(world.heard<Refused>("eve").empty());
}

TEST_CASE("plain: nobody gets in where the application, a lobby or a shutdown says no") {
  RoomOptions options;
  options.authorize = true;
  ServerWorld world(options);
  world.open_plain("one", "r");
  CHECK_FALSE(world.at("one").handshake);
  REQUIRE(world.questions.size() == 1);
  CHECK(world.questions.front().room.value == "r");
  CHECK(world.questions.front().token.empty());
  // What it says meanwhile cannot be: its socket is not open. It reaches nobody.
  world.handle(event::Authorized{world.questions.front().operation, false, Role::Guest});
  CHECK(refusal(world, "one") == ErrorCode::TokenRefused);
  world.open_plain("two", "r");
  world.handle(event::Authorized{world.questions.back().operation, true, Role::Guest});
  CHECK(is_in(world, "two"));
  world.open_plain("three", "r");
  world.handle(event::ShutdownRequested{});
  CHECK(world.at("three").closed);
  CHECK(world.at("two").closed);
  world.open_plain("four", "r");
  CHECK(refusal(world, "four") == ErrorCode::ServerClosing);
}

TEST_CASE("plain: in a lobby nobody waits who cannot be told that it does") {
  RoomOptions options;
  options.lobby = true;
  ServerWorld world(options);
  world.join("host", "r");
  world.open_plain("one", "r");
  CHECK(refusal(world, "one") == ErrorCode::RoomLocked);
  CHECK(world.heard<Knocked>("host").empty());
}

TEST_CASE("plain: a room without a name, or with a bad one, is refused") {
  ServerWorld world;
  world.open_plain("one", "");
  CHECK(refusal(world, "one") == ErrorCode::InvalidRoom);
  world.open_plain("two", std::string(129, 'x'));
  CHECK(refusal(world, "two") == ErrorCode::InvalidRoom);
  CHECK(world.board.held() == 0);
}

TEST_CASE("plain: whoever floods is refused and then closed, and the other is unmoved") {
  ServerWorld world;
  enter(world, "eve");
  enter(world, "ada");
  for (int i = 0; i < 3'000 && !world.at("eve").closed; ++i) world.say_raw("eve", "plain", kOffer);
  CHECK(world.at("eve").closed);
  CHECK(is_in(world, "ada"));
  CHECK(world.at("ada").frames.size() <= 501);
}

TEST_CASE("plain: one of ours cannot speak as a plain client, nor a plain client as one of ours") {
  ServerWorld world;
  world.join("ada", "r");
  enter(world, "kit");
  world.clear();
  world.say_raw("kit", "meetwire", R"({"messages":[{"type":"chat","id":"1","text":"x"}]})");
  CHECK(world.at("ada").frames.empty());
  world.say_raw("ada", "plain", kOffer);
  CHECK(world.at("kit").frames.empty());
}

}  // namespace switchboard_plain_test
