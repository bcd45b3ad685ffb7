// What is shown where decides what is sent there: said to each other, kept through new connections, shared among several.
#include <algorithm>

#include "flow/flow.hpp"
#include "flow/wire.hpp"
#include "support/catch.hpp"

namespace meetwire::flow::flow_shares_test {
namespace {

// One machine, and what its host carries out. The others are played by the tests.
struct Sender {
  Flow machine{FlowOptions{UserId{"ada"}, "a1"}};
  Millis now{1'000};
  std::vector<FlowCommand> told;  // since the last `forget`

  Sender& on(const FlowEvent& event) {
    Step<FlowCommand> step = machine.handle(now, event);
    for (FlowCommand& each : step.commands) told.push_back(std::move(each));
    return *this;
  }
  Sender& meet(const std::string& peer, const std::string& instance = "x") {
    on(event::LinkOpened{UserId{peer}});
    return hear(peer, wire::Hello{wire::kVersion, instance, false});
  }
  Sender& hear(const std::string& peer, const wire::Message& message) {
    return on(event::ControlArrived{UserId{peer}, wire::write(message)});
  }
  Sender& second(std::int64_t sent_bps = 400'000) {
    now = now + Millis{1'000};
    event::LinksMeasured measured;
    for (const char* peer : {"ben", "cid", "dan"}) measured.links.push_back({UserId{peer}, sent_bps, std::nullopt, 40, 0});
    return on(measured);
  }
  void forget() { told.clear(); }

  std::vector<std::string> said(const std::string& peer) const {
    std::vector<std::string> out;
    for (const FlowCommand& each : told) {
      const auto* send = std::get_if<command::SendControl>(&each);
      if (send && send->peer == UserId{peer} && send->text.find("\"show\"") != std::string::npos) out.push_back(send->text);
    }
    return out;
  }
  // The newest for that slot; none: it was not told anything.
  std::optional<command::ShareChanged> share(const std::string& peer, Slot slot = Slot::Camera) const {
    std::optional<command::ShareChanged> out;
    for (const FlowCommand& each : told) {
      const auto* one = std::get_if<command::ShareChanged>(&each);
      if (one && one->peer == UserId{peer} && one->slot == slot) out = *one;
    }
    return out;
  }
};

Sender with_two() {
  Sender w;
  w.on(event::CaptureChanged{Slot::Microphone, true, 0}).on(event::CaptureChanged{Slot::Camera, true, 1280});
  w.meet("ben").meet("cid");
  return w;
}

}  // namespace

TEST_CASE("shares: what is shown is said to whom it is of, once, and anew on a new connection") {
  Sender w;
  w.on(event::ShowingChanged{UserId{"ben"}, Slot::Camera, 300, 0});
  CHECK(w.said("ben").empty());
  w.meet("ben");
  REQUIRE(w.said("ben").size() == 1);
  CHECK(w.said("ben").front() == R"({"type":"show","slot":"camera","width":320,"priority":0})");
  // As wide as makes no difference.
  w.on(event::ShowingChanged{UserId{"ben"}, Slot::Camera, 310, 0});
  CHECK(w.said("ben").size() == 1);
  w.on(event::ShowingChanged{UserId{"ben"}, Slot::Camera, 310, 1});
  w.on(event::ShowingChanged{UserId{"ben"}, Slot::Camera, 0, 0});
  CHECK(w.said("ben").size() == 3);
  w.on(event::LinkClosed{UserId{"ben"}, false});
  w.forget();
  w.meet("ben");
  REQUIRE(w.said("ben").size() == 1);
  CHECK(w.said("ben").front() == R"({"type":"show","slot":"camera","width":0,"priority":0})");
}

TEST_CASE("shares: nothing is bounded for one; from two on, and no more when one is left") {
  Sender w;
  w.on(event::CaptureChanged{Slot::Camera, true, 1280}).meet("ben").second();
  CHECK_FALSE(w.share("ben").has_value());
  w.meet("cid");
  REQUIRE(w.share("ben").has_value());
  REQUIRE(w.share("cid").has_value());
  CHECK(w.share("cid")->max_bitrate > 0);
  w.forget();
  w.on(event::LinkClosed{UserId{"cid"}, false});
  REQUIRE(w.share("ben").has_value());
  CHECK(w.share("ben")->active);
  CHECK(w.share("ben")->max_bitrate == 0);
  CHECK(w.share("ben")->scale_down_per_mille == 1'000);
  w.forget();
  w.second();
  CHECK_FALSE(w.share("ben").has_value());
}

TEST_CASE("shares: a picture that is not to be seen is not sent; a small one is sent small") {
  Sender w = with_two();
  w.hear("ben", wire::Show{"camera", 0, 0}).hear("cid", wire::Show{"camera", 160, 0});
  REQUIRE(w.share("ben").has_value());
  CHECK_FALSE(w.share("ben")->active);
  CHECK(w.share("cid")->active);
  CHECK(w.share("cid")->scale_down_per_mille == 8'000);
  // Whatever is shown: what is said goes on.
  CHECK(w.share("ben", Slot::Microphone)->active);
}

TEST_CASE("shares: what a peer shows is known still when others come and go, and forgotten with its page") {
  Sender w = with_two();
  w.hear("ben", wire::Show{"camera", 0, 0});
  w.on(event::LinkClosed{UserId{"cid"}, false});
  CHECK(w.share("ben")->active);  // alone: left to the browser
  w.meet("cid");
  CHECK_FALSE(w.share("ben")->active);
  // The same page over a new connection, whose sender knows no bounds.
  w.on(event::LinkClosed{UserId{"ben"}, false});
  w.forget();
  w.meet("ben");
  REQUIRE(w.share("ben").has_value());
  CHECK_FALSE(w.share("ben")->active);
  // Another page.
  w.on(event::LinkClosed{UserId{"ben"}, false});
  w.forget();
  w.meet("ben", "y");
  REQUIRE(w.share("ben").has_value());
  CHECK(w.share("ben")->active);
}

TEST_CASE("shares: what comes into sight is sent within two seconds, and who blinks costs little") {
  Sender w = with_two();
  w.hear("ben", wire::Show{"camera", 0, 0});
  CHECK_FALSE(w.share("ben")->active);
  w.hear("ben", wire::Show{"camera", 320, 0});
  w.second().second();
  CHECK(w.share("ben")->active);
  w.forget();
  for (int turn = 0; turn < 100; ++turn) w.hear("ben", wire::Show{"camera", turn % 2 == 0 ? 0U : 320U, 0});
  std::size_t told = 0;
  for (const FlowCommand& each : w.told) told += std::holds_alternative<command::ShareChanged>(each) ? 1 : 0;
  CHECK(told <= 2);
}

TEST_CASE("shares: a receiver that lies about sizes gets no more than there is, and takes nothing from the sound") {
  Sender w = with_two();
  w.hear("ben", wire::Show{"camera", 4'000'000'000U, 4'000'000'000U}).hear("cid", wire::Show{"camera", 320, 0});
  w.hear("ben", wire::Show{"microphone", 0, 0}).hear("ben", wire::Show{"hologram", 9, 9});
  for (int second = 0; second < 60; ++second) w.second(2'500'000);
  CHECK(w.share("ben")->max_bitrate <= 1'700'000);
  CHECK(w.share("cid")->active);
  CHECK(w.share("ben", Slot::Microphone)->active);
  CHECK(w.share("cid", Slot::Microphone)->active);
  for (const FlowCommand& each : w.told) CHECK_FALSE(std::holds_alternative<command::ReportProblem>(each));
}

TEST_CASE("shares: a size that is none is told as what it is, and changes nothing") {
  Sender w = with_two();
  w.forget();
  w.on(event::ControlArrived{UserId{"ben"}, R"({"type":"show","slot":"camera","width":-1,"priority":0})"});
  CHECK_FALSE(w.share("ben").has_value());
  CHECK(std::any_of(w.told.begin(), w.told.end(), [](const auto& each) { return std::holds_alternative<command::ReportProblem>(each); }));
}

}  // namespace meetwire::flow::flow_shares_test
