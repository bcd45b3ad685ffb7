// Numbers, acknowledgements, what is kept for those away, and its bounds; through the real dialect.
#include "support/server_world.hpp"

namespace room_resume_test {

namespace {

using namespace meetwire;
using namespace meetwire::test;

TEST_CASE("resume: messages are numbered by member from 1, and the numbers go on over a resume") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.say("bob", offer_to("ada"));
  world.say("bob", chat("k1", "hi"));
  // Welcome, joined, signal, chat.
  REQUIRE(world.at("ada").numbers == std::vector<std::uint64_t>{0, 1, 0, 2});
  const std::string secret = world.at("ada").secret;
  world.lose("ada");
  world.come_back("ada2", "ada", "r", secret, 2);
  world.say("bob", chat("k2", "again"));
  REQUIRE(world.at("ada2").numbers == std::vector<std::uint64_t>{0, 3});
}

TEST_CASE("D10: whoever comes to a server that has forgotten all is what it was, once") {
  const auto comes = [](ServerWorld& world, const std::string& id, const std::string& user, const std::string& before) {
    world.open(id);
    Hello hello = ServerWorld::hello(user, "r");
    hello.resume = ServerWorld::as_secret("of the old place of " + user);
    hello.received = 40;
    hello.session = SessionId{before};
    world.say(id, hello);
    return std::get<Welcome>(world.at(id).heard.at(0));
  };
  ServerWorld world;
  world.join("eve", "r");
  const Welcome welcome = comes(world, "ada", "ada", "was-ada");
  REQUIRE_FALSE(welcome.resumed);
  REQUIRE(welcome.self.session.value == "was-ada");
  REQUIRE(std::get<MemberJoined>(world.at("eve").heard.back()).member.session.value == "was-ada");
  // Signals go by it.
  SignalTo signal = offer_to("ada");
  signal.session = SessionId{"was-ada"};
  world.say("eve", signal);
  REQUIRE(std::holds_alternative<SignalFrom>(world.at("ada").heard.back()));

  SECTION("who has another's session has it not") {
    REQUIRE(comes(world, "bob", "bob", "was-ada").self.session.value == "session-bob");
    REQUIRE(comes(world, "cid", "cid", "session-eve").self.session.value == "session-cid");
  }
  SECTION("the welcome was lost: the same once more") {
    world.lose("ada");
    REQUIRE(comes(world, "ada2", "ada", "was-ada").self.session.value == "was-ada");
  }
  SECTION("a place that was given up here is over, and its session with it") {
    world.say("ada", chat("k1", "hi"));
    world.lose("ada");
    world.pass(Limits{}.resume_window.value);
    REQUIRE(std::holds_alternative<MemberLeft>(world.at("eve").heard.back()));
    REQUIRE(comes(world, "ada2", "ada", "was-ada").self.session.value == "session-ada2");
  }
  SECTION("an id that is none is refused") {
    world.open("cid");
    Hello hello = ServerWorld::hello("cid", "r");
    hello.session = SessionId{"__proto__"};
    world.say("cid", hello);
    REQUIRE(std::get<Refused>(world.at("cid").heard.at(0)).error.code == ErrorCode::InvalidArgument);
  }
}

TEST_CASE("resume: a problem takes no number, so that it leaves no gap") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.clear();
  world.say("ada", offer_to("nobody"));
  world.say("bob", chat("k1", "hi"));
  REQUIRE(world.at("ada").numbers == std::vector<std::uint64_t>{0, 2});
}

TEST_CASE("D1: what was missed comes after the welcome, in order, and nothing of it twice; signals are repeated by the links", "[P25]") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  const std::string secret = world.at("ada").secret;
  const std::uint64_t received = world.at("ada").received;
  world.lose("ada");
  world.say("bob", offer_to("ada"));
  world.say("bob", chat("k1", "one"));
  world.join("eve", "r");
  world.say("bob", chat("k2", "two"));

  world.come_back("ada2", "ada", "r", secret, received);
  const auto& heard = world.at("ada2").heard;
  REQUIRE(heard.size() == 4);
  REQUIRE(std::get<Welcome>(heard.at(0)).resumed);
  REQUIRE(std::get<Welcome>(heard.at(0)).members.size() == 2);
  REQUIRE(std::get<ChatDelivered>(heard.at(1)).message.text == "one");
  REQUIRE(std::get<MemberJoined>(heard.at(2)).member.user.value == "eve");
  REQUIRE(std::get<ChatDelivered>(heard.at(3)).message.text == "two");
  REQUIRE(world.at("ada2").numbers == std::vector<std::uint64_t>{0, 2, 3, 4});
}

TEST_CASE("resume: what went into the socket and never arrived is sent again too") {
  ServerWorld world;
  world.acknowledging = false;
  world.join("ada", "r");
  world.join("bob", "r");
  const std::string secret = world.at("ada").secret;
  world.say("bob", chat("k1", "lost in the socket"));
  world.lose("ada");
  // Only "bob joined" had come in.
  world.come_back("ada2", "ada", "r", secret, 1);
  REQUIRE(world.heard<ChatDelivered>("ada2").size() == 1);
}

