#include "room/outbox.hpp"

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace meetwire::room {
namespace {

using namespace protocol;

// What a message without any text costs in memory, roughly.
constexpr std::size_t kBytesEach = 256;

std::size_t bytes_of(const std::string& sdp, const SlotsByMid& slots) {
  std::size_t bytes = sdp.size();
  for (const auto& [mid, slot] : slots) bytes += 64 + mid.size();
  return bytes;
}

std::size_t bytes_of(const PairBody& body) {
  if (const auto* offer = std::get_if<Offer>(&body)) return bytes_of(offer->sdp, offer->slots);
  if (const auto* answer = std::get_if<Answer>(&body)) return bytes_of(answer->sdp, answer->slots);
  std::size_t bytes = 0;
  if (const auto* batch = std::get_if<Candidates>(&body)) {
    for (const Candidate& one : batch->candidates) {
      bytes += 128 + one.candidate.size() + one.sdp_mid.value_or("").size() + one.username_fragment.value_or("").size();
    }
  }
  return bytes;
}

std::size_t bytes_of(const ServerMessage& message) {
  std::size_t bytes = kBytesEach;
  if (const auto* signal = std::get_if<SignalFrom>(&message)) {
    bytes += bytes_of(signal->pair.body) + signal->original.size();
  } else if (const auto* chat = std::get_if<ChatDelivered>(&message)) {
    bytes += chat->message.text.size() + chat->original.size();
  }
  if (const auto* told = std::get_if<CallTold>(&message)) bytes += told->call.reason.size();
  if (const auto* joined = std::get_if<MemberJoined>(&message)) bytes += meetwire::bytes_of(joined->member.attributes);
  if (const auto* changed = std::get_if<MemberChanged>(&message)) bytes += meetwire::bytes_of(changed->member.attributes);
  if (const auto* room = std::get_if<RoomChanged>(&message)) bytes += meetwire::bytes_of(room->room.metadata);
  return bytes;
}

}  // namespace

bool is_numbered(const ServerMessage& message) {
  return !std::holds_alternative<Welcome>(message) && !std::holds_alternative<Refused>(message) &&
         !std::holds_alternative<Problem>(message) && !std::holds_alternative<Ended>(message) &&
         !std::holds_alternative<Waiting>(message) && !std::holds_alternative<Reacted>(message) &&
         !std::holds_alternative<TypingFrom>(message);
}

Outbox::Pushed Outbox::push(const ServerMessage& message) {
  if (!keeps_ || !is_numbered(message)) return {};
  const std::size_t bytes = bytes_of(message);
  Pushed pushed;
  while (!messages_.empty() && (messages_.size() >= messages_max_ || bytes_ + bytes > bytes_max_)) {
    drop_oldest();
    pushed.dropped = true;
  }
  messages_.push_back({message, bytes});
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
  if (again.size() > repeat_messages_max_) again.resize(repeat_messages_max_);
  return again;
}

bool Outbox::covers(std::uint64_t received) const { return received <= last_ && received + 1 >= oldest(); }

std::vector<Numbered> Outbox::after(std::uint64_t received) const {
  std::vector<Numbered> missed;
  std::uint64_t number = oldest();
  for (const Kept& kept : messages_) {
    if (number > received) missed.push_back({number, kept.message});
    ++number;
  }
  return missed;
}

void Outbox::drop_oldest() {
  bytes_ -= messages_.front().bytes;
  messages_.pop_front();
}

}  // namespace meetwire::room
