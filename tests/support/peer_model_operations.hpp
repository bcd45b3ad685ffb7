// PeerModel: the operations chain, negotiationneeded, and everything that a page calls.
#pragma once

#include "support/peer_model.hpp"

namespace meetwire::support {

// ---- the operations chain (webrtc-pc, "chain an operation")

inline void PeerModel::chain(Work work, Ended ended, Weight weight) {
  if (closed()) return refuse(ended, "InvalidStateError");
  operations_.push_back({weight, std::move(work), std::move(ended)});
  if (operations_.size() == 1) run_first();
}

inline bool PeerModel::only_harmless_behind(std::size_t first) const {
  for (std::size_t i = first; i < operations_.size(); ++i) {
    const Weight weight = operations_[i].weight;
    const bool harmless = weight == Weight::Nothing || (weight == Weight::NothingInStable && signaling_ == SignalingState::Stable);
    if (!harmless) return false;
  }
  return true;
}

inline void PeerModel::run_first() {
  auto work = operations_.front().work;
  work([this](Outcome outcome) {
    react([this, outcome = std::move(outcome)] {
      if (closed()) return;
      // What the page does upon the end comes before the chain goes on.
      react([ended = operations_.front().ended, outcome] { ended(outcome); });
      react([this] {
        if (closed()) return;
        operations_.pop_front();
        if (!operations_.empty()) return run_first();
        if (!update_when_chain_is_empty_) return;
        update_when_chain_is_empty_ = false;
        update_negotiation_needed();
      });
    });
  });
}

inline void PeerModel::task(Millis delay, std::function<void()> what) {
  host_.later(delay, [this, what = std::move(what), alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired() && !closed()) turn(what);
  });
}

inline void PeerModel::refuse(const Ended& ended, std::string name) {
  turn([&] { react([ended, name = std::move(name)] { ended(name); }); });
}

// ---- negotiationneeded (webrtc-pc, "update the negotiation-needed flag")

inline void PeerModel::update_negotiation_needed() {
  if (!operations_.empty()) {
    update_when_chain_is_empty_ = true;
    return;
  }
  task(Millis{0}, [this] {
    if (!operations_.empty() && !(only_harmless_behind(0) && quirk(Quirk::NeedAnnouncedOverHarmless))) {
      update_when_chain_is_empty_ = true;
      return;
    }
    if (signaling_ != SignalingState::Stable) return;
    if (!is_negotiation_needed()) {
      negotiation_needed_ = false;
      return;
    }
    if (negotiation_needed_) return;
    negotiation_needed_ = true;
    host_.negotiation_needed();
  });
}

inline bool PeerModel::is_negotiation_needed() const {
  if (!ufrags_to_replace_.empty()) return true;
  if (has_data_channel_ && (!agreed_.local || !agreed_.local->application())) return true;
  return std::any_of(transceivers_.begin(), transceivers_.end(), [this](const auto& each) { return needs_line(*each); });
}

inline bool PeerModel::needs_line(const ModelTransceiver& transceiver) const {
  if (transceiver.stopped) return false;
  if (transceiver.stopping || !transceiver.mid) return true;
  const ModelLine* local = agreed_.local ? agreed_.local->line(*transceiver.mid) : nullptr;
  const ModelLine* remote = agreed_.remote ? agreed_.remote->line(*transceiver.mid) : nullptr;
  if (local == nullptr || remote == nullptr) return true;
  if (transceiver.direction.sends && local->streams != transceiver.streams) return true;
  if (agreed_.local->is_offer) {
    return local->direction != transceiver.direction && remote->direction.reversed() != transceiver.direction;
  }
  return local->direction != transceiver.direction.limited_to(remote->direction.reversed());
}

// ---- what is done at once

inline void PeerModel::changed() {
  ++changes_;
  turn([this] { update_negotiation_needed(); });
}

inline PeerModel::Outcome PeerModel::add_transceiver(const std::string& kind, Direction direction,
                                                     std::optional<TrackId> track) {
  if (closed()) return "InvalidStateError";
  auto made = std::make_shared<ModelTransceiver>();
  made->kind = kind;
  made->direction = direction;
  made->track = std::move(track);
  made->streams = {options_.name + "-s" + std::to_string(++next_stream_)};
  made->id = ++next_transceiver_;
  transceivers_.push_back(std::move(made));
  changed();
  return {};
}

inline PeerModel::Outcome PeerModel::set_direction(std::size_t at, Direction direction) {
  const auto transceiver = find(at);
  if (closed() || transceiver->stopping) return "InvalidStateError";
  if (transceiver->direction == direction) return {};
  transceiver->direction = direction;
  changed();
  return {};
}

inline PeerModel::Outcome PeerModel::set_streams(std::size_t at) {
  if (closed()) return "InvalidStateError";
  find(at)->streams = {options_.name + "-s" + std::to_string(++next_stream_)};
  changed();
  return {};
}

inline PeerModel::Outcome PeerModel::stop(std::size_t at) {
  if (closed()) return "InvalidStateError";
  const auto transceiver = find(at);
  if (transceiver->stopping) return {};
  transceiver->stopping = true;
  changed();
  return {};
}

