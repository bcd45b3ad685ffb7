#include "flow/flow.hpp"

#include <algorithm>
#include <utility>

#include "flow/body.hpp"

namespace meetwire::flow {

Flow::Flow(FlowOptions options) : body_(std::make_unique<Body>(std::move(options))) {}
Flow::~Flow() = default;
Flow::Flow(Flow&&) noexcept = default;
Flow& Flow::operator=(Flow&&) noexcept = default;

Step<FlowCommand> Flow::handle(Millis now, const FlowEvent& event) {
  Body& body = *body_;
  body.now = now;
  body.commands.clear();
  std::visit([&body](const auto& happened) { body.on(happened); }, event);
  body.settle();
  body.share();
  return {std::move(body.commands), body.wake_at()};
}

Peer& Flow::Body::peer_of(const UserId& id) {
  Peer& peer = peers[id];
  peer.id = id;
  return peer;
}

void Flow::Body::on(const event::LinkOpened& opened) {
  Peer& peer = peer_of(opened.peer);
  if (peer.open) lose_link(peer);
  peer.open = true;
  peer.said = peer.heard = false;
  peer.hellos = 0;
  peer.hello_at.reset();
  peer.reopen_at.reset();
  peer.tokens = std::int64_t{limits.control_burst} * 1'000;
  peer.tokens_at = now;
}

void Flow::Body::on(const event::LinkClosed& closed) {
  const auto found = peers.find(closed.peer);
  if (found == peers.end()) return;
  Peer& peer = found->second;
  lose_link(peer);
  if (!closed.alone) {
    peer.reopened = 0;
    peer.shut = false;
  } else if (!peer.shut) {
    // Its own number again, which the browser has only once both sides have closed it.
    const Millis wait = limits.channel_retry_min * (std::int64_t{1} << std::min<std::uint32_t>(peer.reopened, 6));
    peer.reopen_at = now + std::min(wait, limits.channel_retry_max);
    ++peer.reopened;
  }
}

void Flow::Body::on(const event::PeerSeen& seen) {
  const bool known = peers.count(seen.peer) > 0;
  Peer& peer = peer_of(seen.peer);
  const ChannelState before = reach_of(peer);
  peer.link = seen.link;
  peer.takes_data = seen.takes_data;
  if (!peer.takes_data) end_transfers(peer, ErrorCode::ChannelClosed);
  if (!peer.ready() && (!known || reach_of(peer) != before)) show_reach(peer);
}

ChannelState Flow::Body::reach_of(const Peer& peer) const {
  const bool is_silent = peer.said && !peer.heard && !peer.hello_at;  // greeted often enough
  if (peer.shut || !peer.takes_data || peer.link == LinkState::None || is_silent) return ChannelState::Absent;
  return peer.link == LinkState::Failed && !peer.open ? ChannelState::Unreachable : ChannelState::Connecting;
}

void Flow::Body::show_reach(const Peer& peer) {
  for (const auto& [label, wish] : wishes) show(peer, {Purpose::Application, label}, Channel{}, reach_of(peer));
}

void Flow::Body::on(const event::PeerLeft& left) {
  const auto found = peers.find(left.peer);
  if (found == peers.end()) return;
  lose_link(found->second);
  end_transfers(found->second, ErrorCode::PeerGone);
  peers.erase(found);
  command(command::ForgetPeer{left.peer});
}

void Flow::Body::lose_link(Peer& peer) {
  peer.open = peer.said = peer.heard = false;
  peer.hello_at.reset();
  for (auto& [key, channel] : peer.channels) drive(peer, key, channel, ChannelInput::LinkLost);
  transfers_lost(peer);
}

void Flow::Body::on(const event::ControlArrived& arrived) {
  const auto found = peers.find(arrived.peer);
  if (found == peers.end() || !found->second.open || found->second.shut) return;
  Peer& peer = found->second;
  if (!within_rate(peer)) return misbehaved(peer, "too many messages on the control channel");
  const auto read = wire::read(arrived.text);
  if (const auto* failure = std::get_if<Failure>(&read)) {
    return command(command::ReportProblem{peer.id, Failure{ErrorCode::PeerMisbehaved, failure->detail}});
  }
  const auto& message = std::get<std::optional<wire::Message>>(read);
  if (!message) return;
  const auto* hello = std::get_if<wire::Hello>(&*message);
  // On a control channel made anew the first words may have met nobody; what follows waits for a hello that did.
  if (!peer.heard && hello == nullptr) return;
  std::visit([this, &peer](const auto& what) { hear(peer, what); }, *message);
}

// A message costs a thousand tokens; so many come back in a second as it may have messages, times a thousand.
bool Flow::Body::within_rate(Peer& peer) {
  const std::int64_t passed = std::max<std::int64_t>(0, (now - peer.tokens_at).value);
  peer.tokens_at = now;
  peer.tokens = std::min(std::int64_t{limits.control_burst} * 1'000,
                         peer.tokens + passed * std::int64_t{limits.control_messages_per_second});
  if (peer.tokens < 1'000) return false;
  peer.tokens -= 1'000;
  return true;
}

void Flow::Body::misbehaved(Peer& peer, std::string what) {
  command(command::ReportProblem{peer.id, Failure{ErrorCode::PeerMisbehaved, std::move(what)}});
  peer.shut = true;
  lose_link(peer);
  end_transfers(peer, ErrorCode::PeerMisbehaved);
  command(command::CloseLink{peer.id});
}

void Flow::Body::hear(Peer& peer, const wire::Hello& hello) {
  if (hello.version < wire::kVersion || hello.instance.empty() || hello.instance.size() > limits.id_bytes_max) return;
  if (peer.ready()) {
    if (hello.heard) return;
    // They have not heard ours, so that all since then was lost: from the beginning.
    lose_link(peer);
    peer.open = true;
  }
  if (peer.instance != hello.instance) {
    const bool known = !peer.instance.empty();
    peer.instance = hello.instance;
    if (known) {
      // Another page of the same person: it knows nothing of what was before.
      end_transfers(peer, ErrorCode::PeerGone);
      peer.newest_offer = 0;
      peer.outcomes.clear();
      forget_shown(peer);
      for (auto& [key, channel] : peer.channels) channel = Channel{.wish = channel.wish};
      command(command::ForgetPeer{peer.id});
    }
  }
  peer.heard = true;
  if (!peer.said) say_hello(peer);
  become_ready(peer);
}

void Flow::Body::become_ready(Peer& peer) {
  peer.hello_at.reset();
  peer.lost_at.reset();
  want_channels(peer);
  offer_again(peer);
  show_again(peer);
}

void Flow::Body::say_hello(Peer& peer) {
  peer.said = true;
  peer.hello_at = now + limits.flow_hello_repeat_after;
  ++peer.hellos;
  command(command::SendControl{peer.id, wire::write(wire::Hello{wire::kVersion, options.instance, peer.heard})});
}

bool Flow::Body::has_business(const Peer& peer) const { return !wishes.empty() || peer.has_transfers() || !peer.showing.empty(); }

void Flow::Body::settle() {
  for (auto& [id, peer] : peers) settle(peer);
}

void Flow::Body::settle(Peer& peer) {
  if (peer.open && !peer.said && has_business(peer)) {
    say_hello(peer);
    show_reach(peer);
  }
  if (peer.hello_at && now >= *peer.hello_at) {
    peer.hello_at.reset();
    if (peer.hellos <= limits.flow_hello_repeats_max) {
      say_hello(peer);
    } else {
      // Whoever is there does not speak this; should they begin to, their hello is answered.
      show_reach(peer);
      end_transfers(peer, ErrorCode::ChannelClosed);
    }
  }
  if (peer.reopen_at && now >= *peer.reopen_at) {
    peer.reopen_at.reset();
    command(command::OpenControl{peer.id});
  }
  if (peer.lost_at && now >= *peer.lost_at + limits.file_resume_window) end_transfers(peer, ErrorCode::PeerGone);
  if (!peer.has_transfers()) peer.lost_at.reset();
  offers_due(peer);
  channels_due(peer);
}

std::optional<Millis> Flow::Body::wake_at() const {
  std::optional<Millis> at;
  for (const auto& [id, peer] : peers) {
    at = earlier(at, peer.hello_at);
    at = earlier(at, peer.reopen_at);
    if (peer.lost_at) at = earlier(at, *peer.lost_at + limits.file_resume_window);
    for (const auto& [key, channel] : peer.channels) at = earlier(at, channel.deadline);
    for (const auto& [transfer, file] : peer.incoming) at = earlier(at, file.unheard_until);
  }
  return at;
}

}  // namespace meetwire::flow
