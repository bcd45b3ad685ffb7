// Camera, microphone, screen: intent, devices, what the links and the others get of it.
#include "session/sources.hpp"
#include "session_world.hpp"

namespace session_sources_test {

using namespace world;

namespace {

command::SourceChanged shown(const World& w, Source source) {
  const auto changes = w.ever<command::SourceChanged>();
  for (auto at = changes.rbegin(); at != changes.rend(); ++at) {
    if (at->source == source) return *at;
  }
  FAIL("nothing was shown of it");
  return {};
}

std::vector<std::string> released(const World& w) {
  std::vector<std::string> out;
  for (const auto& one : w.ever<command::Release>()) out.push_back(one.track.value);
  return out;
}

using Names = std::vector<std::string>;

std::optional<TrackId> track(const std::string& id) { return TrackId{id}; }

// A joined session with a live source and one link.
void with_live(World& w, Source source, const std::string& id, const std::string& constraints = "A") {
  w.join({member("ann", "s1")});
  w.want(1, source, Wanted::On, constraints);
  const Slot slot = source == Source::Camera ? Slot::Camera : source == Source::Microphone ? Slot::Microphone : Slot::Screen;
  w.captured(w.only<command::Capture>().operation, id, slot);
  w.wait(100);
}

}  // namespace

TEST_CASE("devices.start: captured, sent, announced, settled, in that order") {
  World w;
  w.join({member("ann", "s1")});
  CHECK(w.link_to("ann").wishes() == link::Wishes{{Slot::Microphone, {}}, {Slot::Camera, {}}});
  w.want(1, Source::Camera, Wanted::On, "A");
  CHECK(w.only<command::SourceChanged>().state == SourceState::Starting);
  CHECK(w.only<command::Capture>().constraints == "A");
  CHECK(w.settlements(1) == 0);
  w.captured(w.only<command::Capture>().operation, "t1");
  CHECK(shown(w, Source::Camera).state == SourceState::On);
  CHECK(shown(w, Source::Camera).tracks == std::vector<TrackId>{TrackId{"t1"}});
  CHECK(w.link_to("ann").wishes().at(Slot::Camera) == track("t1"));
  CHECK_FALSE(w.error_of(1).has_value());
  w.wait(w.limits.candidate_batch_window.value);
  REQUIRE(w.sent<p::MediaAnnounced>().size() == 1);
  CHECK(w.sent<p::MediaAnnounced>()[0].media.camera == Wanted::On);
}

TEST_CASE("devices.stop: released, and the slot stays without a track") {
  World w;
  with_live(w, Source::Camera, "t1");
  w.want(2, Source::Camera, Wanted::Off);
  CHECK(released(w) == Names{"t1"});
  CHECK(w.link_to("ann").wishes().at(Slot::Camera) == std::nullopt);
  CHECK(shown(w, Source::Camera).state == SourceState::Off);
  CHECK_FALSE(w.error_of(2).has_value());
  w.wait(100);
  CHECK(w.sent<p::MediaAnnounced>().back().media.camera == Wanted::Off);
}

TEST_CASE("devices.H9: muting gives a camera back and keeps a microphone") {
  World camera;
  with_live(camera, Source::Camera, "t1");
  camera.want(2, Source::Camera, Wanted::Muted);
  CHECK(released(camera) == Names{"t1"});
  CHECK(shown(camera, Source::Camera).state == SourceState::Muted);
  CHECK(camera.link_to("ann").wishes().at(Slot::Camera) == std::nullopt);
  camera.want(3, Source::Camera, Wanted::On);
  CHECK(camera.only<command::Capture>().constraints == "A");  // as the last time
  camera.wait(100);
  CHECK(camera.sent<p::MediaAnnounced>().back().media.camera == Wanted::Muted);  // not back yet

  World microphone;
  with_live(microphone, Source::Microphone, "t1");
  microphone.want(2, Source::Microphone, Wanted::Muted);
  CHECK(released(microphone).empty());
  CHECK(microphone.link_to("ann").wishes().at(Slot::Microphone) == std::nullopt);
  microphone.want(3, Source::Microphone, Wanted::On);
  CHECK(microphone.got<command::Capture>().empty());
  CHECK(microphone.link_to("ann").wishes().at(Slot::Microphone) == track("t1"));
  CHECK_FALSE(microphone.error_of(3).has_value());

  World screen;
  with_live(screen, Source::Screen, "t1");
  screen.want(2, Source::Screen, Wanted::Muted);
  CHECK(released(screen).empty());
  CHECK(screen.link_to("ann").wishes().at(Slot::Screen) == std::nullopt);
}

TEST_CASE("devices.screen: its slots are used once it has been shared, and stay") {
  World w;
  w.join({member("ann", "s1")});
  CHECK(w.link_to("ann").wishes().count(Slot::Screen) == 0);
  w.want(1, Source::Screen, Wanted::On);
  w.on(event::CaptureSucceeded{w.only<command::Capture>().operation,
                               {{Slot::ScreenAudio, TrackId{"sound"}}, {Slot::Screen, TrackId{"picture"}}}});
  CHECK(shown(w, Source::Screen).tracks == std::vector<TrackId>{TrackId{"picture"}, TrackId{"sound"}});
  w.want(2, Source::Screen, Wanted::Off);
  CHECK(w.link_to("ann").wishes().count(Slot::Screen) == 1);
  CHECK(w.link_to("ann").wishes().count(Slot::ScreenAudio) == 1);
  w.hear({p::MemberJoined{member("bob", "s1")}});
  CHECK(w.link_to("bob").wishes() == w.link_to("ann").wishes());
}

TEST_CASE("devices.H6: a share that the browser's bar ends is off") {
  World screen;
  with_live(screen, Source::Screen, "t1");
  screen.on(event::TrackEnded{TrackId{"t1"}});
  CHECK(shown(screen, Source::Screen).state == SourceState::Off);
  CHECK_FALSE(shown(screen, Source::Screen).error.has_value());
  CHECK(screen.link_to("ann").wishes().at(Slot::Screen) == std::nullopt);
}

TEST_CASE("devices.H6: a share whose sound alone ends goes on without it") {
  World w;
  w.join();
  w.want(1, Source::Screen, Wanted::On);
  w.on(event::CaptureSucceeded{w.only<command::Capture>().operation,
                               {{Slot::Screen, TrackId{"picture"}}, {Slot::ScreenAudio, TrackId{"sound"}}}});
  w.on(event::TrackEnded{TrackId{"sound"}});
  CHECK(shown(w, Source::Screen).state == SourceState::On);
  CHECK(shown(w, Source::Screen).tracks == std::vector<TrackId>{TrackId{"picture"}});
}

TEST_CASE("devices.H1: errors are told apart, and fail the source, not the meeting") {
  struct Case {
    Source source;
    const char* name;
    const char* message;
    ErrorCode code;
    SourceState state;
  };
  const Case cases[] = {
      {Source::Camera, "NotAllowedError", "", ErrorCode::PermissionDenied, SourceState::Failed},
      {Source::Camera, "NotFoundError", "", ErrorCode::NotFound, SourceState::Failed},
      {Source::Camera, "NotReadableError", "", ErrorCode::InUse, SourceState::Failed},
      {Source::Microphone, "AbortError", "", ErrorCode::InUse, SourceState::Failed},
      {Source::Microphone, "TrackStartError", "", ErrorCode::InUse, SourceState::Failed},
      {Source::Camera, "OverconstrainedError", "", ErrorCode::Overconstrained, SourceState::Failed},
      {Source::Camera, "SecurityError", "", ErrorCode::InsecureContext, SourceState::Failed},
      {Source::Camera, "insecure-context", "", ErrorCode::InsecureContext, SourceState::Failed},
      {Source::Camera, "TypeError", "", ErrorCode::InvalidArgument, SourceState::Failed},
      {Source::Camera, "track-ended", "", ErrorCode::TrackEnded, SourceState::Failed},
      {Source::Camera, "SomethingNew", "", ErrorCode::DeviceFailed, SourceState::Failed},
      {Source::Screen, "NotAllowedError", "Permission denied", ErrorCode::Cancelled, SourceState::Off},
      {Source::Screen, "NotReadableError", "", ErrorCode::InUse, SourceState::Failed},
  };
  for (const Case& one : cases) {
    INFO(one.name << " " << one.message);
    World w;
    w.join().want(1, one.source, Wanted::On);
    w.on(event::CaptureFailed{w.only<command::Capture>().operation, one.name, one.message});
    CHECK(w.error_of(1) == one.code);
    CHECK(shown(w, one.source).state == one.state);
    CHECK(shown(w, one.source).error.has_value() == (one.state == SourceState::Failed));
    CHECK(w.state().state == MeetingState::Joined);
    w.want(2, one.source, Wanted::On);  // H3: a retry works
    w.captured(w.only<command::Capture>().operation, "t", one.source == Source::Camera ? Slot::Camera
                                                    : one.source == Source::Screen   ? Slot::Screen
                                                                                     : Slot::Microphone);
    CHECK_FALSE(w.error_of(2).has_value());
    CHECK_FALSE(shown(w, one.source).error.has_value());
  }
}

TEST_CASE("devices.S13: the last wish wins, and a capture that is no longer wanted is released at once") {
  World w;
  w.join();
  w.want(1, Source::Camera, Wanted::On, "A");
  const auto first = w.only<command::Capture>().operation;
  w.want(2, Source::Camera, Wanted::Off);
  CHECK(w.error_of(1) == ErrorCode::Cancelled);
  CHECK_FALSE(w.error_of(2).has_value());
  w.want(3, Source::Camera, Wanted::On, "B");
  const auto second = w.only<command::Capture>().operation;
  CHECK(second != first);
  w.captured(second, "new");
  w.captured(first, "old");
  CHECK(released(w) == Names{"old"});
  CHECK(shown(w, Source::Camera).tracks == std::vector<TrackId>{TrackId{"new"}});
  CHECK_FALSE(w.error_of(3).has_value());
  w.on(event::CaptureFailed{first, "NotFoundError", ""});
  CHECK(w.last.empty());
}

TEST_CASE("devices.start: the same wish twice captures once") {
  World w;
  w.join();
  w.want(1, Source::Camera, Wanted::On, "A");
  const auto capture = w.only<command::Capture>().operation;
  w.want(2, Source::Camera, Wanted::On, "A");
  CHECK(w.got<command::Capture>().empty());
  CHECK(w.error_of(1) == ErrorCode::Cancelled);
  w.captured(capture, "t1");
  CHECK_FALSE(w.error_of(2).has_value());
  w.want(3, Source::Camera, Wanted::On);
  CHECK(w.got<command::Capture>().empty());
  CHECK_FALSE(w.error_of(3).has_value());
}

TEST_CASE("devices.H10: a camera switched twice: one live track, the last one") {
  World w;
  with_live(w, Source::Camera, "t1", "A");
  w.want(2, Source::Camera, Wanted::On, "B");
  const auto to_b = w.only<command::Capture>().operation;
  CHECK(w.got<command::Release>().empty());  // the old one goes on meanwhile
  CHECK(w.link_to("ann").wishes().at(Slot::Camera) == track("t1"));
  w.want(3, Source::Camera, Wanted::On, "C");
  const auto to_c = w.only<command::Capture>().operation;
  w.captured(to_b, "tb");
  CHECK(released(w) == Names{"tb"});
  w.captured(to_c, "tc");
  CHECK(released(w) == Names{"tb", "t1"});
  CHECK(w.link_to("ann").wishes().at(Slot::Camera) == track("tc"));
  CHECK(w.error_of(2) == ErrorCode::Cancelled);
  CHECK_FALSE(w.error_of(3).has_value());
}

TEST_CASE("devices.H10: back to the first while switching keeps the first") {
  World w;
  with_live(w, Source::Camera, "t1", "A");
  w.want(2, Source::Camera, Wanted::On, "B");
  const auto to_b = w.only<command::Capture>().operation;
  w.want(3, Source::Camera, Wanted::On, "A");
  CHECK_FALSE(w.error_of(3).has_value());
  w.captured(to_b, "tb");
  CHECK(released(w) == Names{"tb"});
  CHECK(shown(w, Source::Camera).tracks == std::vector<TrackId>{TrackId{"t1"}});
}

TEST_CASE("devices.H5: a switch that fails keeps the old device and fails the request") {
  World w;
  with_live(w, Source::Camera, "t1", "A");
  w.want(2, Source::Camera, Wanted::On, "B");
  w.on(event::CaptureFailed{w.only<command::Capture>().operation, "NotAllowedError", ""});
  CHECK(w.error_of(2) == ErrorCode::PermissionDenied);
  CHECK(shown(w, Source::Camera).state == SourceState::On);
  CHECK(w.link_to("ann").wishes().at(Slot::Camera) == track("t1"));
  CHECK(released(w).empty());
}

TEST_CASE("devices.H4: the old device goes while the new one is captured: the new one still comes") {
  World w;
  with_live(w, Source::Camera, "t1", "A");
  w.want(2, Source::Camera, Wanted::On, "B");
  const auto to_b = w.only<command::Capture>().operation;
  w.on(event::TrackEnded{TrackId{"t1"}});
  CHECK(shown(w, Source::Camera).state == SourceState::Starting);
  w.captured(to_b, "tb");
  CHECK(shown(w, Source::Camera).state == SourceState::On);
  CHECK_FALSE(w.error_of(2).has_value());
}

TEST_CASE("devices.mute: muting while the capture is under way leaves no live device") {
  World w;
  w.join();
  w.want(1, Source::Microphone, Wanted::On, "A");
  const auto capture = w.only<command::Capture>().operation;
  w.want(2, Source::Microphone, Wanted::Muted);
  CHECK(shown(w, Source::Microphone).state == SourceState::Muted);
  w.captured(capture, "t1", Slot::Microphone);
  CHECK(released(w) == Names{"t1"});
  w.want(3, Source::Microphone, Wanted::On);
  CHECK(w.only<command::Capture>().constraints == "A");
}

TEST_CASE("devices.capture: tracks that do not belong to the source, or none, are a failure") {
  World w;
  w.join();
  w.want(1, Source::Camera, Wanted::On);
  w.captured(w.only<command::Capture>().operation, "odd", Slot::Screen);
  CHECK(w.error_of(1) == ErrorCode::DeviceFailed);
  CHECK(released(w) == Names{"odd"});
  w.want(2, Source::Camera, Wanted::On);
  w.on(event::CaptureSucceeded{w.only<command::Capture>().operation, {}});
  CHECK(w.error_of(2) == ErrorCode::DeviceFailed);
}

TEST_CASE("devices.capture: the same track given twice is not stopped by its own replacement") {
  World w;
  with_live(w, Source::Camera, "own", "A");
  w.want(2, Source::Camera, Wanted::On, "B");
  w.captured(w.only<command::Capture>().operation, "own");
  CHECK(released(w).empty());
}

TEST_CASE("devices.preview: sources asked for before the join are captured at once and go out with the first offers") {
  World w;
  w.want(1, Source::Camera, Wanted::On);
  w.captured(w.only<command::Capture>().operation, "t1");
  CHECK_FALSE(w.error_of(1).has_value());
  w.join({member("ann", "s1")});
  CHECK(w.sent<p::Hello>()[0].media.camera == Wanted::On);
  CHECK(w.link_to("ann").wishes().at(Slot::Camera) == track("t1"));
  w.wait(100);
  CHECK(w.sent<p::MediaAnnounced>().empty());
}

TEST_CASE("devices.announce: what changed between the hello and the welcome is announced") {
  World w;
  w.want(1, Source::Microphone, Wanted::On);
  const auto capture = w.only<command::Capture>().operation;
  w.on(event::JoinRequested{}).open();
  w.captured(capture, "t1", Slot::Microphone);
  w.hear({welcome()});
  w.wait(100);
  REQUIRE(w.sent<p::MediaAnnounced>().size() == 1);
  CHECK(w.sent<p::MediaAnnounced>()[0].media.microphone == Wanted::On);
}

TEST_CASE("devices.announce: what the server does not confirm is said again, a few times, and no longer") {
  World w;
  with_live(w, Source::Camera, "cam");
  REQUIRE(w.sent<p::MediaAnnounced>().size() == 1);
  const MediaState media = w.sent<p::MediaAnnounced>()[0].media;
  const auto wait_for_repeat = [&w] {
    w.wait(w.limits.announcement_repeat_after.value);
    w.wait(w.limits.candidate_batch_window.value);
  };
  wait_for_repeat();
  CHECK(w.sent<p::MediaAnnounced>().size() == 2);
  // An older row confirms nothing.
  Participant own = member("me", "s-me", 2);
  w.hear({p::MemberChanged{own}});
  wait_for_repeat();
  CHECK(w.sent<p::MediaAnnounced>().size() == 3);
  own.version = 3;
  own.media = media;
  w.hear({p::MemberChanged{own}});
  CHECK_FALSE(w.wake_at.has_value());  // L5: quiet

  World deaf;
  with_live(deaf, Source::Camera, "cam");
  while (deaf.wake_at) deaf.wake();
  CHECK(deaf.sent<p::MediaAnnounced>().size() == deaf.limits.announcement_repeats_max + 1);
}

TEST_CASE("devices.announce: quick changes are announced once, as they end") {
  World w;
  w.want(1, Source::Microphone, Wanted::On);
  w.captured(w.only<command::Capture>().operation, "t1", Slot::Microphone);
  w.join();
  w.want(2, Source::Microphone, Wanted::Muted).want(3, Source::Microphone, Wanted::On).want(4, Source::Microphone, Wanted::Muted);
  w.wait(100);
  REQUIRE(w.sent<p::MediaAnnounced>().size() == 1);
  CHECK(w.sent<p::MediaAnnounced>()[0].media.microphone == Wanted::Muted);
}

TEST_CASE("devices.sources: everything in every stage has a deed, but for what cannot be there") {
  using namespace meetwire::session;
  for (std::size_t s = 0; s < names_of(SourceStage{}).size(); ++s) {
    for (std::size_t i = 0; i < names_of(SourceInput{}).size(); ++i) {
      const auto stage = static_cast<SourceStage>(s);
      const auto wish = static_cast<SourceInput>(i);
      const bool is_live = stage == SourceStage::On || stage == SourceStage::Switching || stage == SourceStage::Muted;
      const bool impossible = (wish == SourceInput::OnBack && stage != SourceStage::Switching) ||
                              ((wish == SourceInput::Lost || wish == SourceInput::Stale) && !is_live) ||
                              (wish == SourceInput::OnAgain && stage != SourceStage::On && stage != SourceStage::Muted);
      CHECK((source_deed(stage, wish) == SourceDeed::Missing) == impossible);
    }
  }
}

}  // namespace session_sources_test
