// What every machine of the core returns: commands to carry out in order, and when to come again.
#pragma once

#include <optional>
#include <vector>

#include "core/time.hpp"

namespace meetwire {

template <class Command>
struct Step {
  std::vector<Command> commands;
  // The one deadline of the whole machine. The host sends TimePassed at or after it; earlier is harmless.
  // It replaces the deadline of the step before; none means that nothing is waited for.
  std::optional<Millis> wake_at;
};

}  // namespace meetwire
