// Codelab pages hang up and stay: there is no word for leaving the room, and when somebody comes they begin again. To the
// others such a page has left meanwhile; its place is taken all the same.
#include <utility>

#include "room/room.hpp"

namespace meetwire::room {

using namespace protocol;

void Room::on(Millis, Member& from, HungUp&&, Decision& out) {
  if (std::exchange(from.hung_up, true)) return;
  broadcast(MemberLeft{from.row.user, from.row.session, LeaveReason::Left}, from.row.user, /*to_itself=*/false, out);
  log(LogLevel::Info, "hung up", from.row.user, out);
}

// True: it has hung up, and this is the tail of what it said before. An offer, or that it would take one, brings it back.
bool Room::stays_away(Member& from, const ClientMessage& message, Decision& out) {
  if (!from.hung_up || std::holds_alternative<HungUp>(message) || std::holds_alternative<Leave>(message)) return false;
  const auto* signal = std::get_if<SignalTo>(&message);
  const bool begins = signal != nullptr && (std::holds_alternative<Offer>(signal->pair.body) ||
                                            std::holds_alternative<Acknowledge>(signal->pair.body));
  if (!begins) return true;
  from.hung_up = false;
  broadcast(MemberJoined{from.row}, from.row.user, /*to_itself=*/false, out);
  return false;
}

// Whoever comes meets them: nobody else is there, or there would be no place.
void Room::wake_all() {
  for (auto& [user, member] : members_) member.hung_up = false;
}

}  // namespace meetwire::room
