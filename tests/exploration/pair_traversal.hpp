// The bytes of a pair's state. What differs in nothing that either link can tell becomes the same bytes:
// times are counted from now, incarnations from the older of the two, sequences from the oldest that anyone still
// speaks of, names from their first appearance; what no one will read again is left out.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "exploration/pair_state.hpp"

namespace meetwire::exploration {

using link::Link;
using protocol::PairMessage;

inline constexpr const char* kAnyTrack = "t";

// One traversal of a state; see archive.hpp.
template <Purpose P>
class Traversal {
 public:
  explicit Traversal(Archive<P> archive) : ar_(archive) {}

  void measure(PairState& state) {
    first_incarnation_ = std::min(state.ends[0].link.numbers.incarnation(), state.ends[1].link.numbers.incarnation());
    for (const auto& channel : state.channels) {
      for (const PairMessage& message : channel) first_incarnation_ = std::min(first_incarnation_, message.incarnation);
    }
    for (auto& of_sender : lowest_) of_sender.fill(~Sequence{0});
    whole(state);
  }
  void as_measured(const Traversal<Purpose::Measure>& measured) {
    first_incarnation_ = measured.first_incarnation_;
    lowest_ = measured.lowest_;
  }

  void whole(PairState& state) {
    Budget::fields(state.budget, [this](const char*, std::uint8_t& left) { ar_.small(left); });
    ar_.small(state.excused);
    now_ = state.now;
    for (int at = 0; at < 2; ++at) {
      PairEnd& end = state.ends[static_cast<std::size_t>(at)];
      end_ = at;
      ar_.small(end.wished);
      body_ = &end.link;
      if constexpr (kReads) body_->now = now_;
      Link::Body::fields(end.link, [this](std::string_view name, auto& value) { this->field(name, value); });
      if (present(end.running)) running(*end.running);
      const auto& other = state.ends[static_cast<std::size_t>(1 - at)].peer;
      if (present(end.peer)) peer(*end.peer, other);
    }
    for (int from = 0; from < 2; ++from) {
      auto& channel = state.channels[static_cast<std::size_t>(from)];
      count(channel);
      for (PairMessage& message : channel) in_flight(message, from);
    }
    if constexpr (kReads) state.next_token = ar_.next_token();
  }

 private:
  static constexpr bool kReads = Archive<P>::kReads;
  template <Purpose>
  friend class Traversal;

  // ---- the kinds of values

  template <class T>
  bool present(std::optional<T>& value) {
    bool there = value.has_value();
    ar_.small(there);
    if constexpr (kReads) {
      value.reset();
      if (there) value.emplace();
    }
    return there;
  }
  template <class List>
  void count(List& list) {
    std::uint64_t size = list.size();
    ar_.number(size);
    if constexpr (kReads) list.resize(size);
  }
  void one_token(std::string& text) {
    char token = text.empty() ? '\0' : text[0];
    ar_.token(token);
    if constexpr (kReads) text.assign(token == 0 ? 0 : 1, token);
  }
  void instant(std::optional<Millis>& at) {
    // What is due is due, however long it has been.
    std::uint64_t until = !at ? 0 : 1 + static_cast<std::uint64_t>(std::max(std::int64_t{0}, (*at - now_).value) / PairState::kTick.value);
    ar_.number(until);
    if constexpr (kReads) {
      at = until == 0 ? std::nullopt : std::optional(now_ + Millis{(static_cast<std::int64_t>(until) - 1) * PairState::kTick.value});
    }
  }
  void incarnation(Incarnation& value) {
    std::uint64_t relative = value == 0 ? 0 : value - first_incarnation_ + 1;
    ar_.number(relative);
    if constexpr (kReads) value = static_cast<Incarnation>(relative);
  }
  // Of what `sender` counts in that incarnation. `next`: counts from the one that is still to come.
  void sequence(Sequence& value, int sender, Incarnation of, bool may_be_none = false) {
    const std::size_t place = std::min<std::size_t>(of - (kReads ? 1 : first_incarnation_), kPlaces - 1);
    Sequence& lowest = lowest_[static_cast<std::size_t>(sender)][place];
    if constexpr (Archive<P>::kMeasures) {
      if (value != 0 || !may_be_none) lowest = std::min(lowest, value == 0 ? 0 : value - 1);
      if (place == kPlaces - 1) lowest = 0;
      return;
    }
    std::uint64_t relative = value == 0 ? 0 : value - lowest;
    ar_.number(relative);
    if constexpr (kReads) value = static_cast<Sequence>(relative);
  }
  void out(Sequence& value, bool may_be_none = false) { sequence(value, end_, body_->numbers.incarnation(), may_be_none); }
  void in(Sequence& value, bool may_be_none = false) { sequence(value, 1 - end_, body_->numbers.incarnation(), may_be_none); }

