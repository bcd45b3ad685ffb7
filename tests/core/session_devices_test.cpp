// Which device: the one that is preferred, another while it is away, and back. What a refusal means.
#include "devices_world.hpp"

namespace session_devices_test {

using namespace world;

TEST_CASE("devices.choice: the device is asked for exactly, with the constraints of before") {
  Devices w;
  w.join();
  w.want(1, Source::Camera, Wanted::On, "A");
  CHECK_FALSE(w.capture().exact);
  w.give("t1", "front").list({"front", "back"}).choose(2, "back");
  CHECK(w.capture().constraints == "A");
  CHECK(w.capture().device == "back");
  CHECK(w.capture().exact);
  CHECK(w.released().empty());
  w.give("t2", "back");
  CHECK(w.released() == Names{"t1"});
  CHECK(w.shown().device == "back");
  // The browser's choice again.
  w.choose(3, "");
  CHECK(w.capture().device.empty());
  CHECK_FALSE(w.capture().exact);
}

TEST_CASE("devices.choice: what is chosen while off, muted or being switched counts from the next start on") {
  Devices off;
  off.join();
  off.choose(1, "back", Wanted::Off);
  CHECK(off.captures() == 0);
  CHECK(off.shown().state == SourceState::Off);
  CHECK(off.shown().device == "back");
  CHECK_FALSE(off.error_of(1).has_value());
  off.want(2, Source::Camera, Wanted::On);
  CHECK(off.capture().device == "back");

  Devices muted;
  with_camera(muted);
  muted.want(2, Source::Camera, Wanted::Muted);
  muted.choose(3, "back", Wanted::Muted);
  CHECK(muted.captures() == 1);
  CHECK(muted.shown().device == "back");
  muted.want(4, Source::Camera, Wanted::On);
  CHECK(muted.capture().device == "back");

  Devices switching;
  with_camera(switching);
  switching.choose(2, "back");
  const auto late = switching.capture().operation;
  switching.want(3, Source::Camera, Wanted::Muted);
  switching.on(event::CaptureSucceeded{late, {{Slot::Camera, TrackId{"t2"}, "back"}}});
  CHECK(switching.released() == Names{"t1", "t2"});
  switching.want(4, Source::Camera, Wanted::On);
  CHECK(switching.capture().device == "back");
}

TEST_CASE("devices.H4: an unplugged device gives way to another, over the same connection") {
  Devices w;
  with_camera(w);
  w.list({"back"}).lose("t1");
  CHECK(w.shown().state == SourceState::Starting);
  CHECK(w.capture().device == "front");  // still preferred
  CHECK_FALSE(w.capture().exact);
  w.give("t2", "back");
  CHECK(w.shown().state == SourceState::On);
  CHECK(w.shown().device == "front");
  CHECK(w.link_to("ann").wishes().at(Slot::Camera) == TrackId{"t2"});
  CHECK(w.got<command::ClosePeer>().empty());
  // Back again: the new track first, then the old one goes.
  w.list({"back", "front"});
  CHECK(w.capture().device == "front");
  CHECK(w.capture().exact);
  CHECK(w.shown().state == SourceState::On);
  CHECK(w.released() == Names{"t1"});
  w.give("t3", "front");
  CHECK(w.link_to("ann").wishes().at(Slot::Camera) == TrackId{"t3"});
  CHECK(w.released() == Names{"t1", "t2"});
  w.list({"back", "front", "third"});
  CHECK(w.captures() == 3);
}

TEST_CASE("devices.H4: what comes back while another is being taken in its place is taken instead") {
  Devices w;
  with_camera(w);
  w.list({"back"}).lose("t1");
  const auto other = w.capture().operation;
  w.list({"back", "front"});
  CHECK(w.shown().state == SourceState::Starting);
  CHECK(w.capture().device == "front");
  CHECK(w.capture().exact);
  w.on(event::CaptureSucceeded{other, {{Slot::Camera, TrackId{"t2"}, "back"}}});
  CHECK(w.released().back() == "t2");
  w.give("t3", "front");
  CHECK(w.link_to("ann").wishes().at(Slot::Camera) == TrackId{"t3"});
  w.list({"back", "front", "third"});
  CHECK(w.captures() == 3);
}

TEST_CASE("devices.H4: with nothing in its place yet, what is plugged in meanwhile is asked for") {
  Devices w;
  with_camera(w);
  w.list({}).lose("t1").list({"third"});
  CHECK(w.captures() == 3);
  CHECK(w.capture().device == "front");
  CHECK_FALSE(w.capture().exact);
  w.give("t2", "third");
  CHECK(w.shown().state == SourceState::On);
}

TEST_CASE("devices.H4: pulled out and put back before its end is told: it is taken again") {
  Devices w;
  with_camera(w);
  w.list({"back"}).list({"back", "front"}).lose("t1");
  CHECK(w.shown().state == SourceState::Starting);
  CHECK(w.capture().device == "front");
  CHECK(w.capture().exact);
}

TEST_CASE("devices.H4: the browser's choice, once lost, is what comes back") {
  Devices w;
  w.join();
  w.want(1, Source::Microphone, Wanted::On);
  w.give("t1", "headset", Slot::Microphone).list({}, {"headset", "built-in"});
  w.list({}, {"built-in"}).lose("t1");
  w.give("t2", "built-in", Slot::Microphone).list({}, {"built-in", "headset"});
  CHECK(w.capture().device == "headset");
}

TEST_CASE("devices.H4: without another device it has failed, and is back with the next one") {
  Devices w;
  with_camera(w);
  w.list({}).lose("t1").refuse("NotFoundError");
  CHECK(w.shown().state == SourceState::Failed);
  CHECK(w.shown().error->code == ErrorCode::NotFound);
  w.wait(100);
  CHECK(w.sent<p::MediaAnnounced>().back().media.camera == Wanted::Off);
  w.list({"back"});
  CHECK(w.capture().device == "front");
  CHECK_FALSE(w.capture().exact);
  w.give("t2", "back");
  CHECK(w.shown().state == SourceState::On);

  // Not against the user's will.
  Devices off;
  with_camera(off);
  off.list({}).lose("t1").refuse("NotFoundError");
  off.choose(2, std::nullopt, Wanted::Off);
  const auto before = off.captures();
  off.list({"front"});
  CHECK(off.captures() == before);
  CHECK(off.shown().state == SourceState::Off);

  // Who may not use a device is not asked again for every one that is plugged in.
  Devices denied;
  with_camera(denied);
  denied.list({}).lose("t1").refuse("NotAllowedError");
  CHECK(denied.shown().error->code == ErrorCode::PermissionDenied);
  const auto asked = denied.captures();
  denied.list({"front"});
  CHECK(denied.captures() == asked);
}

TEST_CASE("devices.H4: a start that found nothing is not begun anew by what is plugged in later") {
  Devices w;
  w.join();
  w.choose(1, std::nullopt).refuse("NotFoundError");
  CHECK(w.error_of(1) == ErrorCode::NotFound);
  w.list({}).list({"front"});
  CHECK(w.captures() == 1);
}

TEST_CASE("devices.H4: a muted microphone that is unplugged stays muted, and comes back as another one") {
  Devices w;
  w.join();
  w.want(1, Source::Microphone, Wanted::On);
  w.give("t1", "headset", Slot::Microphone).list({}, {"headset", "built-in"});
  w.want(2, Source::Microphone, Wanted::Muted);
  w.list({}, {"built-in"}).lose("t1");
  CHECK(w.shown(Source::Microphone).state == SourceState::Muted);
  CHECK(w.shown(Source::Microphone).tracks.empty());
  CHECK(w.captures() == 1);
  w.want(3, Source::Microphone, Wanted::On);
  CHECK(w.captures() == 2);
}

TEST_CASE("devices.H4: devices that break one after the other are tried for a while, not for ever") {
  Devices w;
  with_camera(w);
  w.list({});
  std::size_t n = 1;
  for (; n < 10 && w.lose("t" + std::to_string(n)).shown().state == SourceState::Starting; ++n) {
    w.give("t" + std::to_string(n + 1), "");
  }
  CHECK(n == w.limits.device_fallbacks_max + 1);
  CHECK(w.shown().error->code == ErrorCode::NotFound);

  Devices slow;
  with_camera(slow);
  slow.list({});
  for (n = 1; n < 10; ++n) {
    slow.wait(slow.limits.device_fallback_window.value + 1);
    slow.lose("t" + std::to_string(n)).give("t" + std::to_string(n + 1), "");
    CHECK(slow.shown().state == SourceState::On);
  }
}

TEST_CASE("devices.H4: a device that is still there was taken back, and is not asked for again") {
  Devices w;
  with_camera(w);
  w.lose("t1");
  CHECK(w.shown().state == SourceState::Failed);
  CHECK(w.shown().error->code == ErrorCode::DeviceFailed);
  CHECK(w.captures() == 1);
  w.choose(2, std::nullopt);
  CHECK(w.captures() == 2);

  Devices denied;
  with_camera(denied);
  denied.on(event::TrackEnded{TrackId{"t1"}, Denier::Browser});
  CHECK(denied.shown().error->code == ErrorCode::PermissionDenied);
  CHECK(denied.shown().error->denied_by == Denier::Browser);
  denied.list({"back"}).list({"front", "back"});
  CHECK(denied.captures() == 1);
}

TEST_CASE("devices.H5: a preferred device that is gone: any other, and the preference stays") {
  Devices w;
  w.join();
  w.choose(1, "gone");
  CHECK(w.capture().exact);
  w.refuse("OverconstrainedError");
  CHECK(w.capture().device == "gone");
  CHECK_FALSE(w.capture().exact);
  CHECK(w.settlements(1) == 0);
  w.give("t1", "front").list({"front"});
  CHECK_FALSE(w.error_of(1).has_value());
  CHECK(w.shown().device == "gone");
  w.list({"front", "gone"});
  CHECK(w.capture().exact);
  w.give("t2", "gone");
  // Known to be gone: nothing is asked in vain.
  w.want(2, Source::Camera, Wanted::Off);
  w.list({"front"}).choose(3, std::nullopt);
  CHECK_FALSE(w.capture().exact);
  w.refuse("OverconstrainedError");
  CHECK(w.error_of(3) == ErrorCode::Overconstrained);
}

TEST_CASE("devices.H5: to switch to a device that is not there fails, and what is live stays") {
  Devices w;
  with_camera(w);
  w.choose(2, "gone").refuse("OverconstrainedError");
  CHECK(w.error_of(2) == ErrorCode::NotFound);
  CHECK(w.shown().state == SourceState::On);
  CHECK(w.released().empty());
  w.list({"front", "back", "gone"});
  CHECK(w.captures() == 2);  // it was not to be had, so it is not preferred

  // Once more, while another one stands in for it.
  w.list({"back"}).lose("t1").give("t2", "back");
  w.choose(3, "front");
  CHECK(w.capture().device == "front");
  CHECK(w.capture().exact);
  w.refuse("OverconstrainedError");
  CHECK(w.error_of(3) == ErrorCode::NotFound);
  CHECK(w.shown().state == SourceState::On);
}

TEST_CASE("devices.H12: a track of the application's own: no device stands in for it") {
  Devices w;
  with_camera(w);
  w.lend(2, "canvas");
  CHECK(w.capture().lent == Names{"canvas"});
  CHECK_FALSE(w.capture().exact);
  w.give("t2", "");
  w.list({"back"}).list({"back", "front"});
  CHECK(w.captures() == 2);
  w.lose("t2");
  CHECK(w.shown().state == SourceState::Failed);
  CHECK(w.shown().error->code == ErrorCode::TrackEnded);
  CHECK(w.captures() == 2);
  w.choose(3, std::nullopt).refuse("track-ended");  // as the last time
  CHECK(w.error_of(3) == ErrorCode::TrackEnded);
  w.choose(4, "back");
  CHECK(w.capture().lent.empty());
  CHECK(w.capture().device == "back");
}

TEST_CASE("devices.H1: who did not permit it is told; only a person at a picker changes their mind") {
  struct Case {
    Source source;
    const char* name;
    std::optional<Denier> by;
    ErrorCode code;
  };
  const std::vector<Case> cases{
      {Source::Camera, "NotAllowedError", Denier::User, ErrorCode::PermissionDenied},
      {Source::Camera, "NotAllowedError", Denier::Policy, ErrorCode::PermissionDenied},
      {Source::Camera, "NotAllowedError", std::nullopt, ErrorCode::PermissionDenied},
      {Source::Screen, "NotAllowedError", Denier::System, ErrorCode::PermissionDenied},
      {Source::Screen, "NotAllowedError", Denier::Browser, ErrorCode::PermissionDenied},
      {Source::Screen, "NotAllowedError", Denier::User, ErrorCode::Cancelled},
      {Source::Screen, "NotAllowedError", std::nullopt, ErrorCode::Cancelled},
      {Source::Screen, "InvalidStateError", Denier::Browser, ErrorCode::PermissionDenied},
  };
  for (const Case& one : cases) {
    Devices w;
    w.join();
    w.want(1, one.source, Wanted::On);
    w.refuse(one.name, one.by);
    const auto settled = w.ever<command::SettleRequest>().back();
    REQUIRE(settled.error.has_value());
    CHECK(settled.error->code == one.code);
    if (one.code == ErrorCode::PermissionDenied) CHECK(settled.error->denied_by == one.by);
  }
}

TEST_CASE("devices.H13: a track that no connection takes is given back; one that any takes is not") {
  const auto set = [](OperationId id, const std::string& peer, const std::string& track) {
    return link::Output{ClientCommand{command::SetTrack{id, UserId{peer}, 1, Slot::Camera, TrackId{track}}}};
  };
  Devices w;
  w.join({member("ann", "s1"), member("bob", "s1")});
  w.choose(1, std::nullopt).give("t1", "front").list({"front"});
  w.say("ann", set(901, "ann", "t1")).say("bob", set(902, "bob", "t1"));
  w.on(event::OperationFailed{901, UserId{"ann"}, 1, "InvalidModificationError", ""});
  CHECK(w.shown().state == SourceState::On);  // bob's has not said anything yet
  w.on(event::OperationFailed{902, UserId{"bob"}, 1, "InvalidModificationError", ""});
  CHECK(w.shown().state == SourceState::Failed);
  CHECK(w.shown().error->code == ErrorCode::DeviceFailed);
  CHECK(w.released() == Names{"t1"});
  CHECK(w.link_to("ann").wishes().at(Slot::Camera) == std::nullopt);

  w.choose(2, std::nullopt).give("t2", "front");
  w.say("ann", set(903, "ann", "t2")).say("bob", set(904, "bob", "t2"));
  w.on(event::OperationSucceeded{904, UserId{"bob"}, 1});
  w.on(event::OperationFailed{903, UserId{"ann"}, 1, "InvalidModificationError", ""});
  CHECK(w.shown().state == SourceState::On);

  // A connection that is in no state for it says nothing of the track.
  w.say("ann", set(907, "ann", "t2"));
  w.on(event::OperationFailed{907, UserId{"ann"}, 1, "InvalidStateError", ""});
  CHECK(w.shown().state == SourceState::On);

  // Whom a connection was closed under never answers.
  w.choose(3, std::nullopt, Wanted::Off).choose(4, std::nullopt).give("t3", "front");
  w.say("ann", set(905, "ann", "t3")).say("bob", set(906, "bob", "t3"));
  w.say("bob", link::Output{ClientCommand{command::ClosePeer{UserId{"bob"}, 1}}});
  w.on(event::OperationFailed{905, UserId{"ann"}, 1, "InvalidModificationError", ""});
  CHECK(w.shown().state == SourceState::Failed);
}

}  // namespace session_devices_test
