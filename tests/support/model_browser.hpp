// One participant's browser, its peer connections being models of the real ones: events in their order, negotiation
// needed, operations on a chain, quirks of a named browser.
// Carries out the core's commands and raises the events that end them, as bindings/executor.ts does.
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
#include "support/model_peer.hpp"

namespace meetwire::support {

class ModelBrowser {
 public:
  using Later = std::function<void(Millis delay, std::function<void()>)>;
  using Raise = std::function<void(ClientEvent)>;
  using Key = std::pair<UserId, Incarnation>;

  // `operation_takes`: asked for each operation and capture.
  ModelBrowser(std::string name, std::function<Millis()> operation_takes, Later later, Raise raise, std::function<void()> changed)
      : name_(std::move(name)),
        operation_takes_(std::move(operation_takes)),
        later_(std::move(later)),
        raise_(std::move(raise)),
        changed_(std::move(changed)) {}

  // False: the browser refuses this command.
  std::function<bool(const ClientCommand&)> accept = [](const ClientCommand&) { return true; };
  // The DOMException's name with which captures fail; none: they succeed.
  std::optional<std::string> capture_fails;
  // How long after gathering began each candidate of a generation comes.
  std::function<std::vector<Millis>()> candidates_take = [] { return std::vector{Millis{3}, Millis{4}}; };
  // Of the connections opened from now on.
  Quirks quirks;
  bool explicit_only = false;
  // Asked for each capture; as capture_fails.
  std::function<std::optional<std::string>()> refuses_capture = [] { return std::nullopt; };

  std::map<Key, ModelPeer> peers;  // closed ones stay, to be looked at
  std::map<Key, ConnectionState> connections;
  std::vector<std::string> violations;
  std::set<TrackId> live_tracks;
  int captures = 0;

