// A session at a codelab server: who offers, who is still there, what cannot be had.
#include "session_world.hpp"

namespace session_codelab_test {

using namespace world;

namespace {

Participant page(const std::string& user = "guest") {
  Participant row;
  row.user = UserId{user};
  row.dialect = DialectName::Codelab;
  return row;
}

p::MemberLeft rumour() { return {UserId{"guest"}, SessionId{}, LeaveReason::Lost}; }

World& hear(World& w, std::vector<p::ServerMessage> messages) {
  p::Decoded<p::ServerMessage> decoded;
  decoded.messages = std::move(messages);
  return w.hear_frame("message", std::move(decoded));
}

World& enter(World& w, std::vector<Participant> members = {}, bool resumed = false) {
  p::Welcome welcome = world::welcome(std::move(members), resumed, "");
  welcome.secret.clear();
  welcome.self.dialect = DialectName::Codelab;
  return hear(w, {welcome});
}

World& join(World& w, std::vector<Participant> members = {}) {
  w.on(event::JoinRequested{}).open();
  return enter(w, std::move(members));
}

World& connect(World& w) { return w.say("guest", link::StateChanged{LinkState::Connected, {}}); }

}  // namespace

TEST_CASE("codelab.offers: who came first offers, who came second waits") {
  World first(DialectName::Codelab);
  join(first);
  hear(first, {p::MemberJoined{page()}});
  CHECK(first.link_to("guest").options.offers_first);
  CHECK(first.link_to("guest").options.says_rank);
  CHECK(first.link_to("guest").options.overhears);
  CHECK_FALSE(first.link_to("guest").options.numbered);
  World second(DialectName::Codelab);
  join(second, {page()});
  CHECK_FALSE(second.link_to("guest").options.offers_first);
}

TEST_CASE("codelab.offers: at our own server a page is waited for, others are offered to") {
  World w;
  w.join({page("p"), member("bob", "s-bob")});
  CHECK_FALSE(w.link_to("p").options.offers_first);
  CHECK_FALSE(w.link_to("p").options.numbered);
  CHECK_FALSE(w.link_to("p").options.overhears);
  CHECK(w.link_to("bob").options.offers_first);
}

TEST_CASE("codelab.bye: a rumour is believed when the connection says so too") {
  World w(DialectName::Codelab);
  join(w, {page()});
  connect(w);
  hear(w, {rumour()});
  CHECK(w.got<command::ParticipantLeft>().empty());
  SECTION("it ends soon") {
    w.say("guest", link::StateChanged{LinkState::Reconnecting, {}});
    CHECK(w.got<command::ParticipantLeft>().size() == 1);
    CHECK(w.link_to("guest").ended);
  }
  SECTION("it does not: it was somebody else's") {
    w.wait(w.limits.rumour_window.value);
    w.say("guest", link::StateChanged{LinkState::Reconnecting, {}});
    CHECK(w.got<command::ParticipantLeft>().empty());
    CHECK_FALSE(w.link_to("guest").ended);
  }
}

TEST_CASE("codelab.bye: without a connection it is believed at once") {
  World w(DialectName::Codelab);
  join(w, {page()});
  hear(w, {rumour()});
  CHECK(w.got<command::ParticipantLeft>().size() == 1);
  // What was still on its way concerns nobody.
  p::PairMessage pair;
  pair.body = p::Offer{"v=0", {}};
  hear(w, {p::SignalFrom{UserId{"guest"}, SessionId{}, pair, ""}});
  CHECK(w.last.empty());
}

TEST_CASE("codelab.lost: a lost socket tells nobody; a connection that fails for good does") {
  World w(DialectName::Codelab);
  join(w, {page()});
  SECTION("after it worked") {
    connect(w);
    w.say("guest", link::StateChanged{LinkState::Failed, Failure{ErrorCode::LinkFailed}});
    CHECK(w.got<command::ParticipantLeft>().size() == 1);
  }
  SECTION("not before: the page may still wait for its camera") {
    w.say("guest", link::StateChanged{LinkState::Failed, Failure{ErrorCode::LinkFailed}});
    CHECK(w.got<command::ParticipantLeft>().empty());
  }
}

TEST_CASE("codelab.return: a socket that was lost changes nothing between the two") {
  World w(DialectName::Codelab);
  join(w, {page()});
  connect(w);
  w.close().wake().open();
  enter(w, {page()}, /*resumed=*/true);
  CHECK(w.state().state == MeetingState::Joined);
  CHECK(w.ever<command::ParticipantLeft>().empty());
  CHECK_FALSE(w.link_to("guest").ended);
  CHECK(w.link_to("guest").count<link::SignallingResumed>() == 1);
}

TEST_CASE("codelab.words: there are none for chat, calls and requests") {
  World w(DialectName::Codelab);
  join(w, {page()});
  w.chat(1, "c1");
  CHECK(w.error_of(1) == ErrorCode::InvalidArgument);
  w.on(event::CallRequested{2, CallId{"k"}, UserId{"guest"}, 0});
  CHECK(w.error_of(2) == ErrorCode::InvalidArgument);
}

TEST_CASE("dialect.auto: a server that the socket cannot talk to calls for another dialect, once more tried") {
  World w(DialectName::Auto);
  w.on(event::JoinRequested{});
  w.on(event::TransportClosed{w.attempt, "v2.x", DialectName::Codelab});
  CHECK(w.only<command::NeedDialect>().dialect == DialectName::Codelab);
  // Whoever was told all that goes on with a socket of the other kind.
  World heir(DialectName::Codelab);
  heir.on(event::JoinRequested{});
  heir.on(event::TransportClosed{1, "v2.x", DialectName::Codelab});
  CHECK(heir.got<command::NeedDialect>().empty());
  heir.wake();
  CHECK(heir.only<command::OpenTransport>().dialect == DialectName::Codelab);
}

}  // namespace session_codelab_test
