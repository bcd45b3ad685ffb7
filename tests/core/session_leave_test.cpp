// Leaving, whenever it is: afterwards there is nothing.
#include <set>

#include "session_world.hpp"

namespace session_leave_test {

using namespace world;

TEST_CASE("leaving.S11: links, devices, requests and the socket are given up, in one step") {
  World w;
  w.join({member("ann", "s1"), member("bob", "s1")});
  w.want(1, Source::Camera, Wanted::On);
  w.captured(w.only<command::Capture>().operation, "t1");
  w.want(2, Source::Microphone, Wanted::On);
  const auto late = w.only<command::Capture>().operation;
  w.chat(3, "c1");
  w.on(event::LeaveRequested{});
  CHECK(w.sent<p::Leave>().size() == 1);
  CHECK(w.got<command::ClosePeer>().size() == 2);
  CHECK(w.only<command::Release>().track.value == "t1");
  CHECK(w.got<command::CloseTransport>().size() == 1);
  CHECK(w.only<command::MeetingChanged>().state == MeetingState::Left);
  CHECK_FALSE(w.only<command::MeetingChanged>().error.has_value());
  CHECK(w.error_of(2) == ErrorCode::AlreadyLeft);
  CHECK(w.error_of(3) == ErrorCode::AlreadyLeft);
  CHECK_FALSE(w.wake_at.has_value());

  // G1: the camera that comes late is switched off again; nothing else has any effect.
  w.captured(late, "t2", Slot::Microphone);
  CHECK(w.only<command::Release>().track.value == "t2");
  CHECK(w.last.size() == 1);
  w.want(4, Source::Camera, Wanted::On);
  CHECK(w.error_of(4) == ErrorCode::AlreadyLeft);
  CHECK(w.last.size() == 1);
  w.chat(5, "c5");
  CHECK(w.error_of(5) == ErrorCode::AlreadyLeft);
  w.hear({welcome({member("zoe", "s1")}), p::MemberJoined{member("cid", "s1")}, p::Ended{Failure{ErrorCode::Removed}}});
  CHECK(w.last.empty());
  for (const ClientEvent& event : std::vector<ClientEvent>{
           event::JoinRequested{}, event::LeaveRequested{}, event::TransportOpened{w.attempt},
           event::TransportClosed{w.attempt, ""}, event::ConnectionChanged{UserId{"ann"}, 1, ConnectionState::Failed},
           event::CandidateGathered{UserId{"ann"}, 1, {}}, event::OperationSucceeded{1, UserId{"ann"}, 1},
           event::CaptureFailed{late, "NotFoundError", ""}, event::TrackEnded{TrackId{"t1"}}, event::TimePassed{}}) {
    w.on(event);
    CHECK(w.last.empty());
    CHECK_FALSE(w.wake_at.has_value());
  }
}

TEST_CASE("leaving.G1: leaving before the reply says goodbye, and the reply has no effect") {
  World w;
  w.want(1, Source::Camera, Wanted::On);
  w.captured(w.only<command::Capture>().operation, "t1");
  w.on(event::JoinRequested{}).open().on(event::LeaveRequested{});
  CHECK(w.sent<p::Leave>().size() == 1);
  CHECK(w.only<command::Release>().track.value == "t1");
  CHECK(w.state().state == MeetingState::Left);
  w.hear({welcome({member("ann", "s1")})});
  CHECK(w.last.empty());
  CHECK(w.shared->links.empty());
}

TEST_CASE("leaving.G2: leaving while an offer is out drops what answers it") {
  World w;
  w.join({member("ann", "s1")});
  w.on(event::LeaveRequested{});
  p::PairMessage answer;
  answer.body = p::Answer{};
  const auto heard = w.link_to("ann").events.size();
  w.hear({p::SignalFrom{UserId{"ann"}, SessionId{"s1"}, answer, ""}});
  CHECK(w.link_to("ann").events.size() == heard);
}

TEST_CASE("leaving.S11: from every phase it ends at once, and only a server that was greeted is told") {
  const auto leave = [](World& w, std::size_t goodbyes, std::size_t closes) {
    w.on(event::LeaveRequested{});
    CHECK(w.state().state == MeetingState::Left);
    CHECK_FALSE(w.wake_at.has_value());
    CHECK(w.sent<p::Leave>().size() == goodbyes);
    CHECK(w.got<command::CloseTransport>().size() == closes);
  };
  World idle;
  leave(idle, 0, 0);
  World opening;
  leave(opening.on(event::JoinRequested{}), 0, 1);
  World resting;
  leave(resting.on(event::JoinRequested{}).close(), 0, 1);
  World pausing;
  leave(pausing.join().close(), 0, 1);
  World reopening;
  leave(reopening.join().close().wake(), 0, 1);
  World regreeting;
  leave(regreeting.join().close().wake().open(), 1, 1);
}

TEST_CASE("leaving.S11: a failed join gives the devices back too") {
  World w;
  w.want(1, Source::Camera, Wanted::On);
  w.captured(w.only<command::Capture>().operation, "t1");
  w.on(event::JoinRequested{}).open().hear({p::Refused{Failure{ErrorCode::RoomFull}}});
  CHECK(w.only<command::Release>().track.value == "t1");
  const auto shown = w.ever<command::SourceChanged>().back();
  CHECK(shown.state == SourceState::Off);
}

TEST_CASE("session.misuse: a second join is reported and harms nothing") {
  World w;
  w.join();
  w.on(event::JoinRequested{});
  CHECK(w.only<command::ReportProblem>().error.code == ErrorCode::InvalidArgument);
  CHECK(w.last.size() == 1);
  CHECK(w.state().state == MeetingState::Joined);
}

}  // namespace session_leave_test
