// Calls at the server, over the real dialects: who may ring whom, what comes of it, who is told. (S1, L3, G4 to G10.)
#include "support/call_world.hpp"

namespace switchboard_call_test {

using namespace meetwire;
using namespace meetwire::test;

TEST_CASE("call: it rings at the callee alone, is taken, and hung up by either") {
  for (const std::string ender : {"ada", "ben"}) {
    Trio world;
    world.say("ada", ring("ben", "k1"));
    const Call ringing = world.both("ada", "ben");
    CHECK(ringing == Call{CallId{"k1"}, UserId{"ada"}, UserId{"ben"}, CallState::Ringing, CallOutcome::Pending});
    world.say("ben", accept("k1"));
    CHECK(world.both("ada", "ben").outcome == CallOutcome::Accepted);
    world.pass(10 * 60'000);  // no call that stands times out
    CHECK(world.silent("ada"));
    world.say(ender, end("k1", "dinner"));
    const Call over = world.both("ada", "ben");
    CHECK(over.outcome == CallOutcome::HungUp);
    CHECK(over.reason == "dinner");
    CHECK(world.silent("cid"));
  }
}

TEST_CASE("G4: calling somebody who is not there: unavailable, in the same step") {
  Trio world;
  world.say("ada", ring("nobody", "k1"));
  CHECK(world.outcome("ada") == CallOutcome::Unavailable);
  world.join("dan", "elsewhere");
  // The same whether there is such a user in another room or not.
  world.say("ada", ring("dan", "k2"));
  Call other_room = world.told("ada");
  other_room.id = CallId{"k1"};
  other_room.to = UserId{"nobody"};
  world.say("ada", ask("k1"));
  CHECK(world.told("ada") == other_room);
  CHECK(world.silent("dan"));
}

TEST_CASE("G10: nobody calls himself, from another room, or before he is in one") {
  Trio world;
  world.say("ada", ring("ada", "k1"));
  CHECK(world.outcome("ada") == CallOutcome::Unavailable);
  world.join("dan", "elsewhere");
  world.say("dan", ring("ada", "k2"));
  CHECK(world.outcome("dan") == CallOutcome::Unavailable);
  CHECK(world.silent("ada"));
  world.open("eve");
  world.say("eve", ring("ada", "k3"));
  CHECK(world.error<Problem>("eve") == ErrorCode::NotJoined);
  CHECK(world.silent("ada"));
}

TEST_CASE("G5: rejected, cancelled and timed out are told apart, and are the same on both sides") {
  Trio world;
  world.say("ada", ring("ben", "k1"));
  world.clear();
  world.say("ben", end("k1", "in the train"));
  const Call rejected = world.both("ada", "ben");
  CHECK(rejected.outcome == CallOutcome::Rejected);
  CHECK(rejected.reason == "in the train");

  world.say("ada", ring("ben", "k2"));
  world.clear();
  world.say("ada", end("k2"));
  CHECK(world.both("ada", "ben").outcome == CallOutcome::Cancelled);

  world.say("ada", ring("ben", "k3", 5'000));
  world.clear();
  world.pass(4'999);
  CHECK(world.silent("ada"));
  world.pass(1);
  CHECK(world.both("ada", "ben").outcome == CallOutcome::TimedOut);
}

TEST_CASE("G5: the server's own time holds where the caller names none, or one out of bounds") {
  const struct {
    std::uint32_t asked;
    Millis rings;
  } cases[] = {{0, kDefaultLimits.call_ring_time}, {1, kDefaultLimits.call_ring_time_min}, {0xffffffff, kDefaultLimits.call_ring_time_max}};
  for (const auto& one : cases) {
    Trio world;
    world.say("ada", ring("ben", "k1", one.asked));
    world.clear();
    world.pass(one.rings.value - 1);
    CHECK(world.silent("ben"));
    world.pass(1);
    CHECK(world.both("ada", "ben").outcome == CallOutcome::TimedOut);
  }
}

TEST_CASE("G5: busy: whoever rings or talks, calls or is called, has no second call; a third hears so, nobody else") {
  for (const bool connected : {false, true}) {
    for (const std::string callee : {"ada", "ben"}) {
      Trio world;
      world.say("ada", ring("ben", "k1"));
      if (connected) world.say("ben", accept("k1"));
      world.clear();
      world.say("cid", ring(callee, "k2"));
      CHECK(world.outcome("cid") == CallOutcome::Busy);
      CHECK(world.silent("ada"));
      CHECK(world.silent("ben"));
      // Nor does one who pretends to be able to hold two.
      world.say("ada", ring("cid", "k3"));
      CHECK(world.outcome("ada") == CallOutcome::Busy);
      CHECK(world.silent("cid"));
      world.say("ada", end("k1"));
      world.clear();
      world.say("cid", ring(callee, "k4"));
      CHECK(world.both("cid", callee).state == CallState::Ringing);
    }
  }
}

TEST_CASE("G8: two calls cross: the first to come is kept by both, and connected") {
  Trio world;
  world.say("ada", ring("ben", "a1"));
  world.clear();
  world.say("ben", ring("ada", "b1"));
  const Call kept = world.both("ada", "ben");
  CHECK(kept.id == CallId{"a1"});
  CHECK(kept.from == UserId{"ada"});
  CHECK(kept.outcome == CallOutcome::Accepted);
  CHECK(kept.replaces == CallId{"b1"});
  // A word about the call that gave way is one about the call that stands for it.
  world.say("ben", ring("ada", "b1"));
  CHECK(world.told("ben") == kept);
  world.say("ben", ask("b1"));
  CHECK(world.told("ben") == kept);
  CHECK(world.silent("ada"));
  world.say("ben", end("b1"));
  CHECK(world.both("ada", "ben").outcome == CallOutcome::HungUp);
  world.say("ben", ring("ada", "b1"));
  CHECK(world.outcome("ben") == CallOutcome::HungUp);
  CHECK(world.silent("ada"));
}

TEST_CASE("G8: a request that comes late, as its first copy was lost, joins the call taken by hand meanwhile") {
  Trio world;
  world.connect("ada", "ben", "a1");
  world.say("ben", ring("ada", "b1"));
  const Call kept = world.told("ben");
  CHECK(kept.id == CallId{"a1"});
  CHECK(kept.replaces == CallId{"b1"});
  CHECK(world.silent("ada"));
  // One call stands for one other. A second one is no mistake of the network's.
  world.say("ben", ring("ada", "b2"));
  CHECK(world.outcome("ben") == CallOutcome::Busy);
}

TEST_CASE("call: a word said twice has one effect, and the same answer", "[P20]") {
  Trio world;
  world.say("ada", ring("ben", "k1"));
  world.clear();
  world.say("ada", ring("ben", "k1"));
  CHECK(world.told("ada").state == CallState::Ringing);
  CHECK(world.silent("ben"));
  world.say("ben", accept("k1"));
  world.clear();
  world.say("ben", accept("k1"));
  CHECK(world.told("ben").state == CallState::Connected);
  CHECK(world.silent("ada"));
  world.say("ben", end("k1", "first"));
  world.clear();
  world.say("ben", end("k1", "second"));
  CHECK(world.told("ben").reason == "first");
  // What comes too late is answered with what has come of it.
  for (const auto& late : {accept("k1"), end("k1"), ask("k1")}) {
    world.say("ada", late);
    CHECK(world.outcome("ada") == CallOutcome::HungUp);
    CHECK(world.silent("ben"));
  }
  world.say("ada", ring("ben", "k1"));
  CHECK(world.outcome("ada") == CallOutcome::HungUp);
  CHECK(world.silent("ben"));
}

TEST_CASE("G5: whatever crosses is decided by what comes first") {
  const struct {
    bool callee_first;
    CallSubmitted callee_says;
    CallOutcome outcome;
  } cases[] = {
      {true, accept("k1"), CallOutcome::HungUp},  // taken, then the caller's cancel
      {false, accept("k1"), CallOutcome::Cancelled},
      {true, end("k1"), CallOutcome::Rejected},
      {false, end("k1"), CallOutcome::Cancelled},
  };
  for (const auto& one : cases) {
    Trio world;
    world.say("ada", ring("ben", "k1"));
    if (one.callee_first) world.say("ben", one.callee_says);
    world.say("ada", end("k1"));
    if (!one.callee_first) world.say("ben", one.callee_says);
    CHECK(world.heard<CallTold>("ada").back().call.outcome == one.outcome);
    CHECK(world.heard<CallTold>("ben").back().call == world.heard<CallTold>("ada").back().call);
  }
  // The time-out, and then what was on its way.
  Trio world;
  world.say("ada", ring("ben", "k1", 1'000));
  world.pass(1'000);
  world.clear();
  world.say("ben", accept("k1"));
  CHECK(world.outcome("ben") == CallOutcome::TimedOut);
  CHECK(world.silent("ada"));
}

TEST_CASE("G6: whoever goes for good ends the call at the other; a lost socket does not") {
  for (const bool connected : {false, true}) {
    for (const std::string gone : {"ada", "ben"}) {
      const std::string stays = gone == "ada" ? "ben" : "ada";
      for (const std::string how : {"leaves", "hangs up the socket", "lost"}) {
        INFO(gone << " " << how << (connected ? ", connected" : ", ringing"));
        Trio world;
        world.say("ada", ring("ben", "k1", 60'000));
        if (connected) world.say("ben", accept("k1"));
        world.clear();
        if (how == "leaves") world.say(gone, Leave{});
        if (how != "leaves") {
          if (how == "lost") world.lose(gone);
          else world.hang_up(gone);
          world.pass(kDefaultLimits.resume_window.value - 1);
          CHECK(world.silent(stays));
          world.pass(1);
        }
        CHECK(world.outcome(stays) == CallOutcome::Gone);
        CHECK(world.silent("cid"));
        // Both are free again.
        world.say(stays, ring("cid", "k2"));
        CHECK(world.told(stays).state == CallState::Ringing);
      }
    }
  }
}

TEST_CASE("G6: a socket lost and back: what was missed of the call comes, in order") {
  Trio world;
  const std::string secret = world.at("ben").secret;
  world.lose("ben");
  world.say("ada", ring("ben", "k1"));  // it can still be back in time
  CHECK(world.told("ada").state == CallState::Ringing);
  const std::uint64_t received = world.at("ben").received;
  world.come_back("ben-2", "ben", "standup", secret, received);
  CHECK(world.told("ben-2").state == CallState::Ringing);
  world.say("ben-2", accept("k1"));
  CHECK(world.told("ada").state == CallState::Connected);
}

TEST_CASE("G6: who comes back in a new place is told what came of his call while he was away") {
  Trio world;
  world.say("ada", ring("ben", "k1"));
  world.lose("ada");
  world.say("ben", end("k1", "not now"));
  world.pass(kDefaultLimits.resume_window.value);
  world.join_as("ada-2", "ada", "standup");
  world.clear();
  world.say("ada-2", ask("k1"));
  CHECK(world.outcome("ada-2") == CallOutcome::Rejected);
  // And after a while not any more; nothing is kept for ever.
  world.pass(kDefaultLimits.call_remembered.value);
  world.say("ada-2", ask("k1"));
  CHECK(world.outcome("ada-2") == CallOutcome::Gone);
}

TEST_CASE("call: what was taken back before it was heard of here is cancelled, what is forgotten is gone") {
  Trio world;
  CallSubmitted back = end("k1");
  back.to = UserId{"ben"};
  world.say("ada", back);
  CHECK(world.outcome("ada") == CallOutcome::Cancelled);
  world.say("ada", end("k2"));
  CHECK(world.outcome("ada") == CallOutcome::Gone);
  CHECK(world.silent("ben"));
}

TEST_CASE("on call: signals pass between two as long as a call stands, and no others do; chat passes as ever", "[P7]") {
  ServerWorld world;
  world.join("ada", "r");
  world.open("ben");
  Hello hello = ServerWorld::hello("ben", "r");
  hello.connect = Connect::OnCall;
  world.say("ben", hello);
  CHECK(world.only<MemberJoined>("ada").member.connect == Connect::OnCall);
  const auto passes = [&](const std::string& from, const std::string& to) {
    world.clear();
    world.say(from, offer_to(to));
    CHECK(world.heard<Problem>(from).empty());
    return !world.heard<SignalFrom>(to).empty();
  };
  CHECK_FALSE(passes("ada", "ben"));
  CHECK_FALSE(passes("ben", "ada"));
  world.say("ada", ring("ben", "k1"));
  CHECK_FALSE(passes("ada", "ben"));
  world.say("ben", accept("k1"));
  CHECK(passes("ada", "ben"));
  CHECK(passes("ben", "ada"));
  world.say("ada", end("k1"));
  CHECK_FALSE(passes("ada", "ben"));
  world.say("ada", chat("c1", "hi"));
  CHECK(world.only<ChatDelivered>("ben").message.text == "hi");
}

}  // namespace switchboard_call_test
