// Links on plain servers, where nobody knows whether the other is there, or listens yet.
#include "support/catch.hpp"
#include "support/pair_world.hpp"

namespace link_plain_test {

using namespace meetwire;
using support::PairWorld;

namespace {

link::Wishes sound() { return {{Slot::Microphone, TrackId{"mic"}}}; }

// The first end is ours; the second is ours too, or a page's, which our link plays.
support::PairOptions on_plain(bool both_ours) {
  support::PairOptions options;
  options.numbered = false;
  options.says_rank = {true, both_ours};
  options.may_not_listen = {true, both_ours};
  return options;
}

bool is_offer(const protocol::PairMessage& message) { return std::holds_alternative<protocol::Offer>(message.body); }

// Until then nothing reaches the second end, and nothing comes from it: it is not there, or has no media yet.
void absent_until(PairWorld& world, const bool& there) {
  world.fate = [&](int, int, const protocol::PairMessage&) {
    return there ? std::vector<Millis>{Millis{20}} : std::vector<Millis>{};
  };
}

int offers_of(const PairWorld& world, int end) {
  return static_cast<int>(std::count_if(world.log.begin(), world.log.end(), [&](const auto& one) { return one.first == end && is_offer(one.second); }));
}

}  // namespace

TEST_CASE("plain: to whom does not listen yet the same offer is said again, until it is answered") {
  PairWorld world(on_plain(false));
  bool there = false;
  absent_until(world, there);
  world.wish(0, sound());
  world.handle(0, link::Started{});
  world.run_for(Millis{60'000});
  CHECK(offers_of(world, 0) >= 15);
  // The same one, of the same connection: whoever has heard an earlier one answers that.
  std::set<std::string> different;
  for (const auto& [from, message] : world.log) {
    if (is_offer(message)) different.insert(std::get<protocol::Offer>(message.body).sdp);
  }
  CHECK(different.size() == 1);
  CHECK(world.ends[0].connections() == 1);
  CHECK(world.ends[0].states.empty());
  CHECK(world.ends[0].problems.empty());

  there = true;
  world.wish(1, sound());
  world.handle(1, link::Started{});
  world.run_for(Millis{4'000});
  CHECK(world.settled());
  const int said = offers_of(world, 0);
  world.run_for(Millis{60'000});
  CHECK(offers_of(world, 0) == said);
}

TEST_CASE("plain: candidates go out again with their offer") {
  PairWorld world(on_plain(false));
  bool there = false;
  absent_until(world, there);
  world.handle(0, link::Started{});
  world.run_for(Millis{10'000});
  int last_offer = 0;
  int after = 0;
  for (std::size_t i = 0; i < world.log.size(); ++i) {
    if (is_offer(world.log[i].second)) {
      last_offer = static_cast<int>(i);
      after = 0;
    } else {
      ++after;
    }
  }
  CHECK(last_offer > 1);
  CHECK(after > 0);
}

TEST_CASE("plain: a sign of life brings the offer sooner, and no more than once a second") {
  PairWorld world(on_plain(false));
  world.fate = [](int, int, const protocol::PairMessage&) { return std::vector<Millis>{}; };
  world.handle(0, link::Started{});
  world.run_for(Millis{1'500});
  REQUIRE(offers_of(world, 0) == 1);
  protocol::PairMessage candidate;
  candidate.body = protocol::Candidates{{Candidate{"candidate:1", "0", 0, {}}}};
  for (int i = 0; i < 20; ++i) world.handle(0, link::MessageReceived{candidate});
  CHECK(offers_of(world, 0) == 2);
  for (int i = 0; i < 20; ++i) world.handle(0, link::MessageReceived{candidate});
  world.run_for(Millis{900});
  CHECK(offers_of(world, 0) == 2);
  world.run_for(Millis{200});
  CHECK(offers_of(world, 0) == 3);
}

TEST_CASE("plain: an own offer that gives way does not go out once more") {
  PairWorld world(on_plain(false));
  world.fate = [](int, int, const protocol::PairMessage&) { return std::vector<Millis>{}; };
  world.handle(0, link::Started{});
  world.run_for(Millis{2'500});
  REQUIRE(offers_of(world, 0) == 1);
  protocol::PairMessage offer;
  offer.body = protocol::Offer{"v=0\r\na=fingerprint:sha-256 page\r\nm=audio 9 X 0\r\na=mid:0\r\na=ice-ufrag:page.1\r\n", {}};
  world.handle(0, link::MessageReceived{offer});
  world.run_for(Millis{10'000});
  CHECK(offers_of(world, 0) == 1);
  CHECK(world.count_sent<protocol::Answer>() == 1);
}

TEST_CASE("plain: sound only, unless more is wished for") {
  PairWorld world(on_plain(false));
  world.wish(0, sound());
  world.start();
  world.run_for(Millis{3'000});
  REQUIRE(world.settled());
  CHECK(world.ends[0].peer().agreed_lines().size() == 1);

  PairWorld seen(on_plain(false));
  seen.wish(0, {{Slot::Microphone, TrackId{"mic"}}, {Slot::Camera, TrackId{"cam"}}});
  seen.start();
  seen.run_for(Millis{3'000});
  REQUIRE(seen.settled());
  CHECK(seen.ends[0].peer().sends(Slot::Camera) == TrackId{"cam"});
}

TEST_CASE("plain: an offer of the other's takes the place of the own one that nobody heard") {
  PairWorld world(on_plain(false));
  bool there = false;
  absent_until(world, there);
  world.wish(0, sound());
  world.wish(1, sound());
  world.handle(0, link::Started{});
  world.run_for(Millis{10'000});
  there = true;
  // A page that comes second and calls, as soon as it has its media; its own end is played by a link that waits a second.
  world.fate = [](int, int from, const protocol::PairMessage& message) {
    return from == 0 && is_offer(message) ? std::vector<Millis>{} : std::vector<Millis>{Millis{20}};
  };
  world.handle(1, link::Started{});
  world.run_for(Millis{5'000});
  CHECK(world.settled());
  CHECK(world.ends[0].problems.empty());
}

TEST_CASE("plain: two of ours meet, whoever was there first, also when both offer at once") {
  for (const std::int64_t later : {0, 10, 1'000, 2'990, 3'010, 45'000}) {
    CAPTURE(later);
    PairWorld world(on_plain(true));
    bool there = later == 0;
    absent_until(world, there);
    world.wish(0, sound());
    world.wish(1, sound());
    world.handle(0, link::Started{});
    world.run_for(Millis{later});
    there = true;
    world.handle(1, link::Started{});
    world.run_for(Millis{8'000});
    CHECK(world.settled());
    for (const auto& end : world.ends) {
      CHECK(end.connections() == 1);
      CHECK(end.problems.empty());
    }
  }
}

TEST_CASE("plain: whose connection is gone is given up, and looked for again") {
  PairWorld world(on_plain(true));
  world.wish(0, sound());
  world.wish(1, sound());
  world.start();
  world.run_for(Millis{8'000});
  REQUIRE(world.settled());
  world.fate = [](int, int, const protocol::PairMessage&) { return std::vector<Millis>{}; };
  world.connection_changed(0, ConnectionState::Disconnected);
  world.connection_changed(1, ConnectionState::Disconnected);
  world.run_for(Millis{40'000});
  CHECK(world.ends[0].link->state() == LinkState::Failed);
  world.fate = nullptr;
  world.ends[0].remote_slots.clear();
  world.run_for(Millis{15'000});
  CHECK(world.settled());
  // Perhaps it is somebody else: what he sends is told anew.
  CHECK(world.ends[0].remote_slots == std::vector<Slot>{Slot::Microphone});
}

TEST_CASE("plain: what was said while the server was away is said again when it is back") {
  PairWorld world(on_plain(true));
  world.wish(0, sound());
  world.wish(1, sound());
  world.signalling_up = false;
  for (int at = 0; at < 2; ++at) world.handle(at, link::SignallingLost{});
  world.start();
  world.run_for(Millis{2'000});
  world.signalling_up = true;
  for (int at = 0; at < 2; ++at) world.handle(at, link::SignallingResumed{});
  world.run_for(Millis{2'500});
  CHECK(world.settled());
}

}  // namespace link_plain_test
