// One link: this client's half of the connection to one other member.
// Owns: negotiation (perfect negotiation over numbered messages), candidates by generation, incarnations, the
// watchdog and restarts. Must not know: rooms, rosters, sockets, dialects, devices.
// One browser operation at a time: messages and wishes wait until the one under way has ended.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/client_commands.hpp"
#include "core/client_events.hpp"
#include "core/ids.hpp"
#include "core/limits.hpp"
#include "core/media.hpp"
#include "core/time.hpp"
#include "protocol/pair.hpp"

namespace meetwire::link {

struct LinkOptions {
  UserId peer;
  // Compared byte-wise: the greater one is polite, i.e. gives way in a collision. Towards classic members, who know
  // no sessions and settle nothing, this side is always polite; one of ours on a classic server says its rank itself.
  std::string self_rank;
  std::string peer_rank;
  // The newcomer offers first; the one already there waits for the offer.
  bool offers_first = false;
  // Greater than that of any link that the two have had before under the same sessions.
  Incarnation first_incarnation = 1;
  // False towards classic members: no numbers, no replay, no acknowledgement, no incarnations of theirs.
  bool numbered = true;
  // Descriptions without numbers carry the own rank: on a classic server, where the peer may be one of ours.
  bool says_rank = false;
  // What strangers say to each other may come in here too: it looks like the peer's.
  bool overhears = false;
  // A plain member. It drops what comes before it has its own media, or is not there at all, where nobody tells: the own offer
  // is said again until it is heard, and nothing is given up meanwhile. It knows sound only, unless more is wished for.
  bool may_not_listen = false;
  // The name of the data channel over which such a page writes, and is written to; empty: it has none.
  std::string text_channel;
  std::uint64_t seed = 0;
  std::string ice_servers = "[]";
  std::string ice_transport_policy = "all";
  Limits limits;
};

// Which local track each slot sends. A slot that is absent is not used by this side (no m-line is asked for it);
// one that is present without a track has an m-line and sends nothing.
using Wishes = std::map<Slot, std::optional<TrackId>>;

// What a link asks of the session that owns it.
struct SendPair {
  protocol::PairMessage message;
  // Bundles with what else is about to go out; the session may hold such a message for the batch window.
  bool may_wait = false;
};
struct StateChanged {
  LinkState state = LinkState::Connecting;
  std::optional<Failure> error;
};
// Slots in which the peer may send (from the remote description): what a classic member has switched on.
struct RemoteSlotsChanged {
  std::vector<Slot> sending;
};
struct ProblemFound {
  Failure error;
};

// A page has written something over its own channel.
struct TextHeard {
  std::string text;
};

using Output = std::variant<ClientCommand, SendPair, StateChanged, RemoteSlotsChanged, ProblemFound, TextHeard>;

struct LinkStep {
  std::vector<Output> outputs;
  std::optional<Millis> wake_at;
};

// Browser events that carry this link's peer, pair messages, wishes, the clock.
struct MessageReceived {
  protocol::PairMessage message;
};
struct WishesChanged {
  Wishes wishes;
};
// To all, or to this peer: a page hears it over its own channel only.
struct TextSaid {
  std::string text;
};
// For what is gathered from now on.
struct IceServersChanged {
  std::string ice_servers;  // JSON
};
struct Started {};
// The signalling path is down: what is sent now is lost. Deadlines that wait for the peer's word stand still, so that
// media that flows is not torn down for want of an answer that cannot come.
struct SignallingLost {};
// It is up again: what may not have arrived is sent anew.
struct SignallingResumed {};
struct Ended {};  // the peer or the user has left

using LinkEvent =
    std::variant<Started, MessageReceived, WishesChanged, IceServersChanged, TextSaid, SignallingLost, SignallingResumed, Ended, event::LocalDescriptionSet,
                 event::OperationSucceeded, event::OperationFailed, event::NegotiationNeeded, event::CandidateGathered,
                 event::ConnectionChanged, event::TextArrived, event::TimePassed>;

class Link {
 public:
  // `operations` is the client's one counter of operation ids; it must outlive the link.
  Link(const LinkOptions& options, OperationId& operations);
  Link(Link&&) noexcept;
  Link& operator=(Link&&) noexcept;
  ~Link();

  // Events of other incarnations, or of operations no longer awaited, change nothing. After Ended: nothing more.
  LinkStep handle(Millis now, const LinkEvent& event);

  LinkState state() const;
  Incarnation incarnation() const;

  // The link itself, as a value that can be copied and compared: body.hpp, for what explores it.
  struct Body;

 private:
  std::unique_ptr<Body> body_;
};

}  // namespace meetwire::link
