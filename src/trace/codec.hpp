// Events, commands and steps ↔ JSON: the text of the door and of traces.
// In what ships, commands are only written and events only read; tests and replay do both.
#pragma once

#include <optional>
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

template <class Message, std::size_t I = 0>
std::optional<Message> read_variant(const Value& from, std::string_view type) {
  if constexpr (I == std::variant_size_v<Message>) {
    return std::nullopt;
  } else {
    using T = std::variant_alternative_t<I, Message>;
    if (type != T::kType) return read_variant<Message, I + 1>(from, type);
    T value;
    if (!protocol::read(from, value)) return std::nullopt;
    return Message{std::move(value)};
  }
}

}  // namespace detail

// An event or command from its JSON; none for an unknown type or a field of another kind.
template <class Message>
std::optional<Message> read_message(const Value& from) {
  const auto type = protocol::find_string(from, "type");
  return !type ? std::nullopt : detail::read_variant<Message>(from, *type);
}

}  // namespace meetwire::trace
