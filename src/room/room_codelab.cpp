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

// True: it has hung up, and this is the tail of what it said before. An offer, or that it would take one, brings it back,
// which is an entry of its own (entry::Returned) before.
bool Room::stays_away(const Member& from, const ClientMessage& message) const {
  return from.hung_up && !std::holds_alternative<HungUp>(message) && !std::holds_alternative<Leave>(message);
}

// Whoever comes meets them: nobody else is there, or there would be no place.
void Room::wake_all() {
  for (auto& [user, member] : members_) member.hung_up = false;
}

}  // namespace meetwire::room
