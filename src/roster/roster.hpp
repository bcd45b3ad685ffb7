// Who is in the room, as this client knows it: one row a user, newer versions over older ones, a whole roster
// turned into what changed.
// Must not know: links, sockets, what the application is told.
#pragma once

#include <cstddef>
#include <map>
#include <variant>
#include <vector>

#include "core/ids.hpp"
#include "core/limits.hpp"
#include "core/participant.hpp"

namespace meetwire::roster {

struct RowJoined {
  Participant row;
};
struct RowChanged {
  Participant row;
};
struct RowLeft {
  UserId user;
  LeaveReason reason = LeaveReason::Left;
};
using Difference = std::variant<RowJoined, RowChanged, RowLeft>;

// What came of one piece of news. Per user, joined and left alternate, whatever the server says.
struct Update {
  std::vector<Difference> differences;
  std::size_t refused = 0;  // rows over the limit, or with ids that are none
};

class Roster {
 public:
  explicit Roster(const Limits& limits) : limits_(limits) {}

  // The server's whole roster, which is the truth now. Rows of `self` are passed over.
  Update reconcile(const UserId& self, std::vector<Participant> rows);
  // A row with another session than the known one: the older one has left, replaced.
  Update join(Participant row);
  // Only newer versions of the same session count.
  Update change(const Participant& row);
  // Only the named session's row is removed: a late leave must not take its successor's.
  Update leave(const UserId& user, const SessionId& session, LeaveReason reason);
  // What a member who announces nothing was seen to send.
  Update see_media(const UserId& user, const MediaState& media);

  const Participant* find(const UserId& user) const;
  const std::map<UserId, Participant>& rows() const { return rows_; }

 private:
  bool accept(Participant& row) const;
  void replace(Participant& known, Participant row, Update& update);

  Limits limits_;
  std::map<UserId, Participant> rows_;
};

}  // namespace meetwire::roster
