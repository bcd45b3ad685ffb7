// Plain members, who know nobody by name: what one says goes to all others, and whoever hears it takes it for his own.
#include <utility>
#include <vector>

#include "room/room.hpp"

namespace meetwire::room {

using namespace protocol;

// To those who speak plain as it is; to all others what they have a form for.
void Room::on(Millis, Member& from, Said&& said, Decision& out) {
  if (from.row.dialect != DialectName::Plain) return;
  SignalFrom plain{from.row.user, from.row.session, {}, std::move(said.original)};
  plain.pair.body = Acknowledge{};
  const Letter letter = letter_to_many(std::move(plain));
  for (auto& [user, member] : members_) {
    const bool both_view = from.row.role == Role::Viewer && member.row.role == Role::Viewer;
    if (user == from.row.user || both_view || !may_connect(from, member)) continue;
    if (member.row.dialect == DialectName::Plain) {
      post(member, letter, out);
    } else if (said.body) {
      SignalFrom signal{from.row.user, from.row.session, {}, {}};
      signal.pair.body = *said.body;
      send(member, std::move(signal), out);
    }
  }
}

// A device that comes empties the list: what stands in it is often itself, before it was restarted. Members of other
// dialects are not its to put out.
void Room::put_out_plain(Millis now, Decision& out) {
  std::vector<UserId> others;
  for (const auto& [user, member] : members_) {
    if (member.row.dialect == DialectName::Plain) others.push_back(user);
  }
  for (const UserId& user : others) {
    const auto at = members_.find(user);
    const ConnectionId connection = *at->second.connection;
    depart(now, at, LeaveReason::Replaced, out);
    out.push_back(Closing{connection});
  }
}

}  // namespace meetwire::room
