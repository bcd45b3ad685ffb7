// Getting to the server, getting back, giving up.
#include "session/connection.hpp"
#include "session_world.hpp"

namespace session_connection_test {

using namespace world;

TEST_CASE("session.join: open, hello, welcome, joined") {
  World w;
  w.on(event::JoinRequested{});
  CHECK(w.only<command::MeetingChanged>().state == MeetingState::Joining);
  CHECK(w.only<command::OpenTransport>().attempt == 1);
  w.open();
  const auto hello = w.sent<p::Hello>();
  REQUIRE(hello.size() == 1);
  CHECK(hello[0].user.value == "me");
  CHECK_FALSE(hello[0].resume.has_value());
  w.hear({welcome({member("ann", "s-ann"), member("bob", "s-bob")})});
  CHECK(w.state().state == MeetingState::Joined);
  CHECK(w.state().dialect == DialectName::Meetwire);
  CHECK(w.got<command::ParticipantJoined>().size() == 2);
  CHECK(w.link_to("ann").options.offers_first);
  CHECK(w.link_to("bob").options.self_rank == "s-me");
  CHECK(w.link_to("bob").options.peer_rank == "s-bob");
}

TEST_CASE("session.join: bad ids end it before a socket is opened") {
  struct Case {
    std::string room, user, name;
    ErrorCode code;
  };
  const Case cases[] = {{"", "me", "Me", ErrorCode::InvalidRoom},
                        {"room", "__proto__", "Me", ErrorCode::InvalidUser},
                        {"room", "me", std::string(129, 'x'), ErrorCode::InvalidName}};
  for (const Case& one : cases) {
    ClientOptions options = World::options();
    options.room = RoomId{one.room};
    options.user = UserId{one.user};
    options.name = one.name;
    World w(DialectName::Meetwire, options);
    w.on(event::JoinRequested{});
    CHECK(w.state().state == MeetingState::Left);
    CHECK(w.state().error->code == one.code);
    CHECK(w.ever<command::OpenTransport>().empty());
    CHECK_FALSE(w.wake_at.has_value());
  }
}

TEST_CASE("session.join: a dialect that is not spoken is refused") {
  ClientOptions out_of_rooms = World::options();
  out_of_rooms.room.reset();
  World w(DialectName::Codelab, out_of_rooms);
  w.on(event::JoinRequested{});
  REQUIRE(w.state().error.has_value());
  CHECK(w.state().error->code == ErrorCode::InvalidArgument);
}

TEST_CASE("session.join: a server that refuses sockets is tried a few times, then unreachable") {
  World w;
  w.on(event::JoinRequested{});
  for (std::uint32_t i = 0; i + 1 < w.limits.first_join_tries_max; ++i) {
    w.close();
    CHECK(w.state().state == MeetingState::Joining);
    w.wake();
    CHECK(w.only<command::OpenTransport>().attempt == i + 2);
  }
  w.close();
  CHECK(w.state().state == MeetingState::Left);
  CHECK(w.state().error->code == ErrorCode::ServerUnreachable);
  CHECK_FALSE(w.wake_at.has_value());
}

TEST_CASE("session.join: a socket that never opens is unreachable at the deadline") {
  World w;
  w.on(event::JoinRequested{}).wake();
  REQUIRE(w.wake_at == Millis{1'000} + w.limits.transport_deadline);
  w.wake();
  CHECK(w.state().error->code == ErrorCode::ServerUnreachable);
  CHECK(w.got<command::CloseTransport>().size() == 1);
}

TEST_CASE("M1: a way without a sign of life gives way to the other one, within the same deadline") {
  World w;
  w.on(event::JoinRequested{});
  CHECK(w.only<command::OpenTransport>().way == TransportWay::Usual);
  REQUIRE(w.wake_at == w.now + w.limits.transport_first_deadline);
  w.wait(w.limits.transport_first_deadline.value - 1);
  CHECK(w.got<command::OpenTransport>().empty());
  w.wait(1);
  CHECK(w.only<command::OpenTransport>().way == TransportWay::Other);
  CHECK(w.only<command::OpenTransport>().attempt == 2);
  CHECK(w.state().state == MeetingState::Joining);
  w.on(event::TransportAnswered{w.attempt}).open().hear({welcome({})});
  CHECK(w.state().state == MeetingState::Joined);

  // Back again: first as it worked, then the other way.
  w.close().wake();
  CHECK(w.only<command::OpenTransport>().way == TransportWay::Usual);
  w.wait(w.limits.transport_first_deadline.value);
  CHECK(w.got<command::CloseTransport>().size() == 1);
  w.wake();
  CHECK(w.only<command::OpenTransport>().way == TransportWay::Other);
}

TEST_CASE("M1: a way that answers and then swallows the rest gives way soon, and not for ever") {
  World w;
  w.on(event::JoinRequested{});
  for (std::uint32_t tries = 1; tries < w.limits.first_join_tries_max; ++tries) {
    w.wait(50).on(event::TransportAnswered{w.attempt});
    REQUIRE(w.wake_at == w.now + w.limits.transport_first_deadline);
    w.on(event::TransportAnswered{w.attempt});
    w.on(event::TransportAnswered{w.attempt - 1});
    w.wake();
    CHECK(w.only<command::OpenTransport>().attempt == tries + 1);
  }
  w.wait(50).on(event::TransportAnswered{w.attempt});
  w.wake();
  CHECK(w.state().state == MeetingState::Left);
  CHECK(w.state().error->code == ErrorCode::ServerUnreachable);
  CHECK_FALSE(w.wake_at.has_value());
}

TEST_CASE("M2: on a line with a round trip of 5 s the sign gives the rest its time") {
  World w;
  w.on(event::JoinRequested{}).wake();
  const std::uint32_t tried = w.attempt;
  w.wait(5'000).on(event::TransportAnswered{w.attempt});
  w.wait(5'000);
  CHECK(w.attempt == tried);
  w.open();
  w.wait(5'000);
  w.hear({welcome({})});
  CHECK(w.state().state == MeetingState::Joined);

  SECTION("and so it comes back") {
    w.close().wake();
    w.wake();  // no sign yet: the next one, after a pause
    w.wake();
    w.wait(5'000).on(event::TransportAnswered{w.attempt});
    w.wait(5'000);
    w.open().wait(5'000);
    w.hear({welcome({}, true)});
    CHECK(w.state().state == MeetingState::Joined);
  }
}

TEST_CASE("signalling.D13: the server never answers the hello: a typed end at the deadline") {
  World w;
  w.on(event::JoinRequested{}).open();
  REQUIRE(w.wake_at == w.now + w.limits.hello_deadline);
  w.wait(w.limits.hello_deadline.value - 1);
  CHECK(w.state().state == MeetingState::Joining);
  w.wait(1);
  CHECK(w.state().state == MeetingState::Left);
  CHECK(w.state().error->code == ErrorCode::ServerTimeout);
  CHECK_FALSE(w.wake_at.has_value());
}

TEST_CASE("signalling.D13: a server that answers in another language is incompatible") {
  World w;
  w.on(event::JoinRequested{}).open();
  w.on(event::MessageArrived{w.attempt, "welcome", "gibberish"});
  CHECK(w.got<command::ReportProblem>().size() == 1);
  w.wait(w.limits.hello_deadline.value);
  CHECK(w.state().error->code == ErrorCode::ServerIncompatible);
}

TEST_CASE("signalling.D11: refused, removed and replaced end the meeting and are not retried", "[P6]") {
  for (const ErrorCode code : {ErrorCode::TokenRefused, ErrorCode::RoomFull, ErrorCode::IdTaken, ErrorCode::VersionMismatch}) {
    World w;
    w.on(event::JoinRequested{}).open().hear({p::Refused{Failure{code}}});
    CHECK(w.state().state == MeetingState::Left);
    CHECK(w.state().error->code == code);
    CHECK(w.got<command::CloseTransport>().size() == 1);
    w.close();
    w.wait(120'000);
    CHECK(w.ever<command::OpenTransport>().size() == 1);
    CHECK_FALSE(w.wake_at.has_value());
  }
  for (const ErrorCode code : {ErrorCode::Removed, ErrorCode::Replaced}) {
    World w;
    w.join({member("ann", "s-ann")}).hear({p::Ended{Failure{code}}});
    CHECK(w.state().state == MeetingState::Left);
    CHECK(w.state().error->code == code);
    CHECK(w.link_to("ann").ended);
    w.close();
    w.wait(120'000);
    CHECK(w.ever<command::OpenTransport>().size() == 1);
  }
}

TEST_CASE("signalling.D10: a closing server is a loss, not an end") {
  World w;
  w.join({member("ann", "s-ann")}).hear({p::Ended{Failure{ErrorCode::ServerClosing}}});
  CHECK(w.state().state == MeetingState::Reconnecting);
  CHECK(w.got<command::CloseTransport>().size() == 1);
  w.close();  // the host's echo of closing it
  CHECK(w.last.empty());
  CHECK_FALSE(w.link_to("ann").ended);
  w.wake();
  CHECK(w.only<command::OpenTransport>().attempt == 2);
}

TEST_CASE("signalling.D1: a lost socket leaves media alone, and the place is resumed") {
  World w;
  w.join({member("ann", "s-ann")});
  w.hear({p::ChatDelivered{{UserId{"ann"}, "m1", "hi", {}, 5}, "", ""}}, 1);
  w.close();
  CHECK(w.only<command::MeetingChanged>().state == MeetingState::Reconnecting);
  CHECK(w.only<command::MeetingChanged>().error->code == ErrorCode::ConnectionLost);
  CHECK(w.got<command::ClosePeer>().empty());
  CHECK(w.link_to("ann").count<link::SignallingLost>() == 1);
  w.wake().open();
  const auto hello = w.sent<p::Hello>().back();
  CHECK(hello.resume == "secret-of-s-me");
  CHECK(hello.received == 1);
  w.hear({welcome({member("ann", "s-ann")}, true)});
  CHECK(w.state().state == MeetingState::Joined);
  CHECK(w.link_to("ann").count<link::SignallingResumed>() == 1);
  CHECK(w.shared->links.size() == 1);
  CHECK(w.ever<command::ParticipantJoined>().size() == 1);
  CHECK(w.ever<command::ParticipantLeft>().empty());
}

TEST_CASE("signalling.D1: a socket lost between hello and welcome: the same secret opens the place") {
  ClientOptions options = World::options();
  options.secret = "own";
  World w(DialectName::Meetwire, options);
  w.on(event::JoinRequested{}).open();
  REQUIRE(w.sent<p::Hello>().back().resume == "own");
  REQUIRE(w.sent<p::Hello>().back().received == 0);
  w.close().wake().open();
  REQUIRE(w.sent<p::Hello>().back().resume == "own");
  w.hear({welcome({member("ann", "s1")})});
  CHECK(w.state().state == MeetingState::Joined);
  CHECK(w.only<command::ParticipantJoined>().participant.user.value == "ann");
  CHECK(w.link_to("ann").options.offers_first);
  w.hear({p::MemberJoined{member("bob", "s1")}}, 1);
  CHECK(w.only<command::ParticipantJoined>().participant.user.value == "bob");
  w.close().wake().open();
  CHECK(w.sent<p::Hello>().back().resume == "secret-of-s-me");
}

TEST_CASE("signalling.D3: a place that is lost is taken anew: links are built again, nobody leaves the roster") {
  World w;
  w.join({member("ann", "s-ann")});
  for (std::uint64_t i = 1; i <= 20; ++i) w.hear({p::Problem{}}, i);
  w.close().wake().open();
  w.hear({welcome({member("ann", "s-ann")}, false, "s-new")});
  CHECK(w.state().state == MeetingState::Joined);
  REQUIRE(w.shared->links.size() == 2);
  CHECK(w.shared->links[0]->ended);
  CHECK(w.shared->links[1]->options.offers_first);
  CHECK(w.shared->links[1]->options.self_rank == "s-new");
  CHECK(w.ever<command::ParticipantJoined>().size() == 1);
  CHECK(w.ever<command::ParticipantLeft>().empty());
  CHECK(w.only<command::LinkChanged>().state == LinkState::Connecting);
  // The server counts from the start again: its first message is no duplicate.
  w.hear({p::ChatDelivered{{UserId{"ann"}, "m1", "hi", {}, 5}, "", ""}}, 1);
  CHECK(w.got<command::ChatReceived>().size() == 1);
}

TEST_CASE("signalling.D11: a newer token goes with its hello and with those after it") {
  ClientOptions options = World::options();
  options.token = "first";
  World w(DialectName::Meetwire, options);
  w.join();
  CHECK(w.sent<p::Hello>().back().token == "first");
  w.close().wake().open();
  CHECK(w.sent<p::Hello>().back().token == "first");
  w.close().wake().on(event::TransportOpened{w.attempt, "second"});
  CHECK(w.sent<p::Hello>().back().token == "second");
  w.close().wake();
  w.on(event::TransportOpened{w.attempt - 1, "of an attempt that was given up"});
  CHECK(w.sent<p::Hello>().size() == 3);
  w.open();
  CHECK(w.sent<p::Hello>().back().token == "second");
}

TEST_CASE("session.join: a token that is too long ends it before a socket is opened") {
  ClientOptions options = World::options();
  options.token = std::string(World(DialectName::Meetwire).limits.token_bytes_max + 1, 't');
  World w(DialectName::Meetwire, options);
  w.on(event::JoinRequested{});
  CHECK(w.state().error->code == ErrorCode::InvalidToken);
  CHECK(w.ever<command::OpenTransport>().empty());
}

TEST_CASE("signalling.D10: tries come apart, with backoff, jitter and an end") {
  World w;
  w.join().close();
  const Millis lost_at = w.now;
  std::vector<std::int64_t> delays;
  while (w.state().state != MeetingState::Left) {
    const Millis before = w.now;
    w.wake();
    if (w.got<command::OpenTransport>().empty()) continue;
    delays.push_back((w.now - before).value);
    w.close();
    REQUIRE(delays.size() < 100);
  }
  CHECK(w.state().error->code == ErrorCode::ConnectionLost);
  CHECK(w.now == lost_at + w.limits.rejoin_deadline);
  REQUIRE(delays.size() > 5);
  CHECK(delays.size() < 20);
  CHECK(delays[0] >= w.limits.reconnect_delay_min.value / 2);
  CHECK(delays[0] <= w.limits.reconnect_delay_min.value * 3 / 2);
  CHECK(delays[4] > delays[0]);
  for (const auto delay : delays) CHECK(delay <= w.limits.reconnect_delay_max.value * 3 / 2);

  ClientOptions other = World::options();
  other.seed = 8;
  World w2(DialectName::Meetwire, other);
  w2.join().close();
  CHECK((*w2.wake_at - w2.now).value != delays[0]);
}

TEST_CASE("signalling.D1: a server that hangs while we come back is given up and tried again") {
  World w;
  w.join().close().wake();
  CHECK(w.attempt == 2);
  w.wait(w.limits.transport_deadline.value);  // the socket does not open
  CHECK(w.got<command::CloseTransport>().size() == 1);
  w.wake().open();
  CHECK(w.attempt == 3);
  w.wait(w.limits.hello_deadline.value);  // the hello is not answered
  CHECK(w.state().state == MeetingState::Reconnecting);
  w.wake().open().hear({welcome({}, true)});
  CHECK(w.state().state == MeetingState::Joined);
}

TEST_CASE("signalling.D9: events of an older socket are nobody's") {
  World w;
  w.join().close().wake().open();
  const auto old = w.attempt - 1;
  w.on(event::TransportClosed{old, "late"});
  CHECK(w.last.empty());
  w.hear({welcome({}, true)});
  w.on(event::TransportClosed{old, "later"});
  CHECK(w.state().state == MeetingState::Joined);
  w.shared->frames["old"].messages = {p::Ended{Failure{ErrorCode::Removed}}};
  w.on(event::MessageArrived{old, "meetwire", "old"});
  CHECK(w.state().state == MeetingState::Joined);
}

TEST_CASE("signalling.D7: a server that has not heard the hello is told again; what it says counts in the end") {
  World w;
  w.join().close().wake().open().hear({p::Refused{Failure{ErrorCode::ServerTimeout}}});
  CHECK(w.state().state == MeetingState::Reconnecting);
  w.wake().open().hear({welcome({}, true)});
  CHECK(w.state().state == MeetingState::Joined);

  World first;
  first.on(event::JoinRequested{});
  for (std::uint32_t i = 1; i <= first.limits.first_join_tries_max; ++i) {
    REQUIRE(first.attempt == i);
    first.open().hear({p::Refused{Failure{ErrorCode::ServerClosing}}});
    if (first.wake_at) first.wake();
  }
  CHECK(first.state().state == MeetingState::Left);
  CHECK(first.state().error->code == ErrorCode::ServerClosing);
}

TEST_CASE("session.connection: once over, nothing leads anywhere; no phase but over is a dead end") {
  using namespace meetwire::session;
  for (std::size_t p = 0; p < names_of(ConnectionPhase{}).size(); ++p) {
    const auto phase = static_cast<ConnectionPhase>(p);
    const auto leave = connection_entry(phase, ConnectionInput::LeaveRequested);
    CHECK(leave.next == ConnectionPhase::Over);
    for (std::size_t i = 0; i < names_of(ConnectionInput{}).size(); ++i) {
      const auto entry = connection_entry(phase, static_cast<ConnectionInput>(i));
      if (phase == ConnectionPhase::Over) CHECK(entry.action == ConnectionAction::Ignore);
      if (entry.action == ConnectionAction::Missing) CHECK(entry.next == phase);
      const bool ends = entry.action == ConnectionAction::FailUnreached || entry.action == ConnectionAction::FailLost ||
                        entry.action == ConnectionAction::FailUnanswered || entry.action == ConnectionAction::End ||
                        entry.action == ConnectionAction::Leave;
      if (phase != ConnectionPhase::Over) CHECK(ends == (entry.next == ConnectionPhase::Over));
    }
  }
}

}  // namespace session_connection_test
