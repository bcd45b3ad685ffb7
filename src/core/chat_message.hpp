// One chat message, as it is kept by a room, on the wire and at the application.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/ids.hpp"

namespace meetwire {

struct ChatMessage {
  UserId from;
  std::string id;
  std::string text;
  std::optional<UserId> to;  // set: for one only
  std::int64_t at = 0;       // the server's clock, milliseconds since 1970; 0 where the server has none
  std::string name;          // the sender's then, who may have left since; empty where the server tells none

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("from", self.from);
    visit("id", self.id);
    visit("text", self.text);
    visit("to", self.to);
    visit("at", self.at);
    visit("name", self.name);
  }
};

}  // namespace meetwire
