// One participant's modelled browser: its peer connections, its devices, and how long they take.
// Carries out the core's commands about them and raises the events that end them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/client_commands.hpp"
#include "core/client_events.hpp"
#include "support/fake_peer.hpp"

namespace meetwire::support {

class FakeBrowser {
 public:
  using Later = std::function<void(Millis delay, std::function<void()>)>;
  using Raise = std::function<void(ClientEvent)>;
  using Key = std::pair<UserId, Incarnation>;

  // `operation_takes`: asked for each operation and capture.
  FakeBrowser(std::string name, std::function<Millis()> operation_takes, Later later, Raise raise, std::function<void()> changed)
      : name_(std::move(name)),
        operation_takes_(std::move(operation_takes)),
        later_(std::move(later)),
        raise_(std::move(raise)),
        changed_(std::move(changed)) {}

  // False: the browser refuses this command.
  std::function<bool(const ClientCommand&)> accept = [](const ClientCommand&) { return true; };
  // The DOMException's name with which captures fail; none: they succeed.
  std::optional<std::string> capture_fails;
  // Asked for each capture; as capture_fails.
  std::function<std::optional<std::string>()> refuses_capture = [] { return std::nullopt; };

  std::map<Key, FakePeer> peers;  // closed ones stay, to be looked at
  std::map<Key, ConnectionState> connections;
  std::vector<std::string> violations;
  std::set<TrackId> live_tracks;
  int captures = 0;

  FakePeer* find(const UserId& peer, Incarnation incarnation) {
    const auto found = peers.find({peer, incarnation});
    return found == peers.end() || found->second.closed ? nullptr : &found->second;
  }

  // The one that is open towards this peer.
  std::optional<Incarnation> live(const UserId& peer) const {
    for (const auto& [key, each] : peers) {
      if (key.first == peer && !each.closed) return key.second;
    }
    return std::nullopt;
  }

  std::vector<std::string> all_violations() const {
    std::vector<std::string> all = violations;
    for (const auto& [key, peer] : peers) {
      for (const auto& violation : peer.violations) all.push_back(name_ + " to " + key.first.value + ": " + violation);
    }
    return all;
  }

  std::optional<std::string> first_violation() const {
    if (!violations.empty()) return violations.front();
    for (const auto& [key, peer] : peers) {
      if (!peer.violations.empty()) return peer.violations.front() + ", to " + key.first.value;
    }
    return std::nullopt;
  }

  void perform(const ClientCommand& command) {
    const bool accepted = accept(command);
    std::visit([&](const auto& value) { carry_out(value, accepted); }, command);
  }

  void connection_changed(const UserId& peer, Incarnation incarnation, ConnectionState state) {
    connections[{peer, incarnation}] = state;
    if (find(peer, incarnation)) raise_(event::ConnectionChanged{peer, incarnation, state});
  }

  // What ICE does once both ends know each other: both report "connected" a little later.
  static void connect_if_joined(FakeBrowser& a, const UserId& to_b, FakeBrowser& b, const UserId& to_a) {
    const auto of_a = a.live(to_b);
    const auto of_b = b.live(to_a);
    if (!of_a || !of_b || !joined(a.peers.at({to_b, *of_a}), b.peers.at({to_a, *of_b}))) return;
    a.connect(to_b, *of_a);
    b.connect(to_a, *of_b);
  }

  static bool joined(const FakePeer& a, const FakePeer& b) {
    return !a.closed && !b.closed && a.remote_ufrag == b.local_ufrag && b.remote_ufrag == a.local_ufrag &&
           a.remote_fingerprint == b.fingerprint() && b.remote_fingerprint == a.fingerprint();
  }

 private:
  void connect(const UserId& peer, Incarnation incarnation) {
    ConnectionState& state = connections[{peer, incarnation}];
    if (state == ConnectionState::Connected || find(peer, incarnation)->candidates_added.empty()) return;
    state = ConnectionState::Connected;
    later_(Millis{10}, [this, peer, incarnation] {
      if (find(peer, incarnation)) raise_(event::ConnectionChanged{peer, incarnation, ConnectionState::Connected});
    });
  }

