#include "session/links.hpp"

#include <algorithm>
#include <utility>

namespace meetwire::session {
namespace {

// An ended link closes what it opened; to the other side it has nothing more to say.
void keep_quiet(PeerOutputs& outputs) {
  // Made anew, not closed up: to assign one command to another takes code for each kind that nothing else needs.
  PeerOutputs kept;
  for (PeerOutput& one : outputs) {
    if (!std::holds_alternative<link::SendPair>(one.output)) kept.push_back(std::move(one));
  }
  outputs = std::move(kept);
}

}  // namespace

void Links::run(Millis now, const UserId& peer, Entry& entry, const link::LinkEvent& event, PeerOutputs& outputs) {
  link::LinkStep step = entry.link->handle(now, event);
  entry.wake_at = step.wake_at;
  for (link::Output& output : step.outputs) {
    const auto* changed = std::get_if<link::StateChanged>(&output);
    if (changed != nullptr && entry.connected != (changed->state == LinkState::Connected)) {
      entry.connected = !entry.connected;
      entry.changed_at = now;
    }
    const auto* command = std::get_if<ClientCommand>(&output);
    if (const auto* open = command == nullptr ? nullptr : std::get_if<command::OpenPeer>(command)) highest_ = std::max(highest_, open->incarnation);
    if (entry.connected) entry.connected_once = true;
    outputs.push_back({peer, std::move(output)});
  }
  note_flow(now);
}

void Links::note_flow(Millis now) {
  const bool flows = std::any_of(links_.begin(), links_.end(), [](const auto& one) { return one.second.connected; });
  if (flows != flowing_since_.has_value()) flowing_since_ = flows ? std::optional(now) : std::nullopt;
}

PeerOutputs Links::start(Millis now, const link::LinkOptions& options, const link::Wishes& wishes) {
  const UserId& peer = options.peer;
  PeerOutputs outputs = end(now, peer);
  Entry entry;
  entry.changed_at = now;
  entry.link = parts_.make_link(options, operations_);
  Entry& kept = links_.emplace(peer, std::move(entry)).first->second;
  // Wishes first: the first offer has all of them.
  run(now, peer, kept, link::WishesChanged{wishes}, outputs);
  run(now, peer, kept, link::Started{}, outputs);
  return outputs;
}

PeerOutputs Links::end(Millis now, const UserId& peer) {
  PeerOutputs outputs;
  const auto at = links_.find(peer);
  if (at == links_.end()) return outputs;
  run(now, peer, at->second, link::Ended{}, outputs);
  links_.erase(at);
  note_flow(now);
  keep_quiet(outputs);
  return outputs;
}

PeerOutputs Links::end_all(Millis now) {
  PeerOutputs outputs;
  for (auto& [peer, entry] : links_) run(now, peer, entry, link::Ended{}, outputs);
  links_.clear();
  note_flow(now);
  keep_quiet(outputs);
  return outputs;
}

PeerOutputs Links::handle(Millis now, const UserId& peer, const link::LinkEvent& event) {
  PeerOutputs outputs;
  if (const auto at = links_.find(peer); at != links_.end()) run(now, peer, at->second, event, outputs);
  return outputs;
}

PeerOutputs Links::handle_all(Millis now, const link::LinkEvent& event) {
  PeerOutputs outputs;
  for (auto& [peer, entry] : links_) run(now, peer, entry, event, outputs);
  return outputs;
}

PeerOutputs Links::lose_signalling(Millis now) {
  signalling_up_ = false;
  return handle_present(now, link::SignallingLost{});
}

PeerOutputs Links::resume_signalling(Millis now) {
  signalling_up_ = true;
  return handle_present(now, link::SignallingResumed{});
}

// Those who are away have lost the server already, and get it back when they are here again.
PeerOutputs Links::handle_present(Millis now, const link::LinkEvent& event) {
  PeerOutputs outputs;
  for (auto& [peer, entry] : links_) {
    if (!entry.away) run(now, peer, entry, event, outputs);
  }
  return outputs;
}

PeerOutputs Links::set_away(Millis now, const UserId& peer, bool away) {
  PeerOutputs outputs;
  const auto at = links_.find(peer);
  if (at == links_.end() || at->second.away == away) return outputs;
  at->second.away = away;
  if (away) {
    run(now, peer, at->second, link::SignallingLost{}, outputs);
  } else if (signalling_up_) {
    run(now, peer, at->second, link::SignallingResumed{}, outputs);
  }
  return outputs;
}

PeerOutputs Links::elapsed(Millis now) {
  PeerOutputs outputs;
  for (auto& [peer, entry] : links_) {
    if (entry.wake_at && now >= *entry.wake_at) run(now, peer, entry, event::TimePassed{}, outputs);
  }
  return outputs;
}

bool Links::has_connected(const UserId& peer) const {
  const auto at = links_.find(peer);
  return at != links_.end() && at->second.connected_once;
}

bool Links::is_connected(const UserId& peer) const {
  const auto at = links_.find(peer);
  return at != links_.end() && at->second.connected;
}

Millis Links::changed_at(const UserId& peer) const {
  const auto at = links_.find(peer);
  return at == links_.end() ? Millis{0} : at->second.changed_at;
}

std::optional<Millis> Links::deadline() const {
  std::optional<Millis> first;
  for (const auto& [peer, entry] : links_) first = earlier(first, entry.wake_at);
  return first;
}

}  // namespace meetwire::session
