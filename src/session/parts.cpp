#include "session/parts.hpp"

#include <utility>

#include "protocol/dialects/classic.hpp"
#include "protocol/dialects/codelab.hpp"
#include "protocol/dialects/meetwire1.hpp"
#include "protocol/dialects/plain.hpp"

namespace meetwire::session {
namespace {

class RealLink final : public LinkPart {
 public:
  RealLink(const link::LinkOptions& options, OperationId& operations) : link_(options, operations) {}
  link::LinkStep handle(Millis now, const link::LinkEvent& event) override { return link_.handle(now, event); }

 private:
  link::Link link_;
};

std::unique_ptr<protocol::ClientDialect> make_meetwire(DialectName name, const ClientOptions& options, const Limits& limits) {
  if (name == DialectName::Meetwire) return protocol::make_meetwire_client(limits);
  if (name == DialectName::Classic && options.dialect == DialectName::Auto) {
    return protocol::make_classic_knock(options.room.value_or(RoomId{}));
  }
  return nullptr;
}

std::unique_ptr<protocol::ClientDialect> make_any(DialectName name, const ClientOptions& options, const Limits& limits) {
  // Such servers know nobody out of rooms.
  if (name == DialectName::Codelab && options.room) {
    return protocol::make_codelab_client(*options.room, options.user, options.name, limits);
  }
  if (name == DialectName::Plain) return protocol::make_plain_client(options.user, limits);
  if (name != DialectName::Classic) return make_meetwire(name, options, limits);
  return protocol::make_classic_client(options.room.value_or(RoomId{}), options.user, options.name, limits);
}

std::unique_ptr<LinkPart> make_link(const link::LinkOptions& options, OperationId& operations) {
  return std::make_unique<RealLink>(options, operations);
}

}  // namespace

Parts default_parts() { return {make_link, make_any}; }

Parts meetwire_parts() { return {make_link, make_meetwire}; }

}  // namespace meetwire::session
