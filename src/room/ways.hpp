// Classic clients in no room, and who has called whom: a call opens the way for offers, answers and candidates between the
// two, in both directions, until either is gone. They have no words for more.
#pragma once

#include <cstddef>
#include <map>
#include <set>

#include "core/ids.hpp"

namespace meetwire::room {

class Ways {
 public:
  // False when either has as many open as it may.
  bool open(const UserId& from, const UserId& to, std::size_t ways_max) {
    if (has(from, to)) return true;
    if (count(from) >= ways_max || count(to) >= ways_max) return false;
    ways_[from].insert(to);
    ways_[to].insert(from);
    return true;
  }

  bool has(const UserId& one, const UserId& other) const {
    const auto at = ways_.find(one);
    return at != ways_.end() && at->second.count(other) > 0;
  }

  void leave(const UserId& user) {
    const auto at = ways_.find(user);
    if (at == ways_.end()) return;
    for (const UserId& other : at->second) {
      const auto theirs = ways_.find(other);
      theirs->second.erase(user);
      if (theirs->second.empty()) ways_.erase(theirs);
    }
    ways_.erase(user);
  }

 private:
  std::size_t count(const UserId& user) const {
    const auto at = ways_.find(user);
    return at == ways_.end() ? 0 : at->second.size();
  }

  std::map<UserId, std::set<UserId>> ways_;  // in both directions or in neither; none without an end
};

}  // namespace meetwire::room