  void line(SdpLine& value) {
    ar_.small(value.is_audio);
    ar_.small(value.mid);
  }
  template <std::size_t N>
  void lines(Few<SdpLine, N>& value) {
    ar_.small(value.count);
    for (SdpLine& each : value) line(each);
  }
  void sdp(ModelSdp& value) {
    ar_.token(value.fingerprint);
    ar_.token(value.ufrag);
    ar_.token(value.id);
    ar_.token(value.answers);
    lines(value.lines);
  }
  void sdp(std::string& text) {
    ModelSdp value = kReads ? ModelSdp{} : ModelSdp::of(text);
    sdp(value);
    if constexpr (kReads) text = value.text();
  }
  void slots(SlotsByMid& value) {
    std::uint64_t size = value.size();
    ar_.number(size);
    if constexpr (!kReads) {
      for (auto& [mid, slot] : value) {
        char name = mid[0];
        ar_.small(name);
        ar_.small(slot);
      }
      return;
    }
    for (std::uint64_t at = 0; at < size; ++at) {
      char name = 0;
      Slot slot{};
      ar_.small(name);
      ar_.small(slot);
      value[std::string(1, name)] = slot;
    }
  }
  void candidates(std::vector<Candidate>& list) {
    count(list);
    for (Candidate& each : list) {
      std::string generation = each.username_fragment.value_or("");
      one_token(generation);
      if constexpr (kReads) each = {"c", "0", std::nullopt, generation};
    }
  }
  void ufrags(std::set<std::string>& value) {
    std::string only = value.empty() ? "" : *value.begin();
    one_token(only);
    if (kReads && !only.empty()) value.insert(only);
  }

  // ---- messages

  // What a message says. Sequences that it names are counted by its sender or by its receiver.
  void said(protocol::PairBody& body, int sender, Incarnation of) {
    std::uint8_t which = static_cast<std::uint8_t>(body.index());
    ar_.small(which);
    if constexpr (kReads) body = body_of(which);
    if (auto* offer = std::get_if<protocol::Offer>(&body)) {
      sdp(offer->sdp);
      slots(offer->slots);
    } else if (auto* answer = std::get_if<protocol::Answer>(&body)) {
      sequence(answer->offer, 1 - sender, of, true);  // none: to one that is settled
      sdp(answer->sdp);
      slots(answer->slots);
    } else if (auto* batch = std::get_if<protocol::Candidates>(&body)) {
      candidates(batch->candidates);
    } else if (auto* replay = std::get_if<protocol::Replay>(&body)) {
      sequence(replay->from, 1 - sender, of);
    }
  }
  void in_flight(PairMessage& message, int from) {
    incarnation(message.incarnation);
    bool believes = message.believed != 0;
    ar_.small(believes);
    if constexpr (kReads) message.believed = believes ? message.incarnation : 0;
    sequence(message.sequence, from, message.incarnation, true);
    Sequence next = message.acknowledged + 1;
    sequence(next, 1 - from, message.incarnation);
    if constexpr (kReads) message.acknowledged = next - 1;
    said(message.body, from, message.incarnation);
  }
  // One that is kept by its sender. What it says of the other's numbers is said anew whenever it is sent.
  void own(PairMessage& message) {
    out(message.sequence);
    said(message.body, end_, body_->numbers.incarnation());
  }
  // One that has come in, and whose other numbers have been seen to.
  void received(PairMessage& message) {
    in(message.sequence);
    said(message.body, 1 - end_, body_->numbers.incarnation());
  }