  ModelPeer* find(const UserId& peer, Incarnation incarnation) {
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

  // `is_excused(peer, violation)`: not counted.
  template <class IsExcused>
  std::optional<std::string> first_violation(const IsExcused& is_excused) const {
    if (!violations.empty()) return violations.front();
    for (const auto& [key, peer] : peers) {
      for (const std::string& violation : peer.violations) {
        if (!is_excused(key.first, violation)) return violation + ", to " + key.first.value;
      }
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
  static void connect_if_joined(ModelBrowser& a, const UserId& to_b, ModelBrowser& b, const UserId& to_a) {
    const auto of_a = a.live(to_b);
    const auto of_b = b.live(to_a);
    if (!of_a || !of_b || !joined(a.peers.at({to_b, *of_a}), b.peers.at({to_a, *of_b}))) return;
    a.connect(to_b, *of_a);
    b.connect(to_a, *of_b);
  }

  static bool joined(const ModelPeer& a, const ModelPeer& b) {
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
    const Key key{open.peer, open.incarnation};
    // One that is replaced may be in the middle of telling something.
    if (auto replaced = peers.extract(key)) replaced_.push_back(std::move(replaced));
    PeerModelOptions options;
    options.name = name;
    options.quirks = quirks;
    options.explicit_only = explicit_only;
    peers.try_emplace(key, std::move(options), host_for(key, name), open.control_channel);
    connections[{open.peer, open.incarnation}] = ConnectionState::New;
  }
  void carry_out(const command::ClosePeer& close, bool) {
    if (ModelPeer* peer = find(close.peer, close.incarnation)) peer->close();
  }
  void carry_out(const command::AddSlot& add, bool) {
    with(add, [&](ModelPeer& peer) { peer.add_slot(add.slot); });
  }
  void carry_out(const command::BindSlot& bind, bool) {
    with(bind, [&](ModelPeer& peer) { peer.bind_slot(bind.slot, bind.mid); });
  }
  void carry_out(const command::RestartIce& restart, bool) {
    with(restart, [](ModelPeer& peer) { peer.restart_ice(); });
  }
  // What a connection's browser is to it. Its last words may come after another one has taken its place.
  PeerModelHost host_for(const Key& key, const std::string& name) {
    const auto current = [this, key, name]() -> ModelPeer* {
      ModelPeer* now = find(key.first, key.second);
      return now != nullptr && now->name() == name ? now : nullptr;
    };
    PeerModelHost host;
    host.later = later_;
    host.takes = [this](PeerOperation) { return operation_takes_(); };
    host.negotiation_needed = [this, key, current] {
      const ModelPeer* peer = current();
      if (peer != nullptr && peer->announces_need()) raise_(event::NegotiationNeeded{key.first, key.second});
    };
    host.signaling_state_changed = [this](SignalingState) { changed_(); };
    host.gathering_begun = [this, key, current](const std::string& ufrag) { gather(key, current, ufrag); };
    return host;
  }

  template <class Command, class Act>
  void with(const Command& command, Act act) {
    ModelPeer* peer = find(command.peer, command.incarnation);
    if (peer == nullptr) return violations.push_back(std::string(Command::kType) + " on a connection that is not there");
    act(*peer);
  }

  void carry_out(const command::SetLocalDescription& set, bool accepted) {
    operate(set, accepted, [this, set](ModelPeer& peer, const PeerModel::Ended& ended) {
      peer.set_local([this, set, ended](PeerModel::Outcome outcome, std::optional<Description> description, SlotsByMid slots) {
        if (outcome) return ended(std::move(outcome));
        raise_(event::LocalDescriptionSet{set.operation, set.peer, set.incarnation, *description, std::move(slots)});
        changed_();
      });
    });
  }
  void carry_out(const command::SetRemoteDescription& set, bool accepted) {
    operate(set, accepted, [&set](ModelPeer& peer, PeerModel::Ended ended) { peer.set_remote(set.description, std::move(ended)); });
  }
  void carry_out(const command::RollBack& back, bool accepted) {
    operate(back, accepted, [](ModelPeer& peer, PeerModel::Ended ended) { peer.roll_back(std::move(ended)); });
  }
  void carry_out(const command::AddCandidate& add, bool accepted) {
    operate(add, accepted, [&add](ModelPeer& peer, PeerModel::Ended ended) { peer.add_candidate(add.candidate, std::move(ended)); });
  }
  void carry_out(const command::SetTrack& set, bool accepted) {
    operate(set, accepted, [&set](ModelPeer& peer, PeerModel::Ended ended) { peer.set_track(set.slot, set.track, std::move(ended)); });
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
    const auto ended = [this, operation = command.operation, key = Key(command.peer, command.incarnation)](PeerModel::Outcome outcome) {
      if (outcome) {
        raise_(event::OperationFailed{operation, key.first, key.second, *outcome, "refused"});
      } else {
        raise_(event::OperationSucceeded{operation, key.first, key.second});
      }
      changed_();
    };
    ModelPeer* peer = find(command.peer, command.incarnation);
    if (peer == nullptr) return violations.push_back(std::string(Command::kType) + " on a connection that is not there");
    if (accepted) return act(*peer, ended);
    later_(operation_takes_(), [this, ended, key = Key(command.peer, command.incarnation), name = peer->name()] {
      const ModelPeer* now = find(key.first, key.second);
      if (now != nullptr && now->name() == name) ended("InvalidAccessError");
    });
  }

  // Candidates of a generation trickle in after its description.
  void gather(const Key& key, const std::function<ModelPeer*()>& current, const std::string& ufrag) {
    int number = 0;
    for (const Millis delay : candidates_take()) {
      Candidate candidate;
      candidate.candidate = "candidate:" + std::to_string(number++) + " 1 udp 1 192.0.2.1 9 typ host";
      candidate.sdp_mid = current()->first_mid();
      candidate.username_fragment = ufrag;
      later_(delay, [this, key, current, candidate] {
        if (current()) raise_(event::CandidateGathered{key.first, key.second, candidate});
      });
    }
  }

  std::string name_;
  int opened_ = 0;
  std::vector<std::map<Key, ModelPeer>::node_type> replaced_;
  std::function<Millis()> operation_takes_;
  Later later_;
  Raise raise_;
  std::function<void()> changed_;
};

}  // namespace meetwire::support
