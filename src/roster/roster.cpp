#include "roster/roster.hpp"

#include <utility>

namespace meetwire::roster {

// A row without a usable id cannot be addressed. One with a bad name can: it goes without.
bool Roster::accept(Participant& row) const {
  if (!is_acceptable_id(row.user.value, limits_.id_bytes_max)) return false;
  if (row.session.value.size() > limits_.id_bytes_max) return false;
  if (!is_acceptable_name(row.name, limits_.name_bytes_max)) row.name.clear();
  if (bytes_of(row.attributes) > limits_.attributes_bytes_max) row.attributes.clear();
  return true;
}

void Roster::replace(Participant& known, Participant row, Update& update) {
  // The server knows nothing of a foreign member's media; what was seen of it stays.
  if (is_foreign(row.dialect)) row.media = known.media;
  if (row == known) return;
  known = std::move(row);
  update.differences.push_back(RowChanged{known});
}

Update Roster::reconcile(const UserId& self, std::vector<Participant> rows) {
  Update update;
  std::map<UserId, Participant> news;
  for (Participant& row : rows) {
    if (row.user == self) continue;
    const bool known = news.count(row.user) != 0;
    if (!accept(row) || (!known && news.size() >= limits_.roster_members_max)) {
      ++update.refused;
      continue;
    }
    const UserId user = row.user;
    news.insert_or_assign(user, std::move(row));
  }
  for (auto at = rows_.begin(); at != rows_.end();) {
    const auto found = news.find(at->first);
    if (found != news.end() && found->second.session == at->second.session) {
      ++at;
      continue;
    }
    const LeaveReason reason = found == news.end() ? LeaveReason::Left : LeaveReason::Replaced;
    update.differences.push_back(RowLeft{at->first, reason});
    at = rows_.erase(at);
  }
  for (auto& [user, row] : news) {
    if (const auto known = rows_.find(user); known != rows_.end()) {
      replace(known->second, std::move(row), update);
    } else {
      update.differences.push_back(RowJoined{row});
      rows_.emplace(user, std::move(row));
    }
  }
  return update;
}

Update Roster::join(Participant row) {
  Update update;
  if (!accept(row)) {
    ++update.refused;
    return update;
  }
  if (const auto known = rows_.find(row.user); known != rows_.end()) {
    if (known->second.session == row.session) {
      if (row.version > known->second.version) replace(known->second, std::move(row), update);
      return update;
    }
    update.differences.push_back(RowLeft{row.user, LeaveReason::Replaced});
    rows_.erase(known);
  }
  if (rows_.size() >= limits_.roster_members_max) {
    ++update.refused;
    return update;
  }
  update.differences.push_back(RowJoined{row});
  const UserId user = row.user;
  rows_.emplace(user, std::move(row));
  return update;
}

Update Roster::change(const Participant& row) {
  Update update;
  const auto known = rows_.find(row.user);
  if (known == rows_.end() || known->second.session != row.session) return update;
  if (row.version <= known->second.version) return update;
  Participant news = row;
  if (accept(news)) {
    replace(known->second, std::move(news), update);
  } else {
    ++update.refused;
  }
  return update;
}

Update Roster::leave(const UserId& user, const SessionId& session, LeaveReason reason) {
  Update update;
  const auto known = rows_.find(user);
  if (known == rows_.end() || known->second.session != session) return update;
  rows_.erase(known);
  update.differences.push_back(RowLeft{user, reason});
  return update;
}

Update Roster::see_media(const UserId& user, const MediaState& media) {
  Update update;
  const auto known = rows_.find(user);
  if (known == rows_.end() || known->second.media == media) return update;
  known->second.media = media;
  update.differences.push_back(RowChanged{known->second});
  return update;
}

const Participant* Roster::find(const UserId& user) const {
  const auto known = rows_.find(user);
  return known == rows_.end() ? nullptr : &known->second;
}

}  // namespace meetwire::roster
