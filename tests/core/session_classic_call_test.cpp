// Calls at a classic server, which knows one word for them: out of rooms, and on call.
#include "session_world.hpp"

namespace session_classic_call_test {

using namespace world;

namespace {

// At a classic server, out of rooms or in one on call.
World classic(bool in_room = false, DialectName dialect = DialectName::Classic) {
  ClientOptions options = World::options();
  if (in_room) {
    options.connect = Connect::OnCall;
  } else {
    options.room.reset();
  }
  World world{dialect, options};
  world.on(event::JoinRequested{}).open();
  p::Decoded<p::ServerMessage> roster;
  roster.messages.push_back(welcome(in_room ? std::vector<Participant>{classic_member("you")} : std::vector<Participant>{}, false, ""));
  world.hear_frame("roomUserList", std::move(roster));
  return world;
}
World& ring(World& world, RequestId request = 1) {
  return world.on(event::CallRequested{request, CallId{"k1"}, UserId{"you"}, 0});
}
p::RelayFrom rung(const std::string& from = "you") { return {p::RelayKind::Call, UserId{from}, {}}; }
p::SignalFrom signal(p::PairBody body, const std::string& from = "you") {
  p::SignalFrom out;
  out.from = UserId{from};
  out.pair.body = std::move(body);
  return out;
}
std::vector<std::string> calls(const World& world) {
  std::vector<std::string> out;
  for (const auto& one : world.ever<command::CallChanged>()) {
    out.push_back(std::string(name_of(one.call.state)) + " " + std::string(name_of(one.call.outcome)));
  }
  return out;
}
using Calls = std::vector<std::string>;
bool linked(World& world) { return !world.shared->links.empty() && !world.shared->links.back()->ended; }

}  // namespace

TEST_CASE("classic call: out: the word and the offer go out at once; the answer is the acceptance; hanging up closes") {
  for (const bool in_room : {false, true}) {
    World world = classic(in_room);
    CHECK_FALSE(linked(world));
    ring(world);
    CHECK_FALSE(world.error_of(1));
    REQUIRE(world.sent<p::RelayTo>().size() == 1);
    CHECK(world.sent<p::RelayTo>().front().to == UserId{"you"});
    CHECK(world.sent<p::CallSubmitted>().empty());
    REQUIRE(linked(world));
    CHECK(world.link_to("you").options.offers_first);
    CHECK_FALSE(world.link_to("you").options.numbered);
    world.hear({signal(p::Answer{0, "v=0", {}})});
    CHECK(world.link_to("you").count<link::MessageReceived>() == 1);
    CHECK(calls(world) == Calls{"calling pending", "ringing pending", "connected accepted"});
    world.on(event::CallEnded{2, CallId{"k1"}, ""});
    CHECK(calls(world).back() == "ended hung-up");
    CHECK_FALSE(linked(world));
    CHECK(world.ever<command::ParticipantLeft>().size() == (in_room ? 0 : 1));
    CHECK_FALSE(world.wake_at);
  }
}

TEST_CASE("classic call: in: it rings, its offer waits, and is answered once the call is taken") {
  for (const bool in_room : {false, true}) {
    World world = classic(in_room);
    world.hear({rung(), signal(p::Offer{"v=0", {}}), signal(p::Candidates{})});
    CHECK_FALSE(linked(world));
    const Call call = world.only<command::CallChanged>().call;
    CHECK(call.from == UserId{"you"});
    world.on(event::CallAccepted{1, call.id});
    CHECK_FALSE(world.error_of(1));
    REQUIRE(linked(world));
    CHECK_FALSE(world.link_to("you").options.offers_first);
    CHECK(world.link_to("you").count<link::MessageReceived>() == 2);
    CHECK(calls(world) == Calls{"ringing pending", "connected accepted"});
    // He hangs up without a word: his connection fails.
    world.say("you", link::StateChanged{LinkState::Failed, Failure{ErrorCode::LinkFailed}});
    CHECK(calls(world).back() == "ended gone");
    CHECK_FALSE(linked(world));
  }
}

TEST_CASE("G5: classic call: rejected, cancelled, timed out: what was signalled is forgotten") {
  World world = classic();
  const auto come = [&] {
    world.hear({rung(), signal(p::Offer{"v=0", {}})});
    return world.only<command::CallChanged>().call.id;
  };
  world.on(event::CallEnded{1, come(), ""});
  CHECK(calls(world).back() == "ended rejected");
  come();
  while (calls(world).back() != "ended timed-out") world.wake();
  const CallId third = come();
  world.on(event::CallAccepted{2, third});
  CHECK(world.link_to("you").count<link::MessageReceived>() == 1);
  world.on(event::CallEnded{3, third, ""});
  ring(world, 4);
  REQUIRE(linked(world));
  world.on(event::CallEnded{5, CallId{"k1"}, ""});
  CHECK(calls(world).back() == "ended cancelled");
  CHECK_FALSE(linked(world));
  // The late answer of somebody who did not hear of it, and an offer without a call, do nothing.
  world.hear({signal(p::Answer{0, "v=0", {}}), signal(p::Offer{"v=0", {}}, "eve")});
  CHECK_FALSE(linked(world));
  CHECK(world.got<command::ParticipantJoined>().empty());
}

TEST_CASE("G5: classic call: while one is under way, another is not heard; G8: calling each other is one call") {
  World world = classic();
  ring(world);
  world.hear({rung("eve")});
  CHECK(world.got<command::CallChanged>().empty());
  world.hear({rung("you")});
  CHECK(world.only<command::CallChanged>().call.outcome == CallOutcome::Accepted);
  CHECK(world.only<command::CallChanged>().call.id == CallId{"k1"});
}

TEST_CASE("G4: classic call: a server that says so makes it unavailable; the others only let it ring out") {
  World world = classic();
  ring(world);
  world.hear({p::Problem{Failure{ErrorCode::TargetUnknown}}});
  CHECK(calls(world).back() == "ended unavailable");
  CHECK_FALSE(linked(world));
}

TEST_CASE("classic call: a lost socket ends it, as gone, and whoever calls again then is heard") {
  World world = classic();
  ring(world);
  world.hear({signal(p::Answer{0, "v=0", {}})});
  world.close().wake().open();
  p::Decoded<p::ServerMessage> roster;
  roster.messages.push_back(welcome({}, false, ""));
  world.hear_frame("roomUserList", std::move(roster));
  CHECK(calls(world).back() == "ended gone");
  CHECK_FALSE(linked(world));
  CHECK(world.ever<command::ParticipantLeft>().size() == 1);
  world.hear({rung()});
  CHECK(calls(world).back() == "ringing pending");
}

TEST_CASE("classic call: in no room a further roster puts nobody out") {
  World world = classic();
  ring(world);
  p::Decoded<p::ServerMessage> roster;
  roster.messages.push_back(welcome({}, false, ""));
  world.hear_frame("roomUserList", std::move(roster));
  CHECK(linked(world));
  CHECK(world.ever<command::ParticipantLeft>().empty());
}

TEST_CASE("classic call: a core without the classic dialect asks, so that a classic server makes itself known") {
  ClientOptions options = World::options();
  options.room.reset();
  options.dialect = DialectName::Auto;
  session::Session session{options, session::meetwire_parts()};
  (void)session.handle(Millis{1}, event::JoinRequested{});
  std::vector<std::string> sent;
  for (const ClientCommand& one : session.handle(Millis{2}, event::TransportOpened{1}).commands) {
    if (const auto* send = std::get_if<command::Send>(&one)) sent.push_back(send->name);
  }
  CHECK(sent == std::vector<std::string>{"meetwire", "roomUserList"});
  const auto step = session.handle(Millis{3}, event::MessageArrived{1, "roomUserList", "{}"});
  REQUIRE(step.commands.size() == 1);
  CHECK(std::get<command::NeedDialect>(step.commands.front()).dialect == DialectName::Classic);
}

TEST_CASE("S12: classic call: only so much is kept of what a caller signals before it is taken") {
  World world = classic();
  world.hear({rung()});
  const CallId id = world.only<command::CallChanged>().call.id;
  for (int i = 0; i < 300; ++i) world.hear({signal(p::Candidates{})});
  world.on(event::CallAccepted{1, id});
  CHECK(world.link_to("you").count<link::MessageReceived>() == kDefaultLimits.candidates_per_generation_max);
}

}  // namespace session_classic_call_test
