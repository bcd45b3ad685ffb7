// What phones do to devices: one open at a time, calls that take them away, and a default that changes with the headset.

#include "devices_world.hpp"

namespace session_phone_test {

namespace {

using namespace world;

std::optional<TrackId> track(const std::string& id) { return TrackId{id}; }

struct Phone : Devices {
  Phone() {
    join({member("ann", "s1")});
    list({"front", "back"}, {"inner", "headset"});
  }
  Phone& mute(const std::string& track, bool muted = true) {
    on(event::TrackMuteChanged{TrackId{track}, muted});
    return *this;
  }
  Phone& with_front() {
    choose(1, "front").give("t1", "front");
    return *this;
  }
  // In use, without anybody having named one.
  Phone& with_any_microphone(const std::string& device) {
    choose(1, std::nullopt, Wanted::On, Source::Microphone);
    on(event::CaptureSucceeded{capture().operation, {{Slot::Microphone, TrackId{"m1"}, device, std::nullopt, true}}});
    return *this;
  }
  Phone& defaults(const std::string& microphone, const std::vector<std::string>& all = {"inner", "headset"}) {
    event::DevicesChanged changed;
    for (const auto& one : all) {
      changed.devices.push_back({Source::Microphone, one, one == microphone ? std::optional(true) : std::nullopt});
    }
    on(changed);
    return *this;
  }
  std::optional<Wanted> told() {
    wait(1'000);
    std::optional<Wanted> out;
    for (const auto& one : sent<p::MediaAnnounced>()) out = one.media.camera;
    return out;
  }
};

}  // namespace

TEST_CASE("M3 devices: where only one camera can be open, the old one is given back, then the new one opened") {
  Phone w;
  w.with_front();
  w.choose(2, "back").refuse("NotReadableError");
  CHECK(w.released() == Names{"t1"});
  CHECK(w.shown().state == SourceState::Starting);
  CHECK(w.shown().tracks.empty());
  CHECK(w.capture().device == "back");
  CHECK(w.capture().exact);
  CHECK(w.settlements(2) == 0);
  w.give("t2", "back");
  CHECK(w.shown().state == SourceState::On);
  CHECK(w.shown().device == "back");
  CHECK(w.settlements(2) == 1);
  CHECK_FALSE(w.error_of(2).has_value());
}

TEST_CASE("M3 devices: if the new one cannot be had either, the old one is opened again, and the request has failed") {
  for (const std::string name : {"NotReadableError", "AbortError", "NotFoundError", "NotAllowedError"}) {
    INFO(name);
    Phone w;
    w.with_front();
    w.choose(2, "back").refuse("NotReadableError");
    w.refuse(name);
    CHECK(w.capture().device == "front");
    CHECK(w.shown().state == SourceState::Starting);
    CHECK(w.settlements(2) == 0);
    w.give("t3", "front");
    CHECK(w.shown().state == SourceState::On);
    CHECK(w.shown().device == "front");
    CHECK(w.settlements(2) == 1);
    CHECK(w.error_of(2).has_value());
    CHECK(w.released() == Names{"t1"});
  }
}

TEST_CASE("M3 devices: if not even the old one comes back, it has failed, and says so") {
  Phone w;
  w.with_front();
  w.choose(2, "back").refuse("NotReadableError").refuse("NotReadableError").refuse("NotAllowedError", Denier::System);
  CHECK(w.shown().state == SourceState::Failed);
  CHECK(w.shown().error->code == ErrorCode::PermissionDenied);
  CHECK(w.error_of(2) == ErrorCode::InUse);
}

TEST_CASE("M3 devices: what nobody had chosen comes back as it was, and still nobody has chosen it") {
  Phone w;
  w.choose(1, std::nullopt).give("t1", "front");
  w.choose(2, "back").refuse("NotReadableError").refuse("NotReadableError");
  CHECK(w.capture().device == "front");
  CHECK(w.capture().exact);
  w.give("t2", "front");
  CHECK(w.shown().device.empty());
}

TEST_CASE("M3 devices: a wish in between wins, and the old one still comes back if that fails") {
  Phone w;
  w.with_front();
  w.choose(2, "back").refuse("NotReadableError");
  w.choose(3, "third").refuse("NotFoundError");
  CHECK(w.error_of(2) == ErrorCode::Cancelled);
  w.refuse("NotFoundError");
  CHECK(w.capture().device == "front");
  Phone off;
  off.with_front();
  off.choose(2, "back").refuse("NotReadableError");
  off.choose(3, std::nullopt, Wanted::Off);
  CHECK(off.shown().state == SourceState::Off);
  const std::size_t before = off.captures();
  off.choose(4, std::nullopt).refuse("NotReadableError");
  CHECK(off.captures() == before + 1);  // the front one is forgotten
  CHECK(off.shown().state == SourceState::Failed);
}

TEST_CASE("M3 devices: a screen and a track of the application's own give way to nothing") {
  Phone w;
  w.lend(1, "own");
  w.give("t1", "");
  w.choose(2, "back").refuse("NotReadableError");
  CHECK(w.error_of(2) == ErrorCode::InUse);
  CHECK(w.shown().state == SourceState::On);
  CHECK(w.released().empty());
}

TEST_CASE("M3 devices: opening the new one ends the old one, and fails: the old one is opened again") {
  Phone w;
  w.with_front();
  w.choose(2, "back").lose("t1");
  CHECK(w.shown().state == SourceState::Starting);
  w.refuse("NotReadableError");
  CHECK(w.capture().device == "front");
  w.give("t2", "front");
  CHECK(w.shown().state == SourceState::On);
  CHECK(w.error_of(2) == ErrorCode::InUse);
}

TEST_CASE("M4 devices: a track that the system mutes is interrupted, here and to the others, until it gives again") {
  Phone w;
  w.with_front();
  CHECK(w.told() == Wanted::On);
  w.mute("t1");
  CHECK(w.shown().state == SourceState::Interrupted);
  CHECK(w.shown().tracks == std::vector<TrackId>{TrackId{"t1"}});
  CHECK(w.told() == Wanted::Muted);
  CHECK(w.link_to("ann").wishes().at(Slot::Camera) == track("t1"));  // it may give again at any moment
  w.mute("t1", false);
  CHECK(w.shown().state == SourceState::On);
  CHECK(w.told() == Wanted::On);
  CHECK(w.captures() == 1);
  CHECK(w.released().empty());
}

TEST_CASE("M4 devices: what comes muted from the device is interrupted from the beginning") {
  Phone w;
  w.choose(1, "front");
  w.on(event::CaptureSucceeded{w.capture().operation, {{Slot::Camera, TrackId{"t1"}, "front", true}}});
  CHECK(w.shown().state == SourceState::Interrupted);
  CHECK(w.told() == Wanted::Muted);
}

TEST_CASE("M4 devices: to start or unmute what was interrupted captures it anew") {
  for (const bool gives_again : {false, true}) {
    Phone w;
    w.with_front();
    w.mute("t1");
    if (gives_again) w.mute("t1", false);
    w.choose(2, std::nullopt);
    CHECK(w.released() == Names{"t1"});
    CHECK(w.captures() == 2);
    w.give("t2", "front");
    CHECK(w.shown().state == SourceState::On);
    w.choose(3, std::nullopt);
    CHECK(w.captures() == 2);
  }
  Phone muted;
  muted.with_any_microphone("inner");
  muted.choose(2, std::nullopt, Wanted::Muted, Source::Microphone);
  muted.mute("m1").mute("m1", false);
  CHECK(muted.shown(Source::Microphone).state == SourceState::Muted);
  muted.choose(3, std::nullopt, Wanted::On, Source::Microphone);
  CHECK(muted.released() == Names{"m1"});
  CHECK(muted.captures() == 2);
}

TEST_CASE("M4 devices: back at the page, what was interrupted is captured anew, and what there is stays until then") {
  for (const bool gives_again : {false, true}) {
    Phone w;
    w.with_front();
    w.on(event::PageShown{});
    CHECK(w.captures() == 1);  // nothing has happened to it
    w.mute("t1");
    if (gives_again) w.mute("t1", false);
    w.on(event::PageShown{});
    CHECK(w.captures() == 2);
    CHECK(w.capture().device == "front");
    CHECK(w.released().empty());
    SECTION(gives_again ? "it gives again, and comes" : "it does not give, and comes") {
      w.give("t2", "front");
      CHECK(w.released() == Names{"t1"});
      CHECK(w.shown().state == SourceState::On);
      w.on(event::PageShown{});
      CHECK(w.captures() == 2);
    }
    SECTION(gives_again ? "it gives again, and cannot be had" : "it does not give, and cannot be had") {
      w.refuse("NotReadableError");
      CHECK(w.captures() == 2);
      CHECK(w.released().empty());
      CHECK(w.shown().state == (gives_again ? SourceState::On : SourceState::Interrupted));
    }
  }
}

TEST_CASE("M4 devices: a phone mutes the old camera when the new one opens: that is told only if it stays") {
  Phone w;
  w.with_front();
  w.choose(2, "back");
  w.mute("t1");
  CHECK(w.shown().state == SourceState::On);
  w.give("t2", "back");
  CHECK(w.shown().state == SourceState::On);
  CHECK(w.told() == Wanted::On);
  Phone fails;
  fails.with_front();
  fails.choose(2, "back");
  fails.mute("t1").refuse("NotAllowedError");
  CHECK(fails.shown().state == SourceState::Interrupted);
  CHECK(fails.error_of(2) == ErrorCode::PermissionDenied);
  CHECK(fails.told() == Wanted::Muted);
}

TEST_CASE("M4 devices: a shared screen that shows nothing new is not interrupted") {
  Phone w;
  w.choose(1, std::nullopt, Wanted::On, Source::Screen).give("s1", "", Slot::Screen);
  w.mute("s1");
  CHECK(w.shown(Source::Screen).state == SourceState::On);
}

TEST_CASE("M13 devices: the system's default changes: followed, by name, and still nobody has chosen") {
  for (const std::string named : {"", "inner"}) {  // Chromium calls it the default, others by its own name
    INFO(named);
    Phone w;
    w.with_any_microphone(named);
    w.defaults("inner").defaults("headset");
    CHECK(w.capture().device == "headset");
    CHECK(w.capture().exact);
    CHECK(w.shown(Source::Microphone).state == SourceState::On);
    w.give("m2", "headset", Slot::Microphone);
    CHECK(w.released() == Names{"m1"});
    CHECK(w.shown(Source::Microphone).device.empty());
    w.defaults("inner");
    CHECK(w.capture().device == "inner");
    w.give("m3", "inner", Slot::Microphone);
    CHECK(w.shown(Source::Microphone).tracks == std::vector<TrackId>{TrackId{"m3"}});
  }
}

TEST_CASE("M13 devices: it changes twice while it is being followed: the last one wins") {
  Phone w;
  w.with_any_microphone("").defaults("inner").defaults("headset").defaults("inner");
  CHECK(w.capture().device == "inner");
  CHECK(w.released().empty());
}

TEST_CASE("M13 devices: what the user or the application chose stays") {
  Phone chosen;
  chosen.choose(1, "inner", Wanted::On, Source::Microphone).give("m1", "inner", Slot::Microphone);
  chosen.defaults("inner").defaults("headset");
  CHECK(chosen.captures() == 1);
  Phone picked;  // in the browser's own question
  picked.with_any_microphone("headset").defaults("inner", {"inner", "headset", "third"}).defaults("third", {"inner", "headset", "third"});
  CHECK(picked.captures() == 1);
  Phone constrained;  // no device was named, but the constraints name one
  constrained.choose(1, std::nullopt, Wanted::On, Source::Microphone).give("m1", "inner", Slot::Microphone);
  constrained.defaults("inner").defaults("headset");
  CHECK(constrained.captures() == 1);
}

TEST_CASE("M13 devices: a muted microphone is unmuted as the new default") {
  Phone w;
  w.with_any_microphone("inner").defaults("inner");
  w.choose(2, std::nullopt, Wanted::Muted, Source::Microphone);
  w.defaults("headset");
  CHECK(w.released() == Names{"m1"});
  CHECK(w.shown(Source::Microphone).state == SourceState::Muted);
  w.choose(3, std::nullopt, Wanted::On, Source::Microphone);
  CHECK(w.capture().device.empty());
}

TEST_CASE("M13 devices: one that cannot be had leaves what is live; the default that is pulled out gives way to the next") {
  Phone w;
  w.with_any_microphone("inner").defaults("inner").defaults("headset");
  w.refuse("NotAllowedError");
  CHECK(w.shown(Source::Microphone).state == SourceState::On);
  CHECK(w.released().empty());
  Phone out;
  out.with_any_microphone("headset").defaults("headset").defaults("inner", {"inner"});
  CHECK(out.captures() == 1);  // its end is about to be told
  out.lose("m1");
  CHECK(out.captures() == 2);
  CHECK(out.capture().device.empty());
  CHECK(out.shown(Source::Microphone).device.empty());
}

}  // namespace session_phone_test
