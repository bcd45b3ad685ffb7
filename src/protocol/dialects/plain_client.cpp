// Our client at a plain server.
#include <string>
#include <utility>

#include "protocol/dialects/plain.hpp"
#include "protocol/dialects/plain_wire.hpp"

namespace meetwire::protocol {
namespace {

// Whoever else is in the room has no name.
constexpr std::string_view kOther = "peer";
constexpr std::string_view kOtherThanPeer = "other-peer";

class PlainClient final : public ClientDialect {
 public:
  PlainClient(UserId self, const Limits& limits)
      : self_(std::move(self)), other_(std::string(self_.value == kOther ? kOtherThanPeer : kOther)), limits_(limits) {}

  DialectName name() const override { return DialectName::Plain; }

  std::vector<Frame> encode(const std::vector<ClientMessage>& messages, std::uint64_t) override {
    std::vector<Frame> frames;
    for (const ClientMessage& message : messages) {
      const auto* signal = std::get_if<SignalTo>(&message);
      if (signal == nullptr) continue;  // this dialect has no such message
      for (Frame& frame : plain::write_pair(signal->pair)) frames.push_back(std::move(frame));
    }
    return frames;
  }

  Decoded<ServerMessage> decode(std::string_view frame_name, std::string_view body) override {
    Decoded<ServerMessage> out;
    plain::Reading reading = frame_name == kPlainFrame ? plain::read_frame(body, limits_) : plain::Reading{};
    if (reading.failure) {
      out.failures.push_back(std::move(*reading.failure));
    } else if (reading.kind == plain::Reading::Kind::Pair) {
      out.messages.push_back(SignalFrom{other_, SessionId{}, std::move(reading.pair), {}});
    } else {
      ++out.unknown;
    }
    return out;
  }

  std::vector<ServerMessage> presume() override {
    Welcome welcome;
    // A later socket is to nobody another member: what stands, stands.
    welcome.resumed = true;
    welcome.self.user = self_;
    welcome.self.dialect = DialectName::Plain;
    Participant other;
    other.user = other_;
    other.dialect = DialectName::Plain;
    welcome.members.push_back(std::move(other));
    welcome.limits.message_bytes_max = static_cast<std::uint32_t>(limits_.message_bytes_max);
    welcome.limits.participants_max = static_cast<std::uint32_t>(limits_.plain_participants_max);
    return {std::move(welcome)};
  }

  std::vector<Frame> keep_alive() const override { return {plain::make_keep_alive()}; }

 private:
  UserId self_;
  UserId other_;
  Limits limits_;
};

}  // namespace

std::unique_ptr<ClientDialect> make_plain_client(UserId self, const Limits& limits) {
  return std::make_unique<PlainClient>(std::move(self), limits);
}

}  // namespace meetwire::protocol
