// The other machines that `explore` knows by name. Each world brings its own bounds.
#pragma once

#include <ostream>
#include <string_view>
#include <vector>

namespace meetwire::exploration {

struct Machine {
  std::string_view name;
  bool (*explore)(std::ostream& out);  // false: a bad state, told there with the way to it
};

const std::vector<Machine>& other_machines();

}  // namespace meetwire::exploration
