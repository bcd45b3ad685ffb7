// A pair over a bad network: loss, duplication and reordering at every position, candidates by generation, healing.
#include "link/numbers.hpp"
#include "support/catch.hpp"
#include "support/pair_world.hpp"

namespace link_network_test {

using namespace meetwire;
using support::PairWorld;

namespace {

link::Wishes basic() { return {{Slot::Microphone, TrackId{"mic"}}, {Slot::Camera, TrackId{"cam"}}}; }

link::Wishes with_screen() {
  auto wishes = basic();
  wishes[Slot::Screen] = TrackId{"screen"};
  return wishes;
}

// Join, then both sides change something at once: the life of a link in short.
void live(PairWorld& world) {
  world.wish(0, basic());
  world.wish(1, basic());
  world.start();
  world.later(Millis{300}, [&world] {
    world.wish(0, with_screen());
    world.wish(1, with_screen());
  });
  world.run_for(Millis{90'000});
}

int messages_of_a_good_day() {
  PairWorld world;
  live(world);
  REQUIRE(world.settled());
  return world.messages_sent;
}

void check_converged(PairWorld& world) {
  CHECK(world.settled());
  CHECK(world.ends[0].peer().sends(Slot::Screen) == TrackId{"screen"});
  CHECK(world.ends[1].peer().sends(Slot::Screen) == TrackId{"screen"});
}

}  // namespace

TEST_CASE("D7: any single message lost, at every position: converges") {
  const int count = messages_of_a_good_day();
  for (int lost = 0; lost < count; ++lost) {
    INFO("lost message " << lost);
    PairWorld world;
    world.fate = [lost](int position, int, const protocol::PairMessage&) {
      return position == lost ? std::vector<Millis>{} : std::vector<Millis>{Millis{20}};
    };
    live(world);
    check_converged(world);
    // One lost message never costs the connection.
    CHECK(world.ends[0].connections() == 1);
  }
}

TEST_CASE("pair: losses far apart do not add up: each is repaired as fast as the first") {
  link::PairNumbers numbers(true, kDefaultLimits);
  numbers.begin(1);
  Millis now{1'000};
  for (int loss = 0; loss < 3; ++loss) {
    const protocol::PairMessage lost = numbers.stamp(now, protocol::Offer{});
    REQUIRE(numbers.wake_at());
    CHECK(*numbers.wake_at() == now + kDefaultLimits.pair_resend_after);
    now = *numbers.wake_at();
    REQUIRE(numbers.due(now).size() == 1);
    protocol::PairMessage acknowledge;
    acknowledge.incarnation = acknowledge.believed = 1;
    acknowledge.acknowledged = lost.sequence;
    acknowledge.body = protocol::Acknowledge{};
    numbers.take(now, acknowledge);
    CHECK_FALSE(numbers.wake_at());
    now = now + Millis{60'000};
  }
}

TEST_CASE("L5: a connection that never had to be restarted has nothing to forget later") {
  PairWorld world;
  live(world);
  for (int at = 0; at < 2; ++at) {
    world.connection_changed(at, ConnectionState::Disconnected);
    world.connection_changed(at, ConnectionState::Connected);
    CHECK_FALSE(world.ends[static_cast<std::size_t>(at)].wake_at);
  }
}

TEST_CASE("pair: any single message doubled, at every position: no effect") {
  const int count = messages_of_a_good_day();
  for (int doubled = 0; doubled < count; ++doubled) {
    for (const int later : {21, 150, 2'000}) {
      INFO("doubled message " << doubled << " after " << later);
      PairWorld world;
      world.fate = [=](int position, int, const protocol::PairMessage&) {
        if (position == doubled) return std::vector<Millis>{Millis{20}, Millis{later}};
        return std::vector<Millis>{Millis{20}};
      };
      live(world);
      check_converged(world);
      CHECK(world.ends[0].connections() == 1);
      CHECK(world.ends[0].problems.empty());
    }
  }
}

TEST_CASE("pair: any single message overtaken by later ones, at every position: order is restored") {
  const int count = messages_of_a_good_day();
  for (int slow = 0; slow < count; ++slow) {
    INFO("slow message " << slow);
    PairWorld world;
    world.fate = [=](int position, int, const protocol::PairMessage&) {
      return std::vector<Millis>{Millis{position == slow ? 400 : 20}};
    };
    live(world);
    check_converged(world);
    CHECK(world.ends[0].connections() == 1);
  }
}

TEST_CASE("B1: candidates that come before the description are kept and applied in order") {
  support::PairOptions options;
  options.numbered = false;  // numbered pairs cannot be overtaken; classic ones can
  PairWorld world(options);
  world.fate = [](int, int, const protocol::PairMessage& message) {
    const bool description = !std::holds_alternative<protocol::Candidates>(message.body);
    return std::vector<Millis>{Millis{description ? 200 : 20}};
  };
  world.wish(0, basic());
  world.start();
  world.run_for(Millis{3'000});
  CHECK(world.settled());
  REQUIRE(world.ends[1].peer().candidates_added.size() == 2);
  CHECK(world.ends[1].peer().candidates_added[0].candidate.find("candidate:0") == 0);
  CHECK(world.ends[1].peer().candidates_added[1].candidate.find("candidate:1") == 0);
}

TEST_CASE("B2: candidates that come while the description is being set are not lost") {
  support::PairOptions options;
  options.operation_takes = Millis{120};
  PairWorld world(options);
  world.wish(0, basic());
  world.start();
  world.run_for(Millis{3'000});
  CHECK(world.settled());
  CHECK(world.ends[0].peer().candidates_added.size() == 2);
  CHECK(world.ends[1].peer().candidates_added.size() == 2);
}

TEST_CASE("B4: candidates of an older generation are dropped after a restart") {
  PairWorld world;
  live(world);
  const std::string old = world.ends[0].peer().local_ufrag;
  world.connection_changed(0, ConnectionState::Failed);
  world.connection_changed(1, ConnectionState::Failed);
  world.run_for(Millis{5'000});
  REQUIRE(world.ends[0].peer().local_ufrag != old);
  int tried = 0;  // a browser would refuse it, which is no reason to ask it
  world.accept = [&](int at, const ClientCommand& command) {
    const auto* add = std::get_if<command::AddCandidate>(&command);
    tried += at == 1 && add != nullptr && add->candidate.username_fragment == old ? 1 : 0;
    return true;
  };
  Sequence newest = 0;
  for (const auto& [from, message] : world.log) {
    if (from == 0) newest = std::max(newest, message.sequence);
  }
  protocol::PairMessage late;
  late.incarnation = late.believed = 1;
  late.sequence = newest + 1;
  Candidate candidate;
  candidate.candidate = "candidate:9 1 udp 1 192.0.2.9 9 typ host";
  candidate.sdp_mid = "0";
  candidate.username_fragment = old;
  late.body = protocol::Candidates{{candidate}};
  world.handle(1, link::MessageReceived{late});
  world.run_for(Millis{500});
  CHECK(tried == 0);
}

TEST_CASE("B7: messages of an older incarnation are ignored, impossible ones are reported", "[P18]") {
  PairWorld world;
  int refusals = 0;
  world.accept = [&](int at, const ClientCommand& command) {
    return !(at == 0 && std::holds_alternative<command::SetRemoteDescription>(command) && refusals++ == 0);
  };
  live(world);
  REQUIRE(world.ends[1].link->incarnation() == 2);
  const auto peers = world.ends[1].connections();
  const auto problems = world.ends[1].problems.size();
  protocol::PairMessage old;
  old.incarnation = old.believed = 1;
  old.sequence = 1;
  old.body = protocol::Offer{"v=0\r\na=ice-ufrag:x\r\n", {}};
  world.handle(1, link::MessageReceived{old});
  CHECK(world.ends[1].problems.size() == problems);
  protocol::PairMessage impossible = old;
  impossible.incarnation = 7;
  impossible.believed = 7;  // of an incarnation that this side never had
  world.handle(1, link::MessageReceived{impossible});
  impossible.incarnation = 2'000'000;  // would leave no room for ours
  impossible.believed = 0;
  world.handle(1, link::MessageReceived{impossible});
  impossible.incarnation = 2;
  impossible.believed = 1;
  world.handle(1, link::MessageReceived{impossible});
  world.run_for(Millis{1'000});
  CHECK(world.ends[1].problems.size() == problems + 3);
  CHECK(world.ends[1].problems.back().code == ErrorCode::PeerMisbehaved);
  CHECK(world.ends[1].connections() == peers);
  CHECK(world.settled());
}

TEST_CASE("B8: a flood of candidates is cut at the bound and reported once") {
  PairWorld world;
  live(world);
  Sequence newest = 0;
  for (const auto& [from, message] : world.log) {
    if (from == 0) newest = std::max(newest, message.sequence);
  }
  for (int batch = 0; batch < 3; ++batch) {
    protocol::PairMessage flood;
    flood.incarnation = flood.believed = 1;
    flood.sequence = ++newest;
    protocol::Candidates candidates;
    for (int i = 0; i < 200; ++i) {
      Candidate candidate;
      candidate.candidate = "candidate:" + std::to_string(i) + " 1 udp 1 192.0.2.9 9 typ host";
      candidate.sdp_mid = "0";
      candidate.username_fragment = world.ends[0].peer().local_ufrag;
      candidates.candidates.push_back(candidate);
    }
    flood.body = std::move(candidates);
    world.handle(1, link::MessageReceived{flood});
    world.run_for(Millis{2'000});
  }
  CHECK(world.ends[1].peer().candidates_added.size() == kDefaultLimits.candidates_per_generation_max);
  REQUIRE_FALSE(world.ends[1].problems.empty());
  CHECK(world.ends[1].problems[0].code == ErrorCode::PeerMisbehaved);
}

TEST_CASE("B10: candidates gathered while signalling is down are sent on resume, and media is not torn down") {
  PairWorld world;
  live(world);
  world.signalling_up = false;
  for (int at = 0; at < 2; ++at) world.handle(at, link::SignallingLost{});
  Candidate candidate;
  candidate.candidate = "candidate:7 1 udp 1 192.0.2.7 9 typ host";
  candidate.sdp_mid = "0";
  candidate.username_fragment = world.ends[0].peer().local_ufrag;
  world.handle(0, event::CandidateGathered{UserId{"peer"}, 1, candidate});
  auto wishes = with_screen();
  wishes[Slot::ScreenAudio] = TrackId{"sound"};
  world.wish(0, wishes);
  world.run_for(Millis{60'000});
  CHECK(world.ends[0].connections() == 1);
  world.signalling_up = true;
  for (int at = 0; at < 2; ++at) world.handle(at, link::SignallingResumed{});
  world.run_for(Millis{5'000});
  CHECK(world.settled());
  CHECK(world.ends[0].connections() == 1);
  const auto& added = world.ends[1].peer().candidates_added;
  CHECK(std::count_if(added.begin(), added.end(),
                      [](const Candidate& each) { return each.candidate.find("candidate:7") == 0; }) == 1);
  CHECK(world.ends[0].peer().sends(Slot::ScreenAudio) == TrackId{"sound"});
}

TEST_CASE("healing: a failed connection recovers by an ICE restart, on the same connection") {
  PairWorld world;
  live(world);
  for (int at = 0; at < 2; ++at) world.connection_changed(at, ConnectionState::Failed);
  CHECK(world.ends[0].link->state() == LinkState::Reconnecting);
  world.run_for(Millis{5'000});
  CHECK(world.settled());
  CHECK(world.ends[0].connections() == 1);
  // Fresh credentials exactly once, though both sides saw the failure.
  CHECK(world.ends[0].peer().ice_restarts == 1);
  CHECK(world.ends[1].peer().ice_restarts == 1);
}

TEST_CASE("healing: a short disconnection restarts nothing") {
  PairWorld world;
  live(world);
  const auto before = world.log.size();
  for (int at = 0; at < 2; ++at) world.connection_changed(at, ConnectionState::Disconnected);
  world.run_for(Millis{2'000});
  for (int at = 0; at < 2; ++at) world.connection_changed(at, ConnectionState::Connected);
  world.run_for(Millis{60'000});
  CHECK(world.log.size() == before);
  CHECK(world.settled());
}

TEST_CASE("healing: an offer that the peer is working on is not given up, however slow all is") {
  PairWorld world;
  world.wish(0, basic());
  world.wish(1, basic());
  world.start();
  world.run_for(Millis{5'000});
  REQUIRE(world.settled());
  // Word that the offer is there takes 7 s, the answer 14 s: longer than the longest deadline that the jitter gives.
  const Millis begun = world.time.now;
  world.fate = [&](int, int from, const protocol::PairMessage& message) -> std::vector<Millis> {
    world.operations_take(Millis{2'000});
    const bool answers = std::holds_alternative<protocol::Answer>(message.body);
    const Millis arrival = begun + Millis{from == 0 ? 3'000 : answers ? 14'000 : 7'000};
    return {std::max(Millis{20}, arrival - world.time.now)};
  };
  world.wish(0, with_screen());
  world.run_for(Millis{13'900});
  CHECK(world.ends[0].peer().signaling == SignalingState::HaveLocalOffer);
  CHECK(world.ends[1].peer().signaling == SignalingState::Stable);  // it has answered
  world.run_for(Millis{60'000});
  CHECK(world.settled());
  CHECK(world.ends[1].peer().agreed_lines().size() == 3);
  for (const auto& end : world.ends) CHECK(end.connections() == 1);
}

TEST_CASE("healing: an answer that is here and takes its time to be set is not taken for silence") {
  PairWorld world;
  world.wish(0, basic());
  world.wish(1, basic());
  world.start();
  world.run_for(Millis{5'000});
  REQUIRE(world.settled());
  const Millis begun = world.time.now;
  const Millis arrives = begun + Millis{8'000};
  world.fate = [&](int, int, const protocol::PairMessage& message) -> std::vector<Millis> {
    if (world.time.now < begun + Millis{5'000}) world.operations_take(Millis{2'000});  // an acknowledgement comes first
    if (!std::holds_alternative<protocol::Answer>(message.body)) return {Millis{20}};
    return {std::max(Millis{20}, arrives - world.time.now)};
  };
  world.later(Millis{7'900}, [&] { world.operations_take(Millis{7'000}); });
  world.later(Millis{8'100}, [&] { world.operations_take(Millis{5}); });
  world.wish(0, with_screen());
  world.run_for(Millis{14'500});
  CHECK(world.ends[0].peer().signaling == SignalingState::HaveLocalOffer);  // and it is being set
  world.run_for(Millis{60'000});
  CHECK(world.settled());
  CHECK(world.ends[0].connections() == 1);
}

TEST_CASE("healing: an offer that the peer has, and never answers, is noticed all the same") {
  PairWorld world;
  live(world);
  REQUIRE(world.settled());
  int acknowledged = 0;
  world.fate = [&](int, int from, const protocol::PairMessage& message) -> std::vector<Millis> {
    if (std::holds_alternative<protocol::Answer>(message.body)) return {};
    if (from == 1 && std::holds_alternative<protocol::Acknowledge>(message.body)) ++acknowledged;
    world.operations_take(Millis{2'000});  // so that the acknowledgement comes before the answer would
    return {Millis{20}};
  };
  auto wishes = with_screen();
  wishes[Slot::ScreenAudio] = TrackId{"sound"};
  world.wish(0, wishes);
  // The time for the acknowledgement, and then the longest that the jitter makes of the deadline.
  world.run_for(Millis{14'000});
  CHECK(acknowledged > 0);
  CHECK(world.ends[0].connections() == 2);
  world.fate = nullptr;
  world.operations_take(Millis{5});
  world.run_for(Millis{60'000});
  CHECK(world.settled());
}

TEST_CASE("L5: a healthy, quiet link has nothing scheduled") {
  PairWorld world;
  live(world);
  CHECK_FALSE(world.ends[0].wake_at);
  CHECK_FALSE(world.ends[1].wake_at);
}

TEST_CASE("classic: a peer that numbers nothing and comes back with another certificate gets a fresh connection") {
  support::PairOptions options;
  options.numbered = false;
  PairWorld world(options);
  world.wish(0, basic());
  world.wish(1, basic());
  world.start();
  world.run_for(Millis{3'000});
  REQUIRE(world.settled());
  protocol::PairMessage offer;
  offer.body = protocol::Offer{"v=0\r\na=fingerprint:sha-256 other\r\nm=audio 9 X 0\r\na=mid:0\r\nm=video 9 X 0\r\na=mid:1\r\n"
                               "a=ice-ufrag:other.1\r\n", {}};
  world.handle(1, link::MessageReceived{offer});
  world.run_for(Millis{500});
  CHECK(world.ends[1].connections() == 2);
  CHECK(world.ends[1].peer().remote_fingerprint == "sha-256 other");
}

}  // namespace link_network_test
