// Links on classic servers: towards the course's pages, which negotiate once and number nothing, and towards one of ours.
#include "support/catch.hpp"
#include "support/pair_world.hpp"

namespace link_classic_test {

using namespace meetwire;
using support::PairWorld;

namespace {

link::Wishes basic() { return {{Slot::Microphone, TrackId{"mic"}}, {Slot::Camera, TrackId{"cam"}}}; }

link::Wishes with_screen(const std::string& track) {
  auto wishes = basic();
  wishes[Slot::Screen] = TrackId{track};
  wishes[Slot::ScreenAudio] = TrackId{track + "-sound"};
  return wishes;
}

// The first end is ours; the second is ours too, or a page.
support::PairOptions on_classic(bool both_ours) {
  support::PairOptions options;
  options.numbered = false;
  options.says_rank = {true, both_ours};
  return options;
}

void connect(PairWorld& world) {
  world.wish(0, basic());
  world.wish(1, basic());
  world.start();
  world.run_for(Millis{3'000});
  REQUIRE(world.settled());
}

protocol::PairMessage offer_of(std::string rank) {
  protocol::PairMessage offer;
  offer.rank = std::move(rank);
  offer.body = protocol::Offer{"v=0\r\na=fingerprint:sha-256 page\r\nm=audio 9 X 0\r\na=mid:0\r\na=ice-ufrag:page.1\r\n", {}};
  return offer;
}

}  // namespace

TEST_CASE("A1: two of ours on a classic server share screens at the same moment: both are seen") {
  PairWorld world(on_classic(/*both_ours=*/true));
  connect(world);
  world.wish(0, with_screen("screen-a"));
  world.wish(1, with_screen("screen-b"));
  world.run_for(Millis{5'000});
  CHECK(world.settled());
  for (std::size_t at = 0; at < 2; ++at) {
    CHECK(world.ends[at].connections() == 1);
    CHECK(world.ends[at].problems.empty());
    CHECK(world.ends[at].peer().sends(Slot::Camera) == TrackId{"cam"});
    CHECK(world.ends[at].remote_slots.size() == 4);
  }
  // One gives way; both would answer otherwise, and nobody be answered.
  CHECK(world.count_sent<protocol::Answer>() == 2);
  CHECK(world.ends[0].peer().sends(Slot::Screen) == TrackId{"screen-a"});
  CHECK(world.ends[1].peer().sends(Slot::Screen) == TrackId{"screen-b"});
}

TEST_CASE("A1: two of ours on a classic server offer at the same moment: one connection") {
  PairWorld world(on_classic(/*both_ours=*/true));
  world.wish(0, basic());
  world.wish(1, basic());
  // The newcomer's first offer is long under way, so that the other one no longer waits for it.
  world.fate = [](int position, int, const protocol::PairMessage&) {
    return std::vector<Millis>{Millis{position == 0 ? 1'010 : 20}};
  };
  world.start();
  world.run_for(Millis{5'000});
  CHECK(world.settled());
  CHECK(world.count_sent<protocol::Offer>() == 2);
  CHECK(world.ends[0].problems.empty());
  CHECK(world.ends[1].problems.empty());
}

TEST_CASE("a screen goes over the camera's line to a page, which negotiates once, and the camera comes back after it") {
  PairWorld world(on_classic(/*both_ours=*/false));
  connect(world);
  world.wish(0, with_screen("screen-a"));
  world.run_for(Millis{60'000});
  CHECK(world.ends[0].peer().sends(Slot::Camera) == TrackId{"screen-a"});
  CHECK(world.ends[0].peer().sends(Slot::Microphone) == TrackId{"mic"});
  world.wish(0, basic());
  world.run_for(Millis{60'000});
  CHECK(world.ends[0].peer().sends(Slot::Camera) == TrackId{"cam"});
  CHECK(world.count_sent<protocol::Offer>() == 1);
  CHECK(world.ends[0].connections() == 1);
  CHECK(world.settled());
}

TEST_CASE("a screen that is shared before a page comes is what the page is shown") {
  PairWorld world(on_classic(/*both_ours=*/false));
  world.wish(0, with_screen("screen-a"));
  world.start();
  world.run_for(Millis{3'000});
  CHECK(world.ends[0].peer().sends(Slot::Camera) == TrackId{"screen-a"});
  CHECK(world.count_sent<protocol::Offer>() == 1);
}

TEST_CASE("an offer that a page does not answer is taken back, is not made again, and costs nothing that works") {
  PairWorld world(on_classic(/*both_ours=*/false));
  world.handle(0, link::WishesChanged{{}});
  world.handle(1, link::WishesChanged{{{Slot::Microphone, TrackId{"mic"}}}});
  world.handle(1, link::Started{});
  world.handle(1, link::MessageReceived{offer_of("")});
  world.run_for(Millis{1'000});
  world.connection_changed(1, ConnectionState::Connected);
  REQUIRE(world.ends[1].link->state() == LinkState::Connected);
  world.wish(1, basic());  // the page's offer has no line for a camera
  world.run_for(Millis{1'000});
  REQUIRE(world.count_sent<protocol::Offer>() == 1);
  world.run_for(Millis{300'000});
  CHECK(world.count_sent<protocol::Offer>() == 1);
  CHECK(world.ends[1].connections() == 1);
  CHECK(world.ends[1].peer().signaling == SignalingState::Stable);
  CHECK(world.ends[1].peer().sends(Slot::Microphone) == TrackId{"mic"});
  CHECK(world.ends[1].link->state() == LinkState::Connected);
  // Once the page offers again, it may be offered to again.
  world.handle(1, link::MessageReceived{offer_of("")});
  world.run_for(Millis{1'000});
  CHECK(world.count_sent<protocol::Offer>() == 2);
  CHECK(world.ends[1].connections() == 1);
}

TEST_CASE("an offer that one of ours on a classic server does not answer is made again, over the same connection") {
  PairWorld world(on_classic(/*both_ours=*/true));
  world.handle(1, link::WishesChanged{{{Slot::Microphone, TrackId{"mic"}}}});
  world.handle(1, link::Started{});
  world.handle(1, link::MessageReceived{offer_of("carl")});
  world.run_for(Millis{1'000});
  world.connection_changed(1, ConnectionState::Connected);
  world.wish(1, basic());
  world.run_for(Millis{40'000});
  CHECK(world.count_sent<protocol::Offer>() >= 2);
  CHECK(world.ends[1].connections() == 1);
  CHECK(world.ends[1].link->state() == LinkState::Connected);
}

TEST_CASE("a member that numbers nothing and does not offer is offered to at once, with lines for all that it may send") {
  PairWorld world(on_classic(/*both_ours=*/false));
  world.handle(1, link::WishesChanged{{}});
  world.handle(1, link::Started{});
  world.run_for(kDefaultLimits.unnumbered_offer_grace - Millis{1});
  CHECK(world.count_sent<protocol::Offer>() == 0);
  world.run_for(Millis{100});
  REQUIRE(world.count_sent<protocol::Offer>() == 1);
  CHECK(world.ends[1].connections() == 1);
  const auto& offer = std::get<protocol::Offer>(world.log.at(0).second.body);
  CHECK(offer.opens);
  std::vector<Slot> lines;
  for (const auto& [mid, slot] : offer.slots) lines.push_back(slot);
  CHECK(lines == std::vector{Slot::Microphone, Slot::Camera});
}

}  // namespace link_classic_test
