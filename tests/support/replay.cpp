// Plays a trace again natively, under the sanitizers and, if need be, a debugger:
//   replay FILE [LINE]     every step is compared; before LINE's event a breakpoint may be set on `step_wanted`
// Exit codes: 0 the same, 1 a difference, 2 not a trace that can be replayed.

#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>

#include "core/client_events.hpp"
#include "core/room_events.hpp"
#include "protocol/fields.hpp"
#include "room/switchboard.hpp"
#include "session/session.hpp"
#include "trace/codec.hpp"

namespace {

using namespace meetwire;

constexpr int kSame = 0, kDifferent = 1, kUnreadable = 2;

[[gnu::noinline]] void step_wanted(std::uint64_t line) { std::cout << "line " << line << std::endl; }

int complain(std::uint64_t line, const char* sentence) {
  std::cerr << "line " << line << ": " << sentence << '\n';
  return kUnreadable;
}

template <class Machine, class Options, class Event>
int play(const protocol::Value& head, std::ifstream& file, std::uint64_t wanted) {
  Options options;
  if (!protocol::read(protocol::find(head, "options"), options)) return complain(1, "these are no options");
  Machine machine(std::move(options));
  std::string text;
  std::uint64_t line = 1;
  while (std::getline(file, text)) {
    ++line;
    const auto entry = protocol::parse_trusted(text);
    const auto at = protocol::find_count(entry.root(), "at");
    Event event;
    const bool is_event = trace::read_message(protocol::find(entry.root(), "event"), event);
    if (!at) return complain(line, "this is no entry");
    if (!is_event) continue;  // refused then, and refused now
    if (line == wanted) step_wanted(line);
    const std::string actual = trace::write(machine.handle(Millis{static_cast<std::int64_t>(*at)}, event));
    // Both as the core writes them: how the recording has spaced and escaped them does not count.
    const std::string expected = protocol::to_text(protocol::find(entry.root(), "step"));
    if (protocol::to_text(protocol::parse_trusted(actual).root()) == expected) continue;
    std::cerr << "a difference in line " << line << "\n  expected: " << expected << "\n  actual:   " << actual << '\n';
    return kDifferent;
  }
  std::cout << "The same: " << line - 1 << " events.\n";
  return kSame;
}

}  // namespace

int main(int count, char** arguments) {
  std::ifstream file(count > 1 ? arguments[1] : "");
  std::string text;
  if (!std::getline(file, text)) return complain(0, "usage: replay FILE [LINE]");
  const auto head = protocol::parse_trusted(text);
  if (protocol::find_count(head.root(), "meetwireTrace") != 1) return complain(1, "this is no trace of version 1");
  if (protocol::find_count(head.root(), "dropped") != 0) return complain(1, "the beginning was dropped: it cannot be replayed");
  const std::uint64_t wanted = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 0;
  const auto machine = protocol::find_string(head.root(), "machine");
  if (machine == "client") return play<session::Session, ClientOptions, ClientEvent>(head.root(), file, wanted);
  if (machine == "room") return play<room::Switchboard, RoomOptions, RoomEvent>(head.root(), file, wanted);
  return complain(1, "there is no such machine");
}
