// A session at a plain server, which says nothing of who is there, nor anything by itself.
#include "session_world.hpp"

namespace session_plain_test {

using namespace world;

namespace {

constexpr const char* kAnswer = R"({"type":"answer","sdp":"v=0 a"})";
constexpr const char* kCandidate = R"({"type":"candidate","id":"0","mlineindex":0,"candidate":"candidate:1"})";

World& hear_text(World& w, const std::string& text) { return w.on(event::MessageArrived{w.attempt, "plain", text}); }

std::size_t sent(const World& w, const std::string& part) {
  std::size_t n = 0;
  for (const auto& one : w.ever<command::Send>()) n += one.body.find(part) != std::string::npos ? 1 : 0;
  return n;
}

struct Joined : World {
  Joined() : World(DialectName::Plain) { on(event::JoinRequested{}).open(); }
};

}  // namespace

TEST_CASE("session.plain: in as soon as the socket is open, with nobody to be seen, and offering") {
  Joined w;
  CHECK(w.state().state == MeetingState::Joined);
  CHECK(w.state().dialect == DialectName::Plain);
  CHECK(w.ever<command::ParticipantJoined>().empty());
  CHECK(w.link_to("peer").options.offers_first);
  CHECK(w.link_to("peer").options.may_not_listen);
  CHECK(w.link_to("peer").options.says_rank);
  CHECK_FALSE(w.link_to("peer").options.numbered);
  CHECK(sent(w, "\"type\":\"offer\"") == 1);
  // What becomes of a link to nobody is nobody's business.
  w.say("peer", link::StateChanged{LinkState::Reconnecting, {}});
  CHECK(w.ever<command::LinkChanged>().empty());
}

TEST_CASE("session.plain: whoever is heard is there, over the link that has looked for him") {
  for (const char* text : {kAnswer, kCandidate, R"({"type":"offer","sdp":"v=0 o"})"}) {
    CAPTURE(text);
    Joined w;
    hear_text(w, text);
    const auto joins = w.got<command::ParticipantJoined>();
    REQUIRE(joins.size() == 1);
    CHECK(joins.front().participant.user.value == "peer");
    CHECK(joins.front().participant.dialect == DialectName::Plain);
    CHECK(w.shared->links.size() == 1);
    CHECK(w.link_to("peer").count<link::MessageReceived>() == 1);
    hear_text(w, kCandidate);
    CHECK(w.got<command::ParticipantJoined>().empty());
    w.say("peer", link::StateChanged{LinkState::Connected, {}});
    CHECK(w.only<command::LinkChanged>().state == LinkState::Connected);
    w.say("peer", link::RemoteSlotsChanged{{Slot::Microphone}});
    CHECK(w.only<command::ParticipantChanged>().participant.media.microphone == Wanted::On);
  }
}

TEST_CASE("session.plain: nonsense is counted, and brings nobody in") {
  Joined w;
  for (const char* text : {"x", "[]", "{\"type\":\"news\"}", "{\"type\":\"keepAlive\"}", ""}) {
    hear_text(w, text);
    CHECK(w.only<command::ReportProblem>().error.code == ErrorCode::MessageUnknown);
  }
  CHECK(w.ever<command::ParticipantJoined>().empty());
}

TEST_CASE("session.plain: whose connection is gone has left; the link goes on looking") {
  Joined w;
  hear_text(w, kAnswer);
  w.say("peer", link::StateChanged{LinkState::Connected, {}});
  w.say("peer", link::StateChanged{LinkState::Failed, Failure{ErrorCode::LinkFailed}});
  const auto left = w.only<command::ParticipantLeft>();
  CHECK(left.user.value == "peer");
  CHECK(left.reason == LeaveReason::Lost);
  CHECK_FALSE(w.link_to("peer").ended);
  hear_text(w, kAnswer);
  CHECK(w.got<command::ParticipantJoined>().size() == 1);
  CHECK(w.shared->links.size() == 1);
}

TEST_CASE("session.plain: it says in time that it lives, whatever else it says") {
  Joined w;
  CHECK(sent(w, "keepAlive") == 0);
  for (int i = 0; i < 60; ++i) w.wait(1'000);
  CHECK(sent(w, "keepAlive") == 12);
  REQUIRE(w.wake_at);
  CHECK(*w.wake_at <= w.now + Millis{5'000});
}

TEST_CASE("session.plain: after a sleep the server has given it up, so that it comes again") {
  Joined w;
  hear_text(w, kAnswer);
  w.wait(5'000);
  REQUIRE(sent(w, "keepAlive") == 1);
  // Late, but in time.
  w.wait(19'000);
  CHECK(w.state().state == MeetingState::Joined);
  w.wait(20'000);
  CHECK(w.state().state == MeetingState::Reconnecting);
  CHECK(w.got<command::CloseTransport>().size() == 1);
  w.wake().open();
  CHECK(w.state().state == MeetingState::Joined);
  // Media was not touched, and nobody has left.
  CHECK(w.ever<command::ParticipantLeft>().empty());
  CHECK(w.shared->links.size() == 1);
  CHECK(w.link_to("peer").count<link::SignallingLost>() == 1);
  CHECK(w.link_to("peer").count<link::SignallingResumed>() == 1);
}

TEST_CASE("session.plain: a lost socket is reopened, and what stands, stands") {
  Joined w;
  hear_text(w, kAnswer);
  w.close();
  CHECK(w.state().state == MeetingState::Reconnecting);
  w.wake();
  CHECK(w.attempt == 2);
  // Our own lost socket may have the place still: that is no end.
  w.on(event::TransportClosed{2, "x", std::nullopt, 502});
  CHECK(w.state().state == MeetingState::Reconnecting);
  w.wake().open();
  CHECK(w.state().state == MeetingState::Joined);
  CHECK(w.ever<command::ParticipantLeft>().empty());
  CHECK(w.shared->links.size() == 1);
}

TEST_CASE("session.plain: a full room is told by the handshake, where the host can tell") {
  World w(DialectName::Plain);
  w.on(event::JoinRequested{});
  w.on(event::TransportClosed{w.attempt, "x", std::nullopt, 502});
  CHECK(w.state().state == MeetingState::Left);
  CHECK(w.state().error->code == ErrorCode::RoomFull);
  // Of any other server it is a gateway's word.
  World other(DialectName::Meetwire);
  other.on(event::JoinRequested{});
  other.on(event::TransportClosed{other.attempt, "x", std::nullopt, 502});
  CHECK(other.state().state == MeetingState::Joining);
  World untold(DialectName::Plain);
  untold.on(event::JoinRequested{});
  for (int i = 0; i < 3; ++i) {
    untold.on(event::TransportClosed{untold.attempt, "perhaps full"});
    if (i < 2) untold.wake();
  }
  CHECK(untold.state().error->code == ErrorCode::ServerUnreachable);
  CHECK(untold.state().error->detail == "perhaps full");
}

TEST_CASE("session.plain: what such a server does not carry is refused, and says so") {
  Joined w;
  w.chat(1, "c1");
  CHECK(w.error_of(1) == ErrorCode::InvalidArgument);
  w.on(event::CallRequested{2, CallId{"k"}, UserId{"peer"}, 0});
  CHECK(w.error_of(2) == ErrorCode::InvalidArgument);
  event::RoomRequested hand;
  hand.request = 3;
  hand.action = RoomAction::RaiseHand;
  w.on(hand);
  CHECK(w.error_of(3) == ErrorCode::InvalidArgument);
  ClientOptions nowhere = World::options();
  nowhere.room.reset();
  World online(DialectName::Plain, nowhere);
  online.on(event::JoinRequested{});
  CHECK(online.state().error->code == ErrorCode::InvalidArgument);
}

TEST_CASE("session.plain: after leaving nothing is wanted any more") {
  Joined w;
  w.on(event::LeaveRequested{});
  CHECK(w.state().state == MeetingState::Left);
  CHECK(w.link_to("peer").ended);
  CHECK_FALSE(w.wake_at);
}

}  // namespace session_plain_test
