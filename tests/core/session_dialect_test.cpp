// Which protocol the server speaks, and servers that speak the classic one.
#include "session/parts.hpp"
#include "session_world.hpp"

namespace session_dialect_test {

using namespace world;

namespace {

p::Decoded<p::ServerMessage> holding(std::vector<p::ServerMessage> messages) {
  p::Decoded<p::ServerMessage> out;
  out.messages = std::move(messages);
  return out;
}

World& join_classic(World& w, std::vector<Participant> members = {}) {
  w.on(event::JoinRequested{}).open();
  p::Welcome roster = welcome(std::move(members), false, "");
  roster.secret.clear();
  return w.hear_frame("roomUserList", holding({roster}));
}

p::SignalFrom signal(const std::string& from, p::PairBody body) {
  p::PairMessage pair;
  pair.body = std::move(body);
  return {UserId{from}, SessionId{}, pair, ""};
}

}  // namespace

TEST_CASE("dialect.auto: the hello goes out in both, the first answer decides") {
  World w(DialectName::Auto);
  w.on(event::JoinRequested{}).open();
  REQUIRE(w.shared->sent.size() == 2);
  CHECK(w.shared->sent[0].dialect == DialectName::Meetwire);
  CHECK(w.shared->sent[1].dialect == DialectName::Classic);
  w.hear({welcome()});
  CHECK(w.state().dialect == DialectName::Meetwire);
  w.chat(1, "c1");
  REQUIRE(w.shared->sent.size() == 3);
  CHECK(w.shared->sent[2].dialect == DialectName::Meetwire);
}

TEST_CASE("dialect.auto: a classic server is known by its first broadcast, before the roster is there") {
  World w(DialectName::Auto);
  w.on(event::JoinRequested{}).open();
  w.hear_frame("msg", holding({p::MemberJoined{classic_member("me")}}));
  CHECK(w.state().state == MeetingState::Joining);
  w.hear_frame("msg", holding({p::MemberJoined{classic_member("bob")}}));
  w.hear_frame("roomUserList", holding({welcome({classic_member("ann")}, false, "")}));
  CHECK(w.state().state == MeetingState::Joined);
  CHECK(w.state().dialect == DialectName::Classic);
  CHECK(w.got<command::ParticipantJoined>().size() == 2);
  CHECK(w.link_to("ann").options.offers_first);
  CHECK_FALSE(w.link_to("bob").options.offers_first);  // came after us, and offers
  CHECK_FALSE(w.link_to("ann").options.numbered);
}

TEST_CASE("dialect.auto: unknown events decide nothing, and alone make the server incompatible") {
  World w(DialectName::Auto);
  w.on(event::JoinRequested{}).open();
  w.on(event::MessageArrived{w.attempt, "news", "1"});
  CHECK(w.only<command::ReportProblem>().error.code == ErrorCode::MessageUnknown);
  w.wait(w.limits.hello_deadline.value);
  CHECK(w.state().error->code == ErrorCode::ServerIncompatible);
}

TEST_CASE("dialect.auto: what was found out holds over a reconnect") {
  World w(DialectName::Auto);
  join_classic(w).close().wake();
  CHECK(w.only<command::OpenTransport>().dialect == DialectName::Classic);
  const auto before = w.shared->sent.size();
  w.open();
  CHECK(w.shared->sent.size() == before + 1);
}

TEST_CASE("classic.join: a late join broadcast is no second joining; a join over a standing link is") {
  World w(DialectName::Classic);
  join_classic(w, {classic_member("ann")});
  w.hear_frame("msg", holding({p::MemberJoined{classic_member("ann")}}));
  CHECK(w.last.empty());
  w.say("ann", link::StateChanged{LinkState::Connected, {}});
  w.hear_frame("msg", holding({p::MemberJoined{classic_member("ann")}}));
  CHECK(w.got<command::ParticipantLeft>().size() == 1);
  CHECK(w.got<command::ParticipantJoined>().size() == 1);
  CHECK(w.shared->links[0]->ended);
  CHECK_FALSE(w.link_to("ann").options.offers_first);
}

TEST_CASE("classic.leave: somebody said to have left who offers again is back; the tail of his link is not") {
  World w(DialectName::Classic);
  join_classic(w, {classic_member("ann")});
  w.hear_frame("msg", holding({p::MemberLeft{UserId{"ann"}, SessionId{}, LeaveReason::Left}}));
  w.hear_frame("msg", holding({signal("ann", p::Candidates{}), signal("ann", p::Answer{})}));
  CHECK(w.got<command::ParticipantJoined>().empty());
  w.hear_frame("msg", holding({signal("ann", p::Offer{"v=0", {}})}));
  CHECK(w.got<command::ParticipantJoined>().size() == 1);
  CHECK(w.link_to("ann").count<link::MessageReceived>() == 1);
}

TEST_CASE("classic.leave: the late end of an own older socket puts nobody out") {
  World w(DialectName::Classic);
  join_classic(w, {classic_member("ann")});
  w.hear_frame("msg", holding({p::MemberLeft{UserId{"me"}, SessionId{}, LeaveReason::Left}}));
  CHECK(w.last.empty());
}

TEST_CASE("classic.roster: asked for again, it is reconciled") {
  World w(DialectName::Classic);
  join_classic(w, {classic_member("ann"), classic_member("bob")});
  w.hear_frame("roomUserList", holding({welcome({classic_member("bob"), classic_member("cid")}, false, "")}));
  CHECK(w.got<command::ParticipantLeft>().size() == 1);
  CHECK(w.got<command::ParticipantJoined>().size() == 1);
  CHECK_FALSE(w.link_to("cid").options.offers_first);
  CHECK(w.state().state == MeetingState::Joined);
}

TEST_CASE("classic.reconnect: a classic server knows no places: all links are built anew, the roster stays") {
  World w(DialectName::Classic);
  join_classic(w, {classic_member("ann")}).close();
  CHECK(w.state().state == MeetingState::Reconnecting);
  CHECK_FALSE(w.shared->links[0]->ended);
  w.wake().open().hear_frame("roomUserList", holding({welcome({classic_member("ann")}, false, "")}));
  CHECK(w.shared->links.size() == 2);
  CHECK(w.link_to("ann").options.offers_first);
  CHECK(w.ever<command::ParticipantJoined>().size() == 1);
  CHECK(w.ever<command::ParticipantLeft>().empty());
}

TEST_CASE("classic.chat: to one is refused, to all is settled by the echo") {
  World w(DialectName::Classic);
  join_classic(w, {classic_member("ann")});
  w.chat(1, "c1", "psst", UserId{"ann"});
  CHECK(w.error_of(1) == ErrorCode::InvalidArgument);
  w.chat(2, "c2", "hello");
  CHECK(w.settlements(2) == 0);
  w.hear_frame("msg", holding({p::ChatDelivered{{UserId{"me"}, "c2", "hello", {}, 0}, "", ""}}));
  CHECK_FALSE(w.error_of(2).has_value());
  CHECK(w.got<command::ChatReceived>().size() == 1);
}

TEST_CASE("dialect.early: what comes before the welcome is bounded") {
  World w(DialectName::Classic);
  w.on(event::JoinRequested{}).open();
  for (std::size_t i = 0; i < w.limits.early_messages_max; ++i) {
    w.hear_frame("msg", holding({p::MemberJoined{classic_member("ann")}}));
    REQUIRE(w.last.empty());
  }
  w.hear_frame("msg", holding({p::MemberJoined{classic_member("ann")}}));
  CHECK(w.only<command::ReportProblem>().error.code == ErrorCode::RateLimited);
}

// ---- with the parts that ship

TEST_CASE("dialect.real: a Meetwire server's welcome makes a newcomer's offers leave in one frame") {
  ClientOptions options = World::options();
  session::Session session(options);
  Millis now{0};
  std::vector<ClientCommand> all;
  std::optional<Millis> wake_at;
  const auto feed = [&](const ClientEvent& event) {
    auto step = session.handle(now, event);
    wake_at = step.wake_at;
    for (auto& one : step.commands) all.push_back(std::move(one));
  };
  feed(event::JoinRequested{});
  feed(event::TransportOpened{1});
  const auto sends = [&] {
    std::vector<command::Send> out;
    for (const auto& one : all) {
      if (const auto* send = std::get_if<command::Send>(&one)) out.push_back(*send);
    }
    return out;
  };
  REQUIRE(sends().size() == 2);
  CHECK(sends()[0].name == "meetwire");
  CHECK(sends()[1].name == "roomUserList");
  all.clear();
  feed(event::MessageArrived{1, "meetwire", R"({"messages":[{"type":"welcome","version":1,"resumed":false,
    "self":{"user":"me","session":"s-me","name":"Me","role":"guest"},"secret":"x","iceServers":[],
    "limits":{"chatBytesMax":100,"resumeWindowMs":30000},
    "members":[{"user":"ann","session":"s-ann","name":"Ann"},{"user":"bob","session":"s-bob","name":"Bob"}]}]})"});
  for (int round = 0; round < 20; ++round) {
    std::vector<ClientCommand> todo = std::exchange(all, {});
    std::vector<ClientCommand> kept;
    for (const auto& one : todo) {
      const auto* local = std::get_if<command::SetLocalDescription>(&one);
      if (local != nullptr) {
        feed(event::LocalDescriptionSet{local->operation, local->peer, local->incarnation,
                                        {DescriptionType::Offer, "v=0\r\n"}, {}});
      }
      kept.push_back(one);
    }
    all.insert(all.begin(), kept.begin(), kept.end());
    if (!sends().empty()) break;
    REQUIRE(wake_at.has_value());
    now = std::max(now, *wake_at);
    feed(event::TimePassed{});
  }
  REQUIRE(sends().size() == 1);
  CHECK(sends()[0].body.find("\"to\":\"ann\"") != std::string::npos);
  CHECK(sends()[0].body.find("\"to\":\"bob\"") != std::string::npos);
  feed(event::LeaveRequested{});
  CHECK_FALSE(wake_at.has_value());
}