TEST_CASE("D5: a chat whose receipt was lost gets the same receipt again, and is delivered once") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.say("ada", chat("k1", "once"));
  const std::int64_t at = world.only<ChatSettled>("ada").at;
  world.clear();
  world.pass(700);
  world.say("ada", chat("k1", "once"));
  REQUIRE(world.only<ChatSettled>("ada").at == at);
  REQUIRE(world.heard<ChatDelivered>("bob").empty());
  // After a resume as well.
  const std::string secret = world.at("ada").secret;
  world.lose("ada");
  world.come_back("ada2", "ada", "r", secret, world.at("ada").received);
  world.say("ada2", chat("k1", "once"));
  REQUIRE(world.only<ChatSettled>("ada2").at == at);
  REQUIRE(world.heard<ChatDelivered>("bob").empty());
}

TEST_CASE("resume: a receipt that was lost with the socket comes with the resume") {
  ServerWorld world;
  world.join("ada", "r");
  const std::string secret = world.at("ada").secret;
  world.say("ada", chat("k1", "hello"));
  world.lose("ada");
  world.come_back("ada2", "ada", "r", secret, 0);
  REQUIRE(world.only<ChatSettled>("ada2").id == "k1");
}

TEST_CASE("S12: one who is away and misses more than is kept loses the place, for all to see") {
  Limits limits;
  limits.resume_messages_max = 4;
  limits.rate_burst = 10'000;
  ServerWorld world({}, limits);
  world.join("ada", "r");
  world.join("bob", "r");
  const std::string secret = world.at("ada").secret;
  world.lose("ada");
  // Bob's own joining was never acknowledged: three more make four.
  for (int i = 0; i < 3; ++i) world.say("bob", chat("k" + std::to_string(i), "x"));
  REQUIRE(world.heard<MemberLeft>("bob").empty());
  world.say("bob", chat("k3", "one too many"));
  REQUIRE(world.only<MemberLeft>("bob").reason == LeaveReason::Lost);
  // The secret opens no door any more, and bars none: it is a newcomer's.
  world.come_back("ada2", "ada", "r", secret, 1);
  REQUIRE_FALSE(world.only<Welcome>("ada2").resumed);
}

TEST_CASE("S12: the bytes kept for one who is away are bounded like the messages") {
  Limits limits;
  limits.resume_bytes_max = 64 * 1024;
  ServerWorld world({}, limits);
  world.join("ada", "r");
  world.join("bob", "r");
  world.lose("ada");
  for (int i = 0; i < 8; ++i) world.say("bob", chat("k" + std::to_string(i), std::string(16 * 1024, 'x')));
  REQUIRE(world.only<MemberLeft>("bob").reason == LeaveReason::Lost);
}

