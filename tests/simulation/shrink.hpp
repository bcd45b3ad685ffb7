// Makes a failing script shorter: leaves out what is not needed for it to fail in the same way (delta debugging).
#pragma once

#include <cstddef>

#include "simulation/script.hpp"

namespace meetwire::simulation {

struct Shrunk {
  Script script;
  std::size_t runs = 0;
};

// `script` fails with `violation`.
Shrunk shrink(Script script, const std::string& violation, std::size_t runs_max);

}  // namespace meetwire::simulation
