// Links towards codelab pages: which throw at an offer until their camera is there, on a server where strangers are heard.
#include "support/catch.hpp"
#include "support/pair_world.hpp"

namespace link_codelab_test {

using namespace meetwire;
using support::PairWorld;

namespace {

support::PairOptions on_codelab(bool overhears = true) {
  support::PairOptions options;
  options.numbered = false;
  options.overhears = overhears;
  return options;
}

protocol::PairMessage message(protocol::PairBody body) {
  protocol::PairMessage out;
  out.body = std::move(body);
  return out;
}
protocol::PairMessage ready() { return message(protocol::Acknowledge{}); }

}  // namespace

TEST_CASE("codelab.ready: whoever waits offers at once, and not only after the grace") {
  PairWorld world(on_codelab());
  world.wish(1, {{Slot::Camera, TrackId{"cam"}}});
  world.handle(1, link::Started{});
  world.run_for(Millis{100});
  CHECK(world.count_sent<protocol::Offer>() == 0);
  world.handle(1, link::MessageReceived{ready()});
  world.run_for(Millis{100});
  CHECK(world.count_sent<protocol::Offer>() == 1);
}

TEST_CASE("codelab.ready: an offer that came before the camera is made again, soon") {
  PairWorld world(on_codelab());
  world.wish(0, {{Slot::Camera, TrackId{"cam"}}});
  world.wish(1, {{Slot::Camera, TrackId{"page"}}});
  bool deaf = true;
  world.fate = [&](int, int from, const protocol::PairMessage&) {
    return from == 0 && deaf ? std::vector<Millis>{} : std::vector<Millis>{Millis{20}};
  };
  world.handle(0, link::Started{});
  world.run_for(Millis{5'000});
  REQUIRE(world.count_sent<protocol::Offer>() == 1);
  deaf = false;
  world.handle(0, link::MessageReceived{ready()});
  world.run_for(Millis{900});
  CHECK(world.count_sent<protocol::Offer>() == 1);
  world.handle(1, link::Started{});  // as a page, it does not offer before
  world.run_for(Millis{1'500});
  CHECK(world.settled());
}

TEST_CASE("codelab.ready: one that was heard is not made again") {
  PairWorld world(on_codelab());
  world.wish(0, {{Slot::Camera, TrackId{"cam"}}});
  world.start();
  world.run_for(Millis{12});  // the offer is on its way
  world.handle(0, link::MessageReceived{ready()});
  world.run_for(Millis{5'000});
  CHECK(world.settled());
  CHECK(world.count_sent<protocol::Offer>() == 1);
}

TEST_CASE("codelab.strangers: their descriptions do not touch a connection that works") {
  for (const bool overhears : {true, false}) {
    PairWorld world(on_codelab(overhears));
    world.wish(0, {{Slot::Camera, TrackId{"cam"}}});
    world.start();
    world.run_for(Millis{3'000});
    REQUIRE(world.settled());
    const auto before = world.ends[0].live();
    const std::string sdp = "v=0\r\na=fingerprint:sha-256 stranger\r\nm=video 9 X 0\r\na=mid:0\r\na=ice-ufrag:page.1\r\n";
    world.handle(0, link::MessageReceived{message(protocol::Offer{sdp, {}})});
    world.handle(0, link::MessageReceived{message(protocol::Answer{0, sdp, {}})});
    CHECK((world.ends[0].live() == before) == overhears);
    if (overhears) {
      world.run_for(Millis{3'000});
      CHECK(world.settled());
    }
  }
}

}  // namespace link_codelab_test
