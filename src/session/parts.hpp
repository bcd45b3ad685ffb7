// What a session makes for itself while it runs: links and dialects. Tests put their own in their place.
#pragma once

#include <functional>
#include <memory>

#include "core/client_events.hpp"
#include "core/limits.hpp"
#include "link/link.hpp"
#include "protocol/dialects/dialect.hpp"

namespace meetwire::session {

// One link, as far as a session is concerned; see link/link.hpp.
class LinkPart {
 public:
  virtual ~LinkPart() = default;
  virtual link::LinkStep handle(Millis now, const link::LinkEvent& event) = 0;
};

struct Parts {
  // `operations` is the client's one counter of operation ids; it outlives the link.
  std::function<std::unique_ptr<LinkPart>(const link::LinkOptions&, OperationId& operations)> make_link;
  // Null: this dialect cannot be spoken.
  std::function<std::unique_ptr<protocol::ClientDialect>(DialectName, const ClientOptions&, const Limits&)> make_dialect;
};

// The real ones.
Parts default_parts();
// The same without the dialects of other servers: for a module that does not have to carry them.
Parts meetwire_parts();

}  // namespace meetwire::session
