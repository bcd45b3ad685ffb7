// The one event that every machine has.
#pragma once

#include <string_view>

namespace meetwire::event {

// The deadline that the last step named has come.
struct TimePassed {
  static constexpr std::string_view kType = "time_passed";
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

}  // namespace meetwire::event
