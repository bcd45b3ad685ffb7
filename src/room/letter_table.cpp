#include "room/letter_table.hpp"

#include <cassert>
#include <type_traits>
#include <utility>
#include <variant>

#include "room/entry.hpp"

namespace meetwire::room {

std::uint32_t LetterTable::add(const Letter& letter) {
  const auto [at, is_new] = places_.try_emplace(letter.identity(), static_cast<std::uint32_t>(values_.size()));
  if (!is_new) return at->second;
  LetterValue& value = values_.emplace_back();
  value.for_many = letter.is_for_many();
  std::visit(
      [&](const auto& message) {
        if constexpr (kIsOneOf<std::decay_t<decltype(message)>, KeptMessage>) {
          value.message = message;
        } else {
          assert(false && "a message that is never kept");
        }
      },
      *letter);
  return at->second;
}

std::vector<Letter> letters_of(std::vector<LetterValue> values, const std::shared_ptr<Tally>& room) {
  std::vector<Letter> letters;
  for (LetterValue& value : values) {
    auto message = std::visit([](auto& one) { return protocol::ServerMessage(std::move(one)); }, value.message);
    letters.emplace_back(std::move(message), nullptr, room, value.for_many);
  }
  return letters;
}

}  // namespace meetwire::room
