// The machine that decides over what flows between participants besides media: which data channels there are, and which
// files are offered, taken, resumed and refused. One for each meeting; it is made when a page first uses any of it.
//
// Must not know: signalling, rooms, descriptions. Of a link it hears that its control channel is open or gone.
#pragma once

#include <memory>

#include "core/step.hpp"
#include "core/time.hpp"
#include "flow/commands.hpp"
#include "flow/events.hpp"

namespace meetwire::flow {

class Flow {
 public:
  explicit Flow(FlowOptions options);
  ~Flow();
  Flow(Flow&&) noexcept;
  Flow& operator=(Flow&&) noexcept;

  Step<FlowCommand> handle(Millis now, const FlowEvent& event);

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace meetwire::flow
