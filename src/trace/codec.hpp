// Events, commands and steps ↔ JSON: the text of the door and of traces.
// In what ships, commands are only written and events only read; tests and replay do both.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/step.hpp"
#include "protocol/fields.hpp"
#include "protocol/text.hpp"

namespace meetwire::trace {

using protocol::Value;

// {"type": "…", fields}
template <class... Ts>
void write(protocol::TextWriter& writer, const std::variant<Ts...>& message) {
  std::visit(
      [&writer](const auto& value) {
        writer.open('{');
        writer.key("type");
        writer.text(value.kType);
        protocol::write_members(writer, value);
        writer.close('}');
      },
      message);
}

template <class... Ts>
std::string write(const std::variant<Ts...>& message) {
  protocol::TextWriter writer;
  write(writer, message);
  return writer.take();
}

// {"commands": […], "wakeAt": milliseconds or absent}
template <class Command>
std::string write(const Step<Command>& step) {
  protocol::TextWriter writer;
  writer.open('{');
  writer.key("commands");
  writer.open('[');
  for (const Command& command : step.commands) write(writer, command);
  writer.close(']');
  if (step.wake_at) {
    writer.key("wakeAt");
    writer.number(step.wake_at->value);
  }
  writer.close('}');
  return writer.take();
}

namespace detail {

template <class Message>
struct Reader {
  std::string_view type;
  bool (*read)(const Value& from, Message& into);
};

// One for each alternative, which is read in its place: built elsewhere and moved there it is twice the code.
template <class Message, std::size_t... I>
constexpr auto make_readers(std::index_sequence<I...>) {
  return std::array<Reader<Message>, sizeof...(I)>{
      {{std::variant_alternative_t<I, Message>::kType,
        [](const Value& from, Message& into) { return protocol::read(from, into.template emplace<I>()); }}...}};
}

}  // namespace detail

// An event or command from its JSON; false for an unknown type or a field of another kind.
template <class Message>
bool read_message(const Value& from, Message& into) {
  static constexpr auto kReaders = detail::make_readers<Message>(std::make_index_sequence<std::variant_size_v<Message>>());
  const auto type = protocol::find_string(from, "type");
  if (!type) return false;
  for (const auto& reader : kReaders) {
    if (reader.type == *type) return reader.read(from, into);
  }
  return false;
}

}  // namespace meetwire::trace
