// Events, commands and steps ↔ JSON: the text of the door and of traces.
// In what ships, commands are only written and events only read; tests and replay do both.
#pragma once

#include <string>
#include <variant>

#include "core/step.hpp"
#include "protocol/fields.hpp"
#include "protocol/text.hpp"
#include "protocol/variants.hpp"

namespace meetwire::trace {

using protocol::Value;

template <class... Ts>
std::string write(const std::variant<Ts...>& message) {
  protocol::TextWriter writer;
  protocol::write_variant(writer, message);
  return writer.take();
}

// {"commands": […], "wakeAt": milliseconds or absent}
template <class Command>
std::string write(const Step<Command>& step) {
  protocol::TextWriter writer;
  writer.open('{');
  writer.key("commands");
  writer.open('[');
  for (const Command& command : step.commands) protocol::write_variant(writer, command);
  writer.close(']');
  if (step.wake_at) {
    writer.key("wakeAt");
    writer.number(step.wake_at->value);
  }
  writer.close('}');
  return writer.take();
}

// An event or command from its JSON; false for an unknown type or a field of another kind.
template <class Message>
bool read_message(const Value& from, Message& into) {
  return protocol::read_variant(from, into);
}

}  // namespace meetwire::trace
