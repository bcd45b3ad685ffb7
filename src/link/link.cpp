#include "link/link.hpp"

#include <algorithm>
#include <utility>

#include "link/body.hpp"

namespace meetwire::link {

Link::Body::Body(const LinkOptions& link_options, OperationId& operation_counter)
    : options(link_options),
      operations(&operation_counter),
      polite(!options.numbered || options.self_rank > options.peer_rank),
      numbers(options.numbered, options.limits),
      remote_candidates(options.limits),
      recovery(options.limits, options.seed, polite) {
  numbers.begin(this->options.first_incarnation);
}

Link::Link(const LinkOptions& options, OperationId& operations)
    : body_(std::make_unique<Body>(options, operations)) {}
Link::Link(Link&&) noexcept = default;
Link& Link::operator=(Link&&) noexcept = default;
Link::~Link() = default;

LinkState Link::state() const { return body_->state; }
Incarnation Link::incarnation() const { return body_->numbers.incarnation(); }

LinkStep Link::handle(Millis now, const LinkEvent& event) { return body_->handle(now, event); }

LinkStep Link::Body::handle(Millis at, const LinkEvent& event) {
  if (stage == Stage::Ended) return {};
  now = at;
  std::visit([this](const auto& value) { on(value); }, event);
  if (stage != Stage::Ended) {
    if (unnumbered.offer_at && *unnumbered.offer_at <= now) {
      unnumbered.offer_at.reset();
      if (stage == Stage::Waiting && !is_open && inbox.empty()) stage = Stage::Opening;
      else if (stage == Stage::Opening && offer_out) begin_incarnation(numbers.incarnation() + 1, Stage::Opening);
    }
    say_again();
    heal();
    pump();
    flush_candidates();
    send_all(numbers.due(now));
  }
  LinkStep step{std::move(outputs), wake_at()};
  outputs.clear();
  return step;
}

void Link::Body::on(const Started&) {
  if (stage != Stage::Idle) return;
  stage = options.offers_first ? Stage::Opening : Stage::Waiting;
  recovery.connection_begun(now);
  if (options.may_not_listen) go_unheard();
  if (!options.numbered && stage == Stage::Waiting) unnumbered.offer_at = now + options.limits.unnumbered_offer_grace;
}

void Link::Body::on(const link::Ended&) {
  if (is_open) command(command::ClosePeer{options.peer, numbers.incarnation()});
  is_open = false;
  stage = Stage::Ended;
}

void Link::Body::on(const MessageReceived& received) {
  auto intake = numbers.take(now, received.message);
  if (intake.verdict == PairNumbers::Verdict::Newer) {
    // The peer has given the connection up: ours leads nowhere any more.
    begin_incarnation(received.message.incarnation, Stage::Waiting);
    intake = numbers.take(now, received.message);
  }
  send_all(std::move(intake.send));
  if (intake.verdict == PairNumbers::Verdict::Misbehaved) {
    return report(Failure{ErrorCode::PeerMisbehaved, "impossible numbers in a pair message"});
  }
  if (intake.verdict == PairNumbers::Verdict::OutOfReach) {
    return break_down(Failure{ErrorCode::NegotiationFailed, "messages of this pair are lost for good"});
  }
  if (stage == Stage::Broken) return;
  // Whoever has heard our offer, or says something new, may be slow and is not silent; nor is it, while its answer is set.
  if (intake.acknowledges || !intake.ready.empty()) recovery.offer_progressed(now);
  for (protocol::PairMessage& message : intake.ready) {
    if (is_strangers(message)) continue;
    if (!options.numbered && std::holds_alternative<protocol::Acknowledge>(message.body)) {
      peer_ready();
      continue;
    }
    const auto* offer = std::get_if<protocol::Offer>(&message.body);
    if (offer != nullptr && !options.numbered && !remote_fingerprint.empty() &&
        read_sdp(offer->sdp).fingerprint != remote_fingerprint) {
      // A classic member that numbers nothing: another certificate is another connection at its end.
      begin_incarnation(numbers.incarnation() + 1, Stage::Waiting);
    }
    meet(message);
    hear(message);
    inbox.push_back(std::move(message));
  }
  if (inbox.size() > options.limits.candidates_per_generation_max) {
    break_down(Failure{ErrorCode::PeerMisbehaved, "more messages than a negotiation can need"});
  }
}

// While a connection works, nobody else's description is the peer's; one of ours says by its rank whose it is.
bool Link::Body::is_strangers(const protocol::PairMessage& message) const {
  if (!options.overhears || state != LinkState::Connected || remote_fingerprint.empty()) return false;
  if (unnumbered.is_ours() && message.rank == unnumbered.rank) return false;
  const auto* offer = std::get_if<protocol::Offer>(&message.body);
  const auto* answer = std::get_if<protocol::Answer>(&message.body);
  if (offer == nullptr && answer == nullptr) return false;
  return read_sdp(offer != nullptr ? offer->sdp : answer->sdp).fingerprint != remote_fingerprint;
}

// It would take an offer now. One that it was made before it has not heard, unless its answer is on its way.
void Link::Body::peer_ready() {
  if (stage == Stage::Waiting) unnumbered.offer_at = now;
  if (stage == Stage::Opening && offer_out) unnumbered.offer_at = now + options.limits.unnumbered_offer_grace;
}

void Link::Body::on(const WishesChanged& changed) {
  unnumbered.wishes = changed.wishes;
  wish();
}

// One of ours is told by the server.
void Link::Body::on(const TextSaid& said) {
  if (options.text_channel.empty() || unnumbered.is_ours() || !is_open) return;
  command(command::SendText{options.peer, numbers.incarnation(), said.text});
}

void Link::Body::on(const event::TextArrived& arrived) {
  const bool expected = !options.text_channel.empty() && !unnumbered.is_ours() && arrived.incarnation == numbers.incarnation();
  if (!expected || arrived.text.empty()) return;
  if (now - unnumbered.texts_since >= Millis{1'000}) {
    unnumbered.texts_since = now;
    unnumbered.texts = 0;
  }
  if (++unnumbered.texts > options.limits.rate_messages_per_second) {
    if (unnumbered.texts == options.limits.rate_messages_per_second + 1) report(Failure{ErrorCode::PeerMisbehaved, "more texts than anybody can write"});
    return;
  }
  if (arrived.text.size() > options.limits.chat_bytes_max) return report(Failure{ErrorCode::PeerMisbehaved, "a text longer than a message may be"});
  outputs.emplace_back(TextHeard{arrived.text});
}

void Link::Body::on(const IceServersChanged& changed) {
  if (options.ice_servers == changed.ice_servers) return;
  options.ice_servers = changed.ice_servers;
  if (is_open) command(command::ConfigurePeer{options.peer, numbers.incarnation(), options.ice_servers});
}

void Link::Body::wish() {
  slots.wish(options.numbered ? unnumbered.wishes : unnumbered.for_peer(options.may_not_listen));
  if (stage == Stage::Agreed && slots.lacks_line() && !negotiate_at) {
    negotiate_at = now + options.limits.negotiation_batch_window;
  }
}

// Whether a member that numbers nothing is one of ours: its descriptions say so, each of them.
void Link::Body::meet(const protocol::PairMessage& message) {
  const bool is_offer = std::holds_alternative<protocol::Offer>(message.body);
  if (options.numbered || (!is_offer && !std::holds_alternative<protocol::Answer>(message.body))) return;
  unnumbered.offer_at.reset();
  if (is_offer) unnumbered.negotiates_once = false;
  if (unnumbered.rank == message.rank) return;
  unnumbered.rank = message.rank;
  polite = unnumbered.rank.empty() || options.self_rank > unnumbered.rank;
  wish();
}

void Link::Body::on(const SignallingLost&) {
  signalling_up = false;
  recovery.signalling_lost();
}

void Link::Body::on(const SignallingResumed&) {
  signalling_up = true;
  if (!options.may_not_listen || unnumbered.heard) recovery.signalling_resumed(now);
  send_all(numbers.repeat_all(now));
  // Nothing of this is acknowledged: what was said while the server was away is lost.
  if (awaits_answer()) {
    unnumbered.say_again_at = now;
  } else if (state != LinkState::Connected) {
    std::vector<protocol::PairMessage> candidates = unnumbered.said;
    std::erase_if(candidates, [](const auto& one) { return !std::holds_alternative<protocol::Candidates>(one.body); });
    send_all(std::move(candidates));
  }
}

// The operation that has ended, if it is the one awaited.
std::optional<Operation> Link::Body::settle(OperationId id, Incarnation of) {
  if (!pending || pending->id != id || of != numbers.incarnation()) return std::nullopt;
  const Operation operation = pending->operation;
  pending.reset();
  return operation;
}

void Link::Body::on(const event::LocalDescriptionSet& set) {
  const auto operation = settle(set.operation, set.incarnation);
  if (!operation || stage == Stage::Broken) return;
  signaling = *after(signaling, *operation);
  local_ufrags = read_sdp(set.description.sdp).ufrags;
  if (*operation == Operation::MakeOffer) {
    slots.lines_offered(set.slots);
    send_offer(set.description);
  } else {
    send_answer(set.description);
  }
}

void Link::Body::on(const event::OperationSucceeded& succeeded) {
  const auto operation = settle(succeeded.operation, succeeded.incarnation);
  if (!operation || stage == Stage::Broken) return;
  signaling = *after(signaling, *operation);
  switch (*operation) {
    case Operation::SetAnswer:
      offer_out.reset();
      ice_restart_offered = false;
      recovery.offer_settled();
      slots.lines_agreed();
      stage = Stage::Agreed;
      remote_description_applied();
      return;
    case Operation::SetOffer:
      remote_description_applied();
      bind_lines();
      return;
    case Operation::RollBack:
      rolled_back();
      return;
    case Operation::MakeOffer:
    case Operation::MakeAnswer:
    case Operation::AddCandidate:
    case Operation::SetTrack:
      return;
  }
}

void Link::Body::on(const event::OperationFailed& failed) {
  const auto operation = settle(failed.operation, failed.incarnation);
  if (!operation || stage == Stage::Broken) return;
  Failure why{ErrorCode::NegotiationFailed,
              std::string(name_of(*operation)) + ": " + failed.error_name + ": " + failed.error_message};
  // A candidate or a track that is refused costs only itself.
  if (*operation == Operation::AddCandidate || *operation == Operation::SetTrack) return report(std::move(why));
  break_down(std::move(why));
}

// The browser's hint is not needed: whatever calls for an offer is known here, and a spurious one must cause no loop.
void Link::Body::on(const event::NegotiationNeeded&) {}

void Link::Body::on(const event::CandidateGathered& event) {
  if (event.incarnation != numbers.incarnation() || stage == Stage::Broken) return;
  if (gathered.size() >= options.limits.candidates_per_generation_max) return;
  // The end of candidates is not sent.
  if (event.candidate.candidate.empty()) return;
  // The server would refuse it with the whole message, and that would be repeated for ever.
  if (auto fault = fault_of(event.candidate)) return report(std::move(*fault));
  gathered.push_back(event.candidate);
  if (!candidates_at) candidates_at = now + options.limits.candidate_batch_window;
}

void Link::Body::on(const event::ConnectionChanged& changed) {
  if (changed.incarnation != numbers.incarnation() || !is_open) return;
  recovery.connection_changed(now, changed.state);
  switch (changed.state) {
    case ConnectionState::Connected:
      return set_state(LinkState::Connected);
    case ConnectionState::Disconnected:
    case ConnectionState::Failed:
      if (state == LinkState::Connected) set_state(LinkState::Reconnecting);
      return;
    case ConnectionState::Closed:
      // Nobody but us closes it; a browser that does has taken it away.
      return break_down(Failure{ErrorCode::LinkFailed, "the browser closed the connection"});
    case ConnectionState::New:
    case ConnectionState::Connecting:
      return;
  }
}

}  // namespace meetwire::link
