// Classic clients among others at the server: mixed rooms, calls outside of rooms, and who gets an id that is held.
#include "support/server_world.hpp"

namespace switchboard_classic_test {

namespace {

using namespace meetwire;
using namespace meetwire::test;

SignalTo signal_to(const std::string& user, PairBody body) {
  SignalTo signal;
  signal.to = UserId{user};
  signal.pair = PairMessage{4, 4, 9, 8, "", std::move(body)};
  return signal;
}

// ---- mixed rooms

TEST_CASE("mixed: both kinds see each other, and each one's rows say what the other speaks") {
  ServerWorld world;
  world.open_classic("kit", "kit", "r", "Kit");
  world.say("kit", Hello{});
  world.join("ada", "r");
  const Participant kit = world.only<Welcome>("ada").members.at(0);
  REQUIRE(kit.user.value == "kit");
  REQUIRE(kit.name == "Kit");
  REQUIRE(kit.dialect == DialectName::Classic);
  REQUIRE(world.only<MemberJoined>("kit").member.user.value == "ada");
  REQUIRE(world.only<MemberJoined>("kit").member.name == "Name of ada");
  world.clear();
  world.say("kit", Hello{});
  REQUIRE(world.only<Welcome>("kit").members.at(0).user.value == "ada");
}

TEST_CASE("mixed: an offer, an answer and candidates, either way, lose only their numbers") {
  ServerWorld world;
  world.open_classic("kit", "kit", "r");
  world.say("kit", Hello{});
  world.join("ada", "r");
  const Candidate candidate{"candidate:1", "0", 0, {}};
  for (const PairBody& body : {PairBody{Offer{"v=0 o", {}}}, PairBody{Answer{9, "v=0 a", {}}}, PairBody{Candidates{{candidate}}}}) {
    world.clear();
    world.say("ada", signal_to("kit", body));
    world.say("kit", signal_to("ada", body));
    const SignalFrom at_kit = world.only<SignalFrom>("kit");
    const SignalFrom at_ada = world.only<SignalFrom>("ada");
    REQUIRE(at_kit.from.value == "ada");
    REQUIRE(at_ada.from.value == "kit");
    REQUIRE(at_ada.pair.incarnation == 0);
    REQUIRE(at_ada.pair.sequence == 0);
    REQUIRE(at_ada.pair.body.index() == body.index());
    REQUIRE(at_kit.pair.body.index() == body.index());
    REQUIRE(world.heard<Problem>("ada").empty());
  }
  // Ours alone: nothing to say in the other's words, and no problem either.
  world.clear();
  world.say("ada", signal_to("kit", Acknowledge{}));
  world.say("ada", MediaAnnounced{{Wanted::On, Wanted::Off, Wanted::Off}});
  REQUIRE(world.at("kit").frames.empty());
  REQUIRE(world.heard<Problem>("ada").empty());
  REQUIRE(world.only<MemberChanged>("ada").member.user.value == "ada");
}

TEST_CASE("mixed: chat goes both ways; what only classic clients say leaves no gap in the others' numbers") {
  ServerWorld world;
  world.open_classic("kit", "kit", "r");
  world.say("kit", Hello{});
  world.join("ada", "r");
  world.clear();
  world.say_raw("kit", "msg", "\"bare words\"");
  world.say_raw("kit", "msg", R"({"points":[1]})");
  world.say_raw("kit", "applyMic", R"({"targetUid":"ada"})");
  world.say("ada", chat("k1", "back"));
  REQUIRE(world.only<ChatDelivered>("ada").message.text == "bare words");
  REQUIRE(world.only<ChatDelivered>("ada").message.from.value == "kit");
  REQUIRE(world.at("ada").numbers == std::vector<std::uint64_t>{1, 2});
  REQUIRE(world.heard<ChatDelivered>("kit").back().message.text == "back");
  REQUIRE(world.heard<Problem>("kit").empty());
}

TEST_CASE("mixed: bare words said twice are two messages, to the same words' letter") {
  ServerWorld world;
  world.open_classic("kit", "kit", "r");
  world.join("ada", "r");
  world.clear();
  world.say_raw("kit", "msg", "\"hi\"");
  world.say_raw("kit", "msg", "\"hi\"");
  const auto messages = world.heard<ChatDelivered>("ada");
  REQUIRE(messages.size() == 2);
  REQUIRE(messages.at(0).message.id != messages.at(1).message.id);
}

TEST_CASE("mixed: one that is away stays in the classic roster; once it is lost, classic members see it leave") {
  ServerWorld world;
  world.open_classic("kit", "kit", "r");
  world.say("kit", Hello{});
  world.join("ada", "r");
  world.clear();
  world.lose("ada");
  REQUIRE(world.at("kit").frames.empty());
  world.pass(kDefaultLimits.resume_window.value);
  REQUIRE(world.only<MemberLeft>("kit").user.value == "ada");
}

TEST_CASE("authorize: classic clients are asked about too; what they say meanwhile is kept") {
  RoomOptions options;
  options.authorize = true;
  ServerWorld world(options);
  world.open_classic("kit", "kit", "r");
  REQUIRE(world.questions.at(0).token.empty());
  world.say("kit", Hello{});
  REQUIRE(world.at("kit").frames.empty());
  SECTION("yes") {
    world.handle(event::Authorized{world.questions.at(0).operation, true, Role::Guest});
    REQUIRE(world.heard<Welcome>("kit").size() == 1);
  }
  SECTION("no") {
    world.handle(event::Authorized{world.questions.at(0).operation, false, Role::Guest});
    REQUIRE(world.error<Refused>("kit") == ErrorCode::TokenRefused);
    REQUIRE(world.at("kit").closed);
  }
}

// ---- calls outside of rooms

TEST_CASE("online: a call opens the way between two, both ways, until either is gone") {
  ServerWorld world;
  world.open_classic("a", "ada", std::nullopt);
  world.open_classic("b", "bob", std::nullopt);
  const auto reaches = [&](const char* from, const char* to) {
    world.clear();
    world.say(from, offer_to(to == std::string("a") ? "ada" : "bob"));
    const bool arrived = world.frames(to).find("rtc offer") != std::string::npos;
    REQUIRE(arrived == (world.frames(from).find("target-unknown") == std::string::npos));
    return arrived;
  };
  REQUIRE_FALSE(reaches("a", "b"));
  world.say_raw("a", "call", R"({"userId":"eve","targetUid":"bob"})");
  REQUIRE(world.frames("b").find(R"("userId":"ada")") != std::string::npos);
  REQUIRE(reaches("a", "b"));
  REQUIRE(reaches("b", "a"));
  world.lose("b");
  REQUIRE_FALSE(reaches("a", "b"));
  world.open_classic("b", "bob", std::nullopt);
  REQUIRE_FALSE(reaches("a", "b"));
  REQUIRE_FALSE(reaches("b", "a"));
}

TEST_CASE("G4, G10: online: calling oneself, nobody, or someone in a room is refused; a member cannot call out of its room") {
  ServerWorld world;
  world.open_classic("a", "ada", std::nullopt);
  world.open_classic("b", "bob", "r");
  for (const char* target : {"ada", "nobody", "bob"}) {
    world.clear();
    world.say_raw("a", "call", std::string(R"({"targetUid":")") + target + R"("})");
    REQUIRE(world.frames("a").find("target-unknown") != std::string::npos);
    REQUIRE(world.at("b").frames.empty());
  }
  world.clear();
  world.say_raw("b", "call", R"({"targetUid":"ada"})");
  REQUIRE(world.frames("b").find("target-unknown") != std::string::npos);
  REQUIRE(world.at("a").frames.empty());
}

TEST_CASE("G10: online: what needs a room is refused without one") {
  ServerWorld world;
  world.open_classic("a", "ada", std::nullopt);
  for (const char* payload : {R"("words")", R"({"type":"chat","id":"k","text":"x"})", R"({"points":[]})"}) {
    world.clear();
    world.say_raw("a", "msg", payload);
    REQUIRE(world.frames("a").find("not-joined") != std::string::npos);
  }
  REQUIRE(world.counts.rooms == 0);
}

TEST_CASE("S12: online: only so many calls are open at once") {
  Limits limits;
  limits.calls_open_max = 2;
  ServerWorld world({}, limits);
  for (const char* user : {"a", "b", "c", "d"}) world.open_classic(user, user, std::nullopt);
  for (const char* user : {"b", "c", "d"}) world.say_raw("a", "call", std::string(R"({"targetUid":")") + user + R"("})");
  REQUIRE(world.frames("c").find("call") != std::string::npos);
  REQUIRE(world.frames("d").find("call") == std::string::npos);
  REQUIRE(world.frames("a").find("rate-limited") != std::string::npos);
}

// ---- one id, two classic connections

TEST_CASE("F4: classic: a newcomer under a held id waits; the holder answers: refused, and the sitting one unharmed") {
  ServerWorld world;
  world.open_classic("old", "kit", "r");
  world.join("ada", "r");
  world.clear();
  world.open_classic("new", "kit", "r");
  REQUIRE(world.probes.size() == 1);
  REQUIRE(world.probes.at(0).connection.value == "old");
  REQUIRE(world.probes.at(0).deadline_ms == kDefaultLimits.probe_deadline.value);
  REQUIRE_FALSE(world.at("new").closed);
  REQUIRE(world.at("new").frames.empty());
  world.pass(kDefaultLimits.probe_wait.value);
  REQUIRE(world.error<Refused>("new") == ErrorCode::IdTaken);
  REQUIRE(world.at("new").closed);
  REQUIRE_FALSE(world.at("old").closed);
  REQUIRE(world.at("ada").frames.empty());
  world.say("ada", offer_to("kit"));
  REQUIRE(world.frames("old").find("rtc offer") != std::string::npos);
}

TEST_CASE("F5: classic: the holder is dead: its socket is closed and the newcomer is in, with what it said meanwhile") {
  ServerWorld world;
  world.open_classic("old", "kit", "r");
  world.join("ada", "r");
  world.clear();
  world.open_classic("new", "kit", "r");
  world.say("new", Hello{});
  world.pass(1'900);
  world.lose("old");
  REQUIRE(world.only<Welcome>("new").members.size() == 1);
  REQUIRE(world.only<MemberLeft>("ada").session.value == "session-old");
  REQUIRE(world.only<MemberJoined>("ada").member.session.value == "session-new");
  REQUIRE(world.counts.members == 2);
  world.pass(10'000);
  REQUIRE_FALSE(world.at("new").closed);
}

TEST_CASE("S8: classic: the old connection's late end does not delete the new one's row") {
  ServerWorld world;
  world.open_classic("old", "kit", "r");
  world.open_classic("new", "kit", "r");
  world.lose("old");
  world.lose("old");
  world.clear();
  world.say("new", Hello{});
  REQUIRE(world.counts.members == 1);
  REQUIRE(world.heard<Welcome>("new").size() == 1);
}

TEST_CASE("F2: classic: several newcomers for one place: one question, the first gets it, no ping-pong") {
  ServerWorld world;
  world.open_classic("old", "kit", "r");
  world.open_classic("n1", "kit", "r");
  world.open_classic("n2", "kit", "r");
  world.open_classic("n3", "kit", "r");
  REQUIRE(world.probes.size() == 1);
  SECTION("the holder goes") {
    world.lose("old");
    REQUIRE_FALSE(world.at("n1").closed);
    REQUIRE(world.at("n2").closed);
    REQUIRE(world.at("n3").closed);
  }
  SECTION("one of those who wait goes: the others wait on") {
    world.lose("n1");
    REQUIRE_FALSE(world.at("n2").closed);
    world.lose("old");
    REQUIRE_FALSE(world.at("n2").closed);
    REQUIRE(world.at("n3").closed);
  }
  SECTION("the holder stays") {
    world.pass(kDefaultLimits.probe_wait.value);
    for (const char* id : {"n1", "n2", "n3"}) REQUIRE(world.at(id).closed);
    REQUIRE_FALSE(world.at("old").closed);
  }
  REQUIRE(world.counts.members == 1);
}

TEST_CASE("F5: classic: a holder that is closed for its rate makes room for who waits") {
  Limits limits;
  limits.rate_burst = 5;
  limits.rate_strikes_max = 10;
  ServerWorld world({}, limits);
  world.open_classic("old", "kit", "r");
  world.open_classic("new", "kit", "r");
  for (int i = 0; i < 20; ++i) world.say_raw("old", "msg", "\"x\"");
  REQUIRE(world.at("old").closed);
  REQUIRE(world.frames("new").find("join then room") != std::string::npos);
}

TEST_CASE("F4: online: the same rule holds outside of rooms") {
  ServerWorld world;
  world.open_classic("old", "kit", std::nullopt);
  world.open_classic("new", "kit", std::nullopt);
  REQUIRE(world.probes.at(0).connection.value == "old");
  SECTION("alive") {
    world.pass(kDefaultLimits.probe_wait.value);
    REQUIRE(world.at("new").closed);
  }
  SECTION("dead") {
    world.lose("old");
    world.open_classic("a", "ada", std::nullopt);
    world.say_raw("a", "call", R"({"targetUid":"kit"})");
    REQUIRE(world.frames("new").find("call") != std::string::npos);
  }
}

TEST_CASE("F4: a classic newcomer never gets the place of a member that has a secret, away or not") {
  ServerWorld world;
  world.join("ada", "r");
  world.open_classic("thief", "ada", "r");
  REQUIRE(world.at("thief").closed);
  world.lose("ada");
  world.open_classic("thief2", "ada", "r");
  REQUIRE(world.at("thief2").closed);
  REQUIRE(world.probes.empty());
}

TEST_CASE("F5: a member of our own dialect takes a dead classic connection's place by the same rule") {
  ServerWorld world;
  world.open_classic("old", "kit", "r");
  world.join_as("new", "kit", "r");
  REQUIRE(world.probes.size() == 1);
  world.lose("old");
  REQUIRE(world.heard<Welcome>("new").size() == 1);
}

TEST_CASE("G3: classic: leave and join within 100 ms is one row") {
  ServerWorld world;
  world.join("ada", "r");
  world.open_classic("k1", "kit", "r");
  world.hang_up("k1");
  world.pass(50);
  world.open_classic("k2", "kit", "r");
  world.hang_up("k1");
  REQUIRE(world.counts.members == 2);
  REQUIRE(world.probes.empty());
}

TEST_CASE("D11: classic: a full room refuses with a word, and closes") {
  RoomOptions options;
  options.participants_max = 1;
  ServerWorld world(options);
  world.join("ada", "r");
  world.open_classic("kit", "kit", "r");
  REQUIRE(world.error<Refused>("kit") == ErrorCode::RoomFull);
  REQUIRE(world.at("kit").closed);
}

}  // namespace

}  // namespace switchboard_classic_test
