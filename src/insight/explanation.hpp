// Why something does not work, from what is known of it. A pure function: the same facts, the same chain.
#pragma once

#include <vector>

#include "insight/commands.hpp"
#include "insight/events.hpp"

namespace meetwire::insight {

// From what is seen to what has to be mended; empty where nothing is wrong. Only what the facts show is said.
std::vector<Explanation> explain(const Facts& facts);

}  // namespace meetwire::insight
