// Calls between real sessions over the real server's core: crossing in every order, each message lost, sockets lost and
// back. In the end every call is over or stands, and both sides say the same of it (L3).
#include "support/catch.hpp"
#include "support/meeting_world.hpp"

namespace world_call_test {

using namespace meetwire;
using support::MeetingWorld;
using support::Person;

namespace {

constexpr std::uint32_t kRings = 8'000;

struct Two : MeetingWorld {
  Person& ada = add("ada");
  Person& ben = add("ben");

  explicit Two(bool in_room = true) {
    if (!in_room) start_over_without_room();
    join(ada);
    join(ben);
    run_for(Millis{3'000});
  }

  // Whatever this person may do now to the call with this id, done.
  void act(Person& person, const std::string& what, const Person& other) {
    if (what == "ring") {
      ring(person, other, kRings);
    } else if (what != "nothing") {
      const auto live = live_calls(person);
      if (live.empty()) return;
      what == "accept" ? accept(person, live.front()) : end(person, live.front());
    }
  }
  static std::vector<CallId> live_calls(const Person& person) {
    std::vector<CallId> live;
    for (const auto& [id, call] : person.shown.calls) {
      if (call.state != CallState::Ended) live.push_back(id);
    }
    return live;
  }
  // What both know of a call they know alike; what one alone knows never rang. None is left in between.
  void check_agreed() {
    for (const auto& [id, call] : ada.shown.calls) {
      INFO(id.value << " is " << name_of(call.state) << ", " << name_of(call.outcome) << " to ada");
      CHECK((call.state == CallState::Ended || call.state == CallState::Connected));
      const auto theirs = ben.shown.calls.find(id);
      if (theirs == ben.shown.calls.end()) {
        CHECK(call.outcome != CallOutcome::Accepted);
        CHECK(call.outcome != CallOutcome::HungUp);
        CHECK(call.outcome != CallOutcome::Rejected);
      } else {
        INFO("and " << name_of(theirs->second.outcome) << " to ben");
        CHECK(theirs->second.state == call.state);
        CHECK(theirs->second.outcome == call.outcome);
      }
    }
    for (const auto& [id, call] : ben.shown.calls) {
      INFO(id.value << " is " << name_of(call.state) << ", " << name_of(call.outcome) << " to ben");
      CHECK((call.state == CallState::Ended || call.state == CallState::Connected));
      if (ada.shown.calls.count(id) == 0) CHECK(call.outcome != CallOutcome::Accepted);
    }
    CHECK(live_calls(ada).size() <= 1);
    CHECK(live_calls(ada) == live_calls(ben));
    CHECK(violations().empty());
  }

 private:
  void start_over_without_room() {
    for (Person* person : {&ada, &ben}) {
      ClientOptions options;
      options.user = person->user;
      options.name = person->user.value;
      person->session = std::make_unique<session::Session>(options);
    }
  }
};

CallOutcome outcome(const Person& person) {
  REQUIRE(person.shown.calls.size() == 1);
  return person.shown.calls.begin()->second.outcome;
}

bool is_about_calls(const std::string& body) { return body.find("\"type\":\"call\"") != std::string::npos; }

}  // namespace

TEST_CASE("G4: somebody who is not there is unavailable within a second") {
  Two world;
  Person& nobody = world.add("nobody");
  world.ring(world.ada, nobody);
  world.run_for(Millis{1'000});
  CHECK(outcome(world.ada) == CallOutcome::Unavailable);
}

TEST_CASE("G5: rejected, cancelled, timed out and hung up: the same on both sides, each by its name") {
  const struct {
    const char* ada;
    const char* ben;
    CallOutcome outcome;
  } cases[] = {{"nothing", "end", CallOutcome::Rejected},
               {"end", "nothing", CallOutcome::Cancelled},
               {"nothing", "nothing", CallOutcome::TimedOut},
               {"nothing", "accept", CallOutcome::Accepted}};
  for (const auto& one : cases) {
    Two world;
    world.act(world.ada, "ring", world.ben);
    world.run_for(Millis{500});
    world.act(world.ada, one.ada, world.ben);
    world.act(world.ben, one.ben, world.ada);
    world.run_for(Millis{kRings});
    CHECK(outcome(world.ada) == one.outcome);
    CHECK(outcome(world.ben) == one.outcome);
    world.check_agreed();
  }
}

TEST_CASE("G5: whatever the two do to a ringing call at about the same time, both are told the same") {
  for (const std::string ada : {"end", "nothing"}) {
    for (const std::string ben : {"accept", "end", "nothing"}) {
      // 20 ms a way: from well before the other to well after, in every order at the server; and around the time-out.
      for (int ahead = -60; ahead <= 60; ahead += 5) {
        for (const bool at_time_out : {false, true}) {
          INFO(ada << " and " << ben << ", " << ahead << " ms ahead" << (at_time_out ? ", as it rings out" : ""));
          Two world;
          world.act(world.ada, "ring", world.ben);
          world.run_for(Millis{at_time_out ? kRings - 60 : 300});
          world.time.later(Millis{60}, [&] { world.act(world.ada, ada, world.ben); });
          world.time.later(Millis{60 + ahead}, [&] { world.act(world.ben, ben, world.ada); });
          world.run_for(Millis{kRings + 1'000});
          REQUIRE(world.ben.shown.calls.size() == 1);
          world.check_agreed();
        }
      }
    }
  }
}

TEST_CASE("G8: both call each other, in whichever order: both keep the same call, and it stands") {
  for (const bool in_room : {true, false}) {
    for (int ahead = -60; ahead <= 60; ahead += 5) {
      INFO(ahead << " ms ahead");
      Two world{in_room};
      world.time.later(Millis{60}, [&] { world.act(world.ada, "ring", world.ben); });
      world.time.later(Millis{60 + ahead}, [&] { world.act(world.ben, "ring", world.ada); });
      world.run_for(Millis{2'000});
      if (ahead > -40 && ahead < 40) {  // neither had heard of the other's
        world.check_agreed();
        CHECK(outcome(world.ada) == CallOutcome::Accepted);
        if (!in_room) CHECK(world.linked(world.ada, world.ben));
      }
      world.run_for(Millis{kRings});
      world.check_agreed();
    }
  }
}

TEST_CASE("G8: calls cross while one side changes its mind, accepts by hand, or loses its socket") {
  for (int ahead = -50; ahead <= 50; ahead += 10) {
    for (const std::string then : {"end", "accept", "cut"}) {
      for (int after = 5; after <= 85; after += 10) {
        INFO(ahead << " ms ahead, then " << then << " after " << after << " ms");
        Two world;
        world.time.later(Millis{60}, [&] { world.act(world.ada, "ring", world.ben); });
        world.time.later(Millis{60 + ahead}, [&] { world.act(world.ben, "ring", world.ada); });
        world.time.later(Millis{60 + after}, [&] {
          if (then == "cut") return world.cut(world.ben, Millis{40});
          world.act(world.ben, then, world.ada);
        });
        world.run_for(Millis{3 * kRings});
        world.check_agreed();
      }
    }
  }
}

TEST_CASE("D7: any single message about a call lost, at every position: both end up the same") {
  // Lost with the socket up, which only a broken server does; words are said again, and gaps are asked for.
  for (const std::string ada : {"end", "nothing"}) {
    for (const std::string ben : {"accept", "end", "nothing", "ring"}) {
      bool lost = true;
      for (int position = 0; lost && position < 40; ++position) {
        INFO(ada << " and " << ben << ", message " << position << " lost");
        Two world;
        int seen = 0;
        lost = false;
        world.passes = [&](const Person&, bool, const std::string&, const std::string& body) {
          if (!is_about_calls(body) || seen++ != position) return true;
          lost = true;
          return false;
        };
        world.act(world.ada, "ring", world.ben);
        world.time.later(Millis{ben == "ring" ? 10 : 4'000}, [&] { world.act(world.ben, ben, world.ada); });
        world.time.later(Millis{4'015}, [&] { world.act(world.ada, ada, world.ben); });
        world.run_for(Millis{60'000});
        // Whoever has missed the last message of all has no gap to see: the next one shows it.
        world.say(world.ada, "are you there?");
        world.say(world.ben, "yes");
        world.run_for(Millis{20'000});
        world.check_agreed();
      }
    }
  }
}

TEST_CASE("G6: a socket lost and back at any moment changes nothing of what comes of the call") {
  const struct {
    const char* ben;
    CallOutcome outcome;
  } cases[] = {{"accept", CallOutcome::Accepted}, {"end", CallOutcome::Rejected}, {"nothing", CallOutcome::TimedOut}};
  for (const auto& one : cases) {
    for (const bool cuts_ada : {true, false}) {
      for (int at = 0; at <= 700; at += 10) {
        INFO((cuts_ada ? "ada" : "ben") << " is cut after " << at << " ms; ben: " << one.ben);
        Two world;
        world.act(world.ada, "ring", world.ben);
        world.time.later(Millis{at}, [&] { world.cut(cuts_ada ? world.ada : world.ben, Millis{at % 50}); });
        // As soon as it rings, however late that is.
        std::function<void()> answer = [&] {
          if (!Two::live_calls(world.ben).empty()) return world.act(world.ben, one.ben, world.ada);
          world.time.later(Millis{300}, answer);
        };
        world.time.later(Millis{300}, answer);
        world.run_for(Millis{2 * kRings});
        CHECK(outcome(world.ada) == one.outcome);
        CHECK(outcome(world.ben) == one.outcome);
        world.check_agreed();
      }
    }
  }
}

TEST_CASE("G6: whoever goes for good ends the call at the other, connected or not") {
  for (const bool connected : {true, false}) {
    for (const bool in_room : {true, false}) {
      Two world{in_room};
      world.act(world.ada, "ring", world.ben);
      world.run_for(Millis{500});
      if (connected) world.act(world.ben, "accept", world.ada);
      world.run_for(Millis{3'000});
      if (connected) CHECK(world.linked(world.ada, world.ben));
      world.leave(world.ben);
      world.run_for(Millis{1'000});
      CHECK(outcome(world.ada) == CallOutcome::Gone);
      CHECK(outcome(world.ben) == CallOutcome::Gone);
      CHECK(world.ada.shown.participants.empty());
      world.leave(world.ada);
      world.run_for(Millis{1'000});
      CHECK(world.held_by_server() == 0);
    }
  }
}

TEST_CASE("call: in no room: a call brings the two together, and its end apart") {
  Two world{/*in_room=*/false};
  CHECK(world.ada.shown.participants.empty());
  for (int round = 0; round < 3; ++round) {
    Person& caller = round % 2 == 0 ? world.ada : world.ben;
    Person& callee = round % 2 == 0 ? world.ben : world.ada;
    world.act(caller, "ring", callee);
    world.run_for(Millis{500});
    CHECK_FALSE(world.linked(world.ada, world.ben));
    world.act(callee, "accept", caller);
    world.run_for(Millis{3'000});
    CHECK(world.linked(world.ada, world.ben));
    world.cut(round % 2 == 0 ? world.ada : world.ben);
    world.run_for(Millis{5'000});
    CHECK(world.linked(world.ada, world.ben));
    world.act(round == 0 ? caller : callee, "end", callee);
    world.run_for(Millis{1'000});
    CHECK_FALSE(world.linked(world.ada, world.ben));
    CHECK(world.ada.shown.participants.empty());
    world.check_agreed();
    CHECK(Two::live_calls(world.ada).empty());
  }
}

TEST_CASE("G5: three call round in a circle at once: each is told, nobody hangs") {
  Two world;
  Person& cid = world.add("cid");
  world.join(cid);
  world.run_for(Millis{3'000});
  world.ring(world.ada, world.ben, kRings);
  world.ring(world.ben, cid, kRings);
  world.ring(cid, world.ada, kRings);
  world.run_for(Millis{2 * kRings});
  for (const Person* person : {&world.ada, &world.ben, &cid}) CHECK(Two::live_calls(*person).empty());
  CHECK(world.violations().empty());
}

}  // namespace world_call_test
