#include <algorithm>
#include <utility>

#include "protocol/dialects/classic.hpp"
#include "protocol/dialects/classic_wire.hpp"

namespace meetwire::protocol {
namespace {

class ClassicKnock final : public ClientDialect {
 public:
  explicit ClassicKnock(RoomId room) : room_(std::move(room)) {}

  DialectName name() const override { return DialectName::Classic; }
  bool is_whole() const override { return false; }

  std::vector<Frame> encode(const std::vector<ClientMessage>& messages, std::uint64_t) override {
    const bool greets = std::any_of(messages.begin(), messages.end(),
                                    [](const ClientMessage& one) { return std::holds_alternative<Hello>(one); });
    if (!greets) return {};
    return ask_again();
  }

  std::vector<Frame> ask_again() override { return {classic::make_roster_request(room_)}; }

  Decoded<ServerMessage> decode(std::string_view, std::string_view) override {
    Decoded<ServerMessage> decoded;
    decoded.unknown = 1;
    return decoded;
  }

 private:
  RoomId room_;
};

}  // namespace

std::unique_ptr<ClientDialect> make_classic_knock(RoomId room) { return std::make_unique<ClassicKnock>(std::move(room)); }

}  // namespace meetwire::protocol
