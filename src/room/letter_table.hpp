// The letters of a room's written form: each once, whoever waits for it, with the number under which it stands there.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/server_messages.hpp"
#include "room/letter.hpp"

namespace meetwire::room {

// What is kept for members who can come back, or for those who come later.
using KeptMessage = std::variant<protocol::MemberJoined, protocol::MemberChanged, protocol::MemberLeft, protocol::ChatDelivered,
                                 protocol::ChatSettled, protocol::CallTold, protocol::RequestSettled, protocol::RoomChanged,
                                 protocol::MuteAsked, protocol::Knocked, protocol::KnockEnded>;

struct LetterValue {
  KeptMessage message;
  bool for_many = false;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("message", self.message);
    visit("forMany", self.for_many);
  }
};

class LetterTable {
 public:
  // The letter's place in it. Messages that are never kept are not given to it.
  std::uint32_t add(const Letter& letter);
  std::vector<LetterValue> take() { return std::move(values_); }

 private:
  std::map<const void*, std::uint32_t> places_;
  std::vector<LetterValue> values_;
};

std::vector<Letter> letters_of(std::vector<LetterValue> values, const std::shared_ptr<Tally>& room);

}  // namespace meetwire::room
