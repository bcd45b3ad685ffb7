// The channels of the flow machine: which streams there are for which label, as channel_table.hpp has it.
#include <algorithm>
#include <utility>

#include "flow/body.hpp"

namespace meetwire::flow {
namespace {

using Found = std::map<ChannelKey, Channel>::iterator;

Found by_stream(Peer& peer, StreamId stream) {
  return std::find_if(peer.channels.begin(), peer.channels.end(),
                      [stream](const auto& each) { return stream != 0 && each.second.stream == stream; });
}

// Both sides number streams by themselves, and never the same: the byte-wise smaller user id has the even ones.
StreamId parity_of(const UserId& self, const UserId& other) { return self < other ? 0 : 1; }

}  // namespace

void Flow::Body::on(const event::ChannelRequested& requested) {
  const ChannelWish wish{requested.ordered, requested.max_retransmits};
  wishes[requested.label] = wish;
  for (auto& [id, peer] : peers) {
    if (peer.ready()) want_channel(peer, {Purpose::Application, requested.label}, wish);
    else show(peer, {Purpose::Application, requested.label}, Channel{}, reach_of(peer));
  }
}

void Flow::Body::on(const event::ChannelReleased& released) {
  if (wishes.erase(released.label) == 0) return;
  for (auto& [id, peer] : peers) {
    const auto found = peer.channels.find({Purpose::Application, released.label});
    if (found == peer.channels.end()) continue;
    // Said before the stream closes: else it would look like an accident there.
    if (found->second.stream != 0) say(peer, wire::Closed{found->second.stream});
    give_up_stream(peer, found->second);
    peer.channels.erase(found);
  }
}

void Flow::Body::want_channels(Peer& peer) {
  for (const auto& [label, wish] : wishes) want_channel(peer, {Purpose::Application, label}, wish);
  if (!peer.outgoing.empty()) want_channel(peer, kFilesKey, {});
}

void Flow::Body::want_channel(Peer& peer, const ChannelKey& key, const ChannelWish& wish) {
  Channel& channel = peer.channels[key];
  channel.wish = wish;
  if (peer.ready()) drive(peer, key, channel, ChannelInput::Wanted);
}

void Flow::Body::on(const event::StreamMade& made) {
  const auto peer = peers.find(made.peer);
  if (peer == peers.end()) return;
  const Found found = by_stream(peer->second, made.stream);
  if (found == peer->second.channels.end()) return;
  found->second.received = made.received;
  drive(peer->second, found->first, found->second, ChannelInput::Made);
}

void Flow::Body::on(const event::StreamLost& lost) {
  const auto peer = peers.find(lost.peer);
  if (peer == peers.end()) return;
  const Found found = by_stream(peer->second, lost.stream);
  if (found != peer->second.channels.end()) drive(peer->second, found->first, found->second, ChannelInput::Lost);
}

void Flow::Body::hear(Peer& peer, const wire::Open& open) {
  const ChannelKey key{open.purpose, open.purpose == Purpose::Files ? std::string{} : open.label};
  const Found taken = by_stream(peer, open.stream);
  const bool numbered = open.stream > 0 && open.stream <= limits.stream_max && open.stream % 2 == parity_of(peer.id, options.user);
  if (!numbered || (taken != peer.channels.end() && !(taken->first == key))) {
    return command(command::ReportProblem{peer.id, Failure{ErrorCode::PeerMisbehaved, "a stream that is not theirs"}});
  }
  // What nobody has opened here costs nothing, however many there are.
  if (key.purpose == Purpose::Application && wishes.count(key.label) == 0) return say(peer, wire::Absent{open.stream});
  Channel& channel = peer.channels[key];
  // They have not seen our proposal yet: it stands, and they will.
  if (awaits_answer(channel.phase) && options.user < peer.id) return;
  give_up_stream(peer, channel);
  channel.stream = open.stream;
  // One channel has one way of delivery: that of the proposal that stands.
  channel.wish = key == kFilesKey ? ChannelWish{} : ChannelWish{open.ordered, open.max_retransmits};
  channel.there = open.received;
  drive(peer, key, channel, ChannelInput::OpenTold);
}

void Flow::Body::hear(Peer& peer, const wire::Opened& opened) {
  const Found found = by_stream(peer, opened.stream);
  if (found == peer.channels.end()) return;
  found->second.there = opened.received;
  drive(peer, found->first, found->second, ChannelInput::OpenedTold);
}

void Flow::Body::hear(Peer& peer, const wire::Absent& absent) {
  const Found found = by_stream(peer, absent.stream);
  if (found != peer.channels.end()) drive(peer, found->first, found->second, ChannelInput::AbsentTold);
}

void Flow::Body::hear(Peer& peer, const wire::Closed& closed) {
  const Found found = by_stream(peer, closed.stream);
  if (found != peer.channels.end()) drive(peer, found->first, found->second, ChannelInput::ClosedTold);
}

void Flow::Body::drive(Peer& peer, const ChannelKey& key, Channel& channel, ChannelInput input) {
  const ChannelEntry entry = channel_entry(channel.phase, input);
  channel.phase = entry.next;
  if (entry.action != ChannelAction::Ignore) channel.deadline.reset();
  switch (entry.action) {
    case ChannelAction::Ignore:
      return;
    case ChannelAction::Make:
      if (key.purpose == Purpose::Application) channel.wish = wishes[key.label];
      channel.stream = next_stream(peer);
      return make_stream(peer, key, channel);
    case ChannelAction::Join:
      return make_stream(peer, key, channel);
    case ChannelAction::Propose:
      channel.deadline = now + limits.channel_proposal_deadline;
      return say(peer, wire::Open{channel.stream, key.purpose, key.label, channel.wish.ordered,
                                  channel.wish.max_retransmits, channel.received});
    case ChannelAction::Accept:
      say(peer, wire::Opened{channel.stream, channel.received});
      [[fallthrough]];
    case ChannelAction::Show:
      channel.opened_at = now;
      show(peer, key, channel, ChannelState::Open);
      return key == kFilesKey ? files_opened(peer) : void();
    case ChannelAction::Rest:
      give_up_stream(peer, channel);
      return show(peer, key, channel, ChannelState::Absent);
    case ChannelAction::Await:
      give_up_stream(peer, channel);
      channel.deadline = now + limits.channel_absent_grace;
      return show(peer, key, channel, ChannelState::Connecting);
    case ChannelAction::Retry:
      return retry(peer, key, channel);
    case ChannelAction::Drop:
      give_up_stream(peer, channel);
      return show(peer, key, channel, reach_of(peer));
  }
}

void Flow::Body::make_stream(Peer& peer, const ChannelKey& key, Channel& channel) {
  show(peer, key, channel, ChannelState::Connecting);
  command(command::OpenStream{peer.id, channel.stream, key.purpose, key.label, channel.wish.ordered, channel.wish.max_retransmits});
}

void Flow::Body::give_up_stream(Peer& peer, Channel& channel) {
  if (channel.stream != 0) command(command::CloseStream{peer.id, channel.stream});
  channel.stream = 0;
}

void Flow::Body::retry(Peer& peer, const ChannelKey& key, Channel& channel) {
  const bool held = channel.opened_at && now - *channel.opened_at >= limits.channel_stable_after;
  channel.failures = held ? 0 : channel.failures;
  channel.opened_at.reset();
  give_up_stream(peer, channel);
  show(peer, key, channel, ChannelState::Connecting);
  const std::uint32_t before = channel.failures++;
  if (before == 0) return drive(peer, key, channel, ChannelInput::Wanted);
  const Millis wait = limits.channel_retry_min * (std::int64_t{1} << std::min<std::uint32_t>(before - 1, 8));
  channel.deadline = now + std::min(wait, limits.channel_retry_max);
}

void Flow::Body::channels_due(Peer& peer) {
  for (auto& [key, channel] : peer.channels) {
    if (!channel.deadline || now < *channel.deadline) continue;
    channel.deadline.reset();
    drive(peer, key, channel, ChannelInput::Elapsed);
  }
}

void Flow::Body::show(const Peer& peer, const ChannelKey& key, const Channel& channel, ChannelState state) {
  const bool open = state == ChannelState::Open;
  command(command::ChannelChanged{peer.id, key.purpose, key.label, state, open ? channel.stream : 0, open ? channel.there : 0});
}

// Round and round, so that a number comes again only when the browsers have long done away with its stream.
StreamId Flow::Body::next_stream(Peer& peer) const {
  const StreamId first = parity_of(options.user, peer.id) == 0 ? 2 : 1;
  do {
    peer.newest_stream = peer.newest_stream == 0 || peer.newest_stream + 2 > limits.stream_max ? first : peer.newest_stream + 2;
  } while (by_stream(peer, peer.newest_stream) != peer.channels.end());
  return peer.newest_stream;
}

}  // namespace meetwire::flow
