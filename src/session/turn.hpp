// One event's handling: the time, and the commands that come of it, in order.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "core/client_commands.hpp"
#include "core/errors.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"

namespace meetwire::session {

struct Turn {
  Millis now;
  std::vector<ClientCommand> commands;

  void say(ClientCommand command) { commands.push_back(std::move(command)); }

  void settle(RequestId request, std::optional<Failure> error = std::nullopt) {
    say(command::SettleRequest{request, std::move(error)});
  }

  void report(Failure error, std::optional<UserId> peer = std::nullopt) {
    say(command::ReportProblem{std::move(peer), std::move(error)});
  }

  void append(Turn&& later) {
    for (ClientCommand& command : later.commands) commands.push_back(std::move(command));
  }
};

}  // namespace meetwire::session
