// What the server holds for others, in bytes, and who has it held: in all, and for each address.
// Must not know: rooms, connections, messages.
//
// What is held has a Charge, which counts as long as it lives. So nothing has to be subtracted by hand, and what several
// share is counted once.
#pragma once

#include <cstddef>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "core/time.hpp"
#include "room/rate.hpp"

namespace meetwire::room {

struct Tally {
  std::size_t bytes = 0;
};

// Of one address, or of one connection whose address is not known.
struct Account {
  std::shared_ptr<Tally> total;  // of the process
  std::size_t bytes = 0;         // held
  TokenBucket spending;          // bytes sent to others because of it
};

class Charge {
 public:
  Charge() = default;
  // Either may be none.
  Charge(std::shared_ptr<Account> account, std::shared_ptr<Tally> room, std::size_t bytes)
      : account_(std::move(account)), room_(std::move(room)) {
    add(bytes);
  }
  Charge(Charge&& other) noexcept { swap(other); }
  Charge& operator=(Charge&& other) noexcept {
    swap(other);
    return *this;
  }
  // A copy of what is held takes as much again.
  Charge(const Charge& other) : Charge(other.account_, other.room_, other.bytes_) {}
  Charge& operator=(const Charge& other) {
    Charge copy(other);
    swap(copy);
    return *this;
  }
  ~Charge() { remove(bytes_); }

  void add(std::size_t bytes) {
    if (account_) {
      account_->bytes += bytes;
      account_->total->bytes += bytes;
    }
    if (room_) room_->bytes += bytes;
    bytes_ += bytes;
  }
  void remove(std::size_t bytes) {
    if (account_) {
      account_->bytes -= bytes;
      account_->total->bytes -= bytes;
    }
    if (room_) room_->bytes -= bytes;
    bytes_ -= bytes;
  }
  void set(std::size_t bytes) { bytes >= bytes_ ? add(bytes - bytes_) : remove(bytes_ - bytes); }
  std::size_t bytes() const { return bytes_; }

 private:
  void swap(Charge& other) noexcept {
    std::swap(account_, other.account_);
    std::swap(room_, other.room_);
    std::swap(bytes_, other.bytes_);
  }

  std::shared_ptr<Account> account_;
  std::shared_ptr<Tally> room_;
  std::size_t bytes_ = 0;
};

class Ledger {
 public:
  // `address` empty: an account of its own.
  std::shared_ptr<Account> account(Millis now, const Limits& limits, const std::string& address) {
    std::shared_ptr<Account> known = address.empty() ? nullptr : accounts_[address].lock();
    if (known) return known;
    auto made = std::make_shared<Account>(
        Account{total_, 0, TokenBucket(now, limits.address_bytes_per_second, limits.address_bytes_burst)});
    if (!address.empty()) accounts_[address] = made;
    if (accounts_.size() > 2 * live_ + 16) sweep();
    return made;
  }

  // Held in all.
  std::size_t bytes() const { return total_->bytes; }

  // Addresses with a connection or with something held.
  std::size_t live() const {
    std::size_t count = 0;
    for (const auto& [address, account] : accounts_) count += account.expired() ? 0 : 1;
    return count;
  }
  // With those that are nobody's any more, and not swept yet.
  std::size_t known() const { return accounts_.size(); }

 private:
  void sweep() {
    for (auto at = accounts_.begin(); at != accounts_.end();) at = at->second.expired() ? accounts_.erase(at) : std::next(at);
    live_ = accounts_.size();
  }

  std::shared_ptr<Tally> total_ = std::make_shared<Tally>();
  std::map<std::string, std::weak_ptr<Account>> accounts_;
  std::size_t live_ = 0;  // after the last sweep
};

}  // namespace meetwire::room
