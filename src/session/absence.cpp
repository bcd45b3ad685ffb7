// What becomes of those who are still seen and heard while the server is away, or has forgotten them.
//
// A connection between two does not need the server, so a server that is gone ends none; and one that comes back knowing
// nobody (it kept all in memory) gets its people one by one, each under the session that it had. Whoever is back under the
// same session keeps his link as it is. Until then he is shown as away, for as long as his link flows.
#include <algorithm>
#include <utility>

#include "session/body.hpp"

namespace meetwire::session {

// What was waited for may be there already.
void Session::Body::on(Turn& turn, const event::NetworkChanged&) {
  if (connection.is_waiting()) drive(turn, ConnectionInput::Elapsed);
}

// A room that knows us by the session that we had, and has forgotten everything else.
void Session::Body::come_together(Turn& turn, const protocol::Welcome& welcome) {
  for (const auto& [user, row] : roster.rows()) absent.insert(user);
  apart_at = turn.now;
  // Who is there and has no link with us is a stranger to us, and we a newcomer to him.
  apply(turn, roster.reconcile(options.user, with_absent(welcome.members)), /*offers_first=*/true);
  relink(turn);  // the roles may be others
  carry_out(turn, links.resume_signalling(turn.now));
}

// Those of the server, and those whom it has forgotten and who are not back.
std::vector<Participant> Session::Body::with_absent(std::vector<Participant> rows) {
  for (const Participant& row : rows) absent.erase(row.user);
  for (const UserId& user : absent) {
    Participant row = *roster.find(user);
    row.away = true;
    row.version = 0;  // the room that he comes back to counts anew
    rows.push_back(std::move(row));
  }
  return rows;
}

// When somebody of whom the server says nothing counts as gone: his link is lost, and nobody can mend it without the
// server. While nobody's link flows it may well be our own network, and nobody is gone before the meeting is.
std::optional<Millis> Session::Body::gone_at(const UserId& user) const {
  const auto flowing = links.flowing_since();
  const bool counts = is_joined() ? absent.count(user) != 0 : links.has(user) && flowing;
  if (!counts || links.is_connected(user)) return std::nullopt;
  Millis since = std::max(apart_at, links.changed_at(user));
  if (!is_joined()) since = std::max(since, *flowing);
  return since + limits.rejoin_deadline;
}

std::optional<Millis> Session::Body::next_gone_at() const {
  std::optional<Millis> first;
  if (!has_been_joined || !tells_roster() || (is_joined() && absent.empty())) return first;
  for (const auto& [user, row] : roster.rows()) first = earlier(first, gone_at(user));
  return first;
}

void Session::Body::let_go(Turn& turn) {
  while (true) {
    const auto due = next_gone_at();
    if (!due || *due > turn.now) return;
    const auto& rows = roster.rows();
    const auto gone = std::find_if(rows.begin(), rows.end(), [&](const auto& one) { return gone_at(one.first) == due; });
    const UserId user = gone->first;
    absent.erase(user);
    let_gone.insert(user);
    apply(turn, roster.leave(user, SessionId{gone->second.session}, LeaveReason::Lost), /*offers_first=*/false);
    tell(turn, unattended.ended(user, CallOutcome::Gone));
  }
}

}  // namespace meetwire::session
