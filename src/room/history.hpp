// What was said to all in one room, kept for those who come later, within bounds: the oldest gives way.
// Must not know: who is there, what a message means.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "core/chat_message.hpp"
#include "core/limits.hpp"

namespace meetwire::room {

class History {
 public:
  void add(const ChatMessage& message, const Limits& limits) {
    if (bytes_of(message) > limits.chat_kept_bytes_max || limits.chat_kept_messages_max == 0) return;
    messages_.push_back(message);
    bytes_ += bytes_of(message);
    while (messages_.size() > limits.chat_kept_messages_max || bytes_ > limits.chat_kept_bytes_max) {
      bytes_ -= bytes_of(messages_.front());
      messages_.erase(messages_.begin());
    }
  }

  const std::vector<ChatMessage>& messages() const { return messages_; }

  // By its sender's id for it; none when it is not kept.
  const ChatMessage* find(const UserId& from, const std::string& id) const {
    const auto at = std::find_if(messages_.begin(), messages_.end(),
                                 [&](const ChatMessage& one) { return one.from == from && one.id == id; });
    return at == messages_.end() ? nullptr : &*at;
  }

 private:
  static std::size_t bytes_of(const ChatMessage& one) { return one.text.size() + one.id.size() + one.from.value.size() + one.name.size(); }

  std::vector<ChatMessage> messages_;
  std::size_t bytes_ = 0;
};

}  // namespace meetwire::room
