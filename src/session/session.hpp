// The client's core: one participant's view of one meeting. Events in, commands and one deadline out.
// Owns the door only; the rest is in files of one concern each, joined in body.hpp.
#pragma once

#include <memory>

#include "core/client_commands.hpp"
#include "core/client_events.hpp"
#include "core/limits.hpp"
#include "core/step.hpp"
#include "core/time.hpp"
#include "session/parts.hpp"

namespace meetwire::session {

class Session {
 public:
  explicit Session(const ClientOptions& options);
  // With parts of the caller's own, as in tests.
  Session(const ClientOptions& options, Parts parts, const Limits& limits = kDefaultLimits);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  // `now` never goes backwards. Any order of events is survived; after MeetingChanged{left} nothing is asked of the
  // host any more, but that tracks which come late are released and requests are settled as already-left.
  Step<ClientCommand> handle(Millis now, const ClientEvent& event);

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace meetwire::session
