// A set of 64-bit digests that several threads add to at once: open addressing, one compare-and-swap an insertion.
// It never grows while it is shared; the owner makes room between the rounds.
//
// Two states with one digest would count as one. With 100 million states the chance that any two do is 3 in 10,000.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace meetwire::exploration {

class DigestSet {
 public:
  explicit DigestSet(std::size_t slots = 1 << 16) { allocate(slots); }

  // True: it was not in yet, and the caller is the one who put it in.
  bool insert(std::uint64_t digest) {
    if (digest == 0) digest = 1;  // 0 marks a free slot
    for (std::size_t at = digest & mask_;; at = (at + 1) & mask_) {
      std::uint64_t there = table_[at].load(std::memory_order_relaxed);
      if (there == 0 && table_[at].compare_exchange_strong(there, digest, std::memory_order_relaxed)) return true;
      if (there == digest) return false;
    }
  }

  bool contains(std::uint64_t digest) const {
    if (digest == 0) digest = 1;
    for (std::size_t at = digest & mask_;; at = (at + 1) & mask_) {
      const std::uint64_t there = table_[at].load(std::memory_order_relaxed);
      if (there == digest) return true;
      if (there == 0) return false;
    }
  }

  // Room for so many in all, with a fifth of the table free. Not while others use it.
  void reserve(std::size_t count) {
    std::size_t slots = mask_ + 1;
    while (slots - slots / 5 < count) slots *= 2;
    if (slots == mask_ + 1) return;
    const std::unique_ptr<std::atomic<std::uint64_t>[]> old = std::move(table_);
    const std::size_t old_slots = mask_ + 1;
    allocate(slots);
    for (std::size_t at = 0; at < old_slots; ++at) {
      if (const std::uint64_t digest = old[at].load(std::memory_order_relaxed)) insert(digest);
    }
  }

  std::size_t bytes() const { return (mask_ + 1) * sizeof(std::uint64_t); }

 private:
  void allocate(std::size_t slots) {
    table_ = std::make_unique<std::atomic<std::uint64_t>[]>(slots);
    mask_ = slots - 1;
  }

  std::unique_ptr<std::atomic<std::uint64_t>[]> table_;
  std::size_t mask_ = 0;
};

}  // namespace meetwire::exploration
