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
  for (const auto& [user, row] : roster.rows()) absent.emplace(user, turn.now);
  // Who is there and has no link with us is a stranger to us, and we a newcomer to him.
  apply(turn, roster.reconcile(options.user, with_absent(welcome.members)), /*offers_first=*/true);
  relink(turn);  // the roles may be others
  carry_out(turn, links.resume_signalling(turn.now));
}

// Those of the server, and those whom it has forgotten and who are not back.
std::vector<Participant> Session::Body::with_absent(std::vector<Participant> rows) {
  for (const Participant& row : rows) absent.erase(row.user);
  for (const auto& [user, since] : absent) {
    const Participant* known = roster.find(user);
    if (known == nullptr) continue;
    rows.push_back(*known);
    rows.back().away = true;
  }
  return rows;
}

// When somebody of whom the server says nothing counts as gone: his link is lost, and nobody can mend it without the
// server. While nobody's link flows it may well be our own network, and nobody is gone before the meeting is.
std::optional<Millis> Session::Body::gone_at(const UserId& user) const {
  const auto missed = absent.find(user);
  const auto changed = links.changed_at(user);
  if (links.is_connected(user)) return std::nullopt;
  Millis since = missed == absent.end() ? Millis{0} : missed->second;
  if (lost_at) {
    if (!changed || !links.flowing_since()) return std::nullopt;
    since = std::max(since, std::max(*lost_at, *links.flowing_since()));
  } else if (missed == absent.end()) {
    return std::nullopt;
  }
  return std::max(since, changed.value_or(since)) + limits.rejoin_deadline;
}

std::optional<Millis> Session::Body::next_gone_at() const {
  if (!tells_roster() || (!lost_at && absent.empty())) return std::nullopt;
  std::optional<Millis> first;
  for (const auto& [user, row] : roster.rows()) first = earlier(first, gone_at(user));
  return first;
}

void Session::Body::let_go(Turn& turn) {
  const auto due = next_gone_at();
  if (!due || *due > turn.now) return;
  std::vector<Participant> gone;
  for (const auto& [user, row] : roster.rows()) {
    if (const auto at = gone_at(user); at && *at <= turn.now) gone.push_back(row);
  }
  for (const Participant& row : gone) {
    absent.erase(row.user);
    carry_out(turn, links.end_for_now(turn.now, row.user));
    apply(turn, roster.leave(row.user, row.session, LeaveReason::Lost), /*offers_first=*/false);
    tell(turn, unattended.ended(row.user, CallOutcome::Gone));
  }
}

}  // namespace meetwire::session
