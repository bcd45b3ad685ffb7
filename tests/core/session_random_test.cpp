// Any events in any order: what has to hold after each of them.
#include <random>
#include <set>

#include "session_world.hpp"

namespace session_random_test {

using namespace world;

namespace {

// Watches the commands as an application and a browser would.
struct Watch {
  std::set<UserId> here;
  std::map<UserId, int> connections;
  std::set<OperationId> captures;
  std::set<TrackId> live;
  std::map<Source, SourceState> shown;
  std::set<RequestId> open;
  bool left = false;

  void operator()(const command::ParticipantJoined& c) { REQUIRE(here.insert(c.participant.user).second); }
  void operator()(const command::ParticipantLeft& c) {
    REQUIRE(here.erase(c.user) == 1);
    REQUIRE(connections[c.user] == 0);
  }
  void operator()(const command::ParticipantChanged& c) { REQUIRE(here.count(c.participant.user) == 1); }
  void operator()(const command::OpenPeer& c) {
    REQUIRE(here.count(c.peer) == 1);
    REQUIRE(++connections[c.peer] == 1);
  }
  void operator()(const command::ClosePeer& c) { REQUIRE(--connections[c.peer] == 0); }
  void operator()(const command::Capture& c) { REQUIRE(captures.insert(c.operation).second); }
  void operator()(const command::Release& c) { REQUIRE(live.erase(c.track) == 1); }
  void operator()(const command::SourceChanged& c) { shown[c.source] = c.state; }
  void operator()(const command::SettleRequest& c) { REQUIRE(open.erase(c.request) == 1); }
  void operator()(const command::MeetingChanged& c) {
    REQUIRE_FALSE(left);
    left = c.state == MeetingState::Left;
  }
  template <class Other>
  void operator()(const Other&) {}
};

struct Player {
  explicit Player(unsigned seed) : random(seed), w(DialectName::Meetwire) {}

  unsigned pick(unsigned n) { return random() % n; }

  std::string device() { return pick(4) == 0 ? "" : std::string(1, static_cast<char>('X' + pick(3))); }

  void feed(const ClientEvent& event) {
    w.on(event);
    for (const auto& one : w.last) std::visit(watch, one);
    after();
  }
  void hear(std::vector<p::ServerMessage> messages) {
    const std::string key = "in-" + std::to_string(w.shared->frames.size());
    w.shared->frames[key].messages = std::move(messages);
    w.shared->frames[key].first_number = pick(3) == 0 ? 0 : number++;
    if (pick(8) == 0 && number > 3) number -= 2;
    feed(event::MessageArrived{w.attempt - (pick(10) == 0 ? 1 : 0), "meetwire", key});
  }

  void after() {
    // S13: a camera is live exactly when it is said to be on; S12: nothing waits for the past.
    std::size_t cameras = 0;
    for (const TrackId& track : watch.live) cameras += track.value[0] == 'c' ? 1 : 0;
    const SourceState camera = watch.shown[Source::Camera];
    REQUIRE(cameras == (camera == SourceState::On || camera == SourceState::Interrupted ? 1u : 0u));
    if (watch.left) {
      REQUIRE_FALSE(w.wake_at.has_value());
      REQUIRE(watch.live.empty());
      REQUIRE(watch.open.empty());
      for (const auto& [peer, count] : watch.connections) REQUIRE(count == 0);
    }
  }

  void finish_capture() {
    if (watch.captures.empty()) return;
    auto at = watch.captures.begin();
    std::advance(at, pick(static_cast<unsigned>(watch.captures.size())));
    const OperationId operation = *at;
    watch.captures.erase(at);
    constexpr const char* kErrors[] = {"NotAllowedError", "NotFoundError", "OverconstrainedError", "NotReadableError"};
    if (pick(4) == 0) return feed(event::CaptureFailed{operation, kErrors[pick(4)], ""});
    Source source = Source::Camera;
    for (const auto& one : w.ever<command::Capture>()) {
      if (one.operation == operation) source = one.source;
    }
    const char* letters = "cms";
    const Slot slots[] = {Slot::Camera, Slot::Microphone, Slot::Screen};
    const auto index = static_cast<std::size_t>(source);
    const TrackId track{letters[index] + std::to_string(operation)};
    watch.live.insert(track);
    feed(event::CaptureSucceeded{operation, {{slots[index], track, device(), pick(6) == 0, pick(2) == 0}}});
  }

