// One modelled peer connection as the core speaks of it, in slots: does with a PeerModel what
// bindings/browser/peer-connection.ts does with an RTCPeerConnection, step by step.
// Remembers what its user may never do: an operation in a signalling state that forbids it, or two at once.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "core/media.hpp"
#include "support/peer_model.hpp"

namespace meetwire::support {

class ModelPeer {
 public:
  using Outcome = PeerModel::Outcome;
  using Ended = PeerModel::Ended;

  ModelPeer(PeerModelOptions options, PeerModelHost host, bool control_channel)
      : name_(options.name), model_(std::move(options), watched(std::move(host))) {
    if (control_channel) model_.create_data_channel(0);
  }
  ModelPeer(const ModelPeer&) = delete;
  ModelPeer& operator=(const ModelPeer&) = delete;

  // As they stand after each step, for whoever looks on.
  SignalingState signaling = SignalingState::Stable;
  std::string local_ufrag;
  std::string remote_ufrag;
  std::string remote_fingerprint;
  std::vector<Candidate> candidates_added;
  std::vector<std::string> violations;
  std::set<std::string> offers_answered;  // the peer's, by their names
  std::string newest_offer;               // the own one, by its name
  int offers_made = 0;
  int ice_restarts = 0;
  bool closed = false;

  const std::string& name() const { return name_; }
  std::string fingerprint() const { return model_.fingerprint(); }
  const PeerModel& model() const { return model_; }

  // ---- what the core commands

  void add_slot(Slot slot) {
    Entry& entry = entries_[slot];
    if (entry.transceiver) return;
    model_.add_transceiver(is_audio(slot) ? "audio" : "video", {true, true}, entry.track);
    entry.transceiver = model_.transceivers().back()->id;
  }

  void bind_slot(Slot slot, const std::string& mid) {
    const ModelTransceiver* bound = with_mid(mid);
    if (bound == nullptr) return violations.push_back("bind_slot: no transceiver with mid " + mid);
    model_.turn([&] {
      model_.set_direction(place_of(bound->id), {true, true});
      Entry& entry = entries_[slot];
      if (entry.transceiver == bound->id) return;
      if (entry.transceiver) give_up(*entry.transceiver);
      model_.set_streams(place_of(bound->id));
      entry.transceiver = bound->id;
      if (entry.track) replace(bound->id, entry.track, [](const Outcome&) {});
    });
  }

  void set_track(Slot slot, std::optional<TrackId> track, Ended ended) {
    begin("set_track");
    Entry& entry = entries_[slot];
    entry.track = track;
    Ended done = watch("set_track", std::move(ended));
    if (entry.transceiver) return replace(*entry.transceiver, std::move(track), std::move(done));
    model_.turn([&] { model_.react([done = std::move(done)] { done({}); }); });
  }

  // With what came of it: the description and its slots.
  using Described = std::function<void(Outcome, std::optional<Description>, SlotsByMid)>;
  void set_local(Described described) {
    begin("set_local_description");
    Ended ended = watch("set_local_description", [this, described = std::move(described)](Outcome outcome) {
      const auto& made = model_.local();
      if (outcome || !made) return described(outcome.value_or("Error"), std::nullopt, {});
      if (made->is_offer) {
        ++offers_made;
      } else {
        offers_answered.insert(model_.remote()->subject);
      }
      described({}, Description{made->is_offer ? DescriptionType::Offer : DescriptionType::Answer, write_sdp(*made)}, slots());
    });
    const auto& offered = model_.current_remote();
    if (model_.signaling_state() != SignalingState::Stable || !offered || !offered->is_offer) return model_.set_local(std::move(ended));
    // The same offer is answered once more first: see #answerAgain in bindings/browser/peer-connection.ts.
    answering_again_ = true;
    model_.set_remote(*offered, [this, ended](Outcome refused) {
      if (refused) return answered_again(refused, ended);
      model_.set_local([this, ended](Outcome failed) { answered_again(failed, ended); });
    });
  }

  void set_remote(const Description& description, Ended ended) {
    begin("set_remote_description");
    Ended done = watch("set_remote_description(" + std::string(name_of(description.type)) + ")", std::move(ended));
    auto parsed = read_model_sdp(description.type == DescriptionType::Offer, description.sdp);
    if (!parsed) return model_.turn([&] { model_.react([done = std::move(done)] { done("OperationError"); }); });
    if (!parsed->is_offer && parsed->subject != answer_to(newest_offer)) violations.push_back("S4: an answer to another offer than the newest own one");
    model_.set_remote(std::move(*parsed), std::move(done));
  }

  void roll_back(Ended ended) {
    begin("roll_back");
    model_.roll_back(true, watch("roll_back", std::move(ended)));
  }

  void add_candidate(const Candidate& candidate, Ended ended) {
    begin("add_candidate");
    model_.add_candidate(candidate, watch("add_candidate", std::move(ended)));
  }