  void carry_out(const command::OpenPeer& open, bool) {
    if (live(open.peer)) violations.push_back("two live connections to " + open.peer.value);
    const std::string name = name_ + ">" + open.peer.value + "/" + std::to_string(open.incarnation) + "#" +
                             std::to_string(opened_++);
    peers.insert_or_assign({open.peer, open.incarnation}, FakePeer(name, open.control_channel));
    connections[{open.peer, open.incarnation}] = ConnectionState::New;
  }
  void carry_out(const command::ClosePeer& close, bool) {
    if (FakePeer* peer = find(close.peer, close.incarnation)) peer->closed = true;
  }
  void carry_out(const command::AddSlot& add, bool) {
    with(add, [&](FakePeer& peer) { peer.add_slot(add.slot); });
  }
  void carry_out(const command::BindSlot& bind, bool) {
    with(bind, [&](FakePeer& peer) { peer.bind_slot(bind.slot, bind.mid); });
  }
  void carry_out(const command::RestartIce& restart, bool) {
    with(restart, [](FakePeer& peer) { peer.restart_ice(); });
  }
  // A connection that an operation was begun on: another one may have taken its place by the time the operation ends.
  using Begun = std::function<FakePeer*()>;
  template <class Command>
  Begun begun_on(const Command& command) {
    const FakePeer* peer = find(command.peer, command.incarnation);
    if (peer == nullptr) violations.push_back(std::string(Command::kType) + " on a connection that is not there");
    return [this, key = Key(command.peer, command.incarnation), name = peer == nullptr ? std::string() : peer->name()]() -> FakePeer* {
      FakePeer* now = find(key.first, key.second);
      return now != nullptr && now->name() == name ? now : nullptr;
    };
  }

  template <class Command, class Act>
  void with(const Command& command, Act act) {
    FakePeer* peer = find(command.peer, command.incarnation);
    if (peer == nullptr) return violations.push_back(std::string(Command::kType) + " on a connection that is not there");
    act(*peer);
  }

  void carry_out(const command::SetLocalDescription& set, bool accepted) {
    later_(operation_takes_(), [this, set, accepted, begun = begun_on(set)] {
      FakePeer* peer = begun();
      if (peer == nullptr) return;
      const auto description = accepted ? peer->set_local() : std::nullopt;
      if (!description) return finish(set, false);
      gather(set, peer->local_ufrag);
      raise_(event::LocalDescriptionSet{set.operation, set.peer, set.incarnation, *description, peer->slots()});
      changed_();
    });
  }
  void carry_out(const command::SetRemoteDescription& set, bool accepted) {
    operate(set, accepted, [set](FakePeer& peer) { return peer.set_remote(set.description); });
  }
  void carry_out(const command::RollBack& back, bool accepted) {
    operate(back, accepted, [](FakePeer& peer) { return peer.roll_back(); });
  }
  void carry_out(const command::AddCandidate& add, bool accepted) {
    operate(add, accepted, [add](FakePeer& peer) { return peer.add_candidate(add.candidate); });
  }
  void carry_out(const command::SetTrack& set, bool accepted) {
    operate(set, accepted, [set](FakePeer& peer) {
      peer.set_track(set.slot, set.track);
      return true;
    });
  }
  void carry_out(const command::Capture& capture, bool) {
    const int number = ++captures;
    const auto refused = refuses_capture();
    const auto fails = refused ? refused : capture_fails;
    later_(operation_takes_(), [this, capture, number, fails] {
      if (fails) return raise_(event::CaptureFailed{capture.operation, *fails, "made up"});
      event::CaptureSucceeded succeeded{capture.operation, {}};
      for (const Slot slot : kSlots) {
        if (source_of(slot) != capture.source) continue;
        const TrackId track{name_ + "-" + std::string(name_of(slot)) + "-" + std::to_string(number)};
        live_tracks.insert(track);
        succeeded.tracks.push_back({slot, track});
      }
      raise_(succeeded);
    });
  }
  void carry_out(const command::Release& release, bool) {
    if (live_tracks.erase(release.track) == 0) violations.push_back("released twice: " + release.track.value);
  }
  template <class Other>
  void carry_out(const Other&, bool) {}

  template <class Command, class Act>
  void operate(const Command& command, bool accepted, Act act) {
    later_(operation_takes_(), [this, command, accepted, act, begun = begun_on(command)] {
      FakePeer* peer = begun();
      if (peer == nullptr) return;
      finish(command, accepted && act(*peer));
      changed_();
    });
  }

  template <class Command>
  void finish(const Command& command, bool good) {
    if (good) return raise_(event::OperationSucceeded{command.operation, command.peer, command.incarnation});
    raise_(event::OperationFailed{command.operation, command.peer, command.incarnation, "InvalidAccessError", "refused"});
  }

  // Two candidates a generation, shortly after its description.
  void gather(const command::SetLocalDescription& set, const std::string& ufrag) {
    for (int i = 0; i < 2; ++i) {
      Candidate candidate;
      candidate.candidate = "candidate:" + std::to_string(i) + " 1 udp 1 192.0.2.1 9 typ host";
      candidate.sdp_mid = "0";
      candidate.username_fragment = ufrag;
      later_(Millis{3 + i}, [this, set, candidate, begun = begun_on(set)] {
        if (begun()) raise_(event::CandidateGathered{set.peer, set.incarnation, candidate});
      });
    }
  }

  std::string name_;
  int opened_ = 0;
  std::function<Millis()> operation_takes_;
  Later later_;
  Raise raise_;
  std::function<void()> changed_;
};

}  // namespace meetwire::support
