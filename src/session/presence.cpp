// What is asked of the room and what the room says of itself: one's own row, hands, reactions, the lobby; and what being
// a viewer means for links and devices.
#include <algorithm>
#include <utility>

#include "core/bounds.hpp"
#include "session/body.hpp"

namespace meetwire::session {

void Session::Body::on(Turn& turn, const event::RoomRequested& event) {
  // While the connection is lost, a request is taken all the same and goes out on the next.
  if (!has_been_joined || connection.phase() == ConnectionPhase::Knocking) return turn.settle(event.request, Failure{ErrorCode::NotJoined});
  if (is_foreign(wire.in_use())) {
    return turn.settle(event.request, Failure{ErrorCode::InvalidArgument, std::string("a server that speaks ").append(name_of(wire.in_use())).append(" knows nothing of it")});
  }
  if (auto refused = refusal_of(event)) return turn.settle(event.request, std::move(refused));
  requests.request(turn, event);
}

// The server would refuse it too. Told here, it costs no way there, and no request stands behind it.
std::optional<Failure> Session::Body::refusal_of(const event::RoomRequested& wanted) const {
  switch (wanted.action) {
    case RoomAction::SetName:
      return refusal_of_name(ErrorCode::InvalidName, wanted.name, limits.name_bytes_max);
    case RoomAction::SetAttributes: {
      Attributes merged = self.attributes;
      return merge(merged, wanted.values, limits, limits.attributes_bytes_max);
    }
    case RoomAction::SetMetadata: {
      Attributes merged = room.metadata;
      return merge(merged, wanted.values, limits, limits.metadata_bytes_max);
    }
    case RoomAction::React:
      return refusal_of_reaction(wanted.text, limits);
    default:
      return std::nullopt;
  }
}

void Session::Body::take(Turn& turn, const protocol::RequestSettled& message) { requests.settled(turn, message); }

void Session::Body::take(Turn& turn, const protocol::Reacted& message) {
  if (message.from != options.user && roster.find(message.from) == nullptr) return;
  if (message.text.size() <= limits.reaction_bytes_max) turn.say(command::ReactionReceived{message.from, message.text});
}

// What is off stays off, and nobody is told who was not heard.
void Session::Body::take(Turn& turn, const protocol::MuteAsked& message) {
  if (!sources.is_wanted(message.source)) return;
  on(turn, event::SourceRequested{0, message.source, Wanted::Muted, std::nullopt});
  turn.say(command::MuteApplied{message.from, message.source});
}

void Session::Body::take(Turn& turn, const protocol::Knocked& message) {
  const Knock& knock = message.knock;
  if (!is_acceptable_id(knock.user.value, limits.id_bytes_max) || !is_acceptable_name(knock.name, limits.name_bytes_max)) return;
  std::vector<Knock> now = knocks;
  std::erase_if(now, [&](const Knock& one) { return one.user == knock.user; });
  if (now.size() < limits.lobby_max) now.push_back(knock);
  see_knocks(turn, std::move(now));
}

void Session::Body::take(Turn& turn, const protocol::KnockEnded& message) {
  std::vector<Knock> now = knocks;
  std::erase_if(now, [&](const Knock& one) { return one.user == message.user; });
  see_knocks(turn, std::move(now));
}

bool Session::Body::see_self(Turn& turn, const Participant& row) {
  const Participant before = std::exchange(self, row);
  self.user = options.user;
  if (bytes_of(self.attributes) > limits.attributes_bytes_max) self.attributes.clear();
  const bool was = before.role == Role::Viewer;
  // Of its media one knows oneself, and roles are told with the meeting's state.
  if (before.name != self.name || before.attributes != self.attributes || before.hand != self.hand ||
      before.asks_for_floor != self.asks_for_floor) {
    turn.say(command::SelfChanged{self});
  }
  if (self.role == Role::Viewer) yield_sources(turn);
  return was != (self.role == Role::Viewer);
}

void Session::Body::see_room(Turn& turn, const RoomState& now) {
  if (now == room) return;
  room = now;
  if (bytes_of(room.metadata) > limits.metadata_bytes_max) room.metadata.clear();
  turn.say(command::RoomStateChanged{room});
}

void Session::Body::see_knocks(Turn& turn, std::vector<Knock> now) {
  if (now == knocks) return;
  knocks = std::move(now);
  if (knocks.size() > limits.lobby_max) knocks.resize(limits.lobby_max);
  turn.say(command::LobbyChanged{knocks});
}

void Session::Body::link_as_permitted(Turn& turn, const Participant& member, bool offers_first) {
  const bool wanted = wants_link(member);
  if (wanted == links.has(member.user)) return;
  turn.say(command::LinkChanged{member.user, wanted ? LinkState::Connecting : LinkState::None, std::nullopt});
  if (wanted) return start_link(turn, member, offers_first);
  carry_out(turn, links.end(turn.now, member.user));
  stop_awaiting(turn, member.user);
}

// One has got the floor, or lost it: to the viewers one is like a newcomer.
void Session::Body::relink(Turn& turn) {
  for (const auto& [user, row] : roster.rows()) link_as_permitted(turn, row, /*offers_first=*/true);
}

void Session::Body::yield_sources(Turn& turn) {
  Turn deeds{turn.now, {}};
  sources.finish(deeds, no_floor(), no_floor());
  apply_sources(turn, std::move(deeds));
}

}  // namespace meetwire::session
