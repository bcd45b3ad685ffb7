// A model of one RTCPeerConnection, small enough to be copied by the million: signalling states, m-lines that only grow,
// rollback, ICE generations, and what a description says, as a value. The specification's rules that a link has to keep
// are checked here; `wrong` remembers the first that was broken.
// Names (of certificates, credentials, descriptions) are tokens of one byte of which only equality matters.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/ids.hpp"
#include "core/media.hpp"

namespace meetwire::exploration {

// At most N of something, in place.
template <class T, std::size_t N>
struct Few {
  std::array<T, N> all{};
  std::uint8_t count = 0;

  T* begin() { return all.data(); }
  T* end() { return all.data() + count; }
  const T* begin() const { return all.data(); }
  const T* end() const { return all.data() + count; }
  void push(T value) { if (count < N) all[count++] = value; }
  T& operator[](std::size_t at) { return all[at]; }
  const T& operator[](std::size_t at) const { return all[at]; }
};

// Gives out tokens; one for the whole world, so that no two things share a name.
using NextToken = char;
inline char fresh(NextToken& next) { return next++; }

struct SdpLine {
  bool is_audio = false;
  char mid = 0;
  friend bool operator==(const SdpLine&, const SdpLine&) = default;
};

// A description, as the link sees it (text) and as the model does.
struct ModelSdp {
  char fingerprint = 0;
  char ufrag = 0;
  char id = 0;       // of an offer
  char answers = 0;  // in an answer: that offer's id
  Few<SdpLine, 8> lines;

  std::string text() const {
    std::string sdp = "a=fingerprint:";
    sdp += fingerprint;
    sdp += "\na=ice-ufrag:";
    sdp += ufrag;
    sdp += "\ns=";
    sdp += id == 0 ? '-' : id;
    sdp += answers == 0 ? '-' : answers;
    for (const SdpLine& line : lines) {
      sdp += line.is_audio ? "\nm=audio 9\na=mid:" : "\nm=video 9\na=mid:";
      sdp += line.mid;
    }
    return sdp;
  }

  static char ufrag_of(std::string_view text) { return text.size() < 34 ? '\0' : text[28]; }

  // Of what text() made; by position, as it is done for every message of every state.
  static ModelSdp of(std::string_view text) {
    ModelSdp sdp;
    if (text.size() < 34) return sdp;
    sdp.fingerprint = text[14];
    sdp.ufrag = text[28];
    sdp.id = text[32] == '-' ? '\0' : text[32];
    sdp.answers = text[33] == '-' ? '\0' : text[33];
    constexpr std::size_t kLine = 18;
    for (std::size_t at = 34; at + kLine <= text.size(); at += kLine) sdp.lines.push({text[at + 3] == 'a', text[at + 17]});
    return sdp;
  }
};

struct ModelTransceiver {
  static constexpr std::uint8_t kUnbound = 0xff;  // of a remote m-line that no slot was bound to
  std::uint8_t slot = kUnbound;
  char mid = 0;
  bool stopped = false;
  bool own = true;  // made by AddSlot, not by a remote offer
  bool has_track = false;
};

struct PeerModel {
  char fingerprint = 0;
  char ufrag = 0;         // of the newest local description
  char stable_ufrag = 0;  // of the newest one that was agreed: what a rollback returns to
  char remote_ufrag = 0;
  char remote_fingerprint = 0;
  char offer = 0;      // the own offer that is out
  char answering = 0;  // the remote offer that is set
  char answered = 0;   // the remote offer that was answered last
  Incarnation incarnation = 0;
  char dead_ufrag = 0;  // the path of these credentials has failed
  SignalingState signaling = SignalingState::Stable;
  ConnectionState connection = ConnectionState::New;
  bool restart_wanted = false;
  bool remote_restarted = false;
  bool has_candidate = false;  // of the remote description's generation
  std::uint8_t lines_agreed = 0;
  Few<SdpLine, 8> lines;  // those agreed, then those of the offer that is out
  Few<ModelTransceiver, 8> transceivers;
  const char* wrong = nullptr;

  void add_slot(Slot slot) {
    ModelTransceiver made;
    made.slot = static_cast<std::uint8_t>(slot);
    transceivers.push(made);
  }

  void bind_slot(Slot slot, char mid) {
    bool track = false;
    for (ModelTransceiver& each : transceivers) {
      if (each.slot != static_cast<std::uint8_t>(slot) || !each.own || each.mid != 0 || each.stopped) continue;
      each.stopped = true;
      track = each.has_track;
    }
    for (ModelTransceiver& each : transceivers) {
      if (each.mid != mid) continue;
      each.slot = static_cast<std::uint8_t>(slot);
      each.has_track = each.has_track || track;
      return;
    }
    wrong = "a slot is bound to an m-line that is not there";
  }

  bool set_track(Slot slot, bool track) {
    for (ModelTransceiver& each : transceivers) {
      if (each.slot != static_cast<std::uint8_t>(slot) || each.stopped) continue;
      each.has_track = track;
      return true;
    }
    wrong = "a track for a slot without a sender";
    return false;
  }

