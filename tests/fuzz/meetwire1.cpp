// meetwire/1, both directions: any frame ends in messages and typed errors; what was understood and is said again is
// understood as the same.
#include <cstdint>
#include <string>

#include "fuzz/dialects.hpp"
#include "protocol/dialects/meetwire1.hpp"

namespace {

using namespace meetwire;
using namespace meetwire::protocol;
using fuzz::promise;

// `hear` decodes, `say` is the other side's encoder: what it says again has to come to the same text twice.
template <class Hear, class Say>
void say_again(const Hear& hear, const Say& say, const std::string& name, const std::string& body) {
  const auto decoded = hear(name, body);
  promise(decoded.messages.size() <= kDefaultLimits.batch_messages_max, "more messages than an envelope may hold");
  promise(decoded.failures.size() <= kDefaultLimits.batch_messages_max, "more failures than messages");
  if (name != kMeetwireFrame) promise(decoded.messages.empty(), "another event was taken");
  const auto first = say(decoded.messages, std::uint64_t{1});
  decltype(decoded.messages) heard;
  for (const Frame& frame : first) {
    fuzz::promise_json(frame);
    auto part = hear(frame.name, frame.body);
    promise(part.failures.empty() && part.unknown == 0, "what we said is not understood");
    for (auto& message : part.messages) heard.push_back(std::move(message));
  }
  promise(heard.size() == decoded.messages.size(), "a message was lost on the way");
  promise(fuzz::text_of(say(heard, 1)) == fuzz::text_of(first), "what we said is understood as something else");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  const auto client = make_meetwire_client(kDefaultLimits);
  const auto server = make_meetwire_server(kDefaultLimits);
  while (!bytes.empty()) {
    const std::string line = bytes.line();
    const std::string name = line.empty() ? "" : fuzz::event_of(line[0]);
    const std::string body = line.empty() ? "" : line.substr(1);
    say_again([&](const auto& event, const auto& text) { return client->decode(event, text); },
              [&](const auto& messages, auto number) { return server->encode(messages, number); }, name, body);
    say_again([&](const auto& event, const auto& text) { return server->decode(event, text); },
              [&](const auto& messages, auto number) { return client->encode(messages, number); }, name, body);
  }
  return 0;
}
