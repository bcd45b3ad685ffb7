// A small model of one RTCPeerConnection for tests of the core: signalling states, m-lines that only grow, rollback,
// ICE generations. Descriptions are SDP-shaped text that says just what the model needs.
// It checks what its user may never do (an operation in a signalling state that forbids it) and remembers violations.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/media.hpp"
#include "link/sdp.hpp"

namespace meetwire::support {

struct FakeTransceiver {
  Slot slot = Slot::Microphone;
  std::optional<std::string> mid;
  bool agreed = false;
  bool stopped = false;
  bool own = true;  // made by AddSlot, not by a remote offer
  std::optional<TrackId> track;
};

class FakePeer {
 public:
  // `name` is unique in the test: it makes the certificate and the ICE credentials.
  FakePeer(std::string name, bool control_channel) : name_(std::move(name)), control_channel_(control_channel) {}

  SignalingState signaling = SignalingState::Stable;
  std::vector<FakeTransceiver> transceivers;
  std::vector<std::string> violations;
  std::vector<Candidate> candidates_added;
  std::string local_ufrag;
  std::string remote_ufrag;
  std::string remote_fingerprint;
  std::set<std::string> offers_answered;  // the peer's, by their names
  int offers_made = 0;
  int ice_restarts = 0;
  bool closed = false;

  const std::string& name() const { return name_; }
  std::string newest_offer() const { return "offer " + name_ + "!" + std::to_string(offers_made); }
  std::string fingerprint() const { return "sha-256 " + name_; }

  void add_slot(Slot slot) { transceivers.push_back({slot, std::nullopt, false, false, true, std::nullopt}); }

  void bind_slot(Slot slot, const std::string& mid) {
    std::optional<TrackId> track;
    for (FakeTransceiver& each : transceivers) {
      if (each.slot == slot && each.own && !each.mid && !each.stopped) {
        each.stopped = true;
        track = each.track;
      }
    }
    for (FakeTransceiver& each : transceivers) {
      if (each.mid == mid) {
        each.slot = slot;
        if (track) each.track = track;
        return;
      }
    }
    violations.push_back("bind_slot: no transceiver with mid " + mid);
  }

  void set_track(Slot slot, std::optional<TrackId> track) {
    for (FakeTransceiver& each : transceivers) {
      if (each.slot == slot && !each.stopped) each.track = track;
    }
  }

  void restart_ice() { ice_restart_ = true; }

  // What setLocalDescription() without argument does in this state.
  std::optional<Description> set_local() {
    if (signaling == SignalingState::Stable) {
      if (local_ufrag.empty() || ice_restart_) new_credentials();
      for (FakeTransceiver& each : transceivers) {
        if (!each.mid && !each.stopped) each.mid = std::to_string(next_mid_++);
      }
      signaling = SignalingState::HaveLocalOffer;
      ++offers_made;
      return Description{DescriptionType::Offer, describe(newest_offer())};
    }
    if (signaling == SignalingState::HaveRemoteOffer) {
      if (local_ufrag.empty() || remote_restarted_ || ice_restart_) new_credentials();
      signaling = SignalingState::Stable;
      agree();
      offers_answered.insert(remote_offer_);
      return Description{DescriptionType::Answer, describe("answer to " + remote_offer_)};
    }
    violations.push_back("set_local_description in " + std::string(name_of(signaling)));
    return std::nullopt;
  }