  // ---- the link, field by field

  void field(std::string_view, link::PairNumbers& value) {
    link::PairNumbers::fields(value, [this](std::string_view name, auto& each) { this->number_field(name, each); });
  }
  void field(std::string_view, link::SlotTable& value) {
    link::SlotTable::fields(value, [this](std::string_view, auto& each) { this->slot_field(each); });
  }
  void field(std::string_view, link::RemoteCandidates& value) {
    link::RemoteCandidates::fields(value, [this](std::string_view, auto& each) { this->candidate_field(each); });
  }
  void field(std::string_view, link::Recovery& value) {
    link::Recovery::fields(value, [this](std::string_view, auto& each) { this->recovery_field(each); });
  }
  template <class Small>
    requires(std::is_enum_v<Small> || std::is_same_v<Small, bool>)
  void field(std::string_view, Small& value) {
    ar_.small(value);
  }
  void field(std::string_view, std::optional<link::Pending>& value) {
    if (!present(value)) return;
    ar_.small(value->operation);
    if constexpr (kReads) value->id = kPendingId;
  }
  // Needed from an offer's or answer's setting on, in the end only for the number that the answer names.
  void field(std::string_view, link::Incoming& value) {
    const auto& pending = body_->pending;
    const bool setting_offer = pending && pending->operation == link::Operation::SetOffer;
    const bool setting = setting_offer || (pending && pending->operation == link::Operation::SetAnswer);
    if (setting_offer || body_->signaling == SignalingState::HaveRemoteOffer) in(value.sequence);
    if (!setting) return;
    one_token(value.facts.fingerprint);
    ufrags(value.facts.ufrags);
    count(value.facts.lines);
    for (link::MediaLine& each : value.facts.lines) {
      ar_.small(each.kind);
      char mid = each.mid.empty() ? '\0' : each.mid[0];
      ar_.small(mid);
      if constexpr (kReads) each.mid.assign(1, mid);
      ar_.small(each.sends);
    }
    slots(value.slots);
  }
  void field(std::string_view, std::vector<PairMessage>& inbox) {
    count(inbox);
    for (PairMessage& message : inbox) received(message);
  }
  void field(std::string_view, std::optional<Sequence>& offer_out) {
    if (present(offer_out)) out(*offer_out);
  }
  void field(std::string_view, std::optional<Millis>& at) { instant(at); }
  void field(std::string_view, std::string& fingerprint) { one_token(fingerprint); }
  // Which slots the application was told of: only there to tell it no more than once.
  void field(std::string_view, std::vector<Slot>&) {}
  void field(std::string_view, std::set<std::string>& value) { ufrags(value); }
  void field(std::string_view, std::vector<Candidate>& value) { candidates(value); }

  void number_field(std::string_view name, std::uint32_t& value) {
    if (name == "incarnation") return incarnation(value);
    if (name == "next_in") return in(value);
    out(value, name == "given_up");
  }
  void number_field(std::string_view, bool& value) { ar_.small(value); }
  void number_field(std::string_view, std::optional<Millis>& at) { instant(at); }
  void number_field(std::string_view, Millis& duration) {
    auto value = static_cast<std::uint64_t>(duration.value);
    ar_.number(value);
    if constexpr (kReads) duration.value = static_cast<std::int64_t>(value);
  }
  void number_field(std::string_view, std::vector<PairMessage>& kept) {
    count(kept);
    for (PairMessage& message : kept) own(message);
  }
  void number_field(std::string_view, std::map<Sequence, PairMessage>& early) {
    std::uint64_t size = early.size();
    ar_.number(size);
    if constexpr (!kReads) {
      for (auto& [number, message] : early) received(message);
      return;
    }
    for (std::uint64_t at = 0; at < size; ++at) {
      PairMessage message;
      received(message);
      early.emplace(message.sequence, message);
    }
  }

