// What the server would refuse never gets a number: refused once, it would be repeated for ever, and all that the pair says
// after it would wait. So it is left out or given up, in words, and the link goes on.
#include <string>
#include <variant>

#include "support/catch.hpp"
#include "support/pair_world.hpp"

namespace link_bounds_test {

using namespace meetwire;
using support::PairWorld;

namespace {

link::Wishes basic() { return {{Slot::Microphone, TrackId{"mic"}}, {Slot::Camera, TrackId{"cam"}}}; }

void start(PairWorld& world) {
  for (int at = 0; at < 2; ++at) world.wish(at, basic());
  world.start();
}

std::string own_ufrag(PairWorld& world, int at) {
  for (const auto& [from, message] : world.log) {
    if (from != at) continue;
    if (const auto* batch = std::get_if<protocol::Candidates>(&message.body)) return batch->candidates.front().username_fragment.value_or("");
  }
  return "";
}

// Of exactly so many bytes, as the server counts them.
Candidate candidate_of(std::size_t bytes, const std::string& ufrag) {
  return {"candidate:" + std::string(bytes - 11 - ufrag.size(), 'x'), "0", std::nullopt, ufrag};
}

std::size_t bytes_of(const Candidate& one) {
  return one.candidate.size() + one.sdp_mid.value_or("").size() + one.username_fragment.value_or("").size();
}

// All that is sent is what a server takes.
void check_log(const PairWorld& world) {
  for (const auto& [from, message] : world.log) {
    if (const auto* offer = std::get_if<protocol::Offer>(&message.body)) CHECK(offer->sdp.size() <= kDefaultLimits.description_bytes_max);
    if (const auto* answer = std::get_if<protocol::Answer>(&message.body)) CHECK(answer->sdp.size() <= kDefaultLimits.description_bytes_max);
    if (const auto* batch = std::get_if<protocol::Candidates>(&message.body)) {
      CHECK(batch->candidates.size() <= kDefaultLimits.candidates_per_generation_max);
      for (const Candidate& one : batch->candidates) {
        CHECK(bytes_of(one) <= kDefaultLimits.candidate_bytes_max);
        CHECK((one.sdp_mid || one.sdp_mline_index));
      }
    }
  }
}

}  // namespace

TEST_CASE("B: a candidate at its bound is sent; one byte more, or with neither mid nor index, is left out, and the link goes on") {
  PairWorld world;
  start(world);
  world.run_for(Millis{2'000});
  REQUIRE(world.settled());
  const std::string ufrag = own_ufrag(world, 0);
  REQUIRE_FALSE(ufrag.empty());
  const auto gather = [&](Candidate candidate) {
    world.handle(0, event::CandidateGathered{world.ends[0].other(), world.ends[0].link->incarnation(), std::move(candidate)});
  };
  world.log.clear();
  gather(candidate_of(kDefaultLimits.candidate_bytes_max + 1, ufrag));
  REQUIRE(world.ends[0].problems.size() == 1);
  CHECK(world.ends[0].problems.back().code == ErrorCode::MessageTooLarge);
  gather({"candidate:1 1 udp 1 192.0.2.1 9 typ host", std::nullopt, std::nullopt, ufrag});
  REQUIRE(world.ends[0].problems.size() == 2);
  CHECK(world.ends[0].problems.back().code == ErrorCode::MessageMalformed);
  gather(candidate_of(kDefaultLimits.candidate_bytes_max, ufrag));
  gather({"candidate:2 1 udp 1 192.0.2.1 9 typ host", std::nullopt, 0, ufrag});
  world.run_for(Millis{1'000});
  CHECK(world.ends[0].problems.size() == 2);
  REQUIRE(world.count_sent<protocol::Candidates>() == 1);
  CHECK(std::get<protocol::Candidates>(world.log.front().second.body).candidates.size() == 2);
  check_log(world);
  // What comes after it is not stuck.
  auto more = basic();
  more[Slot::Screen] = TrackId{"screen"};
  world.wish(0, more);
  world.run_for(Millis{2'000});
  CHECK(world.settled());
  CHECK(world.ends[0].peer().sends(Slot::Screen) == TrackId{"screen"});
}

TEST_CASE("B: many long candidates go in several messages, each of which fits into an envelope") {
  PairWorld world;
  start(world);
  world.run_for(Millis{2'000});
  const std::string ufrag = own_ufrag(world, 0);
  world.log.clear();
  for (int i = 0; i < 100; ++i) {
    world.handle(0, event::CandidateGathered{world.ends[0].other(), world.ends[0].link->incarnation(), candidate_of(1'000, ufrag)});
  }
  world.run_for(Millis{500});
  std::size_t sent = 0;
  for (const auto& [from, message] : world.log) {
    const auto* batch = std::get_if<protocol::Candidates>(&message.body);
    if (batch == nullptr) continue;
    std::size_t bytes = 0;
    for (const Candidate& one : batch->candidates) bytes += bytes_of(one);
    CHECK(bytes <= kDefaultLimits.message_bytes_max / 4);
    sent += batch->candidates.size();
  }
  CHECK(sent == 100);
}

TEST_CASE("B: a first offer over the bound is never sent: the link fails in words, tries on, and comes up when it fits") {
  PairWorld world;
  world.description_bytes_more[0] = kDefaultLimits.description_bytes_max;
  start(world);
  world.run_for(Millis{40'000});
  check_log(world);
  const auto& problems = world.ends[0].problems;
  REQUIRE(problems.size() >= 3);
  CHECK(problems.front().code == ErrorCode::MessageTooLarge);
  CHECK(world.ends[0].link->state() == LinkState::Failed);
  world.description_bytes_more[0] = 0;
  world.run_for(Millis{120'000});
  CHECK(world.settled());
}

TEST_CASE("B: an answer over the bound is never sent, and the link comes up when it fits") {
  PairWorld world;
  world.description_bytes_more[1] = kDefaultLimits.description_bytes_max;
  start(world);
  world.run_for(Millis{30'000});
  check_log(world);
  REQUIRE_FALSE(world.ends[1].problems.empty());
  CHECK(world.ends[1].problems.front().code == ErrorCode::MessageTooLarge);
  world.description_bytes_more[1] = 0;
  world.run_for(Millis{120'000});
  CHECK(world.settled());
}

TEST_CASE("B: a further offer over the bound is taken back: what works goes on, and what was to be added comes when it fits") {
  for (const int at : {0, 1}) {
    INFO("end " << at);
    PairWorld world;
    start(world);
    world.run_for(Millis{2'000});
    REQUIRE(world.settled());
    const Incarnation before = world.ends[0].link->incarnation();
    world.description_bytes_more[static_cast<std::size_t>(at)] = kDefaultLimits.description_bytes_max;
    auto more = basic();
    more[Slot::Screen] = TrackId{"screen"};
    world.wish(at, more);
    world.run_for(Millis{20'000});
    check_log(world);
    // Once, and not again at once.
    CHECK(world.ends[static_cast<std::size_t>(at)].problems.size() == 1);
    CHECK(world.ends[static_cast<std::size_t>(at)].problems.front().code == ErrorCode::MessageTooLarge);
    CHECK(world.ends[0].link->state() == LinkState::Connected);
    // The other one is still free to negotiate.
    auto others = basic();
    others[Slot::ScreenAudio] = TrackId{"sound"};
    world.wish(1 - at, others);
    world.description_bytes_more[static_cast<std::size_t>(at)] = 0;
    world.run_for(Millis{40'000});
    CHECK(world.settled());
    CHECK(world.ends[0].link->incarnation() == before);
    CHECK(world.ends[static_cast<std::size_t>(at)].peer().sends(Slot::Screen) == TrackId{"screen"});
  }
}

TEST_CASE("B: a description of exactly the bound is sent") {
  PairWorld world;
  start(world);
  world.run_for(Millis{2'000});
  std::size_t length = 0;
  for (const auto& [from, message] : world.log) {
    const auto* offer = std::get_if<protocol::Offer>(&message.body);
    if (from == 0 && offer != nullptr) length = offer->sdp.size();
  }
  PairWorld exact;
  exact.description_bytes_more[0] = kDefaultLimits.description_bytes_max - length;
  start(exact);
  exact.run_for(Millis{2'000});
  CHECK(exact.settled());
  PairWorld over;
  over.description_bytes_more[0] = kDefaultLimits.description_bytes_max - length + 1;
  start(over);
  over.run_for(Millis{2'000});
  CHECK_FALSE(over.settled());
}

}  // namespace link_bounds_test
