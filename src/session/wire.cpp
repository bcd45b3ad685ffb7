#include "session/wire.hpp"

#include <algorithm>
#include <utility>

namespace meetwire::session {
namespace {

// The socket.io events that only one kind of server sends.
struct Sign {
  std::string_view frame;
  DialectName dialect;
};
constexpr Sign kSigns[] = {
    {"meetwire", DialectName::Meetwire},
    {"msg", DialectName::Classic},
    {"roomUserList", DialectName::Classic},
};

}  // namespace

Wire::Wire(std::vector<std::unique_ptr<protocol::ClientDialect>> candidates) {
  for (auto& candidate : candidates) {
    if (candidate) candidates_.push_back(std::move(candidate));
  }
}

DialectName Wire::in_use() const { return candidates_.size() == 1 ? candidates_.front()->name() : DialectName::Auto; }

void Wire::reset() {
  noise_ = false;
  understood_ = false;
}

std::vector<command::Send> Wire::encode(const std::vector<protocol::ClientMessage>& messages, std::uint64_t received) {
  std::vector<command::Send> sends;
  for (const auto& candidate : candidates_) add(sends, candidate->encode(messages, received));
  return sends;
}

std::vector<command::Send> Wire::ask_again() {
  std::vector<command::Send> sends;
  for (const auto& candidate : candidates_) add(sends, candidate->ask_again());
  return sends;
}

std::vector<protocol::ServerMessage> Wire::presume() {
  return candidates_.size() == 1 ? candidates_.front()->presume() : std::vector<protocol::ServerMessage>{};
}

std::vector<command::Send> Wire::keep_alive() const {
  std::vector<command::Send> sends;
  if (candidates_.size() == 1) add(sends, candidates_.front()->keep_alive());
  return sends;
}

void Wire::add(std::vector<command::Send>& sends, std::vector<protocol::Frame> frames) {
  for (protocol::Frame& frame : frames) {
    sends.push_back(command::Send{std::move(frame.name), std::move(frame.body), frame.form});
  }
}

void Wire::settle_on(DialectName name) {
  const auto found = std::find_if(candidates_.begin(), candidates_.end(),
                                  [name](const auto& candidate) { return candidate->name() == name; });
  if (found == candidates_.end()) return;
  auto chosen = std::move(*found);
  if (!chosen->is_whole()) {
    candidates_.erase(found);
    foreign_ = name;
    return;
  }
  candidates_.clear();
  candidates_.push_back(std::move(chosen));
}

protocol::Decoded<protocol::ServerMessage> Wire::decode(std::string_view name, std::string_view body) {
  if (candidates_.size() > 1) {
    for (const Sign& sign : kSigns) {
      if (sign.frame == name) settle_on(sign.dialect);
    }
  }
  protocol::Decoded<protocol::ServerMessage> decoded;
  if (candidates_.size() == 1) {
    decoded = candidates_.front()->decode(name, body);
  } else {
    decoded.unknown = 1;
  }
  (decoded.messages.empty() ? noise_ : understood_) = true;
  return decoded;
}

}  // namespace meetwire::session
