// A fuzzer's input as a source of choices, and how a broken promise ends the program. Knows nothing of the core.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>

namespace fuzz {

// A promise of the core's. What breaks it is a finding: libFuzzer keeps the input.
inline void promise(bool kept, std::string_view what) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

// Choices, byte by byte. When the input is used up every choice is the first one.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }
  // 0 to below - 1. The inputs of the machines are text, so that they can be kept as text: a printable byte has 95 values.
  unsigned pick(unsigned below) { return static_cast<std::uint8_t>(byte() - ' ') % below; }
  bool one_in(unsigned n) { return pick(n) == n - 1; }
  template <class T, std::size_t N>
  const T& of(const std::array<T, N>& choices) {
    return choices[pick(N)];
  }
  // One of an enumeration's values.
  template <class Enum>
    requires std::is_enum_v<Enum>
  Enum any() {
    return static_cast<Enum>(pick(static_cast<unsigned>(names_of(Enum{}).size())));
  }
  // The input as it is, up to the end of the line.
  std::string line() {
    const std::size_t end = rest_.find('\n');
    std::string out(rest_.substr(0, end));
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return out;
  }

 private:
  std::string_view rest_;
};

}  // namespace fuzz
