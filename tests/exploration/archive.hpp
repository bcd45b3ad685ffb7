// States as bytes and back. One traversal of a state serves three purposes: to measure (what is lowest of each kind of
// number), to write (everything relative to that, so that states which differ in nothing that matters become the same
// bytes), and to read. Two states are the same state when their bytes are.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace meetwire::exploration {

using Bytes = std::vector<std::uint8_t>;

// Wyhash's mixing step over 8 bytes at a time: fast, and good enough to tell states apart.
inline std::uint64_t digest_of(const std::uint8_t* data, std::size_t size) {
  const auto mix = [](std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  std::uint64_t hash = 0x9e3779b97f4a7c15ULL ^ size;
  while (size > 0) {
    std::uint64_t word = 0;
    const std::size_t part = size < 8 ? size : 8;
    std::memcpy(&word, data, part);
    hash = mix(hash ^ word, 0xa0761d6478bd642fULL ^ word) + 0xe7037ed1a0b428dbULL;
    data += part;
    size -= part;
  }
  return mix(hash, 0x8ebc6af09c88c6e3ULL);
}
inline std::uint64_t digest_of(const Bytes& bytes) { return digest_of(bytes.data(), bytes.size()); }

enum class Purpose : std::uint8_t { Measure, Write, Read };

inline constexpr std::uint8_t kFirstToken = 128;

// The purpose is known at compile time: most of a traversal is nothing when measuring.
template <Purpose P>
class Archive {
 public:
  Archive() = default;
  explicit Archive(Bytes& into) : bytes_(&into) {}
  Archive(const std::uint8_t* data, std::size_t size) : from_(data), end_(data + size) {}

  static constexpr bool kMeasures = P == Purpose::Measure;
  static constexpr bool kWrites = P == Purpose::Write;
  static constexpr bool kReads = P == Purpose::Read;

  template <class Small>
  void small(Small& value) {
    if constexpr (kWrites) bytes_->push_back(static_cast<std::uint8_t>(value));
    if constexpr (kReads) value = static_cast<Small>(take());
  }

  // Seven bits a byte, the lowest first.
  void number(std::uint64_t& value) {
    if constexpr (kWrites) {
      std::uint64_t rest = value;
      for (; rest >= 128; rest >>= 7) bytes_->push_back(static_cast<std::uint8_t>(rest | 128));
      bytes_->push_back(static_cast<std::uint8_t>(rest));
    } else if constexpr (kReads) {
      value = 0;
      for (int shift = 0;; shift += 7) {
        const std::uint64_t byte = take();
        value |= (byte & 127) << shift;
        if (byte < 128) break;
      }
    }
  }

  // A name that only equality matters of (of credentials, of descriptions): written as the number of its first
  // appearance. 0 means none.
  void token(char& value) {
    if constexpr (kWrites) bytes_->push_back(value == 0 ? 0 : renamed(static_cast<std::uint8_t>(value)));
    if constexpr (kReads) {
      const std::uint8_t index = take();
      if (index > tokens_) tokens_ = index;
      value = index == 0 ? '\0' : static_cast<char>(kFirstToken + index - 1);
    }
  }
  // The first name that is not in use in what was read.
  char next_token() const { return static_cast<char>(kFirstToken + tokens_); }

 private:
  std::uint8_t take() { return from_ == end_ ? 0 : *from_++; }

  std::uint8_t renamed(std::uint8_t token) {
    std::uint8_t& name = names_[token - kFirstToken];
    if (name == 0) name = ++tokens_;
    return name;
  }

  Bytes* bytes_ = nullptr;
  const std::uint8_t* from_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  std::array<std::uint8_t, 128> names_{};
  std::uint8_t tokens_ = 0;
};

}  // namespace meetwire::exploration
