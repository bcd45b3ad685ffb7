// The calls of one client, alone: the table, and what is said to the server and to the application.
#include "call/calls.hpp"
#include "support/catch.hpp"

namespace call_test {

using namespace meetwire;
using namespace meetwire::call;
using protocol::CallAction;

namespace {

constexpr Millis kNow{1'000};

event::CallRequested to(const std::string& user, const std::string& id = "k1", std::uint32_t timeout_ms = 0) {
  return {1, CallId{id}, UserId{user}, timeout_ms};
}

Call call_of(const std::string& id, const std::string& from, const std::string& to, CallState state,
          CallOutcome outcome = CallOutcome::Pending) {
  return {CallId{id}, UserId{from}, UserId{to}, state, outcome, "", CallId{}};
}

// One client's calls, and all that came of the last step.
struct Client {
  Calls calls{kDefaultLimits, UserId{"me"}};
  Outputs out;

  std::optional<Failure> request(const event::CallRequested& wanted) {
    out = {};
    return calls.request(kNow, wanted, out);
  }
  std::optional<Failure> accept(const std::string& id) {
    out = {};
    return calls.accept(kNow, CallId{id}, out);
  }
  std::optional<Failure> end(const std::string& id, const std::string& reason = "") {
    out = {};
    return calls.end(kNow, CallId{id}, reason, out);
  }
  std::optional<Failure> told(const Call& one) {
    out = {};
    auto failure = calls.told(kNow, one, out);
    calls.announce(out);
    return failure;
  }
  void resume(bool same_place) {
    out = {};
    calls.resume(kNow, same_place, out);
  }
  CallAction said() const {
    REQUIRE(out.submitted.size() == 1);
    return word().action;
  }
  protocol::CallSubmitted word() const { return std::get<protocol::CallSubmitted>(out.submitted.front()); }
  Call shown() const {
    REQUIRE(out.changed.size() == 1);
    return std::get<command::CallChanged>(out.changed.front()).call;
  }
  bool quiet() const { return out.changed.empty() && out.submitted.empty(); }
};

}  // namespace

TEST_CASE("call: no entry of the table leads out of the end, and each phase can end") {
  for (std::size_t input = 0; input < kInputs; ++input) {
    CHECK(entry_for(Phase::Ended, static_cast<Input>(input)).next == Phase::Ended);
  }
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    const auto at = static_cast<Phase>(phase);
    INFO(name_of(at));
    CHECK(entry_for(at, Input::EndedTold).next == Phase::Ended);
    // Only the server ends a call.
    for (const Input input : {Input::AcceptWanted, Input::EndWanted, Input::Elapsed}) {
      if (at != Phase::Ended) CHECK(entry_for(at, input).next != Phase::Ended);
    }
    // A missing entry changes nothing.
    for (std::size_t input = 0; input < kInputs; ++input) {
      const Entry entry = entry_for(at, static_cast<Input>(input));
      if (entry.action == Action::Missing || entry.action == Action::Ignore) {
        CHECK((entry.next == at || (at == Phase::Ending && entry.next == Phase::Ending)));
      }
    }
  }
}

TEST_CASE("call: a call is asked for, rings, is taken and hung up") {
  Client me;
  CHECK_FALSE(me.request(to("you", "k1", 5'000)));
  CHECK(me.shown() == call_of("k1", "me", "you", CallState::Calling));
  REQUIRE(me.said() == CallAction::Request);
  CHECK(me.word().to == UserId{"you"});
  CHECK(me.word().timeout_ms == 5'000);
  me.told(call_of("k1", "me", "you", CallState::Ringing));
  CHECK(me.shown().state == CallState::Ringing);
  me.told(call_of("k1", "me", "you", CallState::Connected, CallOutcome::Accepted));
  CHECK(me.shown().outcome == CallOutcome::Accepted);
  CHECK_FALSE(me.calls.deadline());  // a call that stands waits for nothing
  CHECK_FALSE(me.end("k1", "tea is ready"));
  CHECK(me.out.changed.empty());  // the outcome is the server's
  REQUIRE(me.said() == CallAction::End);
  CHECK(me.word().reason == "tea is ready");
  CHECK(me.word().to.empty());
  me.told(call_of("k1", "me", "you", CallState::Ended, CallOutcome::HungUp));
  CHECK(me.shown().outcome == CallOutcome::HungUp);
  CHECK(me.calls.live().empty());
}

TEST_CASE("G5: each outcome is shown as the server says it, whatever was wanted here") {
  for (const CallOutcome outcome : {CallOutcome::Rejected, CallOutcome::Busy, CallOutcome::Cancelled, CallOutcome::TimedOut,
                                    CallOutcome::Unavailable, CallOutcome::Gone}) {
    for (const bool ending : {false, true}) {
      Client me;
      me.request(to("you"));
      if (ending) me.end("k1");
      me.told(call_of("k1", "me", "you", CallState::Ended, outcome));
      CHECK(me.shown().outcome == outcome);
      CHECK(me.shown().state == CallState::Ended);
      CHECK(me.calls.live().empty());
      // Nothing of it comes back.
      me.told(call_of("k1", "me", "you", CallState::Ended, outcome));
      CHECK(me.quiet());
      me.told(call_of("k1", "me", "you", CallState::Ringing));
      CHECK(me.quiet());
    }
  }
}

TEST_CASE("call: a ring is taken once, however often one says so") {
  Client me;
  me.told(call_of("k9", "you", "me", CallState::Ringing));
  CHECK(me.shown().from == UserId{"you"});
  me.told(call_of("k9", "you", "me", CallState::Ringing));
  CHECK(me.quiet());
  CHECK_FALSE(me.accept("k9"));
  CHECK(me.said() == CallAction::Accept);
  CHECK_FALSE(me.accept("k9"));
  CHECK(me.quiet());
  me.told(call_of("k9", "you", "me", CallState::Connected, CallOutcome::Accepted));
  CHECK(me.shown().state == CallState::Connected);
  CHECK_FALSE(me.accept("k9"));
  CHECK(me.quiet());
}

TEST_CASE("G5: accept crosses the caller's cancel: what the server says is shown") {
  Client me;
  me.told(call_of("k9", "you", "me", CallState::Ringing));
  me.accept("k9");
  me.told(call_of("k9", "you", "me", CallState::Ended, CallOutcome::Cancelled));
  CHECK(me.shown().outcome == CallOutcome::Cancelled);
}

TEST_CASE("call: what was taken by the other before our cancel came there is not shown, only its end") {
  Client me;
  me.request(to("you"));
  me.told(call_of("k1", "me", "you", CallState::Ringing));
  me.end("k1");
  me.told(call_of("k1", "me", "you", CallState::Connected, CallOutcome::Accepted));
  CHECK(me.quiet());
  CHECK(me.accept("k1"));  // too late to change one's mind
  CHECK_FALSE(me.end("k1"));
  CHECK(me.quiet());
  me.told(call_of("k1", "me", "you", CallState::Ended, CallOutcome::HungUp));
  CHECK(me.shown().outcome == CallOutcome::HungUp);
}

TEST_CASE("G10: what cannot be is refused by its kind, and changes nothing") {
  Client me;
  const auto code = [](const std::optional<Failure>& failure) {
    REQUIRE(failure);
    return failure->code;
  };
  CHECK(code(me.request(to("me"))) == ErrorCode::InvalidArgument);
  CHECK(code(me.request(to(""))) == ErrorCode::InvalidUser);
  CHECK(code(me.request(to("__proto__"))) == ErrorCode::InvalidUser);
  CHECK(code(me.request(to("you", ""))) == ErrorCode::InvalidArgument);
  CHECK(code(me.accept("k1")) == ErrorCode::InvalidArgument);
  CHECK(code(me.end("k1")) == ErrorCode::InvalidArgument);
  CHECK(me.calls.live().empty());
  CHECK(me.quiet());
  me.request(to("you"));
  CHECK(code(me.request(to("her", "k2"))) == ErrorCode::InvalidArgument);
  CHECK(code(me.request(to("you"))) == ErrorCode::InvalidArgument);
  CHECK(code(me.accept("k1")) == ErrorCode::InvalidArgument);  // one's own
  CHECK(code(me.end("k1", std::string(257, 'x'))) == ErrorCode::MessageTooLarge);
  CHECK(me.calls.live().front().phase == Phase::Calling);
}

TEST_CASE("call: what the server has not answered is said again, and of what rings is asked") {
  Client me;
  me.request(to("you"));
  const auto again = [&me] {
    REQUIRE(me.calls.deadline());
    me.out = {};
    me.calls.elapsed(*me.calls.deadline(), me.out);
    return me.said();
  };
  CHECK(me.calls.deadline() == kNow + kDefaultLimits.call_resend_after);
  CHECK(again() == CallAction::Request);
  CHECK(again() == CallAction::Request);
  me.told(call_of("k1", "me", "you", CallState::Ringing));
  CHECK(me.calls.deadline() == kNow + kDefaultLimits.call_check_after);
  CHECK(again() == CallAction::Ask);
  me.end("k1");
  CHECK(again() == CallAction::End);
  me.told(call_of("k1", "me", "you", CallState::Ended, CallOutcome::Cancelled));
  CHECK_FALSE(me.calls.deadline());
}

TEST_CASE("call: after a lost socket the wish is said anew; before, nothing is due") {
  Client me;
  me.request(to("you"));
  me.calls.pause();
  CHECK_FALSE(me.calls.deadline());
  me.end("k1");
  me.resume(/*same_place=*/true);
  REQUIRE(me.said() == CallAction::End);
  // A server that never heard of it can so tell that it was taken back.
  CHECK(me.word().to == UserId{"you"});
  me.resume(/*same_place=*/false);
  REQUIRE(me.said() == CallAction::End);
  // The one that had us in another place may have heard of it, and have forgotten.
  CHECK(me.word().to.empty());
}

TEST_CASE("call: a place of its own again: of a standing call is asked") {
  Client me;
  me.told(call_of("k9", "you", "me", CallState::Ringing));
  me.accept("k9");
  me.told(call_of("k9", "you", "me", CallState::Connected, CallOutcome::Accepted));
  me.resume(/*same_place=*/false);
  CHECK(me.said() == CallAction::Ask);
  // The answer need not know any more between whom it was.
  me.told(call_of("k9", "me", "", CallState::Ended, CallOutcome::Gone));
  CHECK(me.shown() == call_of("k9", "you", "me", CallState::Ended, CallOutcome::Gone));
}

// Found by exploration: the question was lost with the socket up, the call had ended meanwhile, and nobody asked again.
TEST_CASE("call: of a standing call is asked until there is an answer, and then no more") {
  Client me;
  me.told(call_of("k9", "you", "me", CallState::Ringing));
  me.accept("k9");
  me.told(call_of("k9", "you", "me", CallState::Connected, CallOutcome::Accepted));
  CHECK_FALSE(me.calls.deadline());
  me.resume(/*same_place=*/false);
  REQUIRE(me.calls.deadline());
  me.out = {};
  me.calls.elapsed(*me.calls.deadline(), me.out);
  CHECK(me.said() == CallAction::Ask);
  me.told(call_of("k9", "you", "me", CallState::Connected, CallOutcome::Accepted));
  CHECK(me.quiet());
  CHECK_FALSE(me.calls.deadline());
}

TEST_CASE("G8: our call crosses theirs: theirs is kept, and stands for ours; one call is shown") {
  Client me;
  me.request(to("you", "mine"));
  me.told(call_of("theirs", "you", "me", CallState::Ringing));
  CHECK(me.out.changed.empty());
  Call kept = call_of("theirs", "you", "me", CallState::Connected, CallOutcome::Accepted);
  kept.replaces = CallId{"mine"};
  SECTION("and is connected at once") {
    me.told(kept);
    CHECK(me.shown() == kept);
    REQUIRE(me.calls.live().size() == 1);
    CHECK(me.calls.live().front().phase == Phase::Connected);
  }
  SECTION("and cannot be taken or ended by hand, as nobody has heard of it") {
    CHECK(me.accept("theirs"));
    CHECK(me.end("theirs"));
    CHECK(me.quiet());
  }
  SECTION("is shown after all when ours is over by itself") {
    me.end("mine");
    me.told(call_of("mine", "me", "you", CallState::Ended, CallOutcome::Cancelled));
    REQUIRE(me.out.changed.size() == 2);
    CHECK(std::get<command::CallChanged>(me.out.changed[1]).call == call_of("theirs", "you", "me", CallState::Ringing));
    CHECK_FALSE(me.accept("theirs"));
  }
  SECTION("and is never heard of when it is over before the server has heard of ours") {
    me.told(call_of("theirs", "you", "me", CallState::Ended, CallOutcome::Cancelled));
    CHECK(me.quiet());
    me.told(call_of("mine", "me", "you", CallState::Ringing));
    CHECK(me.shown().id == CallId{"mine"});
  }
  SECTION("and nothing is told of it when the meeting is left") {
    me.out = {};
    me.calls.finish(me.out);
    CHECK(me.shown().id == CallId{"mine"});
  }
  SECTION("and is told once more, if it is connected already") {
    me.told(call_of("theirs", "you", "me", CallState::Connected, CallOutcome::Accepted));
    CHECK(me.shown().state == CallState::Connected);
    me.told(kept);
    CHECK(me.shown() == kept);
    CHECK(me.calls.live().size() == 1);
    me.told(kept);
    CHECK(me.quiet());
  }
  SECTION("but none stands for itself") {
    kept.replaces = kept.id;
    me.told(kept);
    CHECK(me.shown().state == CallState::Connected);
    CHECK(me.calls.live().size() == 2);
  }
  SECTION("and ends, if ours was to end") {
    me.end("mine");
    me.told(kept);
    CHECK(me.out.changed.empty());
    REQUIRE(me.said() == CallAction::End);
    CHECK(me.word().id == CallId{"theirs"});
    kept.state = CallState::Ended;
    kept.outcome = CallOutcome::HungUp;
    me.told(kept);
    CHECK(me.shown() == kept);
    CHECK(me.calls.live().empty());
  }
  SECTION("even if its ring never came here") {
    Client other;
    other.request(to("you", "mine"));
    other.told(kept);
    CHECK(other.shown() == kept);
    CHECK(other.calls.live().size() == 1);
  }
}

TEST_CASE("call: a server that rings without end is not believed without end") {
  Client me;
  std::size_t refused = 0;
  for (int i = 0; i < 100; ++i) {
    if (me.told(call_of("k" + std::to_string(i), "you", "me", CallState::Ringing))) ++refused;
  }
  CHECK(me.calls.live().size() == kDefaultLimits.calls_live_max);
  CHECK(refused == 100 - kDefaultLimits.calls_live_max);
}

TEST_CASE("call: leaving ends what is live, as gone") {
  Client me;
  me.request(to("you"));
  me.out = {};
  me.calls.finish(me.out);
  CHECK(me.shown() == call_of("k1", "me", "you", CallState::Ended, CallOutcome::Gone));
  CHECK(me.calls.live().empty());
  CHECK_FALSE(me.calls.deadline());
}

TEST_CASE("a ring that is over here and comes again, from a server that has forgotten it, is rejected and not shown") {
  Client client;
  client.told(call_of("k1", "ada", "me", CallState::Ringing));
  client.end("k1");
  client.told(call_of("k1", "ada", "me", CallState::Ended, CallOutcome::Rejected));
  CHECK(client.shown().outcome == CallOutcome::Rejected);
  CHECK_FALSE(client.told(call_of("k1", "ada", "me", CallState::Ringing)));
  CHECK(client.out.changed.empty());
  CHECK(client.said() == CallAction::End);
  CHECK(client.word().id == CallId{"k1"});
  client.told(call_of("k1", "ada", "me", CallState::Ended, CallOutcome::Rejected));
  CHECK(client.quiet());
}

TEST_CASE("of rings that are over so many are known, and no more") {
  Client client;
  for (std::size_t i = 0; i <= kDefaultLimits.calls_over_remembered_max; ++i) {
    client.told(call_of("k" + std::to_string(i), "ada", "me", CallState::Ringing));
    client.told(call_of("k" + std::to_string(i), "ada", "me", CallState::Ended, CallOutcome::Cancelled));
  }
  client.told(call_of("k1", "ada", "me", CallState::Ringing));
  CHECK(client.out.changed.empty());
  client.told(call_of("k0", "ada", "me", CallState::Ringing));
  CHECK(client.shown().state == CallState::Ringing);
}

}  // namespace call_test
