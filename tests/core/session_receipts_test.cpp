// The numbers of the server's messages: duplicates, gaps, acknowledgements, and what a resume brings again.
#include "session_world.hpp"

namespace session_receipts_test {

using namespace world;

TEST_CASE("session.numbers: duplicates are dropped and receipts are given") {
  World w;
  w.join();
  const auto message = [](int i) {
    return p::ServerMessage{p::MemberJoined{member("u" + std::to_string(i), "s" + std::to_string(i))}};
  };
  w.hear({message(1), message(2)}, 1);
  CHECK(w.got<command::ParticipantJoined>().size() == 2);
  w.hear({p::MemberLeft{UserId{"u1"}, SessionId{"s1"}, LeaveReason::Left}}, 3);
  w.hear({message(1), message(2), p::MemberLeft{UserId{"u1"}, SessionId{"s1"}, LeaveReason::Left}, message(4)}, 1);
  CHECK(w.got<command::ParticipantJoined>().size() == 1);
  CHECK(w.got<command::ParticipantJoined>()[0].participant.user.value == "u4");
  CHECK(w.got<command::ParticipantLeft>().empty());
  // Nothing else is said: after a while the server is told how far we are.
  CHECK(w.sent<p::Received>().empty());
  w.wait(w.limits.acknowledge_after.value);
  REQUIRE(w.sent<p::Received>().size() == 1);
  CHECK(w.sent<p::Received>()[0].number == 4);
  CHECK(w.shared->sent.back().received == 4);
  CHECK_FALSE(w.wake_at.has_value());  // L5: quiet
}

TEST_CASE("signalling.D7: a lost message is fetched by coming back with the number of the last one", "[P29]") {
  World w;
  w.join({member("ann", "s1")});
  w.hear({p::MemberJoined{member("bob", "s1")}}, 1);
  w.hear({p::MemberJoined{member("dan", "s1")}, p::MemberJoined{member("eve", "s1")}}, 3);
  CHECK(w.got<command::ParticipantJoined>().empty());
  CHECK(w.got<command::CloseTransport>().size() == 1);
  CHECK(w.state().state == MeetingState::Reconnecting);
  CHECK_FALSE(w.link_to("ann").ended);
  w.wake().open();
  CHECK(w.sent<p::Hello>().back().received == 1);
  w.hear({welcome({member("ann", "s1"), member("bob", "s1")}, true)});
  w.hear({p::MemberJoined{member("cid", "s1")}, p::MemberJoined{member("dan", "s1")}, p::MemberJoined{member("eve", "s1")}}, 2);
  CHECK(w.got<command::ParticipantJoined>().size() == 3);
}

TEST_CASE("signalling.D7: a gap that the server cannot fill is not asked for again and again") {
  World w;
  w.join();
  for (std::uint32_t asked = 1; asked <= w.limits.gap_resumes_max; ++asked) {
    w.hear({p::MemberJoined{member("bob", "s1")}}, 5);
    CHECK(w.state().state == MeetingState::Reconnecting);
    w.wake().open().hear({welcome({}, true)});
  }
  CHECK(w.ever<command::ParticipantJoined>().empty());
  w.hear({p::MemberJoined{member("bob", "s1")}}, 5);
  CHECK(w.state().state == MeetingState::Joined);
  CHECK(w.got<command::ParticipantJoined>().size() == 1);
}

TEST_CASE("signalling.D7: a repeat is acknowledged again, since it shows that the first word of it was lost") {
  World w;
  w.join();
  w.hear({p::MemberJoined{member("bob", "s1")}}, 1);
  w.wait(w.limits.acknowledge_after.value);
  REQUIRE(w.sent<p::Received>().size() == 1);
  w.hear({p::MemberJoined{member("bob", "s1")}}, 1);
  CHECK(w.got<command::ParticipantJoined>().empty());
  w.wait(w.limits.acknowledge_after.value);
  REQUIRE(w.sent<p::Received>().size() == 2);
  CHECK(w.shared->sent.back().received == 1);
}

TEST_CASE("signalling.D1: what was missed is older than the welcome's rows: nobody comes, goes or changes by it", "[P4]") {
  World w;
  w.join({member("ann", "s1"), member("bob", "s1", 3)});
  w.close().wake().open();
  p::Welcome back = welcome({member("ann", "s2"), member("bob", "s1", 5)}, true);
  back.as_of = 4;
  w.hear({back});
  const auto joined = w.ever<command::ParticipantJoined>().size();
  const std::size_t links = w.shared->links.size();
  w.hear({p::MemberLeft{UserId{"ann"}, SessionId{"s1"}, LeaveReason::Left}, p::MemberJoined{member("cid", "s1")},
          p::MemberChanged{member("bob", "s1", 3)}, p::MemberChanged{member("bob", "s1", 4)}},
         1);
  CHECK(w.last.empty());
  CHECK(w.ever<command::ParticipantJoined>().size() == joined);
  CHECK(w.shared->links.size() == links);
  // What comes after them counts.
  w.hear({p::MemberLeft{UserId{"ann"}, SessionId{"s2"}, LeaveReason::Left}}, 5);
  CHECK(w.only<command::ParticipantLeft>().user.value == "ann");
}

TEST_CASE("session.numbers: many messages are acknowledged without waiting") {
  World w;
  w.join();
  for (std::uint64_t i = 1; i <= w.limits.acknowledge_messages_max; ++i) w.hear({p::Problem{}}, i);
  REQUIRE(w.sent<p::Received>().size() == 1);
  CHECK(w.sent<p::Received>()[0].number == w.limits.acknowledge_messages_max);
}

}  // namespace session_receipts_test
