#include "session/parts.hpp"

#include <utility>

#include "protocol/dialects/classic.hpp"
#include "protocol/dialects/meetwire1.hpp"

namespace meetwire::session {
namespace {

class RealLink final : public LinkPart {
 public:
  RealLink(link::LinkOptions options, OperationId& operations) : link_(std::move(options), operations) {}
  link::LinkStep handle(Millis now, const link::LinkEvent& event) override { return link_.handle(now, event); }

 private:
  link::Link link_;
};

std::unique_ptr<protocol::ClientDialect> make_dialect(DialectName name, const ClientOptions& options,
                                                      const Limits& limits) {
  switch (name) {
    case DialectName::Meetwire:
      return protocol::make_meetwire_client(limits);
    case DialectName::Classic:
      return protocol::make_classic_client(options.room.value_or(RoomId{}), options.user, options.name, limits);
    case DialectName::Auto:
    case DialectName::Codelab:
    case DialectName::Plain:
      return nullptr;
  }
  return nullptr;
}

}  // namespace

Parts default_parts() {
  Parts parts;
  parts.make_link = [](link::LinkOptions options, OperationId& operations) -> std::unique_ptr<LinkPart> {
    return std::make_unique<RealLink>(std::move(options), operations);
  };
  parts.make_dialect = make_dialect;
  return parts;
}

}  // namespace meetwire::session