TEST_CASE("classic: a server that listens late is asked again, and at once when it says that we are in") {
  ClientOptions given = World::options();
  given.dialect = DialectName::Classic;
  session::Session session(std::move(given));
  const auto asked = [&](std::int64_t now, const ClientEvent& event) {
    std::size_t times = 0;
    for (const auto& command : session.handle(Millis{now}, event).commands) {
      const auto* send = std::get_if<command::Send>(&command);
      times += send != nullptr && send->name == "roomUserList" ? 1U : 0U;
    }
    return times;
  };
  const Millis wait = kDefaultLimits.question_repeat_after;
  CHECK(asked(0, event::JoinRequested{}) == 0);
  CHECK(asked(0, event::TransportOpened{1, std::nullopt}) == 1);
  CHECK(asked(wait.value - 1, event::TimePassed{}) == 0);
  CHECK(asked(wait.value, event::TimePassed{}) == 1);
  CHECK(asked(wait.value * 3 - 1, event::TimePassed{}) == 0);
  CHECK(asked(wait.value * 3, event::TimePassed{}) == 1);
  CHECK(asked(wait.value * 3, event::MessageArrived{1, "msg", R"({"type":"join","msg":"me join then room","status":200})"}) == 1);
  CHECK(asked(wait.value * 3, event::MessageArrived{1, "roomUserList", R"([{"userId":"me"}])"}) == 0);
  CHECK(asked(wait.value * 100, event::TimePassed{}) == 0);
  CHECK(asked(wait.value * 100, event::MessageArrived{1, "msg", R"({"type":"join","msg":"me join then room","status":200})"}) == 0);
}

