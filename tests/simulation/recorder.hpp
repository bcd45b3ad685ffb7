// What happened in a simulated meeting, line by line: for a person to read, or only as one number to compare runs by.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace meetwire::simulation {

class Recorder {
 public:
  enum class Mode : std::uint8_t { Nothing, Digest, Lines };

  explicit Recorder(Mode mode, std::size_t lines_max = 400) : mode_(mode), lines_max_(lines_max) {}

  bool is_on() const { return mode_ != Mode::Nothing; }
  void note(Millis at, std::string_view who, std::string_view what) {
    if (mode_ == Mode::Nothing) return;
    std::string line = std::to_string(at.value);
    line.append("  ").append(who).append("  ").append(what);
    // FNV-1a, 64 bits.
    for (const char c : line) digest_ = (digest_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    if (mode_ != Mode::Lines) return;
    lines_.push_back(std::move(line));
    if (lines_.size() > lines_max_) lines_.pop_front();
  }

  std::uint64_t digest() const { return digest_; }
  const std::deque<std::string>& lines() const { return lines_; }

 private:
  Mode mode_;
  std::size_t lines_max_;
  std::uint64_t digest_ = 0xcbf29ce484222325ULL;
  std::deque<std::string> lines_;
};

}  // namespace meetwire::simulation
