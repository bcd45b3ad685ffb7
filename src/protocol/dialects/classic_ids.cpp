#include "protocol/dialects/classic_ids.hpp"

#include <utility>

namespace meetwire::protocol::classic {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

// Of a hexadecimal digit, in either case; -1: it is none.
int value_of(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

bool is_kept(char c) {
  constexpr std::string_view kKept = "-_.!~*()";
  const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return alphanumeric || kKept.find(c) != std::string_view::npos;
}

}  // namespace

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_kept(c)) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      // Whoever encodes leaves nothing that has to be: an apostrophe passes, as some addresses have it.
      if (!is_kept(text[i]) && text[i] != '\'') return std::string(text);
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? value_of(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? value_of(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::string(text);
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

Ids::Ids(UserId self, const Limits& limits) : self_(std::move(self)), limits_(limits), own_address_(self_.value) {}

void Ids::forget() {
  own_address_ = self_.value;
  encodes_ = false;
  addresses_.clear();
}

std::optional<std::string> Ids::find(const Value& object, std::string_view key) {
  if (const auto text = find_string(object, key)) return read(*text);
  if (const auto number = find_count(object, key)) return std::to_string(*number);
  return std::nullopt;
}

std::optional<std::string> Ids::read(std::string_view said) {
  // Encoded, every byte may be three.
  if (said.size() > limits_.id_bytes_max * 3) return std::nullopt;
  std::string id = percent_decoded(said);
  if (!is_acceptable_id(id, limits_.id_bytes_max)) id = said;
  if (!is_acceptable_id(id, limits_.id_bytes_max)) return std::nullopt;
  if (id != said) encodes_ = true;
  if (is_self(id)) {
    if (said != self_.value) own_address_ = said;
  } else if (id != said && addresses_.size() < limits_.encoded_ids_max) {
    addresses_.insert_or_assign(UserId{id}, std::string(said));
  }
  return id;
}

// As it is, or cut at "=", which some of the servers do.
bool Ids::is_self(std::string_view id) const {
  return id == self_.value || id == std::string_view(self_.value).substr(0, self_.value.find('='));
}

std::string Ids::address_of(const UserId& user) const {
  const auto known = addresses_.find(user);
  if (known != addresses_.end()) return known->second;
  return encodes_ ? percent_encoded(user.value) : user.value;
}

std::vector<RoomId> Ids::names_of(const RoomId& room) {
  std::string encoded = percent_encoded(room.value);
  if (encoded == room.value) return {room};
  return {RoomId{std::move(encoded)}, room};
}

}  // namespace meetwire::protocol::classic
