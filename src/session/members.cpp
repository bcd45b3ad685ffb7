// The roster's changes as links, and what links want carried out.
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "session/body.hpp"

namespace meetwire::session {
namespace {

// Any rank is greater than none: towards somebody who has no session this side always gives way.
constexpr std::string_view kPoliteRank = "polite";

}  // namespace

void Session::Body::apply(Turn& turn, const roster::Update& update, bool offers_first) {
  for (const roster::Difference& difference : update.differences) {
    if (const auto* joined = std::get_if<roster::RowJoined>(&difference)) {
      turn.say(command::ParticipantJoined{joined->row});
      if (!tells_roster() && links.has(joined->row.user)) continue;
      // Out of rooms there are no newcomers: whoever is called becomes visible by that, and the caller offers.
      if (wants_link(joined->row)) {
        start_link(turn, joined->row, offers_first || (!options.room && calls.has_called(joined->row.user)));
      } else {
        turn.say(command::LinkChanged{joined->row.user, LinkState::None, std::nullopt});
      }
    } else if (const auto* changed = std::get_if<roster::RowChanged>(&difference)) {
      turn.say(command::ParticipantChanged{changed->row});
      // Who gets the floor, or loses it, is like a newcomer to the viewers, and offers.
      if (changed->row.crossings > 0) link_as_permitted(turn, changed->row, offers_first);
      carry_out(turn, links.set_away(turn.now, changed->row.user, changed->row.away));
    } else if (const auto* left = std::get_if<roster::RowLeft>(&difference)) {
      if (tells_roster()) carry_out(turn, links.end(turn.now, left->user));
      stop_awaiting(turn, left->user);
      typing.stopped(turn, left->user);
      turn.say(command::ParticipantLeft{left->user, left->reason});
    }
  }
  if (update.refused != 0) {
    turn.report(Failure{ErrorCode::MessageMalformed, std::to_string(update.refused) + " roster rows refused"});
  }
}

bool Session::Body::wants_link(const Participant& member) const {
  if (self.role == Role::Viewer && member.role == Role::Viewer) return false;
  const bool both = options.connect.value_or(Connect::Everyone) == Connect::Everyone && member.connect == Connect::Everyone;
  return !options.room || both || calls.connected_with(member.user) != nullptr || unattended.calls(member.user);
}

void Session::Body::fit_links(Turn& turn) {
  for (const auto& [user, row] : roster.rows()) {
    const bool wanted = wants_link(row);
    if (wanted == links.has(user)) continue;
    turn.say(command::LinkChanged{user, wanted ? LinkState::Connecting : LinkState::None, std::nullopt});
    if (wanted) {
      start_link(turn, row, /*offers_first=*/calls.has_called(user));
    } else {
      carry_out(turn, links.end(turn.now, user));
    }
  }
}

void Session::Body::start_link(Turn& turn, const Participant& member, bool offers_first) {
  const bool foreign = is_foreign(member.dialect) || is_foreign(wire.in_use());
  link::LinkOptions how;
  how.peer = member.user;
  // On another's server it may be one of ours, and says so: then the ranks of both settle who gives way.
  how.says_rank = is_foreign(wire.in_use());
  how.self_rank = how.says_rank ? options.user.value : foreign ? std::string(kPoliteRank) : self.session.value;
  // Without identities both may go by the same one.
  if (!tells_roster()) how.self_rank = "rank-" + std::to_string(random.next());
  how.peer_rank = foreign ? std::string() : member.session.value;
  // A page that was there first offers by itself; one that waits is offered to as it says that it is ready, or after a while.
  const bool page_offers = member.dialect == DialectName::Codelab && wire.in_use() == DialectName::Meetwire;
  how.offers_first = offers_first && !page_offers;
  how.first_incarnation = 1 + limits.incarnations_between_crossings * (self.crossings + member.crossings);
  how.numbered = !foreign;
  // His end may still be there, and hears of nothing below its own count.
  if (let_gone.erase(member.user) != 0) {
    how.offers_first = true;
    how.first_incarnation = links.highest_incarnation() + limits.incarnations_between_crossings;
  }
  how.overhears = wire.in_use() == DialectName::Codelab;
  how.may_not_listen = member.dialect == DialectName::Plain;
  // As classic pages name it: in a call, and in a room.
  const bool classic = member.dialect == DialectName::Classic || wire.in_use() == DialectName::Classic;
  if (classic) how.text_channel = options.room ? options.user.value + "-" + member.user.value : "chat";
  how.seed = random.next();
  how.ice_servers = ice_servers;
  how.ice_transport_policy = options.ice_transport_policy;
  how.limits = limits;
  carry_out(turn, links.start(turn.now, how, wishes));
  carry_out(turn, links.set_away(turn.now, member.user, member.away));
}

void Session::Body::carry_out(Turn& turn, PeerOutputs outputs) {
  for (PeerOutput& out : outputs) {
    std::visit(
        [&](auto& said) {
          using Said = std::remove_cvref_t<decltype(said)>;
          if constexpr (std::is_same_v<Said, ClientCommand>) {
            publication.note(said);
            turn.say(std::move(said));
          } else if constexpr (std::is_same_v<Said, link::SendPair>) {
            send_pair(turn, out.peer, std::move(said));
          } else if constexpr (std::is_same_v<Said, link::StateChanged>) {
            see_link(turn, out.peer, said);
          } else if constexpr (std::is_same_v<Said, link::RemoteSlotsChanged>) {
            see_media(turn, out.peer, said.sending);
          } else if constexpr (std::is_same_v<Said, link::TextHeard>) {
            if (const Participant* from = roster.find(out.peer)) chat.heard(turn, *from, said.text);
          } else {
            turn.report(said.error, out.peer);
          }
        },
        out.output);
  }
}

void Session::Body::see_link(Turn& turn, const UserId& peer, const link::StateChanged& changed) {
  // Who is not told of is not there before he is heard, nor when his connection is gone.
  if (!tells_roster() && roster.find(peer) == nullptr) return;
  turn.say(command::LinkChanged{peer, changed.state, changed.error});
  if (is_gone_by(turn.now, peer, changed.state)) apply(turn, roster.leave(peer, SessionId{}, LeaveReason::Lost), /*offers_first=*/false);
  if (changed.state != LinkState::Failed) return;
  if (!tells_roster()) return apply(turn, roster.leave(peer, SessionId{}, LeaveReason::Lost), /*offers_first=*/false);
  // Whoever hangs up unattended says nothing: his connection is gone.
  tell(turn, unattended.ended(peer, CallOutcome::Gone));
}

// While the connection is lost nothing is queued: a message of an incarnation that has passed meanwhile must not
// go out later. Links say anew what still matters once they hear that signalling is back.
void Session::Body::send_pair(Turn& turn, const UserId& peer, link::SendPair pair) {
  const Participant* member = roster.find(peer);
  if (!is_joined() || (member == nullptr && tells_roster()) || absent.count(peer) != 0) return;
  const bool is_offer = std::holds_alternative<protocol::Offer>(pair.message.body);
  outbox.add(turn.now, protocol::SignalTo{peer, member == nullptr ? SessionId{} : member->session, std::move(pair.message), {}},
             pair.may_wait ? Urgency::MayWait : Urgency::Now);
  if (is_offer) stop_awaiting(turn, peer);
}

// A codelab server does not say who has left, or says it of somebody else: what tells is the connection.
bool Session::Body::is_gone_by(Millis now, const UserId& peer, LinkState state) const {
  if (wire.in_use() != DialectName::Codelab || !links.has_connected(peer)) return false;
  const bool rumoured = rumoured_until && now < *rumoured_until;
  return state == LinkState::Failed || (state == LinkState::Reconnecting && rumoured);
}

// The first envelope leaves as soon as nobody's offer is missing in it.
void Session::Body::stop_awaiting(Turn& turn, const UserId& peer) {
  if (offers_awaited.erase(peer) != 0 && offers_awaited.empty()) outbox.release(turn.now);
}

// Foreign members announce nothing; what they have switched on is what they send.
void Session::Body::see_media(Turn& turn, const UserId& peer, const std::vector<Slot>& sending) {
  const Participant* member = roster.find(peer);
  if (member == nullptr || !is_foreign(member->dialect)) return;
  // Whatever a viewer sends is not shown.
  if (member->role == Role::Viewer) return;
  MediaState media;
  for (const Slot slot : sending) media.of(source_of(slot)) = Wanted::On;
  apply(turn, roster.see_media(peer, media), /*offers_first=*/false);
}

}  // namespace meetwire::session
