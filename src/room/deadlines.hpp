// Deadlines by key, and the next of all: so that a step costs what it touches, however many wait.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/time.hpp"

namespace meetwire::room {

template <class Key>
class Deadlines {
 public:
  // None takes it back.
  void set(const Key& key, std::optional<Millis> at) {
    const auto old = by_key_.find(key);
    if (old != by_key_.end()) {
      if (old->second == at) return;
      in_order_.erase({old->second, key});
      by_key_.erase(old);
    }
    if (at) {
      by_key_.emplace(key, *at);
      in_order_.emplace(*at, key);
    }
  }

  std::optional<Millis> next() const {
    return in_order_.empty() ? std::nullopt : std::optional(in_order_.begin()->first);
  }

  // The earliest, whether it has come or not.
  const Key* first() const { return in_order_.empty() ? nullptr : &in_order_.begin()->second; }

  bool has(const Key& key) const { return by_key_.count(key) > 0; }
  std::optional<Millis> find(const Key& key) const {
    const auto at = by_key_.find(key);
    return at == by_key_.end() ? std::nullopt : std::optional(at->second);
  }

  // The earliest that has come; it is gone from here.
  std::optional<Key> take_one_due(Millis now) {
    if (in_order_.empty() || in_order_.begin()->first > now) return std::nullopt;
    Key key = in_order_.begin()->second;
    set(key, std::nullopt);
    return key;
  }

  // Those that have come, earliest first; they are gone from here.
  std::vector<Key> take_due(Millis now) {
    std::vector<Key> due;
    while (!in_order_.empty() && in_order_.begin()->first <= now) {
      due.push_back(in_order_.begin()->second);
      by_key_.erase(in_order_.begin()->second);
      in_order_.erase(in_order_.begin());
    }
    return due;
  }

  std::size_t size() const { return by_key_.size(); }

 private:
  std::map<Key, Millis> by_key_;
  std::set<std::pair<Millis, Key>> in_order_;
};

}  // namespace meetwire::room
