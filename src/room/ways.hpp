// Classic clients in no room, and who has called whom: a call opens the way for offers, answers and candidates between the
// two, in both directions, until either is gone. They have no words for more.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "room/ledger.hpp"

namespace meetwire::room {

class Ways {
 public:
  // False when either has as many open as it may.
  bool open(const UserId& from, const UserId& to, std::size_t ways_max, std::shared_ptr<Account> payer,
            std::shared_ptr<Tally> room) {
    if (has(from, to)) return true;
    if (count(from) >= ways_max || count(to) >= ways_max) return false;
    const std::size_t bytes = 2 * (from.value.size() + to.value.size() + kNodeBytes);
    ways_[from].emplace(to, Charge(std::move(payer), std::move(room), bytes));
    ways_[to].emplace(from, Charge());
    return true;
  }

  // Each way once: from the smaller id to the larger.
  std::vector<std::pair<UserId, UserId>> all() const {
    std::vector<std::pair<UserId, UserId>> all;
    for (const auto& [from, tos] : ways_) {
      for (const auto& [to, charge] : tos) {
        if (from < to) all.emplace_back(from, to);
      }
    }
    return all;
  }

  bool has(const UserId& one, const UserId& other) const {
    const auto at = ways_.find(one);
    return at != ways_.end() && at->second.count(other) > 0;
  }

  void leave(const UserId& user) {
    const auto at = ways_.find(user);
    if (at == ways_.end()) return;
    for (const auto& [other, charge] : at->second) {
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

  static constexpr std::size_t kNodeBytes = 96;

  std::map<UserId, std::map<UserId, Charge>> ways_;  // in both directions or in neither; none without an end
};

}  // namespace meetwire::room
