// Our client at a codelab server, in the server's words.
#include <nlohmann/json.hpp>

#include "protocol/dialects/codelab.hpp"
#include "support/catch.hpp"

namespace codelab_client_test {

namespace {

using namespace meetwire;
using namespace meetwire::protocol;
using Json = nlohmann::ordered_json;

struct Client {
  std::unique_ptr<ClientDialect> dialect;

  explicit Client(const std::string& self = "me")
      : dialect(make_codelab_client(RoomId{"foo"}, UserId{self}, "Me", kDefaultLimits)) {}

  // "event body", one a line.
  std::string say(ClientMessage message) { return text(dialect->encode({std::move(message)}, 0)); }
  static std::string text(const std::vector<Frame>& frames) {
    std::string out;
    for (const Frame& frame : frames) {
      REQUIRE(frame.form == BodyForm::Json);
      out += frame.name + " " + frame.body + "\n";
    }
    return out;
  }
  Decoded<ServerMessage> hear(const std::string& event, const std::string& body = "") { return dialect->decode(event, body); }
  template <class Message>
  Message only(const std::string& event, const std::string& body = "") {
    auto decoded = hear(event, body);
    REQUIRE(decoded.messages.size() == 1);
    REQUIRE(std::holds_alternative<Message>(decoded.messages.front()));
    return std::get<Message>(decoded.messages.front());
  }
  bool is_silent(const std::string& event, const std::string& body = "") {
    const auto decoded = hear(event, body);
    return decoded.messages.empty() && decoded.failures.empty() && decoded.unknown == 0;
  }
  Client& enter(bool second) {
    say(Hello{});
    only<Welcome>(second ? "joined" : "created", "\"foo\"");
    return *this;
  }
  Client& with_other() {
    enter(false);
    only<MemberJoined>("join", "\"foo\"");
    return *this;
  }
};

}  // namespace

TEST_CASE("codelab client: it asks once, and is welcomed as the first or the second") {
  Client first;
  CHECK(first.say(Hello{}) == "create or join \"foo\"\n");
  CHECK(first.dialect->ask_again().empty());  // asked twice, the server takes us for two
  const Welcome alone = first.only<Welcome>("created", "\"foo\"");
  CHECK(alone.members.empty());
  CHECK(alone.self.user.value == "me");
  CHECK(alone.self.dialect == DialectName::Codelab);
  CHECK_FALSE(alone.resumed);
  CHECK(first.dialect->ask_again().empty());

  Client second;
  second.say(Hello{});
  const auto heard = second.hear("joined", "\"foo\"");
  CHECK(heard.listens);
  REQUIRE(heard.messages.size() == 1);
  const Welcome with = std::get<Welcome>(heard.messages.front());
  REQUIRE(with.members.size() == 1);
  CHECK(with.members.front().user.value == "guest");
  CHECK(with.members.front().dialect == DialectName::Codelab);
  CHECK(Client::text(second.dialect->ask_again()) == "message \"got user media\"\n");
  CHECK(second.dialect->ask_again().empty());
}

TEST_CASE("codelab client: the other one is never called as we are") {
  Client client("guest");
  client.enter(true);
  CHECK(client.only<SignalFrom>("message", R"({"type":"offer","sdp":"v=0"})").from.value == "guest-2");
}

TEST_CASE("codelab client: full is room-full, but for somebody who was in it passes") {
  Client client;
  client.say(Hello{});
  CHECK(client.only<Refused>("full", "\"foo\"").error.code == ErrorCode::RoomFull);
  Client back;
  back.with_other();
  back.say(Hello{});
  CHECK(back.only<Refused>("full", "\"foo\"").error.code == ErrorCode::ServerTimeout);
}

TEST_CASE("codelab client: whoever comes is told once, in every variant") {
  SECTION("by join alone") {
    Client client;
    client.enter(false);
    CHECK(client.only<MemberJoined>("join", "\"foo\"").member.user.value == "guest");
  }
  SECTION("by join and ready") {
    Client client;
    client.with_other();
    CHECK(client.is_silent("ready"));
  }
  SECTION("by ready, twice") {
    Client client;
    client.enter(false);
    client.only<MemberJoined>("ready", "\"foo\"");
    CHECK(client.is_silent("ready", "\"foo\""));
  }
  SECTION("the second hears ready of itself") {
    Client client;
    client.enter(true);
    CHECK(client.is_silent("ready", "\"foo\""));
  }
  SECTION("other rooms are made ready too") {
    Client client;
    client.enter(false);
    CHECK(client.is_silent("ready", "\"bar\""));
    CHECK(client.is_silent("join", "\"bar\""));
  }
}

TEST_CASE("codelab client: who comes takes the place of who was there") {
  SECTION("by join") {
    Client client;
    client.with_other();
    const auto heard = client.hear("join", "\"foo\"");
    REQUIRE(heard.messages.size() == 2);
    CHECK(std::get<MemberLeft>(heard.messages[0]).reason == LeaveReason::Left);
    CHECK(std::holds_alternative<MemberJoined>(heard.messages[1]));
  }
  SECTION("by ready, once somebody's socket was gone") {
    Client client;
    client.enter(true);
    client.hear("ready", "\"foo\"");
    CHECK(client.only<MemberLeft>("bye").reason == LeaveReason::Lost);
    CHECK(client.hear("ready", "\"foo\"").messages.size() == 2);
    CHECK(client.is_silent("ready", "\"foo\""));
  }
}

TEST_CASE("codelab client: a goodbye may be anybody's; one of ours says whose it is") {
  Client client;
  client.with_other();
  CHECK(client.only<MemberLeft>("message", "\"bye\"").reason == LeaveReason::Lost);
  CHECK(client.is_silent("message", R"({"type":"bye","room":"bar"})"));
  CHECK(client.only<MemberLeft>("message", R"({"type":"bye","room":"foo"})").reason == LeaveReason::Left);
  Client alone;
  alone.enter(false);
  CHECK(alone.is_silent("message", "\"bye\""));
  CHECK(alone.is_silent("bye"));
}

TEST_CASE("codelab client: what it says as it leaves is heard by pages of all variants and by ours") {
  Client client;
  client.with_other();
  CHECK(client.say(Leave{}) == "message {\"type\":\"bye\",\"room\":\"foo\"}\nmessage \"bye\"\nbye \"foo\"\n");
}

TEST_CASE("codelab client: descriptions and candidates, both ways") {
  Client client;
  client.with_other();
  const SignalFrom offer = client.only<SignalFrom>("message", R"({"type":"offer","sdp":"v=0 x"})");
  CHECK(std::get<Offer>(offer.pair.body).sdp == "v=0 x");
  CHECK(offer.pair.incarnation == 0);
  CHECK(offer.pair.rank.empty());
  const SignalFrom answer = client.only<SignalFrom>("message", R"({"type":"answer","sdp":"v=0 y"})");
  CHECK(std::get<Answer>(answer.pair.body).sdp == "v=0 y");
  const SignalFrom candidates = client.only<SignalFrom>("message", R"({"type":"candidate","label":1,"id":"a","candidate":"candidate:1"})");
  const Candidate candidate = std::get<Candidates>(candidates.pair.body).candidates.at(0);
  CHECK(candidate == Candidate{"candidate:1", "a", 1, {}});

  SignalTo signal;
  signal.to = UserId{"guest"};
  signal.pair.body = Candidates{{candidate, Candidate{"", "a", 1, {}}}};
  CHECK(client.say(signal) == "message {\"type\":\"candidate\",\"label\":1,\"id\":\"a\",\"candidate\":\"candidate:1\"}\n");
  signal.pair.body = Answer{0, "v=0 z", {}};
  CHECK(client.say(signal) == "message {\"type\":\"answer\",\"sdp\":\"v=0 z\"}\n");
  signal.pair.body = Acknowledge{};
  CHECK(client.say(signal).empty());
}

TEST_CASE("codelab client: two of ours know each other and their room, on a server that tells everybody everything") {
  Client ada, ben, eve;
  ada.with_other();
  ben.enter(true);
  eve.dialect = make_codelab_client(RoomId{"bar"}, UserId{"eve"}, "", kDefaultLimits);
  eve.say(Hello{});
  eve.hear("joined", "\"bar\"");
  SignalTo signal;
  signal.to = UserId{"guest"};
  signal.pair.rank = "ada";
  signal.pair.sequence = 3;
  signal.pair.body = Offer{"v=0", {{"0", Slot::Camera}}};
  const auto frames = ada.dialect->encode({signal}, 0);
  REQUIRE(frames.size() == 1);
  const SignalFrom heard = ben.only<SignalFrom>("message", frames[0].body);
  CHECK(heard.pair.rank == "ada");
  CHECK(heard.pair.sequence == 3);
  CHECK(std::get<Offer>(heard.pair.body).slots == SlotsByMid{{"0", Slot::Camera}});
  CHECK(eve.is_silent("message", frames[0].body));
}

TEST_CASE("codelab client: that a page has its camera is passed on where we are to offer") {
  Client first;
  first.with_other();
  CHECK(std::holds_alternative<Acknowledge>(first.only<SignalFrom>("message", "\"got user media\"").pair.body));
  Client second;
  second.enter(true);
  CHECK(second.is_silent("message", "\"got user media\""));
}

TEST_CASE("codelab client: chatter is ignored, and what is odd costs only itself") {
  Client client;
  client.with_other();
  for (const auto& [event, body] : std::vector<std::pair<std::string, std::string>>{
           {"log", R"(["Message from server:",{"a":[1,null]}])"}, {"ipaddr", "\"192.0.2.1\""}, {"empty", ""},
           {"emit(): client x joined room y", ""}, {"message", "7"}, {"message", "null"}, {"message", R"({"type":"hello"})"}}) {
    CHECK(client.is_silent(event, body));
  }
  for (const std::string body : {R"({"type":"offer"})", R"({"type":"candidate","candidate":"c"})", "{"}) {
    const auto heard = client.hear("message", body);
    CHECK(heard.messages.empty());
    REQUIRE(heard.failures.size() == 1);
    CHECK(heard.failures.front().code == ErrorCode::MessageMalformed);
  }
  client.only<SignalFrom>("message", R"({"type":"offer","sdp":"v=0"})");
}

TEST_CASE("codelab client: back over a new socket, the other one is still there as long as nothing says otherwise") {
  SECTION("as the second") {
    Client client;
    client.with_other();
    client.say(Hello{});
    const Welcome welcome = client.only<Welcome>("joined", "\"foo\"");
    CHECK(welcome.resumed);
    CHECK(welcome.members.size() == 1);
  }
  SECTION("as the first: the room was empty, and that is a rumour") {
    Client client;
    client.with_other();
    client.say(Hello{});
    const auto heard = client.hear("created", "\"foo\"");
    REQUIRE(heard.messages.size() == 2);
    CHECK(std::get<Welcome>(heard.messages[0]).members.size() == 1);
    CHECK(std::get<MemberLeft>(heard.messages[1]).reason == LeaveReason::Lost);
  }
  SECTION("nobody was there") {
    Client client;
    client.enter(false);
    client.say(Hello{});
    CHECK(client.only<Welcome>("created", "\"foo\"").members.empty());
  }
}

}  // namespace codelab_client_test