  bool set_remote(const Description& description) {
    const auto facts = link::read_sdp(description.sdp);
    if (facts.ufrags.empty()) return false;  // not a description: refused
    const bool is_offer = description.type == DescriptionType::Offer;
    const auto needed = is_offer ? SignalingState::Stable : SignalingState::HaveLocalOffer;
    if (signaling != needed) {
      violations.push_back("set_remote_description(" + std::string(name_of(description.type)) + ") in " +
                           std::string(name_of(signaling)));
      return false;
    }
    if (!remote_fingerprint.empty() && remote_fingerprint != facts.fingerprint) return false;
    remote_fingerprint = facts.fingerprint;
    remote_restarted_ = !remote_ufrag.empty() && remote_ufrag != *facts.ufrags.begin();
    remote_ufrag = *facts.ufrags.begin();
    if (!is_offer) {
      if (subject_of(description.sdp) != "answer to " + newest_offer()) violations.push_back("S4: an answer to another offer than the newest own one");
      signaling = SignalingState::Stable;
      agree();
      return true;
    }
    remote_offer_ = subject_of(description.sdp);
    signaling = SignalingState::HaveRemoteOffer;
    for (const link::MediaLine& line : facts.lines) {
      if (line.kind == link::MediaKind::Other || has_mid(line.mid)) continue;
      FakeTransceiver made;
      made.own = false;
      made.mid = line.mid;
      made.slot = line.kind == link::MediaKind::Audio ? Slot::Microphone : Slot::Camera;
      transceivers.push_back(made);
      const int mid = std::stoi(line.mid);
      if (mid >= next_mid_) next_mid_ = mid + 1;
    }
    return true;
  }

  bool roll_back() {
    if (signaling != SignalingState::HaveLocalOffer) {
      violations.push_back("roll_back in " + std::string(name_of(signaling)));
      return false;
    }
    signaling = SignalingState::Stable;
    for (FakeTransceiver& each : transceivers) {
      if (!each.agreed && each.own) each.mid.reset();
    }
    return true;
  }

  bool add_candidate(const Candidate& candidate) {
    if (remote_ufrag.empty()) {
      violations.push_back("add_candidate without remote description");
      return false;
    }
    if (candidate.username_fragment && *candidate.username_fragment != remote_ufrag) return false;
    candidates_added.push_back(candidate);
    return true;
  }

  SlotsByMid slots() const {
    SlotsByMid slots;
    for (const FakeTransceiver& each : transceivers) {
      if (each.mid && !each.stopped) slots[*each.mid] = each.slot;
    }
    return slots;
  }

  // The agreed m-lines, for comparison with the other end's.
  std::set<std::string> agreed_lines() const {
    std::set<std::string> lines;
    for (const FakeTransceiver& each : transceivers) {
      if (each.agreed) lines.insert(*each.mid + "=" + std::string(name_of(each.slot)));
    }
    return lines;
  }

  std::optional<TrackId> sends(Slot slot) const {
    for (const FakeTransceiver& each : transceivers) {
      if (each.slot == slot && each.agreed && !each.stopped) return each.track;
    }
    return std::nullopt;
  }

 private:
  bool has_mid(const std::string& mid) const {
    for (const FakeTransceiver& each : transceivers) {
      if (each.mid == mid) return true;
    }
    return false;
  }

  void new_credentials() {
    if (!local_ufrag.empty()) ++ice_restarts;
    local_ufrag = name_ + "." + std::to_string(++generation_);
    ice_restart_ = false;
  }

  static std::string subject_of(const std::string& sdp) {
    const auto at = sdp.find("s=");
    return at == std::string::npos ? std::string() : sdp.substr(at + 2, sdp.find("\r\n", at) - at - 2);
  }
  void agree() {
    for (FakeTransceiver& each : transceivers) {
      if (each.mid) each.agreed = true;
    }
  }

  // The session's name says which offer this is, or answers.
  std::string describe(const std::string& subject) const {
    std::string sdp = "v=0\r\ns=" + subject + "\r\na=fingerprint:" + fingerprint() + "\r\n";
    if (control_channel_) sdp += "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:data\r\n";
    for (const FakeTransceiver& each : transceivers) {
      if (!each.mid) continue;
      sdp += is_audio(each.slot) ? "m=audio 9 X 0\r\n" : "m=video 9 X 0\r\n";
      sdp += "a=mid:" + *each.mid + "\r\na=sendrecv\r\n";
    }
    return sdp + "a=ice-ufrag:" + local_ufrag + "\r\n";
  }

  std::string name_;
  std::string remote_offer_;
  bool control_channel_;
  int next_mid_ = 0;
  int generation_ = 0;
  bool ice_restart_ = false;
  bool remote_restarted_ = false;
};

}  // namespace meetwire::support
