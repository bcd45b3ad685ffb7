#include "exploration/machines.hpp"

#if __has_include("exploration/explore_calls.hpp")
#include "exploration/explore_calls.hpp"
#endif
#if __has_include("exploration/explore_admission.hpp")
#include "exploration/explore_admission.hpp"
#endif

namespace meetwire::exploration {

const std::vector<Machine>& other_machines() {
  static const std::vector<Machine> machines{
#if __has_include("exploration/explore_calls.hpp")
      {"calls", explore_calls},
#endif
#if __has_include("exploration/explore_admission.hpp")
      {"admission", explore_admission},
#endif
  };
  return machines;
}

}  // namespace meetwire::exploration