TEST_CASE("S12: one who is connected and acknowledges nothing stays; a resume over the gap starts anew") {
  Limits limits;
  limits.resume_messages_max = 4;
  ServerWorld world({}, limits);
  world.acknowledging = false;
  world.join("ada", "r");
  world.join("bob", "r");
  for (int i = 0; i < 20; ++i) world.say("bob", chat("k" + std::to_string(i), "x"));
  REQUIRE(world.heard<ChatDelivered>("ada").size() == 20);
  const std::string secret = world.at("ada").secret;

  SECTION("it has all of them: resumed") {
    world.lose("ada");
    world.come_back("ada2", "ada", "r", secret, 21);
    REQUIRE(world.only<Welcome>("ada2").resumed);
  }
  SECTION("it lacks some that are gone: a new session, and the others see the old one leave") {
    world.clear();
    world.come_back("ada2", "ada", "r", secret, 5);
    REQUIRE_FALSE(world.only<Welcome>("ada2").resumed);
    REQUIRE(world.error<Ended>("ada") == ErrorCode::Replaced);
    REQUIRE(world.at("ada").closed);
    REQUIRE(world.only<MemberLeft>("bob").session.value == "session-ada");
    REQUIRE(world.only<MemberJoined>("bob").member.session.value == "session-ada2");
  }
  SECTION("it claims more than was ever sent: a new session") {
    world.come_back("ada2", "ada", "r", secret, 1'000);
    REQUIRE_FALSE(world.only<Welcome>("ada2").resumed);
  }
}

TEST_CASE("M8: the same page once more takes the place of a holder that is inside, and a stranger does not") {
  ServerWorld world;
  const std::string claim(32, 'c');
  world.come_back("ada", "ada", "r", claim, 0);
  world.join("bob", "r");
  world.say("ada", chat("k1", "hi"));
  const std::string secret = world.at("ada").secret;
  world.clear();

  SECTION("the claim: a new session with the old role; the first one ends, and cannot come back") {
    world.come_back("ada2", "ada", "r", claim, 0);
    CHECK(world.error<Ended>("ada") == ErrorCode::Replaced);
    CHECK(world.at("ada").closed);
    const Welcome welcome = world.only<Welcome>("ada2");
    CHECK_FALSE(welcome.resumed);
    CHECK(welcome.self.session.value == "session-ada2");
    CHECK(welcome.self.role == Role::Host);
    CHECK(welcome.members.size() == 1);
    CHECK(world.only<MemberLeft>("bob").reason == LeaveReason::Replaced);
    CHECK(world.only<MemberJoined>("bob").member.session.value == "session-ada2");
    CHECK(world.heard<MemberChanged>("bob").empty());
    // The one that was replaced has a secret that opens nothing any more: no to and fro.
    world.come_back("ada3", "ada", "r", secret, 0);
    CHECK(world.error<Refused>("ada3") == ErrorCode::IdTaken);
    CHECK_FALSE(world.at("ada2").closed);
  }
  SECTION("also of a place that is kept for a lost socket, as after a reload that could not say goodbye") {
    world.lose("ada");
    world.come_back("ada2", "ada", "r", claim, 0);
    CHECK(world.only<Welcome>("ada2").self.role == Role::Host);
  }
  SECTION("alone in the room: what was said and decided stays") {
    world.hang_up("bob");
    world.come_back("ada2", "ada", "r", claim, 0);
    CHECK(world.only<Welcome>("ada2").history.size() == 1);
  }
  SECTION("F4: without it, and with another one") {
    world.come_back("eve", "ada", "r", std::string(32, 'e'), 0);
    CHECK(world.error<Refused>("eve") == ErrorCode::IdTaken);
    world.join_as("max", "ada", "r");
    CHECK(world.error<Refused>("max") == ErrorCode::IdTaken);
    CHECK_FALSE(world.at("ada").closed);
    CHECK(world.heard<Ended>("ada").empty());
  }
}

TEST_CASE("resume: acknowledged messages are kept no longer") {
  room::Outbox outbox(true, kDefaultLimits);
  for (int i = 0; i < 10; ++i) outbox.push(MemberLeft{});
  REQUIRE(outbox.kept() == 10);
  outbox.acknowledge(7);
  REQUIRE(outbox.kept() == 3);
  outbox.acknowledge(3);
  outbox.acknowledge(99);
  REQUIRE(outbox.kept() == 3);
  REQUIRE(outbox.covers(7));
  REQUIRE(outbox.covers(10));
  REQUIRE_FALSE(outbox.covers(6));
  REQUIRE_FALSE(outbox.covers(11));
  REQUIRE(outbox.after(8).size() == 2);
  REQUIRE(outbox.after(8).front().number == 9);
}

TEST_CASE("resume: the acknowledgement in an envelope frees what is kept") {
  Limits limits;
  limits.resume_messages_max = 4;
  ServerWorld world({}, limits);
  world.join("ada", "r");
  world.join("bob", "r");
  const std::string secret = world.at("ada").secret;
  for (int i = 0; i < 4; ++i) world.say("bob", chat("k" + std::to_string(i), "x"));
  world.say("ada", Received{});
  world.lose("ada");
  // Four more fit, as the first ones are known to have come in.
  for (int i = 4; i < 8; ++i) world.say("bob", chat("k" + std::to_string(i), "x"));
  world.come_back("ada2", "ada", "r", secret, world.at("ada").received);
  REQUIRE(world.only<Welcome>("ada2").resumed);
  REQUIRE(world.heard<ChatDelivered>("ada2").size() == 4);
}

TEST_CASE("D7: what nobody acknowledges goes out again on the same socket, ever more seldom, until somebody does", "[P30]") {
  ServerWorld world;
  world.acknowledging = false;
  world.join("ada", "r");
  world.join("bob", "r");
  world.clear();
  TestClient& ada = world.at("ada");
  const std::uint64_t first = ada.received;
  world.say("bob", chat("k1", "hi"));
  world.pass(kDefaultLimits.room_repeat_after.value - 1);
  REQUIRE(ada.repeats == 0);
  world.pass(1);
  REQUIRE(ada.repeats == first + 1);
  REQUIRE(world.heard<ChatDelivered>("ada").size() == 1);
  // Twice as long until the next one.
  world.pass(kDefaultLimits.room_repeat_after.value);
  REQUIRE(ada.repeats == first + 1);
  world.pass(kDefaultLimits.room_repeat_after.value);
  REQUIRE(ada.repeats == 2 * (first + 1));
  world.acknowledging = true;
  world.say("ada", Received{ada.received});
  world.say("bob", Received{world.at("bob").received});
  REQUIRE_FALSE(world.wake_at.has_value());  // L5: quiet
}

TEST_CASE("D7: nothing is repeated to one who is away, and what was missed comes once with the resume") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.say("ada", Received{world.at("ada").received});
  world.say("bob", Received{world.at("bob").received});
  const std::string secret = world.at("ada").secret;
  const std::uint64_t received = world.at("ada").received;
  world.lose("ada");
  world.say("bob", chat("k1", "hi"));
  world.say("bob", Received{world.at("bob").received});
  world.pass(kDefaultLimits.room_repeat_after.value * 2);
  REQUIRE(world.at("ada").repeats == 0);
  world.come_back("ada2", "ada", "r", secret, received);
  REQUIRE(world.heard<ChatDelivered>("ada2").size() == 1);
  REQUIRE(world.at("ada2").repeats == 0);
}

}  // namespace

}  // namespace room_resume_test
