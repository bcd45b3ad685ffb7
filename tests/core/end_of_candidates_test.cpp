// The end of candidates, in each form that the W3C's RTCIceCandidateInit and `onicecandidate` have for it: it is taken, left out,
// and its message counts.
#include <string>

#include "protocol/dialects/classic.hpp"
#include "protocol/dialects/meetwire1.hpp"
#include "support/catch.hpp"
#include "support/pair_world.hpp"
#include "support/server_world.hpp"

namespace end_of_candidates_test {

using namespace meetwire;
using namespace meetwire::protocol;
using meetwire::test::ServerWorld;

namespace {

const char* const kEnds[] = {"null", "{}", R"({"candidate":""})", R"({"candidate":null})", R"({"candidate":"","sdpMid":"0","sdpMLineIndex":0})",
                             R"({"candidate":null,"sdpMid":null,"sdpMLineIndex":null,"usernameFragment":"uf"})"};
const std::string kReal = R"({"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host","sdpMid":"0"})";

std::string signal(const std::string& candidates) {
  return R"({"messages":[{"type":"signal","to":"bob","incarnation":1,"believed":1,"sequence":5,"acknowledged":2,"candidates":)" +
         candidates + "}]}";
}

}  // namespace

TEST_CASE("B6: the end of candidates is taken in every form, and its sequence counts", "[P17]") {
  auto server = make_meetwire_server(kDefaultLimits);
  const auto taken = [&](const std::string& candidates) {
    const auto decoded = server->decode("meetwire", signal(candidates));
    CAPTURE(candidates);
    REQUIRE(decoded.failures.empty());
    REQUIRE(decoded.messages.size() == 1);
    const auto& pair = std::get<SignalTo>(decoded.messages[0]).pair;
    CHECK(pair.sequence == 5);
    return std::get<Candidates>(pair.body).candidates.size();
  };
  CHECK(taken("null") == 0);
  CHECK(taken("[]") == 0);
  for (const std::string end : kEnds) {
    CHECK(taken("[" + end + "]") == 0);
    CHECK(taken("[" + kReal + "," + end + "]") == 1);
    CHECK(taken("[" + end + "," + kReal + "]") == 1);
  }
}

TEST_CASE("B6: what is no end of candidates and no candidate either is refused still") {
  auto server = make_meetwire_server(kDefaultLimits);
  for (const std::string bad : {R"([7])", R"([{"candidate":7,"sdpMid":"0"}])", R"([{"candidate":"candidate:1"}])", R"([[]])", R"("")", "{}"}) {
    const auto decoded = server->decode("meetwire", signal(bad));
    CAPTURE(bad);
    CHECK(decoded.messages.empty());
    REQUIRE(decoded.failures.size() == 1);
    CHECK(decoded.failures[0].code == ErrorCode::MessageMalformed);
  }
}

TEST_CASE("B6: the end of candidates comes from a server in every form, too") {
  auto client = make_meetwire_client(kDefaultLimits);
  for (const std::string end : kEnds) {
    const auto decoded = client->decode(
        "meetwire", R"({"number":1,"messages":[{"type":"signal","from":"bob","session":"s1","incarnation":1,"believed":1,"sequence":5,"acknowledged":2,"candidates":[)" +
                        end + "]}]}");
    CAPTURE(end);
    REQUIRE(decoded.failures.empty());
    const auto& pair = std::get<SignalFrom>(decoded.messages.at(0)).pair;
    CHECK(pair.sequence == 5);
    CHECK(std::get<Candidates>(pair.body).candidates.empty());
  }
}

TEST_CASE("B6: a classic page's end of candidates reaches the other page as it was said, and is no error to anybody") {
  for (const std::string end : kEnds) {
    CAPTURE(end);
    ServerWorld world;
    world.open_classic("a", "ada", "r");
    world.open_classic("b", "bob", "r");
    world.clear();
    world.say_raw("a", "candidate", R"({"targetUid":"bob","candidate":)" + end + "}");
    CHECK(world.frames("a").empty());
    CHECK(world.frames("b").find(R"("type":"candidate")") != std::string::npos);
  }
}

TEST_CASE("B6: a classic server's end of candidates is no error to us") {
  for (const std::string end : kEnds) {
    CAPTURE(end);
    auto client = make_classic_client(RoomId{"r"}, UserId{"me"}, "Me", kDefaultLimits);
    (void)client->decode("roomUserList", R"([{"userId":"bob","nickname":"Bob"}])");
    const auto decoded = client->decode("msg", R"({"type":"candidate","status":200,"data":{"userId":"bob","candidate":)" + end + "}}");
    CHECK(decoded.failures.empty());
  }
}

TEST_CASE("B6: a browser's end of candidates is not sent") {
  support::PairWorld world;
  for (int at = 0; at < 2; ++at) world.wish(at, {{Slot::Microphone, TrackId{"mic"}}});
  world.start();
  world.run_for(Millis{10'000});
  REQUIRE(world.settled());
  const int sent = world.messages_sent;
  for (const char* line : {"", "candidate:7 1 udp 1 192.0.2.7 9 typ host"}) {
    Candidate candidate;
    candidate.candidate = line;
    candidate.sdp_mid = "0";
    candidate.username_fragment = world.ends[0].peer().local_ufrag;
    world.handle(0, event::CandidateGathered{UserId{"peer"}, 1, candidate});
    if (candidate.candidate.empty()) world.run_for(Millis{500});
    if (candidate.candidate.empty()) CHECK(world.messages_sent == sent);
  }
  world.run_for(Millis{500});
  CHECK(world.messages_sent > sent);
}

}  // namespace end_of_candidates_test
