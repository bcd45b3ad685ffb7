// The client's part of what is promised for good: it counts what it says, keeps the newest secret, and does not ring for
// calls that are over.
#include "session_world.hpp"

namespace session_promises_test {

using namespace world;

namespace {

p::CallTold told(const std::string& id, CallState state, CallOutcome outcome = CallOutcome::Pending) {
  return {Call{CallId{id}, UserId{"you"}, UserId{"me"}, state, outcome, "", CallId{}}};
}

template <class Message>
std::vector<std::uint64_t> counts(const World& w) {
  std::vector<std::uint64_t> out;
  for (const auto& one : w.sent<Message>()) out.push_back(one.count);
  return out;
}
using Counts = std::vector<std::uint64_t>;

void ask(World& w, RequestId request, const std::string& id) {
  event::RoomRequested wanted;
  wanted.request = request;
  wanted.id = id;
  wanted.action = RoomAction::RaiseHand;
  w.on(wanted);
}

}  // namespace

TEST_CASE("promises: chat is counted from 1, and what goes out again has the same number", "[P12][P13]") {
  World w;
  w.join();
  w.chat(1, "c1").hear({p::ChatSettled{"c1", 5, {}}}, 1);
  w.chat(2, "c2");
  w.close().wake().open().hear({welcome({}, /*resumed=*/true)});
  CHECK(counts<p::ChatSubmitted>(w) == Counts{1, 2, 2});
  w.hear({p::ChatSettled{"c2", 6, {}}}, 2);
  w.chat(3, "c3");
  CHECK(counts<p::ChatSubmitted>(w) == Counts{1, 2, 2, 3});
}

TEST_CASE("promises: in a new place the count begins anew, and what waits is in it") {
  World w;
  w.join();
  w.chat(1, "c1").hear({p::ChatSettled{"c1", 5, {}}}, 1);
  w.chat(2, "c2");
  w.close().wake().open().hear({welcome({}, /*resumed=*/false, "s-new")});
  CHECK(counts<p::ChatSubmitted>(w) == Counts{1, 2, 1});
}

TEST_CASE("promises: requests are counted likewise, apart from the chat", "[P12][P13]") {
  World w;
  w.join();
  w.chat(1, "c1");
  ask(w, 2, "q1");
  w.hear({p::RequestSettled{"q1", {}}}, 1);
  ask(w, 3, "q2");
  w.close().wake().open().hear({welcome({}, /*resumed=*/true)});
  CHECK(counts<p::RequestSubmitted>(w) == Counts{1, 2, 2});
  w.close().wake().open().hear({welcome({}, /*resumed=*/false, "s-new")});
  ask(w, 4, "q3");
  CHECK(counts<p::RequestSubmitted>(w) == Counts{1, 2, 2, 1});
}

TEST_CASE("promises: a new secret after a resume is confirmed, and the next hello has it") {
  World w;
  w.join();
  const auto confirmed = [&] {
    std::size_t n = 0;
    for (const auto& one : w.sent<p::Received>()) n += one.welcome ? 1 : 0;
    return n;
  };
  p::Welcome back = welcome({}, /*resumed=*/true);
  back.secret = "another secret";
  w.close().wake().open().hear({back});
  if (confirmed() == 0) w.wake();
  CHECK(confirmed() == 1);
  w.close().wake().open();
  CHECK(w.sent<p::Hello>().back().resume == "another secret");
  // A server that gives no new one is told nothing.
  w.hear({back}).wait(1'000);
  CHECK(confirmed() == 1);
}

TEST_CASE("G5: a call and its hang-up that arrive together do not ring", "[P23]") {
  World w;
  w.join({member("you", "s-you")});
  w.hear({told("k1", CallState::Ringing), told("k1", CallState::Ended, CallOutcome::Cancelled)}, 1);
  CHECK(w.ever<command::CallChanged>().empty());
  // Nor when the server, which has forgotten it, is asked anew for it: it is known to be over.
  w.hear({told("k1", CallState::Ringing)}, 3);
  CHECK(w.ever<command::CallChanged>().empty());
  CHECK(w.sent<p::CallSubmitted>().size() == 1);
}

TEST_CASE("G5: a ring that comes alone, or with what does not end it, is shown at once") {
  World w;
  w.join({member("you", "s-you")});
  w.hear({told("k1", CallState::Ringing), told("k1", CallState::Ringing)}, 1);
  CHECK(w.only<command::CallChanged>().call.state == CallState::Ringing);
  w.hear({told("k1", CallState::Ended, CallOutcome::Cancelled)}, 3);
  CHECK(w.only<command::CallChanged>().call.outcome == CallOutcome::Cancelled);
}

TEST_CASE("G5: an acceptance and a hang-up that arrive together are both shown, in order") {
  World w;
  w.join({member("you", "s-you")});
  w.hear({told("k1", CallState::Ringing)}, 1);
  w.on(event::CallAccepted{1, CallId{"k1"}});
  w.hear({told("k1", CallState::Connected, CallOutcome::Accepted), told("k1", CallState::Ended, CallOutcome::HungUp)}, 2);
  const auto shown = w.got<command::CallChanged>();
  REQUIRE(shown.size() == 2);
  CHECK(shown[0].call.state == CallState::Connected);
  CHECK(shown[1].call.outcome == CallOutcome::HungUp);
}

TEST_CASE("G5: a ring that was missed, and whose end was missed too, does not ring after the resume, however they come", "[P23]") {
  for (const bool over : {true, false}) {
    World w;
    w.join({member("you", "s-you")});
    p::Welcome back = welcome({member("you", "s-you")}, /*resumed=*/true);
    back.as_of = 2;
    w.close().wake().open().hear({back});
    w.hear({told("k1", CallState::Ringing)}, 1);
    CHECK(w.ever<command::CallChanged>().empty());
    if (over) {
      w.hear({told("k1", CallState::Ended, CallOutcome::TimedOut)}, 2);
      CHECK(w.ever<command::CallChanged>().empty());
    } else {
      w.hear({p::MuteAsked{}}, 2);
      CHECK(w.only<command::CallChanged>().call.state == CallState::Ringing);
    }
  }
}

TEST_CASE("G8: two calls that cross and are connected in one envelope are one") {
  World w;
  w.join({member("you", "s-you")});
  w.on(event::CallRequested{1, CallId{"mine"}, UserId{"you"}, 0});
  p::CallTold kept = told("theirs", CallState::Connected, CallOutcome::Accepted);
  kept.call.replaces = CallId{"mine"};
  w.hear({told("theirs", CallState::Ringing), kept}, 1);
  CHECK(w.only<command::CallChanged>().call.id.value == "theirs");
  CHECK(w.only<command::CallChanged>().call.state == CallState::Connected);
}

TEST_CASE("leaving says nothing of a ring that nobody was told of") {
  World w;
  w.join({member("you", "s-you")});
  p::Welcome back = welcome({member("you", "s-you")}, /*resumed=*/true);
  back.as_of = 2;
  w.close().wake().open().hear({back}).hear({told("k1", CallState::Ringing)}, 1);
  w.on(event::LeaveRequested{});
  CHECK(w.ever<command::CallChanged>().empty());
}

TEST_CASE("viewer: what its links carry all the same is not shown, at the others' neither", "[P24]") {
  for (const Role role : {Role::Viewer, Role::Guest}) {
    World w;
    Participant row = classic_member("vic");
    row.session = SessionId{"s-vic"};
    row.role = role;
    w.join({row});
    w.say("vic", link::RemoteSlotsChanged{{Slot::Camera}});
    CHECK(w.got<command::ParticipantChanged>().size() == (role == Role::Viewer ? 0 : 1));
  }
}

}  // namespace session_promises_test
