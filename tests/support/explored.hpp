// A small world in a test, explored to its end: no bad state, nothing left out, and as many states as make it worth it.
#pragma once

#include <cstddef>
#include <iostream>
#include <string>
#include <utility>

#include "exploration/breadth_first.hpp"
#include "support/catch.hpp"

namespace meetwire::exploration {

template <class World>
void check_explored(const std::string& name, World world, std::size_t states_least) {
  const Found found = BreadthFirst(std::move(world)).run();
  std::string path;
  for (const std::string& step : found.path) path += step + "\n";
  INFO(path);
  CHECK(found.bad == "");
  CHECK(found.complete);
  CHECK(found.states >= states_least);
  std::cout << "explored " << name << ": " << found.states << " states, " << found.transitions << " transitions\n";
}

}  // namespace meetwire::exploration