  // setLocalDescription() without argument.
  std::optional<ModelSdp> set_local(NextToken& next) {
    if (signaling == SignalingState::Stable) {
      if (ufrag == 0 || restart_wanted) ufrag = fresh(next);
      for (ModelTransceiver& each : transceivers) {
        if (each.mid != 0 || each.stopped) continue;
        each.mid = free_mid();
        lines.push({is_audio(static_cast<Slot>(each.slot)), each.mid});
      }
      signaling = SignalingState::HaveLocalOffer;
      offer = fresh(next);
      return describe(offer, 0);
    }
    if (signaling == SignalingState::HaveRemoteOffer) {
      if (ufrag == 0 || remote_restarted || restart_wanted) ufrag = fresh(next);
      answered = answering;
      agree();
      return describe(0, answered);
    }
    wrong = "an operation in a signalling state that forbids it (set local description)";
    return std::nullopt;
  }

  bool set_remote(DescriptionType type, const ModelSdp& sdp) {
    const bool is_offer = type == DescriptionType::Offer;
    if (signaling != (is_offer ? SignalingState::Stable : SignalingState::HaveLocalOffer)) {
      wrong = "an operation in a signalling state that forbids it (set remote description)";
      return false;
    }
    if (remote_fingerprint != 0 && remote_fingerprint != sdp.fingerprint) {
      wrong = "a description of another connection of the peer's is applied";
      return false;
    }
    if (!is_offer && sdp.answers != offer) wrong = "an answer is applied that is not to the newest own offer";
    if (!is_offer && !std::equal(sdp.lines.begin(), sdp.lines.end(), lines.begin(), lines.end())) {
      wrong = "an answer whose m-lines are not the offer's";
    }
    if (sdp.lines.count < lines_agreed || !std::equal(lines.begin(), lines.begin() + lines_agreed, sdp.lines.begin())) {
      wrong = "an m-line that was agreed is gone, or has become another";
    }
    remote_fingerprint = sdp.fingerprint;
    remote_restarted = remote_ufrag != 0 && remote_ufrag != sdp.ufrag;
    if (remote_ufrag != sdp.ufrag) has_candidate = false;
    remote_ufrag = sdp.ufrag;
    if (!is_offer) {
      agree();
      return true;
    }
    signaling = SignalingState::HaveRemoteOffer;
    answering = sdp.id;
    for (std::size_t at = lines_agreed; at < sdp.lines.count; ++at) {
      lines.push(sdp.lines[at]);
      ModelTransceiver made;
      made.own = false;
      made.mid = sdp.lines[at].mid;
      transceivers.push(made);
    }
    return true;
  }

  bool roll_back() {
    if (signaling != SignalingState::HaveLocalOffer) {
      wrong = "an operation in a signalling state that forbids it (rollback)";
      return false;
    }
    signaling = SignalingState::Stable;
    offer = 0;
    ufrag = stable_ufrag;
    for (std::size_t at = lines_agreed; at < lines.count; ++at) {
      for (ModelTransceiver& each : transceivers) {
        if (each.mid == lines[at].mid) each.mid = 0;
      }
    }
    lines.count = lines_agreed;
    return true;
  }

  bool add_candidate(char of_ufrag) {
    if (remote_ufrag == 0) wrong = "a candidate without a remote description";
    if (of_ufrag != remote_ufrag) return false;
    has_candidate = true;
    return true;
  }

  SlotsByMid slots() const {
    SlotsByMid slots;
    for (const ModelTransceiver& each : transceivers) {
      if (each.mid == 0 || each.stopped || each.slot == ModelTransceiver::kUnbound) continue;
      slots[std::string(1, each.mid)] = static_cast<Slot>(each.slot);
    }
    return slots;
  }

  // The slot's m-line that both have agreed to; 0: there is none.
  const ModelTransceiver* line_of(Slot slot) const {
    for (const ModelTransceiver& each : transceivers) {
      if (each.slot == static_cast<std::uint8_t>(slot) && each.mid != 0 && !each.stopped) return &each;
    }
    return nullptr;
  }

 private:
  void agree() {
    signaling = SignalingState::Stable;
    if (ufrag != stable_ufrag) restart_wanted = false;
    stable_ufrag = ufrag;
    remote_restarted = false;
    offer = answering = 0;
    lines_agreed = lines.count;
  }

  ModelSdp describe(char id, char answers) const { return {fingerprint, ufrag, id, answers, lines}; }

  // As both sides count from the same number, offers that cross name different m-lines alike.
  char free_mid() const {
    for (char mid = '0';; ++mid) {
      if (std::none_of(lines.begin(), lines.end(), [mid](const SdpLine& line) { return line.mid == mid; })) return mid;
    }
  }
};

// What ICE and DTLS need of two ends to find each other.
inline bool joined(const PeerModel& a, const PeerModel& b) {
  return a.ufrag != 0 && b.ufrag != 0 && a.remote_ufrag == b.ufrag && b.remote_ufrag == a.ufrag &&
         a.remote_fingerprint == b.fingerprint && b.remote_fingerprint == a.fingerprint && a.has_candidate &&
         b.has_candidate && a.ufrag != a.dead_ufrag && b.ufrag != b.dead_ufrag;
}

}  // namespace meetwire::exploration
