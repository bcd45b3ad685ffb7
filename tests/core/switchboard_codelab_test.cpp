// Codelab pages at our server: among themselves, and with one of ours.
#include "protocol/dialects/codelab.hpp"
#include "support/server_world.hpp"

namespace switchboard_codelab_test {

namespace {

using namespace meetwire;
using namespace meetwire::test;

const std::string kOffer = R"({"type":"offer","sdp":"v=0\r\nm=video 9"})";
const std::string kAnswer = R"({"type":"answer","sdp":"v=0"})";

struct CodelabWorld : ServerWorld {
  using ServerWorld::ServerWorld;

  void page(const std::string& id) {
    TestClient& client = clients[id];
    client = TestClient{};
    client.dialect = make_codelab_client(RoomId{"foo"}, UserId{id}, "", kDefaultLimits);
    event::ConnectionOpened opened;
    opened.connection = ConnectionId{id};
    opened.session = SessionId{"session-" + id};
    opened.secret = as_secret("secret-" + id);
    opened.dialect = DialectName::Codelab;
    handle(opened);
  }
  void enter(const std::string& id, const std::string& room = "foo") {
    page(id);
    say_raw(id, "create or join", "\"" + room + "\"");
  }
  // What it was told since the last look.
  std::string told(const std::string& id) {
    std::string out = frames(id);
    at(id).frames.clear();
    return out;
  }
  std::string log_of(const std::string& code) {
    return "log [\"Message from server:\",\"" + code + "\",";
  }
};

}  // namespace

TEST_CASE("codelab server: two a room, each word once, and the third one is told that it is full") {
  CodelabWorld world;
  world.enter("a");
  CHECK(world.told("a") == "created [\"foo\",\"session-a\"]\n");
  world.enter("b");
  CHECK(world.told("b") == "joined [\"foo\",\"session-b\"]\nready \"foo\"\n");
  CHECK(world.told("a") == "join \"foo\"\nready \"foo\"\n");
  world.enter("c");
  CHECK(world.told("c") == "full \"foo\"\n");
  CHECK_FALSE(world.at("c").closed);
  CHECK(world.counts.members == 2);
  // What it goes on saying is dropped, and it may ask for another room.
  world.say_raw("c", "message", "\"got user media\"");
  world.say_raw("c", "message", kOffer);
  world.say_raw("c", "bye", "\"foo\"");
  world.pass(60'000);
  CHECK(world.told("a").empty());
  CHECK(world.told("c").empty());
  world.say_raw("c", "create or join", "\"bar\"");
  CHECK(world.told("c") == "created [\"bar\",\"session-c\"]\n");
}

TEST_CASE("codelab server: what one says reaches the other one as it is, and nobody else") {
  CodelabWorld world;
  world.enter("a");
  world.enter("b");
  world.enter("x", "bar");
  world.enter("y", "bar");
  world.clear();
  const std::vector<std::string> said{"\"got user media\"", R"({"type":"offer","sdp":"v=0\r\nm=video 9","more":[1]})", kAnswer,
                                      R"({"type":"candidate","label":0,"id":"0","candidate":"candidate:1"})", R"({"own":true})", "7"};
  for (const std::string& message : said) {
    for (const std::string id : {"a", "b"}) {
      world.say_raw(id, "message", message);
      CHECK(world.told(id == "a" ? "b" : "a") == "message " + message + "\n");
      CHECK(world.told(id).empty());
    }
  }
  CHECK(world.told("x").empty());
  CHECK(world.told("y").empty());
}

TEST_CASE("codelab server: a goodbye, by word or by a lost socket, is told in both forms; then a place is free") {
  CodelabWorld world;
  world.enter("a");
  world.enter("b");
  world.clear();
  SECTION("hung up: the place stays taken") {
    world.say_raw("b", "message", "\"bye\"");
    CHECK(world.told("a") == "message \"bye\"\nbye \"foo\"\n");
    world.enter("c");
    CHECK(world.told("c") == "full \"foo\"\n");
    world.lose("b");
    CHECK(world.told("a").empty());
    world.enter("d");
    CHECK(world.told("d") == "joined [\"foo\",\"session-d\"]\nready \"foo\"\n");
  }
  SECTION("lost") {
    world.lose("b");
    CHECK(world.told("a") == "message \"bye\"\nbye \"foo\"\n");
    world.enter("c");
    CHECK(world.told("a") == "join \"foo\"\nready \"foo\"\n");
  }
  SECTION("as the page of step 6 unloads") {
    world.say_raw("a", "bye", "\"foo\"");
    CHECK(world.told("b") == "message \"bye\"\nbye \"foo\"\n");
  }
}

TEST_CASE("codelab server: who hung up is met by whoever comes") {
  CodelabWorld world;
  world.enter("a");
  world.enter("b");
  world.say_raw("a", "message", "\"bye\"");
  world.lose("b");
  world.clear();
  SECTION("by a page") {
    world.enter("c");
    CHECK(world.told("c") == "joined [\"foo\",\"session-c\"]\nready \"foo\"\n");
    CHECK(world.told("a") == "join \"foo\"\nready \"foo\"\n");
  }
  SECTION("by one of ours") {
    world.join("ada", "foo");
    CHECK(world.only<Welcome>("ada").members.size() == 1);
    CHECK(world.told("a") == "join \"foo\"\nready \"foo\"\nmessage \"got user media\"\n");
  }
}

TEST_CASE("codelab server: with one of ours that came first") {
  CodelabWorld world;
  world.join("ada", "foo");
  world.enter("p");
  CHECK(world.told("p") == "joined [\"foo\",\"session-p\"]\nready \"foo\"\n");
  const Participant row = world.only<MemberJoined>("ada").member;
  CHECK(row.dialect == DialectName::Codelab);
  CHECK(row.user.value == "session-p");
  world.clear();
  // Its camera is there: it can be offered to.
  world.say_raw("p", "message", "\"got user media\"");
  const SignalFrom ready = world.only<SignalFrom>("ada");
  CHECK(std::holds_alternative<Acknowledge>(ready.pair.body));
  CHECK(ready.pair.incarnation == 0);
  world.clear();
  world.say("ada", offer_to("session-p", "v=0 ours"));
  CHECK(world.told("p") == "message {\"type\":\"offer\",\"sdp\":\"v=0 ours\"}\n");
  world.say_raw("p", "message", kAnswer);
  CHECK(std::get<Answer>(world.only<SignalFrom>("ada").pair.body).sdp == "v=0");
  world.clear();
  world.say_raw("p", "message", "\"bye\"");
  CHECK(world.only<MemberLeft>("ada").user.value == "session-p");
  world.say("ada", offer_to("session-p"));
  CHECK(world.error<Problem>("ada") == ErrorCode::TargetUnknown);
}

TEST_CASE("codelab server: with one of ours that comes second the page offers, and is offered to from then on") {
  CodelabWorld world;
  world.enter("p");
  world.told("p");
  world.join("ada", "foo");
  CHECK(world.told("p") == "join \"foo\"\nready \"foo\"\nmessage \"got user media\"\n");
  // Before it has a connection it throws at an offer; its own is about to come, as soon as its camera is there.
  world.say("ada", offer_to("session-p"));
  CHECK(world.told("p").empty());
  world.clear();
  world.say_raw("p", "message", "\"got user media\"");
  CHECK(world.heard<SignalFrom>("ada").empty());
  world.say_raw("p", "message", kOffer);
  CHECK(std::holds_alternative<Offer>(world.only<SignalFrom>("ada").pair.body));
  // One that crosses the page's is not passed on: its sender takes it back for that one. Once: the answer may not come.
  world.say("ada", offer_to("session-p", "v=0 crossing"));
  CHECK(world.told("p").empty());
  world.say("ada", offer_to("session-p", "v=0 again"));
  CHECK(world.told("p") == "message {\"type\":\"offer\",\"sdp\":\"v=0 again\"}\n");
  // Ours leaves; the page never offers again, so the next one offers.
  world.say("ada", Leave{});
  CHECK(world.told("p") == "message \"bye\"\nbye \"foo\"\n");
  world.join("ben", "foo");
  world.told("p");
  world.say("ben", offer_to("session-p", "v=0 ben"));
  CHECK(world.told("p") == "message {\"type\":\"offer\",\"sdp\":\"v=0 ben\"}\n");
}

TEST_CASE("codelab server: the data page offers to each that comes") {
  CodelabWorld world;
  world.enter("p");
  world.join("ada", "foo");
  world.say_raw("p", "message", R"({"type":"offer","sdp":"v=0\r\nm=application 9"})");
  world.say("ada", Leave{});
  world.told("p");
  world.join("ben", "foo");
  world.told("p");
  world.say("ben", offer_to("session-p"));
  CHECK(world.told("p").empty());
  world.say_raw("p", "message", R"({"type":"offer","sdp":"v=0\r\nm=application 9"})");
  CHECK(world.heard<SignalFrom>("ben").size() == 1);
}

TEST_CASE("codelab server: a room that a page is in has two places, whoever comes") {
  CodelabWorld world;
  world.enter("p");
  world.join("ada", "foo");
  world.join("ben", "foo");
  CHECK(world.error<Refused>("ben") == ErrorCode::RoomFull);
  world.join("x", "bar");
  world.join("y", "bar");
  world.enter("q", "bar");
  CHECK(world.told("q") == "full \"bar\"\n");
}

TEST_CASE("codelab server: with a classic client each gets its own words only") {
  CodelabWorld world;
  world.open_classic("kit", "kit", "foo");
  world.say("kit", Hello{});
  world.enter("p");
  world.clear();
  world.say_raw("p", "message", R"({"type":"offer","sdp":"v=0","more":1})");
  const SignalFrom offer = world.only<SignalFrom>("kit");
  CHECK(std::get<Offer>(offer.pair.body).sdp == "v=0");
  CHECK(world.frames("kit").find("more") == std::string::npos);
  world.say_raw("kit", "answer", R"({"targetUid":"session-p","answer":{"type":"answer","sdp":"v=0 k"},"more":1})");
  CHECK(world.told("p") == "message {\"type\":\"answer\",\"sdp\":\"v=0 k\"}\n");
  world.say_raw("p", "message", R"({"own":1})");
  world.say_raw("kit", "msg", R"({"own":1})");
  CHECK(world.told("p").empty());
}

TEST_CASE("codelab server: bad rooms and closed doors are told, and cost nobody else anything") {
  CodelabWorld world;
  world.page("a");
  for (const std::string body : {"", "null", "{}", "\"\"", "\"\\u0000\""}) {
    world.say_raw("a", "create or join", body);
    CHECK(world.told("a").find(world.log_of("invalid-room")) == 0);
  }
  CHECK_FALSE(world.at("a").closed);
  world.say_raw("a", "create or join", "7");
  CHECK(world.told("a") == "created [\"7\",\"session-a\"]\n");
  world.say_raw("a", "create or join", "\"other\"");
  CHECK(world.told("a").find(world.log_of("message-malformed")) == 0);
  world.say_raw("a", "ipaddr", "");
  world.say_raw("a", "whatever", "{}");
  world.say_raw("a", "message", "{");
  CHECK(world.told("a").find(world.log_of("message-malformed")) == 0);
  // Who says nothing at all is not kept for ever.
  world.page("silent");
  world.pass(kDefaultLimits.server_hello_deadline.value);
  CHECK(world.at("silent").closed);
  CHECK_FALSE(world.at("a").closed);
}

TEST_CASE("codelab server: who may not enter stays outside") {
  RoomOptions options;
  options.authorize = true;
  CodelabWorld world(options);
  world.enter("a");
  CHECK(world.told("a").empty());
  world.handle(event::Authorized{world.questions.at(0).operation, false, Role::Guest});
  CHECK(world.told("a").find(world.log_of("token-refused")) == 0);
  CHECK_FALSE(world.at("a").closed);
  world.say_raw("a", "create or join", "\"bar\"");
  world.handle(event::Authorized{world.questions.at(1).operation, true, Role::Guest});
  CHECK(world.told("a") == "created [\"bar\",\"session-a\"]\n");
  world.handle(event::ShutdownRequested{});
  CHECK(world.at("a").closed);
}

TEST_CASE("codelab server: nothing is left behind") {
  CodelabWorld world;
  world.enter("a");
  world.enter("b");
  world.enter("c");
  world.say_raw("a", "message", "\"bye\"");
  for (const std::string id : {"a", "b", "c"}) world.lose(id);
  CHECK(world.board.held() == 0);
}

}  // namespace switchboard_codelab_test
