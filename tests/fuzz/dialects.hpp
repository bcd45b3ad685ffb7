// Frames as text, one a line, for the dialects' fuzzers: the first letter is the socket.io event, the rest the body.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "fuzz/bytes.hpp"
#include "fuzz/strict_json.hpp"
#include "protocol/dialects/dialect.hpp"

namespace fuzz {

inline std::string event_of(char letter) {
  constexpr std::array<std::pair<char, std::string_view>, 10> kEvents{{{'w', "meetwire"},
                                                                      {'m', "msg"},
                                                                      {'r', "roomUserList"},
                                                                      {'o', "offer"},
                                                                      {'a', "answer"},
                                                                      {'c', "candidate"},
                                                                      {'l', "call"},
                                                                      {'p', "applyMic"},
                                                                      {'y', "acceptApplyMic"},
                                                                      {'n', "refuseApplyMic"}}};
  for (const auto& [known, name] : kEvents) {
    if (known == letter) return std::string(name);
  }
  return std::string(1, letter);
}

// Any frame of ours is JSON, and one that every reader takes.
inline void promise_json(const meetwire::protocol::Frame& frame) { promise(StrictJson(frame.body).is_json(), "a frame of ours is not JSON"); }

template <class Frames>
std::string text_of(const Frames& frames) {
  std::string out;
  for (const auto& frame : frames) out.append(frame.name).append(" ").append(frame.body).append("\n");
  return out;
}

}  // namespace fuzz