inline PeerModel::Outcome PeerModel::create_data_channel(std::optional<int> id) {
  if (closed()) return "InvalidStateError";
  if (id && !channel_ids_.insert(*id).second) return "OperationError";
  const bool first = !has_data_channel_;
  has_data_channel_ = true;
  if (first) changed();
  return {};
}

inline void PeerModel::restart_ice() {
  if (closed()) return;
  for (const auto& each : {agreed_.local, pending_local_}) {
    // With no m-line it says no credentials either.
    if (each && !each->lines.empty()) ufrags_to_replace_.insert(each->ufrag);
  }
  changed();
}

inline void PeerModel::close() {
  signaling_ = SignalingState::Closed;
  for (const auto& each : transceivers_) each->stopping = each->stopped = true;
}

// ---- what is done in its time

inline void PeerModel::set_local(Ended ended) {
  turn([&] {
    const auto make = [this] { return signaling_ == SignalingState::HaveRemoteOffer ? make_answer() : make_offer(); };
    const bool at_call = options_.quirks.count(Quirk::DescriptionAsAtCall) > 0;
    std::optional<ModelDescription> early;
    int changes = changes_;
    if (at_call && !closed() && !operations_.empty() && only_harmless_behind(0)) early = make();
    chain(
        [this, make, at_call, early, changes](Ended done) mutable {
          if (at_call && !early) {
            early = make();
            changes = changes_;
          }
          task(host_.takes(PeerOperation::SetLocal), [this, make, early, changes, done] {
            if (early && changes != changes_) quirk(Quirk::DescriptionAsAtCall);
            ModelDescription made = early ? *early : make();
            const bool empty = made.is_offer && made.first_live() == nullptr;
            if (empty && quirk(Quirk::EmptyOfferRefused)) broken_ = true;
            if (broken_) return done("OperationError");
            apply_local(std::move(made));
            if (!closed()) done({});
          });
        },
        std::move(ended));
  });
}

inline void PeerModel::set_remote(ModelDescription description, Ended ended) {
  const Weight weight = description.is_offer ? Weight::Heavy : Weight::NothingInStable;
  turn([&] {
    chain(
        [this, description = std::move(description)](Ended done) {
          task(host_.takes(PeerOperation::SetRemote), [this, description, done] {
            if (broken_) return done("OperationError");
            if (auto refused = check_remote(description)) {
              const bool collides = description.is_offer && signaling_ == SignalingState::HaveLocalOffer;
              if (collides && !options_.explicit_only && quirk(Quirk::RefusedOfferStillRollsBack)) take_back(true);
              if (!closed()) done(refused);
              return;
            }
            apply_remote(description);
            if (!closed()) done({});
          });
        },
        std::move(ended), weight);
  });
}

inline void PeerModel::roll_back(bool local, Ended ended) {
  turn([&] {
    chain(
        [this, local](Ended done) {
          task(host_.takes(PeerOperation::RollBack), [this, local, done] {
            if (broken_) return done("OperationError");
            const auto needed = local ? SignalingState::HaveLocalOffer : SignalingState::HaveRemoteOffer;
            if (signaling_ == SignalingState::Stable) return done("InvalidStateError");
            if (signaling_ != needed && !quirk(Quirk::RollbackEitherWay)) return done("InvalidStateError");
            take_back(false);
            if (!closed()) done({});
          });
        },
        std::move(ended), Weight::NothingInStable);
  });
}

inline void PeerModel::add_candidate(Candidate candidate, Ended ended) {
  if (!closed() && !candidate.sdp_mid && !candidate.sdp_mline_index) return refuse(ended, "TypeError");
  turn([&] {
    chain(
        [this, candidate = std::move(candidate)](Ended done) {
          const auto& description = remote();
          if (!description) return done("InvalidStateError");
          const ModelLine* line = nullptr;
          if (candidate.sdp_mid) {
            line = description->line(*candidate.sdp_mid);
          } else if (*candidate.sdp_mline_index < description->lines.size()) {
            line = &description->lines[*candidate.sdp_mline_index];
          }
          if (line == nullptr) return done("OperationError");
          const auto of_pending = pending_remote_ ? pending_remote_->ufrag : std::string();
          const auto of_current = agreed_.remote ? agreed_.remote->ufrag : std::string();
          const auto& ufrag = candidate.username_fragment;
          if (ufrag && *ufrag != of_pending && *ufrag != of_current && !quirk(Quirk::UnknownUfragIgnored)) {
            return done("OperationError");
          }
          task(host_.takes(PeerOperation::AddCandidate), [this, candidate, done] {
            candidates_added_.push_back(candidate);
            done({});
          });
        },
        std::move(ended), Weight::Nothing);
  });
}

inline void PeerModel::replace_track(std::size_t at, std::optional<TrackId> track, std::string kind, Ended ended) {
  const auto transceiver = find(at);
  if (track && kind != transceiver->kind) return refuse(ended, "TypeError");
  turn([&] {
    chain(
        [this, transceiver, track = std::move(track)](Ended done) {
          if (transceiver->stopping) return done("InvalidStateError");
          task(host_.takes(PeerOperation::ReplaceTrack), [transceiver, track, done] {
            transceiver->track = track;
            done({});
          });
        },
        std::move(ended), Weight::Nothing);
  });
}

}  // namespace meetwire::support