  void restart_ice() { model_.restart_ice(); }

  void close() {
    closed = true;
    model_.close();
    signaling = SignalingState::Closed;
  }

  // Not while answering again: an offer is about to be made, which covers whatever is needed.
  bool announces_need() const { return !answering_again_; }
  // The m-line that candidates are for: the first that lives.
  std::string first_mid() const {
    const ModelLine* line = model_.local() ? model_.local()->first_live() : nullptr;
    return line == nullptr ? "0" : line->mid;
  }

  // ---- what a test compares

  SlotsByMid slots() const {
    SlotsByMid slots;
    for (const auto& [slot, entry] : entries_) {
      const ModelTransceiver* transceiver = entry.transceiver ? with_id(*entry.transceiver) : nullptr;
      if (transceiver != nullptr && transceiver->mid) slots[*transceiver->mid] = slot;
    }
    return slots;
  }

  // The agreed m-lines that live, each with its slot, for comparison with the other end's.
  std::set<std::string> agreed_lines() const {
    std::set<std::string> lines;
    const auto named = slots();
    for (const ModelTransceiver* each : model_.transceivers()) {
      if (!each->mid || !each->current) continue;
      const auto slot = named.find(*each->mid);
      lines.insert(*each->mid + "=" + (slot == named.end() ? each->kind : std::string(name_of(slot->second))));
    }
    return lines;
  }

  std::optional<TrackId> sends(Slot slot) const {
    const auto entry = entries_.find(slot);
    if (entry == entries_.end() || !entry->second.transceiver) return std::nullopt;
    const ModelTransceiver* transceiver = with_id(*entry->second.transceiver);
    const bool flows = transceiver != nullptr && transceiver->current && transceiver->current->sends;
    return flows ? transceiver->track : std::nullopt;
  }

 private:
  struct Entry {
    std::optional<int> transceiver;
    std::optional<TrackId> track;
  };

  PeerModelHost watched(PeerModelHost host) {
    auto changed = std::move(host.signaling_state_changed);
    host.signaling_state_changed = [this, changed = std::move(changed)](SignalingState next) {
      look();
      changed(next);
    };
    return host;
  }

  void look() {
    signaling = model_.signaling_state();
    const std::string before = local_ufrag;
    local_ufrag = model_.local() ? model_.local()->ufrag : "";
    if (model_.local() && model_.local()->is_offer) newest_offer = model_.local()->subject;
    if (!before.empty() && !local_ufrag.empty() && before != local_ufrag) ++ice_restarts;
    remote_ufrag = model_.remote() ? model_.remote()->ufrag : "";
    remote_fingerprint = model_.remote() ? model_.remote()->fingerprint : "";
    candidates_added = model_.candidates_added();
  }

  void begin(const std::string& what) {
    if (!under_way_.empty()) violations.push_back(what + " while " + under_way_ + " is under way");
    under_way_ = what;
  }
  Ended watch(std::string what, Ended ended) {
    return [this, what = std::move(what), ended = std::move(ended)](Outcome outcome) {
      under_way_.clear();
      look();
      if (outcome == "InvalidStateError") violations.push_back(what + " in " + std::string(name_of(signaling)));
      ended(std::move(outcome));
    };
  }
  void answered_again(Outcome failed, const Ended& ended) {
    answering_again_ = false;
    if (failed) return ended(std::move(failed));
    model_.set_local(ended);
  }

  // One that never had an m-line vanishes when stopped; one that has keeps its place and falls silent.
  void give_up(int transceiver) {
    const ModelTransceiver* found = with_id(transceiver);
    if (found == nullptr) return;
    if (found->mid) return replace(transceiver, std::nullopt, [](const Outcome&) {});
    model_.stop(place_of(transceiver));
  }
  void replace(int transceiver, std::optional<TrackId> track, Ended ended) {
    const ModelTransceiver* found = with_id(transceiver);
    if (found == nullptr) return ended("InvalidStateError");
    model_.replace_track(place_of(transceiver), std::move(track), found->kind, std::move(ended));
  }

  std::size_t place_of(int id) const {
    const auto all = model_.transceivers();
    return static_cast<std::size_t>(
        std::find_if(all.begin(), all.end(), [id](const auto* each) { return each->id == id; }) - all.begin());
  }
  const ModelTransceiver* with_id(int id) const {
    for (const ModelTransceiver* each : model_.transceivers()) {
      if (each->id == id) return each;
    }
    return nullptr;
  }
  const ModelTransceiver* with_mid(const std::string& mid) const {
    for (const ModelTransceiver* each : model_.transceivers()) {
      if (each->mid == mid) return each;
    }
    return nullptr;
  }

  std::string name_;
  std::map<Slot, Entry> entries_;
  std::string under_way_;
  bool answering_again_ = false;
  PeerModel model_;
};

}  // namespace meetwire::support
