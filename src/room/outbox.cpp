#include "room/outbox.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace meetwire::room {
using namespace protocol;

bool is_numbered(const ServerMessage& message) {
  return !std::holds_alternative<Welcome>(message) && !std::holds_alternative<Refused>(message) &&
         !std::holds_alternative<Problem>(message) && !std::holds_alternative<Ended>(message) &&
         !std::holds_alternative<Waiting>(message) && !std::holds_alternative<Renewed>(message) && !std::holds_alternative<Reacted>(message) &&
         !std::holds_alternative<TypingFrom>(message) && !std::holds_alternative<SignalFrom>(message);
}

Outbox::Pushed Outbox::push(const Letter& message) {
  if (!keeps_ || !is_numbered(*message)) return {};
  const std::size_t bytes = message.bytes();
  Pushed pushed;
  while (!messages_.empty() && (messages_.size() >= messages_max_ || bytes_ + bytes > bytes_max_)) {
    drop_oldest();
    pushed.dropped = true;
  }
  messages_.push_back(message);
  bytes_ += bytes;
  pushed.number = ++last_;
  return pushed;
}

void Outbox::acknowledge(std::uint64_t number) {
  if (number > last_) return;
  if (messages_.empty() || oldest() > number) return;
  while (!messages_.empty() && oldest() <= number) drop_oldest();
  repeat_at_.reset();
  repeat_wait_ = repeat_after_;
}

void Outbox::begin_waiting(Millis now) {
  if (messages_.empty()) {
    repeat_at_.reset();
  } else if (!repeat_at_) {
    repeat_at_ = now + repeat_wait_;
  }
}

std::vector<Numbered> Outbox::due(Millis now) {
  if (!repeat_at_ || *repeat_at_ > now) return {};
  repeat_wait_ = std::min(repeat_wait_ * 2, repeat_wait_max_);
  repeat_at_ = now + repeat_wait_;
  std::vector<Numbered> again = after(0);
  if (again.size() > repeat_messages_max_) again.erase(again.begin() + static_cast<std::ptrdiff_t>(repeat_messages_max_), again.end());
  return again;
}

bool Outbox::covers(std::uint64_t received) const { return received <= last_ && received + 1 >= oldest(); }

std::vector<Numbered> Outbox::after(std::uint64_t received) const {
  std::vector<Numbered> missed;
  std::uint64_t number = oldest();
  for (const Letter& kept : messages_) {
    if (number > received) missed.push_back({number, kept});
    ++number;
  }
  return missed;
}

OutboxValue Outbox::value(LetterTable& letters) const {
  OutboxValue value{last_, {}, repeat_at_, repeat_wait_};
  for (const Letter& letter : messages_) value.kept.push_back(letters.add(letter));
  return value;
}

bool Outbox::restore(const OutboxValue& value, const std::vector<Letter>& letters) {
  if (value.kept.size() > value.last) return false;
  messages_.clear();
  bytes_ = 0;
  for (const std::uint32_t at : value.kept) {
    if (at >= letters.size()) return false;
    messages_.push_back(letters[at]);
    bytes_ += letters[at].bytes();
  }
  last_ = value.last;
  repeat_at_ = value.repeat_at;
  repeat_wait_ = value.repeat_wait;
  return true;
}

std::size_t Outbox::clear() {
  const std::size_t held = std::exchange(bytes_, 0);
  messages_.clear();
  repeat_at_.reset();
  return held;
}

void Outbox::drop_oldest() {
  bytes_ -= messages_.front().bytes();
  messages_.pop_front();
}

}  // namespace meetwire::room
