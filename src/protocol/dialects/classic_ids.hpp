// How classic servers spell ids. The reference server takes them from the query as they stand there: percent-encoded. So it
// answers for `team%2Fstandup` only, its rows bear `a%20b`, and only who is addressed so gets anything; what members say of
// themselves is spelled as they please. Here everybody has the id that he goes by, and an address for the server.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/limits.hpp"
#include "protocol/json.hpp"

namespace meetwire::protocol::classic {

// As an id stands in a query (encodeURIComponent, and the apostrophe, which addresses encode besides).
std::string percent_encoded(std::string_view text);
// What has this encoded form; text that is no encoded form is what it is.
std::string percent_decoded(std::string_view text);

class Ids {
 public:
  Ids(UserId self, const Limits& limits);

  // A new connection, perhaps to another server.
  void forget();
  // The id that is meant, out of a row or a message: a string, or the whole number that some clients make of it; none
  // where it cannot be. What is spelled differently is remembered as an address.
  std::optional<std::string> find(const Value& object, std::string_view key);
  std::optional<std::string> read(std::string_view said);
  bool is_self(std::string_view id) const;

  const std::string& own_address() const { return own_address_; }
  std::string address_of(const UserId& user) const;
  // The room's names, as one or another server may have it, the likelier first.
  static std::vector<RoomId> names_of(const RoomId& room);

 private:
  UserId self_;
  Limits limits_;
  std::string own_address_;
  bool encodes_ = false;  // the server has been seen to leave an id encoded
  std::map<UserId, std::string> addresses_;
};

}  // namespace meetwire::protocol::classic
