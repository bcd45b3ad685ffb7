// Negotiation between two links: collisions, late and doubled answers, refused descriptions.
#include "support/catch.hpp"
#include "support/pair_world.hpp"

namespace link_glare_test {

using namespace meetwire;
using support::PairWorld;

namespace {

link::Wishes basic() { return {{Slot::Microphone, TrackId{"mic"}}, {Slot::Camera, TrackId{"cam"}}}; }

link::Wishes with_screen(const std::string& track) {
  auto wishes = basic();
  wishes[Slot::Screen] = TrackId{track};
  return wishes;
}

void connect(PairWorld& world) {
  world.wish(0, basic());
  world.wish(1, basic());
  world.start();
  world.run();
  REQUIRE(world.settled());
}

}  // namespace

TEST_CASE("link: a newcomer and one who is there connect with one offer and one answer") {
  PairWorld world;
  connect(world);
  CHECK(world.count_sent<protocol::Offer>() == 1);
  CHECK(world.count_sent<protocol::Answer>() == 1);
  CHECK(world.ends[0].peer().sends(Slot::Camera) == TrackId{"cam"});
  CHECK(world.ends[1].peer().sends(Slot::Microphone) == TrackId{"mic"});
  CHECK(world.ends[0].problems.empty());
  CHECK(world.ends[1].problems.empty());
}

TEST_CASE("glare.A1: both sides change media in the same tick: one connection each, both changes negotiated") {
  PairWorld world;
  connect(world);
  world.wish(0, with_screen("screen-a"));
  world.wish(1, with_screen("screen-b"));
  world.run();
  CHECK(world.settled());
  CHECK(world.ends[0].connections() == 1);
  CHECK(world.ends[1].connections() == 1);
  CHECK(world.ends[0].peer().sends(Slot::Screen) == TrackId{"screen-a"});
  CHECK(world.ends[1].peer().sends(Slot::Screen) == TrackId{"screen-b"});
  CHECK(world.ends[0].problems.empty());
  CHECK(world.ends[1].problems.empty());
}

TEST_CASE("glare.A1: both sides add different purposes in the same tick: both get their m-line") {
  PairWorld world;
  connect(world);
  world.wish(0, with_screen("screen-a"));
  auto other = basic();
  other[Slot::ScreenAudio] = TrackId{"sound-b"};
  world.wish(1, other);
  world.run();
  CHECK(world.settled());
  CHECK(world.ends[0].peer().agreed_lines().size() == 4);
  CHECK(world.ends[0].peer().sends(Slot::Screen) == TrackId{"screen-a"});
  CHECK(world.ends[1].peer().sends(Slot::ScreenAudio) == TrackId{"sound-b"});
}

TEST_CASE("glare.A3: an offer arrives while the remote answer is still being set: accepted") {
  // Which of the two is polite must not matter.
  for (const int slow : {0, 1}) {
    const int fast = 1 - slow;
    support::PairOptions options;
    options.slow_end = slow;
    options.slower_by = Millis{200};
    PairWorld world(options);
    connect(world);
    bool setting_answer = false;
    int met = 0;
    world.accept = [&](int at, const ClientCommand& command) {
      if (std::holds_alternative<command::RollBack>(command)) FAIL_CHECK("an offer was taken back");
      const auto* set = std::get_if<command::SetRemoteDescription>(&command);
      if (at != slow || set == nullptr || set->description.type != DescriptionType::Answer) return true;
      setting_answer = true;
      world.later(options.slower_by, [&] { setting_answer = false; });
      // The other has agreed already, so that he may offer at once.
      auto wishes = basic();
      wishes[Slot::Screen] = TrackId{"screen-fast"};
      wishes[Slot::ScreenAudio] = TrackId{"sound-fast"};
      world.later(Millis{0}, [&world, fast, wishes] { world.wish(fast, wishes); });
      return true;
    };
    world.fate = [&](int, int from, const protocol::PairMessage& message) {
      if (from == fast && setting_answer && std::holds_alternative<protocol::Offer>(message.body)) ++met;
      return std::vector<Millis>{Millis{20}};
    };
    world.wish(slow, with_screen("screen-slow"));
    world.run();
    CHECK(met == 1);
    CHECK(world.settled());
    CHECK(world.ends[static_cast<std::size_t>(fast)].peer().sends(Slot::ScreenAudio) == TrackId{"sound-fast"});
    CHECK(world.ends[0].connections() == 1);
    CHECK(world.violations().empty());
  }
}

TEST_CASE("glare.A4: an offer arrives while the own one is being made: a collision, settled by politeness") {
  for (const int maker : {0, 1}) {
    PairWorld world;
    connect(world);
    // The maker's slow browser is still busy with its own offer when the other's comes in.
    int made = 0;
    int collided = 0;
    world.accept = [&](int at, const ClientCommand& command) {
      if (at == maker && std::holds_alternative<command::SetLocalDescription>(command)) ++made;
      if (std::holds_alternative<command::RollBack>(command)) ++collided;
      return true;
    };
    world.wish(1 - maker, with_screen("screen-other"));
    world.later(Millis{22}, [&world, maker] { world.wish(maker, with_screen("screen-maker")); });
    world.run();
    CHECK(made >= 1);
    CHECK(collided == 1);
    CHECK(world.settled());
    CHECK(world.ends[static_cast<std::size_t>(maker)].peer().sends(Slot::Screen) == TrackId{"screen-maker"});
    CHECK(world.ends[static_cast<std::size_t>(1 - maker)].peer().sends(Slot::Screen) == TrackId{"screen-other"});
    CHECK(world.ends[0].connections() == 1);
    CHECK(world.ends[0].problems.empty());
    CHECK(world.ends[1].problems.empty());
  }
}

TEST_CASE("glare.A8: an answer to offer k after offer k+1 is ignored; glare.A9: an answer twice has no effect") {
  PairWorld world;
  // Every answer comes twice, the second time late enough to meet the next offer.
  world.fate = [](int, int, const protocol::PairMessage& message) {
    if (std::holds_alternative<protocol::Answer>(message.body)) return std::vector<Millis>{Millis{20}, Millis{90}};
    return std::vector<Millis>{Millis{20}};
  };
  connect(world);
  world.wish(0, with_screen("screen-a"));
  world.run();
  CHECK(world.settled());
  CHECK(world.ends[0].connections() == 1);
  CHECK(world.ends[0].problems.empty());
}

TEST_CASE("glare.A8: a stale answer under a fresh sequence number does not answer the newer offer") {
  PairWorld world;
  connect(world);
  Sequence first_offer = 0;
  for (const auto& [from, message] : world.log) {
    if (std::holds_alternative<protocol::Offer>(message.body)) first_offer = message.sequence;
  }
  // Bob answers the old offer instead of the new one.
  world.fate = [&](int, int from, const protocol::PairMessage& message) {
    if (from == 1 && std::holds_alternative<protocol::Answer>(message.body)) {
      auto stale = message;
      std::get<protocol::Answer>(stale.body).offer = first_offer;
      world.later(Millis{20}, [&world, stale] { world.handle(0, link::MessageReceived{stale}); });
      return std::vector<Millis>{};
    }
    return std::vector<Millis>{Millis{20}};
  };
  world.wish(0, with_screen("screen-a"));
  world.run_for(Millis{2'000});
  CHECK(world.ends[0].peer().signaling == SignalingState::HaveLocalOffer);
  CHECK(world.violations().empty());
}

TEST_CASE("glare.A11: fifty changes in a second cost at most three offers") {
  PairWorld world;
  connect(world);
  const int before = world.count_sent<protocol::Offer>();
  for (int i = 0; i < 50; ++i) {
    world.later(Millis{i * 20}, [&world, i] {
      auto wishes = i % 2 ? with_screen("screen-" + std::to_string(i)) : basic();
      if (i > 25) wishes[Slot::ScreenAudio] = TrackId{"sound-" + std::to_string(i)};
      world.wish(0, wishes);
    });
  }
  world.run();
  CHECK(world.settled());
  CHECK(world.count_sent<protocol::Offer>() - before <= 3);
  CHECK(world.ends[0].peer().sends(Slot::Screen) == TrackId{"screen-49"});
  CHECK(world.ends[0].peer().sends(Slot::ScreenAudio) == TrackId{"sound-49"});
}

TEST_CASE("glare.A12: a change while an offer is out costs one more round, once; spurious hints cause no loop") {
  for (const int changer : {0, 1}) {
    PairWorld world;
    connect(world);
    const int before = world.count_sent<protocol::Offer>();
    world.wish(0, with_screen("screen-a"));
    world.later(Millis{65}, [&world, changer] {
      auto wishes = changer == 0 ? with_screen("screen-a") : basic();
      wishes[Slot::ScreenAudio] = TrackId{"sound"};
      world.wish(changer, wishes);
    });
    for (int i = 0; i < 10; ++i) {
      world.later(Millis{i * 30}, [&world, i] { world.handle(i % 2, event::NegotiationNeeded{UserId{"peer"}, 1}); });
    }
    world.run();
    CHECK(world.settled());
    CHECK(world.count_sent<protocol::Offer>() - before == 2);
    CHECK(world.ends[static_cast<std::size_t>(changer)].peer().sends(Slot::ScreenAudio) == TrackId{"sound"});
  }
}

TEST_CASE("glare.A13: data only: exactly one offer and one answer") {
  PairWorld world;
  world.start();
  world.run();
  CHECK(world.settled());
  CHECK(world.count_sent<protocol::Offer>() == 1);
  CHECK(world.count_sent<protocol::Answer>() == 1);
  CHECK(world.ends[0].peer().offers_made == 1);
  CHECK(world.ends[1].peer().offers_made == 0);
}

TEST_CASE("glare.A14: a description is refused: a typed error, one restart, and the link is well again") {
  for (const int refuser : {0, 1}) {
    PairWorld world;
    int refusals = 0;
    world.accept = [&](int at, const ClientCommand& command) {
      if (at == refuser && refusals == 0 && std::holds_alternative<command::SetRemoteDescription>(command)) {
        ++refusals;
        return false;
      }
      return true;
    };
    connect(world);
    auto& end = world.ends[static_cast<std::size_t>(refuser)];
    REQUIRE(end.problems.size() == 1);
    CHECK(end.problems[0].code == ErrorCode::NegotiationFailed);
    CHECK(end.connections() == 2);
    CHECK(end.link->incarnation() == 2);
  }
}

TEST_CASE("glare.A15: no answer ever: the pair restarts at its deadline, with growing waits") {
  PairWorld world;
  world.fate = [](int, int from, const protocol::PairMessage&) {
    return from == 1 ? std::vector<Millis>{} : std::vector<Millis>{Millis{20}};
  };
  world.wish(0, basic());
  world.start();
  world.run_for(Millis{13'000});
  CHECK(world.ends[0].connections() == 2);
  world.run_for(Millis{287'000});
  const auto restarts = world.ends[0].connections();
  CHECK(restarts >= 5);
  CHECK(restarts <= 20);  // 300 s of nothing but silence: every 10 s and 30 s, not more
  CHECK(world.ends[0].link->state() == LinkState::Failed);
  // And when the path is there again, so is the link.
  world.fate = nullptr;
  world.run_for(Millis{60'000});
  CHECK(world.settled());
}

TEST_CASE("glare.A16: leaving with operations pending: nothing is called afterwards") {
  for (int moment = 0; moment < 120; moment += 3) {
    PairWorld world;
    world.wish(0, basic());
    world.wish(1, basic());
    world.start();
    world.run_for(Millis{moment});
    world.handle(0, link::Ended{});
    CHECK_FALSE(world.ends[0].wake_at);
    world.run_for(Millis{1'000});
    CHECK(world.ends[0].commands_after_end == 0);
    CHECK_FALSE(world.ends[0].live());
  }
}

TEST_CASE("glare.A16: the end of an operation that nobody awaits any more changes nothing, whatever is under way") {
  PairWorld world;
  connect(world);
  int told = 0;
  world.accept = [&](int at, const ClientCommand& command) {
    if (at != 0 || !std::holds_alternative<command::SetLocalDescription>(command)) return true;
    world.later(Millis{1}, [&] {
      ++told;
      const UserId peer = world.ends[0].other();
      world.handle(0, event::OperationFailed{1, peer, 1, "InvalidStateError", "of long ago"});
      world.handle(0, event::OperationSucceeded{1, peer, 1});
    });
    return true;
  };
  world.wish(0, with_screen("screen"));
  world.run();
  CHECK(told > 0);
  CHECK(world.settled());
  CHECK(world.ends[0].problems.empty());
  CHECK(world.ends[0].connections() == 1);
  CHECK(world.violations().empty());
}

TEST_CASE("glare.A17: add, replace, restart and end in one tick: in order, and the end wins") {
  PairWorld world;
  connect(world);
  world.wish(0, with_screen("one"));
  world.wish(0, with_screen("two"));
  world.connection_changed(0, ConnectionState::Failed);
  world.handle(0, link::Ended{});
  world.run_for(Millis{60'000});
  CHECK(world.ends[0].commands_after_end == 0);
  CHECK_FALSE(world.ends[0].live());
  CHECK(world.violations().empty());
}

TEST_CASE("glare: replacing and muting tracks never negotiates") {
  PairWorld world;
  connect(world);
  const auto before = world.log.size();
  world.wish(0, {{Slot::Microphone, std::nullopt}, {Slot::Camera, TrackId{"other-cam"}}});
  world.run();
  CHECK(world.log.size() == before);
  CHECK_FALSE(world.ends[0].peer().sends(Slot::Microphone));
  CHECK(world.ends[0].peer().sends(Slot::Camera) == TrackId{"other-cam"});
}

TEST_CASE("glare: a screen shared, ended and shared again keeps its m-line") {
  PairWorld world;
  connect(world);
  world.wish(0, with_screen("first"));
  world.run();
  const auto offers = world.count_sent<protocol::Offer>();
  const auto lines = world.ends[0].peer().agreed_lines().size();
  for (int i = 0; i < 20; ++i) {
    world.wish(0, basic());
    world.run();
    CHECK_FALSE(world.ends[0].peer().sends(Slot::Screen));
    world.wish(0, with_screen("again"));
    world.run();
  }
  CHECK(world.count_sent<protocol::Offer>() == offers);
  CHECK(world.ends[0].peer().agreed_lines().size() == lines);
}

}  // namespace link_glare_test
