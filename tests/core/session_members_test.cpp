// Who is there, and the links to them.
#include "session_world.hpp"

namespace session_members_test {

using namespace world;

namespace {

std::string life_of(const World& w, const std::string& user) {
  std::string out;
  for (const auto& one : w.all) {
    if (const auto* c = std::get_if<command::ParticipantJoined>(&one); c && c->participant.user.value == user) out += 'J';
    if (const auto* c = std::get_if<command::OpenPeer>(&one); c && c->peer.value == user) out += 'o';
    if (const auto* c = std::get_if<command::ClosePeer>(&one); c && c->peer.value == user) out += 'c';
    if (const auto* c = std::get_if<command::ParticipantLeft>(&one); c && c->user.value == user) out += 'L';
  }
  return out;
}

link::SendPair candidates() {
  p::PairMessage pair;
  pair.body = p::Candidates{};
  return {pair, true};
}

}  // namespace

TEST_CASE("joining.G9: a newcomer's offers to everybody leave in one envelope") {
  World w;
  w.shared->offers_at_start = false;
  w.join({member("ann", "s-ann"), member("bob", "s-bob"), member("cid", "s-cid")});
  const auto before = w.shared->sent.size();
  w.say("bob", FakePart::offer());
  w.say("bob", candidates());
  w.say("ann", FakePart::offer());
  CHECK(w.shared->sent.size() == before);
  w.say("cid", FakePart::offer());
  REQUIRE(w.shared->sent.size() == before + 1);
  CHECK(w.shared->sent.back().messages.size() == 4);
  CHECK(w.sent<p::SignalTo>()[0].session.value == "s-bob");
}

TEST_CASE("joining.G9: one slow offer keeps the others for the window only") {
  World w;
  w.shared->offers_at_start = false;
  w.join({member("ann", "s-ann"), member("bob", "s-bob")});
  w.say("bob", FakePart::offer());
  REQUIRE(w.wake_at == w.now + w.limits.first_offers_window);
  w.wake();
  CHECK(w.sent<p::SignalTo>().size() == 1);
  w.say("ann", FakePart::offer());
  CHECK(w.sent<p::SignalTo>().size() == 2);
}

TEST_CASE("joining.G9: somebody who leaves before the offer is there is not waited for") {
  World w;
  w.shared->offers_at_start = false;
  w.join({member("ann", "s-ann"), member("bob", "s-bob")});
  w.say("bob", FakePart::offer());
  w.hear({p::MemberLeft{UserId{"ann"}, SessionId{"s-ann"}, LeaveReason::Left}});
  CHECK(w.sent<p::SignalTo>().size() == 1);
}

TEST_CASE("session.batches: candidates wait for one another, what is urgent takes them along") {
  World w;
  w.join({member("ann", "s-ann")});
  const auto before = w.shared->sent.size();
  w.say("ann", candidates());
  w.say("ann", candidates());
  CHECK(w.shared->sent.size() == before);
  w.wait(w.limits.candidate_batch_window.value);
  REQUIRE(w.shared->sent.size() == before + 1);
  CHECK(w.shared->sent.back().messages.size() == 2);
  w.say("ann", candidates());
  w.say("ann", FakePart::offer());
  REQUIRE(w.shared->sent.size() == before + 2);
  CHECK(w.shared->sent.back().messages.size() == 2);
}

TEST_CASE("joining.S10: joined and left alternate for each peer, media only between") {
  World w;
  w.join({member("ann", "s1")});
  w.hear({p::MemberJoined{member("ann", "s1")}});                              // told twice
  w.hear({p::MemberJoined{member("ann", "s2")}});                              // back before the leave
  w.hear({p::MemberLeft{UserId{"ann"}, SessionId{"s1"}, LeaveReason::Lost}});  // the late leave
  w.hear({p::MemberLeft{UserId{"ann"}, SessionId{"s2"}, LeaveReason::Left}});
  w.hear({p::MemberLeft{UserId{"ann"}, SessionId{"s2"}, LeaveReason::Left}});
  w.hear({p::MemberJoined{member("ann", "s3")}});
  CHECK(life_of(w, "ann") == "JocLJocLJo");
  CHECK(w.ever<command::ParticipantLeft>()[0].reason == LeaveReason::Replaced);
  CHECK_FALSE(w.link_to("ann").options.offers_first);
}

TEST_CASE("joining.S8: a late leave of an old session does not remove the new row") {
  World w;
  w.join({member("ann", "s2")});
  w.hear({p::MemberLeft{UserId{"ann"}, SessionId{"s1"}, LeaveReason::Lost}});
  CHECK(w.last.empty());
  CHECK_FALSE(w.link_to("ann").ended);
}

TEST_CASE("joining.G3: join, leave, join in an instant: one row") {
  World w;
  w.join();
  w.hear({p::MemberJoined{member("ann", "s1")}, p::MemberLeft{UserId{"ann"}, SessionId{"s1"}, LeaveReason::Left},
          p::MemberJoined{member("ann", "s2")}},
         1);
  CHECK(life_of(w, "ann") == "JocLJo");
}

TEST_CASE("session.members: an ended link says nothing more to its peer's successor") {
  World w;
  w.join({member("ann", "s1")});
  const auto before = w.sent<p::SignalTo>().size();
  w.hear({p::MemberJoined{member("ann", "s2")}});
  CHECK(w.sent<p::SignalTo>().size() == before);
}

TEST_CASE("session.members: changes count by version, and only of the session that is here", "[P8]") {
  World w;
  w.join({member("ann", "s1", 3)});
  Participant news = member("ann", "s1", 4);
  news.media.camera = Wanted::On;
  w.hear({p::MemberChanged{news}});
  CHECK(w.only<command::ParticipantChanged>().participant.media.camera == Wanted::On);
  w.hear({p::MemberChanged{member("ann", "s1", 2)}, p::MemberChanged{member("ann", "s0", 9)}});
  CHECK(w.last.empty());
}

TEST_CASE("session.members: an own role that changes is told") {
  World w;
  w.join();
  Participant me = member("me", "s-me", 2);
  me.role = Role::Host;
  w.hear({p::MemberChanged{me}});
  CHECK(w.only<command::MeetingChanged>().role == Role::Host);
}

TEST_CASE("session.members: a message reaches the link of its sender's session only") {
  World w;
  w.join({member("ann", "s1")});
  p::PairMessage pair;
  w.hear({p::SignalFrom{UserId{"ann"}, SessionId{"s1"}, pair, ""}});
  CHECK(w.link_to("ann").count<link::MessageReceived>() == 1);
  w.hear({p::SignalFrom{UserId{"ann"}, SessionId{"s0"}, pair, ""}, p::SignalFrom{UserId{"eve"}, SessionId{"s9"}, pair, ""},
          p::SignalFrom{UserId{"me"}, SessionId{"s-me"}, pair, ""}});
  CHECK(w.link_to("ann").count<link::MessageReceived>() == 1);
  CHECK(w.got<command::ReportProblem>().size() == 3);
  CHECK(w.got<command::ParticipantJoined>().empty());
}

TEST_CASE("session.members: who came and went while we were away is told once each") {
  World w;
  w.join({member("ann", "s1"), member("bob", "s1"), member("cid", "s1")});
  w.close().wake().open();
  w.hear({welcome({member("bob", "s2"), member("cid", "s1", 5), member("dan", "s1")}, true)});
  CHECK(life_of(w, "ann") == "JocL");
  CHECK(life_of(w, "bob") == "JocLJo");
  CHECK(life_of(w, "cid") == "Jo");
  CHECK(life_of(w, "dan") == "Jo");
  // They joined while our place was kept: they have offered, or will.
  CHECK_FALSE(w.link_to("dan").options.offers_first);
  // What was missed follows, and changes nothing that is known already.
  w.hear({p::MemberLeft{UserId{"ann"}, SessionId{"s1"}, LeaveReason::Left},
          p::MemberLeft{UserId{"bob"}, SessionId{"s1"}, LeaveReason::Left}, p::MemberJoined{member("bob", "s2")},
          p::MemberJoined{member("dan", "s1")}},
         1);
  CHECK(w.last.empty());
}

TEST_CASE("session.members: a link waits while its member is away, or we are") {
  World w;
  w.join({member("ann", "s1", 2)});
  Participant ann = member("ann", "s1", 3);
  ann.away = true;
  w.hear({p::MemberChanged{ann}});
  CHECK(w.link_to("ann").count<link::SignallingLost>() == 1);
  // Our own coming back is not hers.
  w.close();
  w.wake().open().hear({welcome({ann}, true)});
  CHECK(w.link_to("ann").count<link::SignallingLost>() == 1);
  CHECK(w.link_to("ann").count<link::SignallingResumed>() == 0);
  ann.away = false;
  ann.version = 4;
  w.hear({p::MemberChanged{ann}});
  CHECK(w.link_to("ann").count<link::SignallingResumed>() == 1);
  w.close();
  CHECK(w.link_to("ann").count<link::SignallingLost>() == 2);
}

TEST_CASE("signalling.D4: what a link says while the socket is down is not queued") {
  World w;
  w.join({member("ann", "s1")});
  w.close();
  const auto before = w.sent<p::SignalTo>().size();
  w.say("ann", FakePart::offer());
  w.say("ann", candidates());
  w.wake().open().hear({welcome({member("ann", "s1")}, true)});
  w.wait(1'000);
  CHECK(w.sent<p::SignalTo>().size() == before);
  CHECK(w.link_to("ann").count<link::SignallingResumed>() == 1);  // the link knows what still matters
}

TEST_CASE("signalling.D4: what waited for its envelope when the socket was lost never goes out") {
  World w;
  w.join({member("ann", "s1")});
  w.say("ann", candidates());
  w.close().wake().open();
  w.hear({welcome({member("ann", "s1")}, false, "s-new")});
  w.wait(1'000);
  for (const auto& one : w.sent<p::SignalTo>()) CHECK_FALSE(std::holds_alternative<p::Candidates>(one.pair.body));
}

TEST_CASE("hostile.L23: a roster of 10,000 is capped, a hostile row refused, the call intact") {
  World w;
  w.on(event::JoinRequested{}).open();
  std::vector<Participant> rows;
  rows.push_back(member("__proto__", "s"));
  rows.push_back(member(std::string(5'000, 'x'), "s"));
  rows.push_back(member("loud", "s"));
  rows.back().name = std::string(10'000, 'n');
  for (int i = 0; i < 10'000; ++i) rows.push_back(member("u" + std::to_string(i), "s" + std::to_string(i)));
  w.hear({welcome(rows)});
  CHECK(w.state().state == MeetingState::Joined);
  CHECK(w.got<command::ParticipantJoined>().size() == w.limits.roster_members_max);
  CHECK(w.shared->links.size() == w.limits.roster_members_max);
  CHECK(w.got<command::ReportProblem>().size() == 1);
  for (const auto& one : w.got<command::ParticipantJoined>()) CHECK(one.participant.name.size() <= w.limits.name_bytes_max);
  w.hear({p::MemberJoined{member("zoe", "s-zoe")}});
  CHECK(w.got<command::ParticipantJoined>().empty());
  w.chat(1, "c1");
  CHECK(w.sent<p::ChatSubmitted>().size() == 1);
}

TEST_CASE("session.members: a classic member is called without numbers, and seen by what it sends") {
  World w;
  w.join();
  Participant row = classic_member("ann");
  row.session = SessionId{"s1"};
  w.hear({p::MemberJoined{row}});
  auto& link = w.link_to("ann");
  CHECK_FALSE(link.options.numbered);
  CHECK(link.options.self_rank > link.options.peer_rank);
  w.say("ann", link::RemoteSlotsChanged{{Slot::Camera}});
  CHECK(w.only<command::ParticipantChanged>().participant.media.camera == Wanted::On);
  // The server, which knows nothing of it, does not talk it away.
  row.version = 2;
  row.away = true;
  w.hear({p::MemberChanged{row}});
  CHECK(w.only<command::ParticipantChanged>().participant.media.camera == Wanted::On);
}

TEST_CASE("session.members: browser events of a peer that has left change nothing") {
  World w;
  w.join({member("ann", "s1")});
  w.hear({p::MemberLeft{UserId{"ann"}, SessionId{"s1"}, LeaveReason::Left}});
  w.on(event::ConnectionChanged{UserId{"ann"}, 1, ConnectionState::Connected});
  w.on(event::OperationSucceeded{3, UserId{"ann"}, 1});
  CHECK(w.last.empty());
}

TEST_CASE("session.members: links are woken at their own deadlines") {
  World w;
  w.join({member("ann", "s1"), member("bob", "s1")});
  w.link_to("ann").wake_at = w.now + Millis{500};
  w.link_to("bob").wake_at = w.now + Millis{900};
  w.on(event::NegotiationNeeded{UserId{"ann"}, 1}).on(event::NegotiationNeeded{UserId{"bob"}, 1});
  REQUIRE(w.wake_at == w.now + Millis{500});
  w.link_to("ann").wake_at.reset();
  w.wake();
  CHECK(w.link_to("ann").count<event::TimePassed>() == 1);
  CHECK(w.link_to("bob").count<event::TimePassed>() == 0);
}

TEST_CASE("hostile.malformed: what cannot be read is reported and changes nothing") {
  World w;
  w.join({member("ann", "s1")});
  w.on(event::MessageArrived{w.attempt, "meetwire", "no such frame"});
  CHECK(w.only<command::ReportProblem>().error.code == ErrorCode::MessageMalformed);
  CHECK(w.last.size() == 1);
}

}  // namespace session_members_test
