// PeerModel: what descriptions are made of and what setting them does (RFC 8829; webrtc-pc, "set a session description").
#pragma once

#include "support/peer_model.hpp"

namespace meetwire::support {

inline std::shared_ptr<ModelTransceiver> PeerModel::with_mid(const std::string& mid) const {
  for (const auto& each : transceivers_) {
    if (each->mid == mid) return each;
  }
  return nullptr;
}

// The ufrag to describe, a fresh one if that is due.
inline std::string PeerModel::credentials(bool replace) {
  if (local() && !local()->ufrag.empty() && !replace) return local()->ufrag;
  if (!local() && next_ufrag_ > 0 && !replace && quirk(Quirk::CredentialsOutliveRollback)) {
    return options_.name + ".1";
  }
  return options_.name + "." + std::to_string(++next_ufrag_);
}

inline std::string PeerModel::fresh_mid() {
  std::string mid;
  do mid = std::to_string(next_mid_++);
  while (mids_seen_.count(mid) > 0);
  return mid;
}

inline ModelDescription PeerModel::make_offer() {
  ModelDescription offer;
  offer.fingerprint = fingerprint();
  offer.ufrag = credentials(!ufrags_to_replace_.empty());
  offer.version = ++next_version_;
  offer.subject = "offer " + options_.name + "!" + std::to_string(offer.version);
  std::vector<std::shared_ptr<ModelTransceiver>> fresh;
  for (const auto& each : transceivers_) {
    if (!each->mid && !each->stopping) fresh.push_back(each);
  }
  const auto line_for = [](const ModelTransceiver& transceiver, std::string name) {
    ModelLine line;
    line.kind = transceiver.kind;
    line.mid = std::move(name);
    line.direction = transceiver.direction;
    line.transceiver = transceiver.id;
    if (transceiver.direction.sends) line.streams = transceiver.streams;
    return line;
  };
  const auto take = [&](std::size_t at) {
    ModelLine line = line_for(*fresh[at], fresh_mid());
    fresh.erase(fresh.begin() + static_cast<std::ptrdiff_t>(at));
    return line;
  };
  // The one that may have the place of a rejected line.
  const auto heir_of = [&](const ModelLine& known) {
    for (std::size_t at = 0; at < fresh.size(); ++at) {
      if (fresh[at]->kind == known.kind || !quirk(Quirk::RecyclesSameKindOnly)) return at;
    }
    return fresh.size();
  };
  if (local()) {
    for (const ModelLine& known : local()->lines) {
      const auto transceiver = with_mid(known.mid);
      if (known.kind == "application") {
        offer.lines.push_back(known);
      } else if (transceiver && !transceiver->stopping) {
        offer.lines.push_back(line_for(*transceiver, known.mid));
      } else if (const auto heir = heir_of(known); !transceiver && known.rejected && heir < fresh.size()) {
        offer.lines.push_back(take(heir));
      } else {
        offer.lines.push_back(known);
        offer.lines.back().rejected = true;
        offer.lines.back().streams.clear();
      }
    }
  }
  const bool has_line = offer.application() != nullptr;
  const bool lost = lost_data_mid_ && !has_line && quirk(Quirk::RollbackLosesDataLine);
  const auto add_data_line = [&] {
    ModelLine line;
    line.kind = "application";
    line.mid = fresh_mid();
    offer.lines.push_back(std::move(line));
    data_line_follows_ = next_transceiver_;
  };
  bool data_line_due = has_data_channel_ && !has_line && !lost;
  while (!fresh.empty()) {
    const bool now = data_line_due && !local() && data_line_follows_ && fresh.front()->id > *data_line_follows_;
    if (now && quirk(Quirk::DataLineKeepsItsPlace)) {
      add_data_line();
      data_line_due = false;
    }
    offer.lines.push_back(take(0));
  }
  if (data_line_due) add_data_line();
  if (const ModelLine* first = offer.first_live(); local() && first != nullptr) {
    const ModelLine* known = local()->line(first->mid);
    const bool is_new = known == nullptr || known->rejected;
    if (is_new && local()->first_live() && offer.ufrag == local()->ufrag && quirk(Quirk::CredentialsFollowFirstLine)) {
      offer.ufrag = credentials(true);
    }
  }
  return offer;
}

inline ModelDescription PeerModel::make_answer() {
  const ModelDescription& offer = *pending_remote_;
  ModelDescription answer;
  answer.is_offer = false;
  answer.version = ++next_version_;
  answer.subject = answer_to(offer.subject);
  answer.fingerprint = fingerprint();
  answer.ufrag = credentials(agreed_.remote && agreed_.remote->ufrag != offer.ufrag);
  for (const ModelLine& offered : offer.lines) {
    ModelLine line = offered;
    line.streams.clear();
    if (line.kind != "application") {
      const auto transceiver = with_mid(offered.mid);
      line.rejected = offered.rejected || !transceiver || transceiver->stopped;
      // One that is being stopped is given up by an offer, not by an answer.
      const bool silent = line.rejected || transceiver->stopping;
      line.direction = silent ? Direction{} : transceiver->direction.limited_to(offered.direction.reversed());
      if (!line.rejected && transceiver->direction.sends) line.streams = transceiver->streams;
      if (!line.streams.empty() && !line.direction.sends && quirk(Quirk::SilentAnswerNamesNoStream)) line.streams.clear();
    } else {
      const bool anew = !agreed_.local || !agreed_.local->application();
      if (anew && lost_data_mid_ && *lost_data_mid_ != line.mid && quirk(Quirk::RollbackLosesDataLine)) line.rejected = true;
    }
    answer.lines.push_back(std::move(line));
  }
  return answer;
}

// Before the first description after stable, what its rollback would have to bring back.
inline void PeerModel::remember() {
  if (signaling_ != SignalingState::Stable) return;
  before_.clear();
  for (const auto& each : transceivers_) before_.push_back({each, each->mid, each->receiving_announced, each->remote_streams});
}

inline void PeerModel::become(SignalingState next) {
  const bool changes = signaling_ != next;
  signaling_ = next;
  if (next == SignalingState::Stable) {
    before_.clear();
    negotiation_needed_ = false;
    update_negotiation_needed();
  }
  if (changes) host_.signaling_state_changed(next);
}

inline void PeerModel::undo() {
  const bool had_line = agreed_.local && agreed_.local->application();
  for (const auto* each : {&pending_local_, &pending_remote_}) {
    if (*each && (*each)->application() && !had_line) lost_data_mid_ = (*each)->application()->mid;
  }
  Transceivers kept;
  for (const auto& each : transceivers_) {
    const auto was = std::find_if(before_.begin(), before_.end(), [&](const Before& one) { return one.transceiver == each; });
    const bool known = was != before_.end();
    each->mid = known ? was->mid : std::nullopt;
    if (known) each->receiving_announced = was->receiving_announced;
    if (known) each->remote_streams = was->remote_streams;
    if (known || !each->by_remote) {
      kept.push_back(each);
    } else {
      each->stopping = each->stopped = true;
    }
  }
  transceivers_ = std::move(kept);
  pending_local_.reset();
  pending_remote_.reset();
}

inline void PeerModel::take_back(bool implicit) {
  undo();
  if (!implicit && is_negotiation_needed() && only_harmless_behind(1) && quirk(Quirk::RollbackAnnouncesNeedFirst)) {
    host_.negotiation_needed();
    if (closed()) return;
    become(SignalingState::Stable);
    negotiation_needed_ = true;
    return;
  }
  become(SignalingState::Stable);
}

inline void PeerModel::apply_local(ModelDescription description) {
  remember();
  const std::string ufrag = description.ufrag;
  const auto begin_gathering = [&] {
    if (closed() || ufrag == gathered_ || ufrag.empty()) return;
    gathered_ = ufrag;
    host_.gathering_begun(ufrag);
  };
  if (!description.is_offer) {
    for (const ModelLine& line : description.lines) {
      const auto transceiver = with_mid(line.mid);
      if (!transceiver || line.rejected) continue;
      transceiver->current = line.direction;
      const bool silenced = transceiver->receiving_announced && !line.direction.receives;
      if (silenced && quirk(Quirk::TrackStaysAnnounced)) continue;
      transceiver->receiving_announced = line.direction.receives;
    }
    agree(std::move(description), *pending_remote_);
    become(SignalingState::Stable);
    return begin_gathering();
  }
  for (const ModelLine& line : description.lines) {
    if (line.kind == "application" || line.rejected || with_mid(line.mid)) continue;
    for (const auto& each : transceivers_) {
      if (each->id == line.transceiver) each->mid = line.mid;
    }
  }
  pending_local_ = std::move(description);
  become(SignalingState::HaveLocalOffer);
  announce({});
  begin_gathering();
}

inline PeerModel::Outcome PeerModel::check_remote(const ModelDescription& description) const {
  if (!description.is_offer) {
    if (signaling_ != SignalingState::HaveLocalOffer) return "InvalidStateError";
    if (description.lines.size() != pending_local_->lines.size()) return "InvalidAccessError";
    for (std::size_t i = 0; i < description.lines.size(); ++i) {
      const ModelLine& own = pending_local_->lines[i];
      const ModelLine& answered = description.lines[i];
      if (own.mid != answered.mid || own.kind != answered.kind) return "InvalidAccessError";
      if (own.rejected && !answered.rejected) return "InvalidAccessError";
    }
    return {};
  }
  if (signaling_ == SignalingState::HaveLocalOffer && options_.explicit_only) return "InvalidStateError";
  // Firefox forgets the offer before.
  const bool repeated = pending_remote_ && options_.quirks.count(Quirk::RepeatedOfferStartsAnew) == 0;
  const auto& before = repeated && !agreed_.local ? pending_remote_ : agreed_.local;
  if (!before) return {};
  if (description.lines.size() < before->lines.size()) return "InvalidAccessError";
  for (std::size_t i = 0; i < before->lines.size(); ++i) {
    const ModelLine& known = before->lines[i];
    const ModelLine& offered = description.lines[i];
    if (!known.rejected && (known.mid != offered.mid || known.kind != offered.kind)) return "InvalidAccessError";
  }
  return {};
}

inline void PeerModel::apply_remote(ModelDescription description) {
  if (description.is_offer && signaling_ == SignalingState::HaveLocalOffer) take_back(true);
  if (closed()) return;
  if (signaling_ == SignalingState::HaveRemoteOffer && quirk(Quirk::RepeatedOfferStartsAnew)) undo();
  remember();
  std::vector<std::shared_ptr<ModelTransceiver>> tracks;
  for (const ModelLine& line : description.lines) take_line(description, line, tracks);
  if (description.is_offer) {
    pending_remote_ = std::move(description);
    become(SignalingState::HaveRemoteOffer);
  } else {
    agree(*pending_local_, std::move(description));
    become(SignalingState::Stable);
  }
  announce(std::move(tracks));
}

inline void PeerModel::announce(std::vector<std::shared_ptr<ModelTransceiver>> tracks) {
  if (options_.quirks.count(Quirk::TrackAgainAfterOwnChange) > 0) {
    Transceivers in_order;
    for (const auto& each : transceivers_) {
      const bool is_new = std::find(tracks.begin(), tracks.end(), each) != tracks.end();
      const bool again = each->receiving_announced && !each->stopped && (each->stopping || !each->direction.receives);
      if (is_new || (again && quirk(Quirk::TrackAgainAfterOwnChange))) in_order.push_back(each);
    }
    tracks = std::move(in_order);
  }
  for (const auto& each : tracks) {
    if (!closed()) host_.track(*each);
  }
}

inline void PeerModel::take_line(const ModelDescription& description, const ModelLine& line,
                                 std::vector<std::shared_ptr<ModelTransceiver>>& tracks) {
  mids_seen_.insert(line.mid);
  if (line.kind == "application") return;
  auto transceiver = with_mid(line.mid);
  if (!transceiver) {
    transceiver = std::make_shared<ModelTransceiver>();
    transceiver->kind = line.kind;
    transceiver->direction = {false, true};
    transceiver->by_remote = true;
    transceiver->mid = line.mid;
    transceiver->streams = {};
    transceiver->id = ++next_transceiver_;
    transceivers_.push_back(transceiver);
  }
  if (line.rejected) {
    transceiver->stopping = transceiver->stopped = true;
    transceiver->receiving_announced = false;
    return;
  }
  const Direction ours = line.direction.reversed();
  const auto& had = transceiver->remote_streams;
  const auto now = ours.receives ? line.streams : std::vector<std::string>{};
  const bool joins = std::any_of(now.begin(), now.end(), [&](const auto& stream) {
    return std::find(had.begin(), had.end(), stream) == had.end();
  });
  if (ours.receives && (!transceiver->receiving_announced || joins)) tracks.push_back(transceiver);
  transceiver->receiving_announced = ours.receives;
  transceiver->remote_streams = now;
  if (!description.is_offer) transceiver->current = ours;
}

// Both descriptions hold now: what was stopped is gone for good.
inline void PeerModel::agree(ModelDescription local, ModelDescription remote) {
  Transceivers kept;
  for (const auto& each : transceivers_) {
    const ModelLine* line = each->mid ? local.line(*each->mid) : nullptr;
    const ModelLine* there = each->mid ? remote.line(*each->mid) : nullptr;
    if ((line != nullptr && line->rejected) || (there != nullptr && there->rejected)) {
      each->stopping = each->stopped = true;
      each->current.reset();
    }
    if (!each->stopped) kept.push_back(each);
  }
  transceivers_ = std::move(kept);
  if (ufrags_to_replace_.count(local.ufrag) == 0) ufrags_to_replace_.clear();
  agreed_ = {std::move(local), std::move(remote)};
  pending_local_.reset();
  pending_remote_.reset();
}

}  // namespace meetwire::support
