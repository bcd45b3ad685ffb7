// A plain client at our server: what it says goes to all others, and what they signal is all that it is told.
#include <string>
#include <utility>

#include "protocol/dialects/plain.hpp"
#include "protocol/dialects/plain_wire.hpp"

namespace meetwire::protocol {
namespace {

class PlainServer final : public ServerDialect {
 public:
  explicit PlainServer(const Limits& limits) : limits_(limits) {}

  DialectName name() const override { return DialectName::Plain; }

  std::vector<Frame> encode(const std::vector<ServerMessage>& messages, std::uint64_t, std::size_t /*numbered*/) override {
    std::vector<Frame> frames;
    for (const ServerMessage& message : messages) {
      const auto* signal = std::get_if<SignalFrom>(&message);
      if (signal == nullptr) continue;  // it knows no others
      if (!signal->original.empty()) {
        frames.push_back({std::string(kPlainFrame), signal->original, BodyForm::Text});
        continue;
      }
      for (Frame& frame : plain::write_pair(signal->pair)) frames.push_back(std::move(frame));
    }
    return frames;
  }

  Decoded<ClientMessage> decode(std::string_view, std::string_view body) override {
    using Kind = plain::Reading::Kind;
    Decoded<ClientMessage> decoded;
    plain::Reading reading = plain::read_frame(body, limits_);
    if (reading.failure) {
      decoded.failures.push_back(std::move(*reading.failure));
    } else if (reading.kind == Kind::Nothing) {
      ++decoded.unknown;
    } else if (reading.kind == Kind::KeepAlive) {
      decoded.alive = true;
    } else {
      Said said;
      if (reading.kind == Kind::Pair) said.body = std::move(reading.pair.body);
      said.original = std::string(body);
      decoded.messages.push_back(std::move(said));
    }
    return decoded;
  }

 private:
  Limits limits_;
};

}  // namespace

std::unique_ptr<ServerDialect> make_plain_server(const Limits& limits) { return std::make_unique<PlainServer>(limits); }

}  // namespace meetwire::protocol
