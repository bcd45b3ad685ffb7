// One uplink for all links: sound never starves, and nothing flickers.
#include "flow/uplink.hpp"

#include <set>

#include "support/catch.hpp"
#include "support/uplink_world.hpp"

namespace flow_uplink_test {

using namespace meetwire;
using support::UplinkWorld;

namespace {

UplinkWorld meeting(UplinkWorld::Options options, std::uint32_t width = 320) {
  UplinkWorld world(options);
  world.uplink.capture(Slot::Microphone, flow::Captured{});
  world.uplink.capture(Slot::Camera, flow::Captured{1280});
  for (int i = 0; i < options.peers; ++i) world.uplink.show(UserId{"p" + std::to_string(i)}, Slot::Camera, {width, 0});
  world.decide();
  return world;
}

// How often the picture sent to this one has changed since.
std::size_t changes_since(const UplinkWorld& world, const std::string& peer, Slot slot, Millis since) {
  const auto at = world.changed.find({UserId{peer}, slot});
  if (at == world.changed.end()) return 0;
  std::size_t count = 0;
  for (const Millis when : at->second) count += when >= since ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("uplink: eight people on 3 Mbit/s: sound never starves, and all faces are there") {
  const bool adapts = GENERATE(true, false);
  const std::uint64_t seed = GENERATE(range<std::uint64_t>(1, 6));
  const std::uint32_t width = GENERATE(320U, 1280U);
  CAPTURE(adapts, seed, width);
  UplinkWorld world = meeting({.adapts = adapts, .seed = seed}, width);
  double sound_lost = 0;
  for (int second = 0; second < 300; ++second) {
    world.second();
    CAPTURE(second, world.uplink.budget_bps(), world.longest_queue_ms);
    CHECK(world.sound_loss < 0.1);
    sound_lost += world.sound_loss;
    CHECK(world.active(Slot::Microphone) == 7);
    if (second > 10) CHECK(world.active(Slot::Camera) == 7);
  }
  CHECK(sound_lost / 300 < 0.005);
  // And the line is made use of.
  CHECK(world.sent_bps() > 0.6 * world.line_bps);
}

TEST_CASE("uplink: without shares the same line starves the sound, so that the above can fail") {
  UplinkWorld world = meeting({.adapts = false, .shares = false});
  double sound_lost = 0;
  for (int second = 0; second < 60; ++second) {
    world.second();
    sound_lost += world.sound_loss;
  }
  CHECK(sound_lost / 60 > 0.3);
}

TEST_CASE("uplink: a line that gets narrower takes pictures away, then makes the sound smaller, and never ends it") {
  const bool adapts = GENERATE(true, false);
  CAPTURE(adapts);
  UplinkWorld world = meeting({.adapts = adapts});
  for (int second = 0; second < 60; ++second) world.second();
  world.line_bps = 260e3;
  for (int second = 0; second < 60; ++second) world.second();
  CHECK(world.active(Slot::Microphone) == 7);
  CHECK(world.share("p0", Slot::Microphone).bitrate_bps_max < 32'000);
  CHECK(world.sound_loss < 0.05);
  CHECK(world.active(Slot::Camera) <= 1);
  world.line_bps = 3e6;
  for (int second = 0; second < 180; ++second) world.second();
  CHECK(world.active(Slot::Camera) == 7);
  CHECK(world.share("p0", Slot::Microphone).bitrate_bps_max == 32'000);
}

TEST_CASE("uplink: nothing flickers: on a steady line a picture changes seldom") {
  UplinkWorld world = meeting({.line_bps = 2.2e6, .adapts = false}, 640);
  for (int second = 0; second < 120; ++second) world.second();
  const Millis since = world.now;
  for (int second = 0; second < 300; ++second) world.second();
  for (int i = 0; i < 7; ++i) CHECK(changes_since(world, "p" + std::to_string(i), Slot::Camera, since) <= 20);
  // What goes up waits its time after the last change.
  for (const auto& [key, times] : world.changed) {
    CHECK(times.size() < 60);
  }
}

TEST_CASE("uplink: what is not shown is not sent; what is looked at is large") {
  UplinkWorld world = meeting({.peers = 4, .line_bps = 20e6});
  world.uplink.show(UserId{"p0"}, Slot::Camera, {0, 0});
  world.uplink.show(UserId{"p1"}, Slot::Camera, {1280, 1});
  world.uplink.show(UserId{"p2"}, Slot::Camera, {160, 0});
  for (int second = 0; second < 40; ++second) world.second();
  CHECK_FALSE(world.share("p0", Slot::Camera).active);
  CHECK(world.share("p1", Slot::Camera).bitrate_bps_max == 1'700'000);
  CHECK(world.share("p1", Slot::Camera).scale_down_per_mille == 1'000);
  CHECK(world.share("p2", Slot::Camera).bitrate_bps_max == 70'000);
  CHECK(world.share("p2", Slot::Camera).scale_down_per_mille == 8'000);
  world.uplink.show(UserId{"p0"}, Slot::Camera, {320, 0});
  for (int second = 0; second < 6; ++second) world.second();
  CHECK(world.share("p0", Slot::Camera).active);
}

TEST_CASE("uplink: a screen can be read before faces are large") {
  UplinkWorld world = meeting({.peers = 3, .line_bps = 1.6e6});
  world.uplink.capture(Slot::Screen, flow::Captured{1920});
  for (int i = 0; i < 3; ++i) world.uplink.show(UserId{"p" + std::to_string(i)}, Slot::Screen, {1200, 1});
  for (int second = 0; second < 60; ++second) world.second();
  for (const char* peer : {"p0", "p1", "p2"}) {
    CHECK(world.share(peer, Slot::Screen).bitrate_bps_max >= 280'000);
    CHECK(world.share(peer, Slot::Screen).scale_down_per_mille == 1'000);
    CHECK(world.share(peer, Slot::Camera).bitrate_bps_max <= 140'000);
  }
  world.uplink.capture(Slot::Screen, std::nullopt);
  for (int second = 0; second < 60; ++second) world.second();
  CHECK(world.share("p0", Slot::Camera).bitrate_bps_max >= 280'000);
}

TEST_CASE("uplink: one receiver's bad line is not ours") {
  UplinkWorld world = meeting({.peers = 4, .line_bps = 6e6});
  for (int second = 0; second < 40; ++second) world.second();
  const auto before = world.uplink.budget_bps();
  world.radio_loss[UserId{"p3"}] = 0.12;
  for (int second = 0; second < 30; ++second) world.second();
  CHECK(world.uplink.budget_bps() >= before);
  CHECK(world.share("p0", Slot::Camera).bitrate_bps_max >= 280'000);
}

TEST_CASE("uplink: a path that has become longer is not a full line for ever") {
  UplinkWorld world = meeting({.peers = 4, .line_bps = 6e6});
  for (int second = 0; second < 40; ++second) world.second();
  for (int i = 0; i < 4; ++i) world.longer_ms[UserId{"p" + std::to_string(i)}] = 400;
  for (int second = 0; second < 200; ++second) world.second();
  CHECK(world.active(Slot::Camera) == 4);
  CHECK(world.share("p0", Slot::Camera).bitrate_bps_max >= 280'000);
}

TEST_CASE("uplink: links come and go; a slot that is off has no share") {
  UplinkWorld world = meeting({.peers = 2});
  world.uplink.close(UserId{"p1"});
  world.uplink.capture(Slot::Camera, std::nullopt);
  world.changed.clear();
  for (int second = 0; second < 10; ++second) world.second();
  CHECK(world.changed.count({UserId{"p1"}, Slot::Camera}) == 0);
  CHECK(world.changed.count({UserId{"p0"}, Slot::Camera}) == 0);
  world.uplink.show(UserId{"nobody"}, Slot::Camera, {100, 0});
  world.uplink.open(UserId{"p1"});
  world.uplink.capture(Slot::Camera, flow::Captured{640});
  world.second();
  CHECK(world.changed.count({UserId{"p1"}, Slot::Camera}) == 1);
  CHECK(world.changed.count({UserId{"nobody"}, Slot::Camera}) == 0);
}

TEST_CASE("uplink: a picture grows some seconds after its last change, and shrinks at once") {
  flow::Uplink uplink;
  const UserId peer{"p"};
  uplink.open(peer);
  uplink.capture(Slot::Camera, flow::Captured{1280});
  uplink.show(peer, Slot::Camera, {160, 0});
  CHECK(uplink.decide(Millis{0}).at(0).share.bitrate_bps_max == 70'000);
  uplink.show(peer, Slot::Camera, {640, 0});
  CHECK(uplink.decide(Millis{3'999}).empty());
  CHECK(uplink.decide(Millis{4'000}).at(0).share.bitrate_bps_max == 500'000);
  uplink.show(peer, Slot::Camera, {160, 0});
  CHECK(uplink.decide(Millis{4'001}).at(0).share.bitrate_bps_max == 70'000);
  uplink.show(peer, Slot::Camera, {0, 0});
  CHECK_FALSE(uplink.decide(Millis{4'002}).at(0).share.active);
}

TEST_CASE("uplink: where there is not room for all, screens are readable before there are faces") {
  flow::Uplink uplink;
  uplink.capture(Slot::Microphone, flow::Captured{});
  uplink.capture(Slot::Camera, flow::Captured{1280});
  uplink.capture(Slot::Screen, flow::Captured{1920});
  for (const char* peer : {"a", "b", "c", "d"}) uplink.open(UserId{peer});
  int sounds = 0, readable = 0, faces = 0;
  for (const flow::ShareChange& change : uplink.decide(Millis{0})) {
    sounds += change.slot == Slot::Microphone && change.share.bitrate_bps_max == 32'000 ? 1 : 0;
    readable += change.slot == Slot::Screen && change.share.bitrate_bps_max >= 280'000 ? 1 : 0;
    faces += change.slot == Slot::Camera && change.share.active ? 1 : 0;
  }
  CHECK(sounds == 4);
  CHECK(readable == 3);
  CHECK(faces == 1);
}

}  // namespace flow_uplink_test
