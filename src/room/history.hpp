// What was said to all in one room, kept for those who come later, within bounds: the oldest gives way. It keeps the
// letters that went to the members, so that a text is in memory, and charged for, once.
// Must not know: who is there, what a message means.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <variant>
#include <vector>

#include "core/chat_message.hpp"
#include "core/limits.hpp"
#include "protocol/messages.hpp"
#include "room/letter.hpp"

namespace meetwire::room {

class History {
 public:
  // Of a ChatDelivered.
  void add(const Letter& letter, const Limits& limits) {
    if (bytes_of(message_in(letter)) > limits.chat_kept_bytes_max || limits.chat_kept_messages_max == 0) return;
    letters_.push_back(letter);
    bytes_ += bytes_of(message_in(letter));
    while (letters_.size() > limits.chat_kept_messages_max || bytes_ > limits.chat_kept_bytes_max) {
      bytes_ -= bytes_of(message_in(letters_.front()));
      letters_.pop_front();
    }
  }

  std::vector<ChatMessage> messages() const {
    std::vector<ChatMessage> all;
    for (const Letter& letter : letters_) all.push_back(message_in(letter));
    return all;
  }

  // By its sender's id for it; none when it is not kept.
  const ChatMessage* find(const UserId& from, const std::string& id) const {
    const auto at = std::find_if(letters_.begin(), letters_.end(), [&](const Letter& letter) {
      return message_in(letter).from == from && message_in(letter).id == id;
    });
    return at == letters_.end() ? nullptr : &message_in(*at);
  }

  // Oldest first.
  const std::deque<Letter>& letters() const { return letters_; }

  bool empty() const { return letters_.empty(); }

 private:
  static const ChatMessage& message_in(const Letter& letter) { return std::get<protocol::ChatDelivered>(*letter).message; }
  static std::size_t bytes_of(const ChatMessage& one) { return one.text.size() + one.id.size() + one.from.value.size() + one.name.size(); }

  std::deque<Letter> letters_;
  std::size_t bytes_ = 0;
};

}  // namespace meetwire::room
