// What keeps a link alive between negotiations: candidates out, new incarnations, healing, the state that is shown.
#include <algorithm>
#include <string>
#include <utility>

#include "link/body.hpp"

namespace meetwire::link {
namespace {

std::size_t bytes_of(const Candidate& candidate) {
  return candidate.candidate.size() + candidate.sdp_mid.value_or("").size() + candidate.username_fragment.value_or("").size();
}

}  // namespace

void Link::Body::send(protocol::PairBody body, bool may_wait) {
  const bool is_offer = std::holds_alternative<protocol::Offer>(body);
  protocol::PairMessage message = numbers.stamp(now, std::move(body));
  if (options.says_rank) {
    message.rank = options.self_rank;
    if (is_offer) message.sequence = ++unnumbered.offers;
  }
  if (is_offer) offer_out = message.sequence;
  keep_said(message);
  outputs.emplace_back(SendPair{std::move(message), may_wait});
}

void Link::Body::send_all(std::vector<protocol::PairMessage> messages) {
  for (protocol::PairMessage& message : messages) outputs.emplace_back(SendPair{std::move(message), false});
}

// As the server judges it.
std::optional<Failure> Link::Body::fault_of(const Candidate& candidate) const {
  const std::size_t bytes = bytes_of(candidate);
  if (bytes > options.limits.candidate_bytes_max) {
    return Failure{ErrorCode::MessageTooLarge, "a candidate of " + std::to_string(bytes) + " bytes; it is left out"};
  }
  if (candidate.sdp_mid || candidate.sdp_mline_index) return std::nullopt;
  return Failure{ErrorCode::MessageMalformed, "a candidate with neither mid nor index; it is left out"};
}

// Candidates follow their description, never lead it, and those of an offer that was taken back stay here.
void Link::Body::flush_candidates() {
  if (!candidates_at || *candidates_at > now || !is_open) return;
  const bool making = pending && (pending->operation == Operation::MakeOffer || pending->operation == Operation::MakeAnswer);
  const bool unsent_offer = signaling == SignalingState::HaveLocalOffer && !offer_out;
  if (making || unsent_offer || local_ufrags.empty()) return;
  candidates_at.reset();
  std::vector<Candidate> batch;
  std::size_t bytes = 0;
  for (Candidate& candidate : gathered) {
    const std::string generation = generation_of(candidate);
    if (!generation.empty() && local_ufrags.count(generation) == 0) continue;
    bytes += bytes_of(candidate);
    // A message has to fit into an envelope, beside others, with its escapes.
    if (bytes > options.limits.message_bytes_max / 4) {
      send(protocol::Candidates{std::exchange(batch, {})}, /*may_wait=*/true);
      bytes = bytes_of(candidate);
    }
    batch.push_back(std::move(candidate));
  }
  gathered.clear();
  if (!batch.empty()) send(protocol::Candidates{std::move(batch)}, /*may_wait=*/true);
}

void Link::Body::open_connection() {
  is_open = true;
  command(command::OpenPeer{options.peer, numbers.incarnation(), options.ice_servers, options.ice_transport_policy,
                            options.numbered, options.text_channel});
}

// Everything of the connection before is over: what is still under way there finds no one waiting.
void Link::Body::begin_incarnation(Incarnation next, Stage as) {
  if (is_open) command(command::ClosePeer{options.peer, numbers.incarnation()});
  is_open = false;
  numbers.begin(next);
  stage = as;
  signaling = SignalingState::Stable;
  pending.reset();
  inbox.clear();
  offer_out.reset();
  ice_restart_wanted = ice_restart_offered = false;
  negotiate_at.reset();
  remote_fingerprint.clear();
  remote_candidates.clear();
  slots.forget_lines();
  local_ufrags.clear();
  gathered.clear();
  candidates_at.reset();
  unnumbered.negotiates_once = unnumbered.take_back = false;
  unnumbered.offer_at.reset();
  unnumbered.said.clear();
  unnumbered.say_again_at.reset();
  recovery.connection_begun(now);
  if (state == LinkState::Connected) set_state(LinkState::Reconnecting);
}

void Link::Body::break_down(Failure why) {
  report(std::move(why));
  stage = Stage::Broken;
  pending.reset();
  inbox.clear();
  recovery.give_up(now);
}

void Link::Body::heal() {
  switch (recovery.due(now, /*works=*/!options.numbered && stage == Stage::Agreed)) {
    case Remedy::None:
      return;
    case Remedy::TakeBack:
      unnumbered.take_back = true;
      // One of ours may have lost it, and is asked anew; a page that did not answer never will.
      if (unnumbered.is_ours()) {
        negotiate_at = now + options.limits.restart_backoff_min;
      } else {
        unnumbered.negotiates_once = true;
      }
      return;
    case Remedy::RestartIce:
      if (!is_open || stage != Stage::Agreed) return;
      command(command::RestartIce{options.peer, numbers.incarnation()});
      ice_restart_wanted = true;
      recovery.ice_restarted(now);
      return;
    case Remedy::NewIncarnation:
      begin_incarnation(numbers.incarnation() + 1, Stage::Opening);
      if (options.may_not_listen) go_unheard();
      // Who may not be there at all is not waited for.
      if (recovery.has_failed() || options.may_not_listen) {
        set_state(LinkState::Failed, Failure{ErrorCode::LinkFailed});
      }
      return;
  }
}

void Link::Body::set_state(LinkState next, std::optional<Failure> error) {
  if (state == next) return;
  state = next;
  outputs.emplace_back(StateChanged{next, std::move(error)});
}

std::optional<Millis> Link::Body::wake_at() const {
  if (stage == Stage::Ended) return std::nullopt;
  auto at = earlier(recovery.wake_at(), numbers.wake_at());
  at = earlier(at, unnumbered.offer_at);
  at = earlier(at, unnumbered.say_again_at);
  // Once these two are due they wait for an operation or an answer, whose end wakes by itself.
  for (const auto& deadline : {negotiate_at, candidates_at}) {
    if (deadline && *deadline > now) at = earlier(at, deadline);
  }
  return at;
}

}  // namespace meetwire::link