  void slot_field(bool& value) { ar_.small(value); }
  void slot_field(std::optional<std::string>& mid) {
    char name = mid ? (*mid)[0] : '\0';
    ar_.small(name);
    if constexpr (kReads) mid = name == 0 ? std::nullopt : std::optional(std::string(1, name));
  }
  void slot_field(std::optional<TrackId>& track) {
    bool there = track.has_value();
    ar_.small(there);
    if constexpr (kReads) track = there ? std::optional(TrackId{kAnyTrack}) : std::nullopt;
  }

  void candidate_field(bool& value) { ar_.small(value); }
  void candidate_field(std::set<std::string>& value) { ufrags(value); }
  void candidate_field(std::size_t&) {}  // only counted for a bound that is never near
  void candidate_field(std::vector<Candidate>& value) { candidates(value); }

  void recovery_field(SeededRandom&) {}  // the same jitter every time
  void recovery_field(bool& value) { ar_.small(value); }
  void recovery_field(std::uint32_t& restarts) {
    restarts = std::min(restarts, kRestartsToldApart);
    ar_.small(restarts);
  }
  void recovery_field(std::optional<Millis>& at) { instant(at); }

  // ---- the model

  void running(Running& value) {
    ar_.small(value.operation);
    if constexpr (kReads) value.id = kPendingId;
    switch (value.operation) {
      case link::Operation::SetOffer:
      case link::Operation::SetAnswer:
        if constexpr (kReads) {
          value.type = value.operation == link::Operation::SetOffer ? DescriptionType::Offer : DescriptionType::Answer;
        }
        return sdp(value.sdp);
      case link::Operation::AddCandidate:
        return ar_.token(value.ufrag);
      case link::Operation::SetTrack:
        ar_.small(value.slot);
        return ar_.small(value.track);
      case link::Operation::MakeOffer:
      case link::Operation::MakeAnswer:
      case link::Operation::RollBack:
        return;
    }
  }

  void peer(PeerModel& value, const std::optional<PeerModel>& other) {
    for (char* token : {&value.fingerprint, &value.ufrag, &value.stable_ufrag, &value.remote_ufrag,
                        &value.remote_fingerprint, &value.offer, &value.answering}) {
      ar_.token(*token);
    }
    // Two marks that count only while they may be compared with something.
    char answered = other && other->offer == value.answered ? value.answered : '\0';
    char dead = value.dead_ufrag == value.ufrag || value.dead_ufrag == value.stable_ufrag ? value.dead_ufrag : '\0';
    ar_.token(answered);
    ar_.token(dead);
    if constexpr (kReads) {
      value.answered = answered;
      value.dead_ufrag = dead;
    }
    incarnation(value.incarnation);
    ar_.small(value.signaling);
    ar_.small(value.connection);
    ar_.small(value.restart_wanted);
    ar_.small(value.remote_restarted);
    ar_.small(value.has_candidate);
    ar_.small(value.lines_agreed);
    lines(value.lines);
    ar_.small(value.transceivers.count);
    for (ModelTransceiver& each : value.transceivers) {
      ar_.small(each.slot);
      ar_.small(each.mid);
      for (bool* flag : {&each.stopped, &each.own, &each.has_track}) ar_.small(*flag);
    }
  }

  static constexpr OperationId kPendingId = 1;
  // Waits between restarts grow no more from there on, and the link counts as failed long before.
  static constexpr std::uint32_t kRestartsToldApart = 6;
  static constexpr std::size_t kPlaces = 8;  // incarnations whose sequences are counted from their lowest

  Archive<P> ar_;
  int end_ = 0;
  Link::Body* body_ = nullptr;
  Millis now_{0};
  Incarnation first_incarnation_ = 1;
  std::array<std::array<Sequence, kPlaces>, 2> lowest_{};
};

}  // namespace meetwire::exploration
