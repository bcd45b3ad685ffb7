// Offers and answers: perfect negotiation, one browser operation at a time.
// In a collision the impolite side ignores the other's offer, the polite one takes its own back first
// (https://www.w3.org/TR/webrtc/#perfect-negotiation-example, with the rollback as a step of its own).
#include <algorithm>
#include <array>
#include <utility>

#include "link/body.hpp"

namespace meetwire::link {

// Does what can be done now. Messages come before wishes: what the peer said is older than what we are about to say.
void Link::Body::pump() {
  while (!pending && (stage == Stage::Waiting || stage == Stage::Opening || stage == Stage::Agreed)) {
    if (std::exchange(unnumbered.take_back, false) && signaling == SignalingState::HaveLocalOffer) {
      begin_operation(Operation::RollBack);
    } else if (signaling == SignalingState::HaveRemoteOffer) {
      begin_operation(slots.has_track_change() ? Operation::SetTrack : Operation::MakeAnswer);
    } else if (!inbox.empty()) {
      if (!take_from_inbox()) return;
    } else if (is_open && remote_candidates.has_next()) {
      begin_operation(Operation::AddCandidate);
    } else if (is_open && slots.has_track_change()) {
      begin_operation(Operation::SetTrack);
    } else if (wants_offer()) {
      if (!is_open) open_connection();
      // A page that negotiates once shows what it sends only if the first offer has lines for it.
      if (!options.numbered && stage == Stage::Opening) {
        slots.want_lines({Slot::Microphone});
        if (!options.may_not_listen) slots.want_lines({Slot::Camera});
      }
      const auto missing = slots.take_missing();
      for (const Slot slot : missing) command(command::AddSlot{options.peer, numbers.incarnation(), slot, priority_of(slot)});
      if (missing.empty() || !slots.has_track_change()) begin_operation(Operation::MakeOffer);
    } else {
      return;
    }
  }
}

bool Link::Body::wants_offer() const {
  if (signaling != SignalingState::Stable) return false;
  if (stage == Stage::Opening) return true;
  if (stage != Stage::Agreed || unnumbered.negotiates_once) return false;
  if (ice_restart_wanted) return true;
  return slots.lacks_line() && (!negotiate_at || *negotiate_at <= now);
}

// Always makes progress: the front message is taken, or an operation is begun.
bool Link::Body::take_from_inbox() {
  const protocol::PairBody& body = inbox.front().body;
  if (std::holds_alternative<protocol::Offer>(body)) {
    take_offer();
    return true;
  }
  if (std::holds_alternative<protocol::Answer>(body)) {
    take_answer();
    return true;
  }
  if (const auto* batch = std::get_if<protocol::Candidates>(&body)) {
    for (const Candidate& candidate : batch->candidates) {
      if (!remote_candidates.take(candidate)) {
        report(Failure{ErrorCode::PeerMisbehaved, "more candidates than a generation may have"});
        break;
      }
    }
  }
  inbox.erase(inbox.begin());
  return true;
}

void Link::Body::take_offer() {
  if (signaling == SignalingState::HaveLocalOffer) {
    if (polite) {
      begin_operation(Operation::RollBack);
    } else {
      inbox.erase(inbox.begin());  // the peer takes it back when it sees ours
    }
    return;
  }
  if (!is_open) open_connection();
  begin_operation(Operation::SetOffer);
}

void Link::Body::take_answer() {
  const auto& answer = std::get<protocol::Answer>(inbox.front().body);
  const bool awaited = signaling == SignalingState::HaveLocalOffer && offer_out.has_value();
  // A page does not say which offer it answers.
  if (awaited && ((!options.numbered && answer.offer == 0) || answer.offer == *offer_out)) {
    begin_operation(Operation::SetAnswer);
  } else {
    inbox.erase(inbox.begin());  // to an offer that is settled, or was taken back
  }
}

bool Link::Body::inbox_has_offer() const {
  return std::any_of(inbox.begin(), inbox.end(), [](const protocol::PairMessage& message) {
    return std::holds_alternative<protocol::Offer>(message.body);
  });
}

// What each operation needs is taken from where it waits: descriptions from the inbox, candidates and tracks from
// their tables. An operation that the signalling state forbids is our own defect, and is never started.
void Link::Body::begin_operation(Operation operation) {
  if (!after(signaling, operation)) {
    return break_down(Failure{ErrorCode::Internal, std::string(name_of(operation)) + " in " + std::string(name_of(signaling))});
  }
  const OperationId id = ++*operations;
  const Incarnation incarnation = numbers.incarnation();
  const UserId& peer = options.peer;
  pending = Pending{id, operation};
  switch (operation) {
    case Operation::MakeOffer:
      negotiate_at.reset();
      ice_restart_offered = ice_restart_wanted;
      ice_restart_wanted = false;
      [[fallthrough]];
    case Operation::MakeAnswer:
      return command(command::SetLocalDescription{id, peer, incarnation});
    case Operation::RollBack:
      return command(command::RollBack{id, peer, incarnation});
    case Operation::SetOffer: {
      auto& offer = std::get<protocol::Offer>(inbox.front().body);
      incoming = Incoming{inbox.front().sequence, read_sdp(offer.sdp), std::move(offer.slots)};
      command(command::SetRemoteDescription{id, peer, incarnation, {DescriptionType::Offer, std::move(offer.sdp)}});
      inbox.erase(inbox.begin());
      return;
    }
    case Operation::SetAnswer: {
      auto& answer = std::get<protocol::Answer>(inbox.front().body);
      incoming = Incoming{0, read_sdp(answer.sdp), {}};
      command(command::SetRemoteDescription{id, peer, incarnation, {DescriptionType::Answer, std::move(answer.sdp)}});
      inbox.erase(inbox.begin());
      return;
    }
    case Operation::AddCandidate:
      return command(command::AddCandidate{id, peer, incarnation, *remote_candidates.next()});
    case Operation::SetTrack: {
      auto [slot, track] = *slots.take_track_change();
      return command(command::SetTrack{id, peer, incarnation, slot, std::move(track)});
    }
  }
}

void Link::Body::send_offer(const Description& description) {
  // The peer's offer waits already: ours would be taken back in the next moment, so nobody needs to see it.
  if (polite && inbox_has_offer()) return;
  if (auto fault = fault_of(description)) {
    if (stage != Stage::Agreed || ice_restart_offered) return break_down(std::move(*fault));
    // What works goes on without what was to be added. It may be less by the next time.
    report(std::move(*fault));
    unnumbered.take_back = true;
    negotiate_at = now + options.limits.restart_backoff_max;
    return;
  }
  const bool first = stage == Stage::Opening;
  send(protocol::Offer{description.sdp, slots.lines(), first}, /*may_wait=*/first);
  recovery.offer_sent(now);
}

// What the server would refuse must not be numbered: it would be repeated for ever, and all after it would wait.
std::optional<Failure> Link::Body::fault_of(const Description& description) const {
  const Limits& limits = options.limits;
  if (description.sdp.size() > limits.description_bytes_max) {
    return Failure{ErrorCode::MessageTooLarge, "a session description of " + std::to_string(description.sdp.size()) + " bytes; at most " +
                                                   std::to_string(limits.description_bytes_max)};
  }
  for (const auto& [mid, slot] : slots.lines()) {
    if (mid.size() > limits.id_bytes_max) return Failure{ErrorCode::MessageTooLarge, "a mid; at most " + std::to_string(limits.id_bytes_max) + " bytes"};
  }
  return std::nullopt;
}

void Link::Body::send_answer(const Description& description) {
  if (auto fault = fault_of(description)) return break_down(std::move(*fault));
  send(protocol::Answer{incoming.sequence, description.sdp, slots.lines()}, /*may_wait=*/false);
  stage = Stage::Agreed;
}

// An offer or answer of the peer's holds now.
void Link::Body::remote_description_applied() {
  // New credentials of the peer's bring new ones of ours: a restart that was still wanted has happened.
  if (remote_candidates.description_set(incoming.facts.ufrags)) ice_restart_wanted = false;
  remote_fingerprint = incoming.facts.fingerprint;
  const SlotsByMid inferred = options.numbered ? SlotsByMid{} : infer_slots(incoming.facts);
  std::array<bool, kSlots.size()> sends{};
  for (const MediaLine& line : incoming.facts.lines) {
    if (!line.sends) continue;
    auto slot = slots.slot_of(line.mid);
    for (const SlotsByMid* named : {&std::as_const(incoming.slots), &inferred}) {
      const auto at = named->find(line.mid);
      if (!slot && at != named->end()) slot = at->second;
    }
    if (slot) sends[static_cast<std::size_t>(*slot)] = true;
  }
  std::vector<Slot> sending;
  for (const Slot slot : kSlots) {
    if (sends[static_cast<std::size_t>(slot)]) sending.push_back(slot);
  }
  if (sending == remote_sending) return;
  remote_sending = sending;
  outputs.emplace_back(RemoteSlotsChanged{std::move(sending)});
}

void Link::Body::bind_lines() {
  const SlotsByMid& named = incoming.slots;
  const SlotsByMid lines = named.empty() && !options.numbered ? infer_slots(incoming.facts) : named;
  for (auto& [slot, mid] : slots.lines_bound(lines)) {
    command(command::BindSlot{options.peer, numbers.incarnation(), slot, std::move(mid), priority_of(slot)});
  }
}

void Link::Body::rolled_back() {
  offer_out.reset();
  recovery.offer_settled();
  slots.lines_rolled_back();
  unnumbered.said.clear();
  // Taken back with the offer; the browser keeps its own mark until new credentials are set.
  ice_restart_wanted = ice_restart_wanted || ice_restart_offered;
  ice_restart_offered = false;
}

}  // namespace meetwire::link
