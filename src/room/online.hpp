// Classic clients in no room: who is online, and who has called whom.
// A call opens the way for offers, answers and candidates between the two, in both directions, until either is gone.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>

#include "core/ids.hpp"

namespace meetwire::room {

class Online {
 public:
  void enter(const UserId& user, const ConnectionId& connection) { by_user_[user].connection = connection; }

  void leave(const UserId& user) {
    const auto at = by_user_.find(user);
    if (at == by_user_.end()) return;
    for (const UserId& other : at->second.calls) by_user_[other].calls.erase(user);
    by_user_.erase(at);
  }

  std::optional<ConnectionId> connection_of(const UserId& user) const {
    const auto at = by_user_.find(user);
    return at == by_user_.end() ? std::nullopt : std::optional(at->second.connection);
  }

  // False when either has as many calls open as it may.
  bool open_call(const UserId& from, const UserId& to, std::size_t calls_max) {
    if (has_call(from, to)) return true;
    auto& ours = by_user_[from].calls;
    auto& theirs = by_user_[to].calls;
    if (ours.size() >= calls_max || theirs.size() >= calls_max) return false;
    ours.insert(to);
    theirs.insert(from);
    return true;
  }

  bool has_call(const UserId& from, const UserId& to) const {
    const auto at = by_user_.find(from);
    return at != by_user_.end() && at->second.calls.count(to) > 0;
  }

  std::size_t size() const { return by_user_.size(); }

 private:
  struct Entry {
    ConnectionId connection;
    std::set<UserId> calls;  // in both entries or in neither
  };
  std::map<UserId, Entry> by_user_;
};

}  // namespace meetwire::room