  void step() {
    const std::string user(1, static_cast<char>('a' + pick(4)));
    const std::string session = std::to_string(pick(3));
    switch (pick(21)) {
      case 0: return feed(event::JoinRequested{});
      case 1: return feed(event::TransportOpened{w.attempt});
      case 2: return pick(4) == 0 ? feed(event::TransportClosed{w.attempt, "x"}) : void();
      case 3: return hear({welcome({member(user, session), member("b", "1")}, pick(2) == 0, "s" + session)});
      case 4: return hear({p::MemberJoined{member(user, session)}});
      case 5: return hear({p::MemberLeft{UserId{user}, SessionId{session}, LeaveReason::Left}});
      case 6: return hear({p::MemberChanged{member(user, session, pick(9))}, p::ChatDelivered{{UserId{user}, session, "x", {}, 0}, "", ""}});
      case 7: return pick(30) == 0 ? hear({p::Ended{Failure{pick(2) == 0 ? ErrorCode::ServerClosing : ErrorCode::Removed}}}) : void();
      case 8: return hear({p::SignalFrom{UserId{user}, SessionId{session}, {}, ""}});
      case 9:
      case 10: {
        watch.open.insert(++request);
        const std::string constraints(1, static_cast<char>('A' + pick(2)));
        event::SourceRequested wanted{request, static_cast<Source>(pick(3)), static_cast<Wanted>(pick(3)),
                                      pick(2) == 0 ? std::optional(constraints) : std::nullopt, std::nullopt, {}};
        if (pick(3) == 0) wanted.device = device();
        if (pick(8) == 0) wanted.lent.push_back("own");
        return feed(wanted);
      }
      case 11:
      case 12: return finish_capture();
      case 13: {
        if (watch.live.empty()) return;
        return feed(event::TrackEnded{*watch.live.begin(), pick(4) == 0 ? std::optional(Denier::Browser) : std::nullopt});
      }
      case 14:
        watch.open.insert(++request);
        return feed(event::ChatRequested{request, "c" + std::to_string(request), "x", std::nullopt});
      case 15: return hear({p::ChatSettled{"c" + std::to_string(1 + pick(request + 1)), 3, {}}});
      case 16:
        w.now = w.wake_at && pick(3) != 0 ? std::max(w.now, *w.wake_at) : w.now + Millis{pick(2'000)};
        return feed(event::TimePassed{});
      case 17:
      case 18: {
        event::DevicesChanged listed;
        for (unsigned n = pick(4); n > 0; --n) {
          listed.devices.push_back({static_cast<Source>(pick(2)), device(), pick(3) == 0 ? std::optional(true) : std::nullopt});
        }
        return feed(listed);
      }
      case 19:
        if (pick(3) == 0) return feed(event::PageShown{});
        if (!watch.live.empty()) return feed(event::TrackMuteChanged{*watch.live.begin(), pick(3) != 0});
        return;
      default: return pick(60) == 0 ? feed(event::LeaveRequested{}) : void();
    }
  }

  std::mt19937 random;
  World w;
  Watch watch;
  RequestId request = 0;
  std::uint64_t number = 1;
};

// Commands as text enough to compare two runs.
std::vector<std::size_t> shape(const std::vector<ClientCommand>& commands) {
  std::vector<std::size_t> out;
  for (const auto& one : commands) out.push_back(one.index());
  return out;
}

}  // namespace

TEST_CASE("session.S10+S11+S13: any events in any order keep the invariants") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    Player player(seed);
    for (int i = 0; i < 400; ++i) player.step();
    player.feed(event::LeaveRequested{});
    while (!player.watch.captures.empty()) player.finish_capture();
    REQUIRE(player.watch.left);
    REQUIRE(player.watch.live.empty());
    REQUIRE(player.watch.open.empty());
  }
}

TEST_CASE("session.replay: the same events give the same commands") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    Player a(seed);
    Player b(seed);
    for (int i = 0; i < 300; ++i) {
      a.step();
      b.step();
    }
    CHECK(shape(a.w.all) == shape(b.w.all));
    CHECK(a.w.wake_at == b.w.wake_at);
  }
}

TEST_CASE("session.L5: a joined, quiet meeting waits for nothing, and time alone makes no commands") {
  World w;
  w.join({member("ann", "s1")});
  w.wait(60'000);
  CHECK_FALSE(w.wake_at.has_value());
  w.wait(3'600'000);
  CHECK(w.last.empty());
}

}  // namespace session_random_test
