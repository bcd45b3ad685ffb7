// The links of one client, one a peer, and when each wants to be woken.
// Must not know: what links say and want; their outputs go to the owner as they are.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/ids.hpp"
#include "core/limits.hpp"
#include "link/link.hpp"
#include "session/parts.hpp"

namespace meetwire::session {

struct PeerOutput {
  UserId peer;
  link::Output output;
};
using PeerOutputs = std::vector<PeerOutput>;

class Links {
 public:
  Links(const Parts& parts, OperationId& operations) : parts_(parts), operations_(operations) {}

  // A link to this peer that is there already ends first.
  PeerOutputs start(Millis now, const link::LinkOptions& options, const link::Wishes& wishes);
  PeerOutputs end(Millis now, const UserId& peer);
  PeerOutputs end_all(Millis now);
  // Of a peer without a link: nothing. The browser reports late.
  PeerOutputs handle(Millis now, const UserId& peer, const link::LinkEvent& event);
  PeerOutputs handle_all(Millis now, const link::LinkEvent& event);
  // Our own way to the server is lost, or is back.
  PeerOutputs lose_signalling(Millis now);
  PeerOutputs resume_signalling(Millis now);
  // The peer's way to the server: while it has none, nothing that a link could try would reach it.
  PeerOutputs set_away(Millis now, const UserId& peer, bool away);
  // The clock, to those whose deadline has come.
  PeerOutputs elapsed(Millis now);

  bool has(const UserId& peer) const { return links_.count(peer) != 0; }
  // Connected now, or was before it got into trouble.
  bool has_connected(const UserId& peer) const;
  bool is_connected(const UserId& peer) const;
  // Since when the link has been connected, or has not; 0: there is none.
  Millis changed_at(const UserId& peer) const;
  // Of all connections that there ever were.
  Incarnation highest_incarnation() const { return highest_; }
  // Since when there has been one at least that is connected; none: there is none.
  std::optional<Millis> flowing_since() const { return flowing_since_; }
  std::optional<Millis> deadline() const;

 private:
  struct Entry {
    std::unique_ptr<LinkPart> link;
    std::optional<Millis> wake_at;
    bool connected_once = false;
    bool connected = false;
    bool away = false;
    Millis changed_at{0};
  };

  PeerOutputs handle_present(Millis now, const link::LinkEvent& event);
  void run(Millis now, const UserId& peer, Entry& entry, const link::LinkEvent& event, PeerOutputs& outputs);

  const Parts& parts_;
  OperationId& operations_;
  void note_flow(Millis now);

  std::map<UserId, Entry> links_;
  Incarnation highest_ = 0;
  std::optional<Millis> flowing_since_;
  bool signalling_up_ = true;
};

}  // namespace meetwire::session