TEST_CASE("dialect.auto: a module without the server's dialect says at once and once which it is") {
  const auto needed = [](DialectName dialect, const std::string& frame) {
    ClientOptions given = World::options();
    given.dialect = dialect;
    session::Session session(std::move(given), session::meetwire_parts());
    session.handle(Millis{0}, event::JoinRequested{});
    session.handle(Millis{1}, event::TransportOpened{1, std::nullopt});
    std::vector<DialectName> found;
    for (int time = 0; time < 2; ++time) {
      for (const auto& command : session.handle(Millis{2}, event::MessageArrived{1, frame, "{}"}).commands) {
        if (const auto* need = std::get_if<command::NeedDialect>(&command)) found.push_back(need->dialect);
      }
    }
    return found;
  };
  CHECK(needed(DialectName::Auto, "msg") == std::vector{DialectName::Classic});
  CHECK(needed(DialectName::Auto, "roomUserList") == std::vector{DialectName::Classic});
  CHECK(needed(DialectName::Auto, "news").empty());
  // Who has named the dialect does not want another.
  CHECK(needed(DialectName::Meetwire, "msg").empty());
}

TEST_CASE("dialect.auto: a machine that has the dialect and is told all that has happened goes on from there") {
  const event::MessageArrived sign{1, "msg", R"({"type":"join","msg":"me join then room","status":200,"data":null})"};
  const event::SourceRequested camera{1, Source::Camera, Wanted::On, std::nullopt};
  const auto play = [&](DialectName dialect, session::Parts parts) {
    ClientOptions given = World::options();
    given.dialect = dialect;
    session::Session session(std::move(given), std::move(parts));
    std::vector<ClientCommand> commands;
    for (const ClientEvent& event : {ClientEvent{event::JoinRequested{}}, ClientEvent{camera},
                                     ClientEvent{event::TransportOpened{1, std::nullopt}}, ClientEvent{sign}}) {
      for (auto& command : session.handle(Millis{5}, event).commands) commands.push_back(std::move(command));
    }
    return commands;
  };
  const auto captures = [](const std::vector<ClientCommand>& commands) {
    std::vector<OperationId> ids;
    for (const auto& command : commands) {
      if (const auto* capture = std::get_if<command::Capture>(&command)) ids.push_back(capture->operation);
    }
    return ids;
  };
  const auto first = play(DialectName::Auto, session::meetwire_parts());
  const auto second = play(DialectName::Classic, session::default_parts());
  REQUIRE(captures(first).size() == 1);
  CHECK(captures(first) == captures(second));
  for (const auto& command : second) {
    const auto* send = std::get_if<command::Send>(&command);
    if (send != nullptr) CHECK(send->name == "roomUserList");
  }
}

}  // namespace session_dialect_test
