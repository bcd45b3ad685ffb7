// The plain dialect, both directions: any frame ends in messages and typed errors, each frame in one of them; what is passed
// on is what came, and what is told to plain clients is JSON of their kind.
#include <cstdint>
#include <string>

#include "fuzz/dialects.hpp"
#include "protocol/dialects/plain.hpp"
#include "protocol/json.hpp"

namespace {

using namespace meetwire;
using namespace meetwire::protocol;
using fuzz::promise;

void promise_frame(const Frame& frame) {
  promise(frame.name == kPlainFrame && frame.form == BodyForm::Text, "a frame that is none of the dialect's");
  fuzz::promise_json(frame);
  const auto parsed = parse_json(frame.body, Limits{.message_bytes_max = 1 << 20});
  promise(std::holds_alternative<Document>(parsed), "a frame that the dialect cannot read");
  const Value root = std::get<Document>(parsed).root();
  promise(root.is_object() && find_string(root, "type").has_value(), "a frame without a type");
}

void serve(ServerDialect& server, const std::string& body) {
  const auto decoded = server.decode(kPlainFrame, body);
  promise(decoded.messages.size() + decoded.failures.size() + decoded.unknown + (decoded.alive ? 1 : 0) == 1, "a frame has one outcome");
  for (const ClientMessage& message : decoded.messages) {
    const auto& said = std::get<Said>(message);
    promise(said.original == body, "what is passed on is not what came");
    SignalFrom as_it_is{UserId{"ada"}, {}, {}, said.original};
    for (const Frame& frame : server.encode({as_it_is}, 0)) {
      promise(frame.body == body, "what is told is not what was said");
      promise_frame(frame);
    }
    if (!said.body) continue;
    SignalFrom in_our_words{UserId{"ada"}, {}, {}, {}};
    in_our_words.pair.body = *said.body;
    for (const Frame& frame : server.encode({in_our_words}, 0)) promise_frame(frame);
  }
}

// Whatever it understands it says again so that another understands the same.
void hear(ClientDialect& client, const std::string& body) {
  const auto decoded = client.decode(kPlainFrame, body);
  promise(decoded.messages.size() + decoded.failures.size() + decoded.unknown == 1, "a frame has one outcome");
  for (const ServerMessage& message : decoded.messages) {
    const auto& signal = std::get<SignalFrom>(message);
    const auto frames = client.encode({SignalTo{signal.from, {}, signal.pair, {}}}, 0);
    promise(frames.size() <= 1, "more than was said");
    for (const Frame& frame : frames) {
      promise_frame(frame);
      const auto again = client.decode(frame.name, frame.body);
      promise(again.messages.size() == 1, "what it says it does not understand");
      const auto& back = std::get<SignalFrom>(again.messages.front()).pair;
      promise(back.body.index() == signal.pair.body.index() && back.rank == signal.pair.rank, "what it says is something else");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  Limits limits;
  limits.description_bytes_max = 256;
  limits.candidate_bytes_max = 64;
  const auto client = make_plain_client(UserId{"ada"}, limits);
  const auto server = make_plain_server(limits);
  for (const Frame& frame : client->keep_alive()) promise_frame(frame);
  while (!bytes.empty()) {
    const std::string body = bytes.line();
    hear(*client, body);
    serve(*server, body);
  }
  return 0;
}
