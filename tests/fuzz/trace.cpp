// The text of the doors and of traces: any line ends in an event, a command, or none; what was read and is written
// again reads as the same.
#include <cstdint>
#include <string>

#include "core/client_commands.hpp"
#include "core/client_events.hpp"
#include "core/room_commands.hpp"
#include "core/room_events.hpp"
#include "fuzz/bytes.hpp"
#include "trace/codec.hpp"

namespace {

using namespace meetwire;
using fuzz::promise;

template <class Message>
void try_message(const protocol::Value& line) {
  Message message;
  if (!trace::read_message(line, message)) return;
  const std::string written = trace::write(message);
  const protocol::Document document = protocol::parse_trusted(written);
  Message again;
  promise(trace::read_message(document.root(), again), "what was written cannot be read");
  promise(trace::write(again) == written, "what was written reads as something else");
}

template <class Options>
void try_options(const protocol::Value& line) {
  Options options;
  if (!protocol::read(line, options)) return;
  const std::string written = protocol::to_text(options);
  Options again;
  promise(protocol::read(protocol::parse_trusted(written).root(), again), "options that cannot be read again");
  promise(protocol::to_text(again) == written, "options that read as something else");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  while (!bytes.empty()) {
    const protocol::Document document = protocol::parse_trusted(bytes.line());
    try_message<ClientEvent>(document.root());
    try_message<ClientCommand>(document.root());
    try_message<RoomEvent>(document.root());
    try_message<RoomCommand>(document.root());
    try_options<ClientOptions>(document.root());
    try_options<RoomOptions>(document.root());
  }
  return 0;
}
