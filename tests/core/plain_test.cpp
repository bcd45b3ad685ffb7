// The plain dialect, both sides: what goes on the wire and what comes of what is there.
#include <string>

#include "protocol/dialects/plain.hpp"
#include "support/catch.hpp"

namespace plain_test {

using namespace meetwire;
using namespace meetwire::protocol;

namespace {

const Candidate kCandidate{"candidate:1 1 udp 1 192.0.2.1 9 typ host", "0", 0, {}};

SignalTo signal(PairBody body, std::string rank = "") {
  SignalTo out;
  out.to = UserId{"peer"};
  out.pair.rank = std::move(rank);
  out.pair.body = std::move(body);
  return out;
}

std::string written(ClientDialect& client, ClientMessage message) {
  std::string text;
  for (const Frame& frame : client.encode({std::move(message)}, 0)) text += frame.body + "\n";
  return text;
}

std::string told(ServerDialect& server, ServerMessage message) {
  std::string text;
  for (const Frame& frame : server.encode({std::move(message)}, 0)) text += frame.body + "\n";
  return text;
}

}  // namespace

TEST_CASE("plain: descriptions and candidates as its pages write them, one frame each") {
  const auto client = make_plain_client(UserId{"me"}, kDefaultLimits);
  CHECK(written(*client, signal(Offer{"v=0 o", {}})) == "{\"type\":\"offer\",\"sdp\":\"v=0 o\"}\n");
  CHECK(written(*client, signal(Answer{3, "v=0 a", {}})) == "{\"type\":\"answer\",\"sdp\":\"v=0 a\"}\n");
  const std::string one = "{\"type\":\"candidate\",\"id\":\"0\",\"mlineindex\":0,\"candidate\":\"" + kCandidate.candidate + "\"}\n";
  // The end of candidates is not sent.
  CHECK(written(*client, signal(Candidates{{kCandidate, Candidate{"", "0", 0, {}}, kCandidate}})) == one + one);
}

TEST_CASE("plain: what the protocol has no words for is not said") {
  const auto client = make_plain_client(UserId{"me"}, kDefaultLimits);
  for (const ClientMessage& message : {ClientMessage{Hello{}}, ClientMessage{ChatSubmitted{"c", "x", {}, ""}}, ClientMessage{Leave{}},
                                       ClientMessage{MediaAnnounced{}}, ClientMessage{signal(Acknowledge{})}}) {
    CHECK(written(*client, message).empty());
  }
  const auto server = make_plain_server(kDefaultLimits);
  for (const ServerMessage& message : {ServerMessage{Welcome{}}, ServerMessage{MemberJoined{}}, ServerMessage{MemberLeft{}},
                                       ServerMessage{Problem{Failure{ErrorCode::RateLimited}}}, ServerMessage{Ended{Failure{ErrorCode::Removed}}},
                                       ServerMessage{ChatDelivered{}}}) {
    CHECK(told(*server, message).empty());
  }
}

TEST_CASE("plain: the welcome is presumed, with one other who need not be there") {
  const auto client = make_plain_client(UserId{"me"}, kDefaultLimits);
  const auto presumed = client->presume();
  REQUIRE(presumed.size() == 1);
  const auto& welcome = std::get<Welcome>(presumed.front());
  CHECK(welcome.resumed);
  REQUIRE(welcome.members.size() == 1);
  CHECK(welcome.members.front().user.value == "peer");
  CHECK(welcome.members.front().dialect == DialectName::Plain);
  // Never oneself.
  const auto peer = make_plain_client(UserId{"peer"}, kDefaultLimits);
  CHECK(std::get<Welcome>(peer->presume().front()).members.front().user.value == "other-peer");
}

TEST_CASE("plain: a client keeps alive by the frame of that name") {
  const auto frames = make_plain_client(UserId{"me"}, kDefaultLimits)->keep_alive();
  REQUIRE(frames.size() == 1);
  CHECK(frames.front().body == "{\"type\":\"keepAlive\"}");
}

TEST_CASE("plain: what pages send is taken for the other one's") {
  const auto client = make_plain_client(UserId{"me"}, kDefaultLimits);
  const auto offer = client->decode("plain", R"({"type":"offer","sdp":"v=0 o","more":[1]})");
  REQUIRE(offer.messages.size() == 1);
  const auto& from = std::get<SignalFrom>(offer.messages.front());
  CHECK(from.from.value == "peer");
  CHECK(std::get<Offer>(from.pair.body).sdp == "v=0 o");
  const auto candidate = client->decode("plain", R"({"type":"candidate","id":"a","mlineindex":1,"candidate":"candidate:1"})");
  REQUIRE(candidate.messages.size() == 1);
  const auto& batch = std::get<Candidates>(std::get<SignalFrom>(candidate.messages.front()).pair.body);
  REQUIRE(batch.candidates.size() == 1);
  CHECK(batch.candidates.front().sdp_mid == "a");
  CHECK(batch.candidates.front().sdp_mline_index == 1);
  // The end of candidates, as some write it.
  const auto end = client->decode("plain", R"({"type":"candidate","id":"a","mlineindex":1,"candidate":""})");
  REQUIRE(end.messages.size() == 1);
  CHECK(std::get<Candidates>(std::get<SignalFrom>(end.messages.front()).pair.body).candidates.empty());
}

TEST_CASE("plain: all else is dropped and counted") {
  const auto client = make_plain_client(UserId{"me"}, kDefaultLimits);
  for (const std::string_view body : {"", "x", "1", "null", "[]", "[{\"type\":\"offer\"}]", "{}", "{\"type\":7,\"sdp\":\"v=0\"}", "{\"type\":\"nonsense\"}",
                                      "{\"type\":\"offer\"}", "{\"type\":\"offer\",\"sdp\":1}", "{\"type\":\"candidate\",\"candidate\":\"c\"}",
                                      "{\"type\":\"keepAlive\"}", "{\"type\":\"offer\",\"sdp\":\"v=0\""}) {
    CAPTURE(body);
    const auto decoded = client->decode("plain", body);
    CHECK(decoded.messages.empty());
    CHECK(decoded.failures.empty());
    CHECK(decoded.unknown == 1);
  }
  CHECK(client->decode("msg", R"({"type":"offer","sdp":"v=0"})").unknown == 1);
}

TEST_CASE("plain: what is larger than it may be is refused, on both sides") {
  Limits limits;
  limits.description_bytes_max = 10;
  limits.candidate_bytes_max = 10;
  limits.message_bytes_max = 100;
  const auto client = make_plain_client(UserId{"me"}, limits);
  const auto server = make_plain_server(limits);
  for (const std::string& body : {std::string(R"({"type":"offer","sdp":"12345678901"})"), std::string(R"({"type":"candidate","id":"0","candidate":"1234567890"})"),
                                  "{\"type\":\"other\",\"x\":\"" + std::string(100, 'x') + "\"}"}) {
    CAPTURE(body);
    REQUIRE(client->decode("plain", body).failures.size() == 1);
    CHECK(client->decode("plain", body).failures.front().code == ErrorCode::MessageTooLarge);
    CHECK(client->decode("plain", body).messages.empty());
    CHECK(server->decode("plain", body).failures.size() == 1);
    CHECK(server->decode("plain", body).messages.empty());
  }
}

TEST_CASE("plain: two of ours on such a server know each other by a mark that pages ignore") {
  const auto ada = make_plain_client(UserId{"ada"}, kDefaultLimits);
  const auto ben = make_plain_client(UserId{"ben"}, kDefaultLimits);
  SignalTo offer = signal(Offer{"v=0", {{"0", Slot::Screen}}}, "rank-7");
  offer.pair.sequence = 4;
  const auto heard = ben->decode("plain", ada->encode({offer}, 0).front().body);
  const auto& pair = std::get<SignalFrom>(heard.messages.front()).pair;
  CHECK(pair.rank == "rank-7");
  CHECK(pair.sequence == 4);
  CHECK(std::get<Offer>(pair.body).slots.at("0") == Slot::Screen);
  const auto answered = ada->decode("plain", ben->encode({signal(Answer{4, "v=0", {}}, "rank-8")}, 0).front().body);
  CHECK(std::get<Answer>(std::get<SignalFrom>(answered.messages.front()).pair.body).offer == 4);
}

TEST_CASE("plain: a server passes on what it is told, and hears a sign of life") {
  const auto server = make_plain_server(kDefaultLimits);
  const std::string offer = R"( {"sdp":"v=0", "type":"offer", "more": {"a":[1, 2]}} )";
  const auto heard = server->decode("plain", offer);
  REQUIRE(heard.messages.size() == 1);
  const auto& said = std::get<Said>(heard.messages.front());
  CHECK(said.original == offer);
  REQUIRE(said.body);
  CHECK(std::get<Offer>(*said.body).sdp == "v=0");
  // Of another type, or without its contents: for those who speak plain all the same.
  for (const std::string_view body : {R"({"type":"hello","x":1})", R"({"type":"answer"})"}) {
    const auto other = server->decode("plain", body);
    REQUIRE(other.messages.size() == 1);
    CHECK(std::get<Said>(other.messages.front()).original == body);
    CHECK_FALSE(std::get<Said>(other.messages.front()).body);
  }
  const auto alive = server->decode("plain", R"({"type":"keepAlive"})");
  CHECK(alive.alive);
  CHECK(alive.messages.empty());
  CHECK_FALSE(heard.alive);
  for (const std::string_view body : {"", "x", "[]", "{\"type\":1}", "\"offer\""}) CHECK(server->decode("plain", body).unknown == 1);
}

TEST_CASE("plain: a member is told what others signal, in its own words or as they said it") {
  const auto server = make_plain_server(kDefaultLimits);
  SignalFrom signal{UserId{"ada"}, SessionId{"s"}, {}, {}};
  signal.pair.rank = "";
  signal.pair.body = Offer{"v=0", {{"0", Slot::Camera}}};
  CHECK(told(*server, signal) == "{\"type\":\"offer\",\"sdp\":\"v=0\"}\n");
  signal.pair.body = Candidates{{kCandidate}};
  CHECK(told(*server, signal) == "{\"type\":\"candidate\",\"id\":\"0\",\"mlineindex\":0,\"candidate\":\"" + kCandidate.candidate + "\"}\n");
  signal.original = "{\"type\":\"x\"}";
  CHECK(told(*server, signal) == "{\"type\":\"x\"}\n");
}

}  // namespace plain_test
