// A step's commands with each Distribute as the deliveries that it stands for, for worlds whose clients hear one at a time.
#pragma once

#include <variant>
#include <vector>

#include "core/room_commands.hpp"

namespace meetwire::test {

inline std::vector<RoomCommand> one_by_one(const std::vector<RoomCommand>& commands) {
  std::vector<RoomCommand> all;
  for (const RoomCommand& command : commands) {
    const auto* many = std::get_if<command::Distribute>(&command);
    if (many == nullptr) {
      all.push_back(command);
      continue;
    }
    for (const command::Recipient& one : many->to) {
      all.push_back(command::Deliver{one.connection, many->name, one.head + many->body + many->tail, many->form});
    }
  }
  return all;
}

}  // namespace meetwire::test
