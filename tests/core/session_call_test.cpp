// Calls as part of a session: when they may be asked for, what goes out when, and what the application is told.
#include "session_world.hpp"

namespace session_call_test {

using namespace world;

namespace {

World& ring(World& world, RequestId request, const std::string& to, const std::string& id = "k1") {
  return world.on(event::CallRequested{request, CallId{id}, UserId{to}, 0});
}
World& accept(World& world, RequestId request, const std::string& id) {
  return world.on(event::CallAccepted{request, CallId{id}});
}
World& end(World& world, RequestId request, const std::string& id) {
  return world.on(event::CallEnded{request, CallId{id}, ""});
}
p::CallTold told(const std::string& id, const std::string& from, const std::string& to, CallState state,
                 CallOutcome outcome = CallOutcome::Pending) {
  return {Call{CallId{id}, UserId{from}, UserId{to}, state, outcome, "", CallId{}}};
}
std::vector<p::CallAction> said(const World& world) {
  std::vector<p::CallAction> actions;
  for (const auto& word : world.sent<p::CallSubmitted>()) actions.push_back(word.action);
  return actions;
}
using A = p::CallAction;

World roomless() {
  ClientOptions options = World::options();
  options.room.reset();
  return World{DialectName::Meetwire, options};
}

}  // namespace

TEST_CASE("call: asked for, settled at once, and told step by step") {
  World world;
  world.join({member("you", "s-you")});
  ring(world, 1, "you");
  CHECK_FALSE(world.error_of(1));
  CHECK(world.only<command::CallChanged>().call.state == CallState::Calling);
  CHECK(said(world) == std::vector<A>{A::Request});
  world.hear({told("k1", "me", "you", CallState::Ringing)}, 1);
  world.hear({told("k1", "me", "you", CallState::Connected, CallOutcome::Accepted)}, 2);
  CHECK(world.only<command::CallChanged>().call.outcome == CallOutcome::Accepted);
  end(world, 2, "k1");
  CHECK_FALSE(world.error_of(2));
  CHECK(world.got<command::CallChanged>().empty());
  world.hear({told("k1", "me", "you", CallState::Ended, CallOutcome::HungUp)}, 3);
  CHECK(world.only<command::CallChanged>().call.outcome == CallOutcome::HungUp);
  CHECK(said(world) == std::vector<A>{A::Request, A::End});
}

TEST_CASE("G10: before the meeting is joined, and after it, there are no calls") {
  World world;
  ring(world, 1, "you");
  CHECK(world.error_of(1) == ErrorCode::NotJoined);
  accept(world, 2, "k9");
  CHECK(world.error_of(2) == ErrorCode::NotJoined);
  world.join();
  ring(world, 3, "me");
  CHECK(world.error_of(3) == ErrorCode::InvalidArgument);
  end(world, 4, "k9");
  CHECK(world.error_of(4) == ErrorCode::InvalidArgument);
  CHECK(world.sent<p::CallSubmitted>().empty());
  world.on(event::LeaveRequested{});
  ring(world, 5, "you");
  accept(world, 6, "k9");
  end(world, 7, "k9");
  for (const RequestId request : {5u, 6u, 7u}) CHECK(world.error_of(request) == ErrorCode::AlreadyLeft);
  CHECK(world.ever<command::CallChanged>().empty());
}

TEST_CASE("call: at a classic server there are none between those who are connected anyway, and that is said") {
  World world{DialectName::Classic};
  world.on(event::JoinRequested{}).open().hear({welcome()});
  ring(world, 1, "you");
  CHECK(world.error_of(1) == ErrorCode::InvalidArgument);
}

TEST_CASE("G6: a wish while the connection is lost goes out on the next, once") {
  World world;
  world.join({member("you", "s-you")});
  world.hear({told("k9", "you", "me", CallState::Ringing)}, 1);
  world.close();
  accept(world, 1, "k9");
  CHECK_FALSE(world.error_of(1));
  CHECK(said(world).empty());
  world.wake().open().hear({welcome({member("you", "s-you")}, /*resumed=*/true)});
  CHECK(said(world) == std::vector<A>{A::Accept});
  world.hear({told("k9", "you", "me", CallState::Connected, CallOutcome::Accepted)}, 2);
  CHECK(world.only<command::CallChanged>().call.state == CallState::Connected);
  CHECK(world.ever<command::CallChanged>().size() == 2);
}

TEST_CASE("G6: in a new place one asks what has come of the call, and shows what one hears", "[P21]") {
  World world;
  world.join({member("you", "s-you")});
  ring(world, 1, "you");
  world.hear({told("k1", "me", "you", CallState::Ringing)}, 1);
  world.close();
  world.wake().open().hear({welcome({member("you", "s-you")}, /*resumed=*/false, "s-me-2")});
  CHECK(said(world) == std::vector<A>{A::Request, A::Ask});
  world.hear({told("k1", "me", "", CallState::Ended, CallOutcome::Rejected)}, 1);
  const Call call = world.only<command::CallChanged>().call;
  CHECK(call.outcome == CallOutcome::Rejected);
  CHECK(call.to == UserId{"you"});
}

TEST_CASE("G6: leaving, or being put out, ends the call here as well", "[P22]") {
  for (const bool removed : {false, true}) {
    World world;
    world.join({member("you", "s-you")});
    ring(world, 1, "you");
    if (removed) {
      world.hear({p::Ended{Failure{ErrorCode::Removed}}});
    } else {
      world.on(event::LeaveRequested{});
    }
    const Call call = world.only<command::CallChanged>().call;
    CHECK(call.state == CallState::Ended);
    CHECK(call.outcome == CallOutcome::Gone);
    CHECK_FALSE(world.wake_at);
  }
}

TEST_CASE("call: an unanswered word is said again while the socket stands, not while it is lost") {
  World world;
  world.join();
  ring(world, 1, "you");
  world.wait(kDefaultLimits.call_resend_after.value);
  CHECK(said(world) == std::vector<A>{A::Request, A::Request});
  world.close();
  world.wait(100);
  CHECK(said(world).size() == 2);
}

TEST_CASE("call: a call that stands keeps nobody awake") {
  World world;
  world.join();
  world.hear({told("k9", "you", "me", CallState::Ringing)});
  accept(world, 1, "k9");
  world.hear({told("k9", "you", "me", CallState::Connected, CallOutcome::Accepted)});
  CHECK_FALSE(world.wake_at);
}

TEST_CASE("call: in no room: the hello names none, and whoever has called offers") {
  World world = roomless();
  world.join();
  REQUIRE(world.sent<p::Hello>().size() == 1);
  CHECK_FALSE(world.sent<p::Hello>().front().room);
  SECTION("the caller") {
    ring(world, 1, "you");
    world.hear({told("k1", "me", "you", CallState::Connected, CallOutcome::Accepted), p::MemberJoined{member("you", "s-you")}}, 1);
    CHECK(world.link_to("you").options.offers_first);
  }
  SECTION("the callee waits for it") {
    world.hear({told("k9", "you", "me", CallState::Ringing)}, 1);
    accept(world, 1, "k9");
    world.hear({told("k9", "you", "me", CallState::Connected, CallOutcome::Accepted), p::MemberJoined{member("you", "s-you")}}, 2);
    CHECK_FALSE(world.link_to("you").options.offers_first);
  }
  SECTION("the caller whose socket was lost when it was taken") {
    ring(world, 1, "you");
    world.close();
    world.wake().open().hear({welcome({member("you", "s-you")}, /*resumed=*/true)});
    CHECK(world.link_to("you").options.offers_first);
  }
}

namespace {

Participant on_call(const std::string& user, const std::string& session) {
  Participant row = member(user, session);
  row.connect = Connect::OnCall;
  return row;
}
World on_call_only() {
  ClientOptions options = World::options();
  options.connect = Connect::OnCall;
  return World{DialectName::Meetwire, options};
}
std::vector<LinkState> links(const World& world) {
  std::vector<LinkState> states;
  for (const auto& one : world.ever<command::LinkChanged>()) states.push_back(one.state);
  return states;
}

}  // namespace

TEST_CASE("on call: whoever connects so, has a link as long as a call stands, and the caller offers") {
  for (const bool other_side : {false, true}) {
    World world = other_side ? World{} : on_call_only();
    world.join({other_side ? on_call("you", "s-you") : member("you", "s-you")});
    CHECK(world.sent<p::Hello>().front().connect == (other_side ? Connect::Everyone : Connect::OnCall));
    CHECK(world.shared->links.empty());
    CHECK(links(world) == std::vector<LinkState>{LinkState::None});
    ring(world, 1, "you");
    world.hear({told("k1", "me", "you", CallState::Ringing)}, 1);
    CHECK(world.shared->links.empty());
    world.hear({told("k1", "me", "you", CallState::Connected, CallOutcome::Accepted)}, 2);
    REQUIRE(world.shared->links.size() == 1);
    CHECK(world.link_to("you").options.offers_first);
    end(world, 2, "k1");
    CHECK_FALSE(world.link_to("you").ended);
    world.hear({told("k1", "me", "you", CallState::Ended, CallOutcome::HungUp)}, 3);
    CHECK(world.link_to("you").ended);
    CHECK(links(world) == std::vector<LinkState>{LinkState::None, LinkState::Connecting, LinkState::None});
    // Called, one waits for the offer.
    world.hear({told("k9", "you", "me", CallState::Ringing)}, 4);
    world.hear({told("k9", "you", "me", CallState::Connected, CallOutcome::Accepted)}, 5);
    REQUIRE(world.shared->links.size() == 2);
    CHECK_FALSE(world.link_to("you").options.offers_first);
  }
}

TEST_CASE("on call: an offer without a call opens nothing; with others one meets as ever") {
  World world;
  world.join({on_call("you", "s-you"), member("ann", "s-ann")});
  REQUIRE(world.shared->links.size() == 1);
  CHECK(world.link_to("ann").options.offers_first);
  p::SignalFrom signal;
  signal.from = UserId{"you"};
  signal.session = SessionId{"s-you"};
  signal.pair.body = p::Offer{"v=0", {}};
  world.hear({signal}, 1);
  CHECK(world.shared->links.size() == 1);
  world.hear({p::MemberJoined{on_call("bob", "s-bob")}}, 2);
  CHECK(world.shared->links.size() == 1);
}

}  // namespace session_call_test
