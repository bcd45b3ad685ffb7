// Prints what crosses the doors, as the C++ has it, so that a test can hold the TypeScript types against it:
//   samples            {"types": {name: TypeScript}, "samples": {name: [JSON of each alternative, bare and filled]}}
//   samples --decode   reads {name: [JSON]} from standard input and writes what the core made of each; null: unreadable
// Everything follows from the structs' `fields`; only the list of variants below is written by hand.

#include <iostream>
#include <nlohmann/json.hpp>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/client_commands.hpp"
#include "core/client_events.hpp"
#include "core/room_commands.hpp"
#include "core/room_events.hpp"
#include "flow/commands.hpp"
#include "flow/events.hpp"
#include "insight/commands.hpp"
#include "insight/events.hpp"
#include "protocol/fields.hpp"
#include "trace/codec.hpp"

namespace {

using namespace meetwire;
using Json = nlohmann::ordered_json;

Json json(const std::string& text) { return Json::parse(text, nullptr, false); }

template <class T>
Json json_of(const T& value) {
  return json(protocol::to_text(value));
}

template <class T>
struct ElementOf {
  static constexpr bool is_list = false, is_map = false;
};
template <class T>
struct ElementOf<std::vector<T>> {
  static constexpr bool is_list = true, is_map = false;
  using Type = T;
};
template <class T>
struct ElementOf<std::map<std::string, T>> {
  static constexpr bool is_list = false, is_map = true;
  using Type = T;
};

template <class T>
concept Optional = requires(T value) {
  value.has_value();
  *value;
};

// ---- the TypeScript type of a C++ type

std::string union_of(const std::vector<std::string>& members) {
  std::string out;
  for (const std::string& member : members) out += (out.empty() ? "" : " | ") + member;
  return out;
}

template <NamedEnum Enum>
std::string names_type() {
  std::vector<std::string> names;
  for (const std::string_view name : names_of(Enum{})) names.push_back("'" + std::string(name) + "'");
  return union_of(names);
}

template <class T>
std::string type_of();

template <class T>
std::string fields_type() {
  std::string out;
  T value;
  T::fields(value, [&out](const char* key, auto& field) {
    using Field = std::remove_cvref_t<decltype(field)>;
    if constexpr (Optional<Field>) {
      out += std::string(key) + "?: " + type_of<std::remove_cvref_t<decltype(*field)>>() + "; ";
    } else {
      out += std::string(key) + ": " + type_of<Field>() + "; ";
    }
  });
  return out;
}

template <class T>
std::string type_of() {
  if constexpr (std::is_same_v<T, bool>) return "boolean";
  else if constexpr (std::is_integral_v<T>) return "number";
  else if constexpr (NamedEnum<T>) return "(" + names_type<T>() + ")";
  else if constexpr (std::is_same_v<T, Failure>)
    return "{ code: " + type_of<ErrorCode>() + "; blame: " + type_of<Blame>() + "; retryable: boolean; message: string; detail?: string; deniedBy?: " + type_of<Denier>() + " }";
  else if constexpr (ElementOf<T>::is_list) return type_of<typename ElementOf<T>::Type>() + "[]";
  else if constexpr (ElementOf<T>::is_map) return "Record<string, " + type_of<typename ElementOf<T>::Type>() + ">";
  else if constexpr (protocol::HasFields<T>) return "{ " + fields_type<T>() + "}";
  else return "string";  // texts and ids
}

// ---- a value with everything in it

template <class T>
void fill(T& value) {
  if constexpr (Optional<T>) {
    fill(value.emplace());
  } else if constexpr (std::is_same_v<T, bool>) {
    value = true;
  } else if constexpr (std::is_integral_v<T>) {
    value = 7;
  } else if constexpr (NamedEnum<T>) {
    value = static_cast<T>(1);
  } else if constexpr (std::is_same_v<T, Failure>) {
    value = Failure{ErrorCode::LinkFailed, "a detail"};
    value.denied_by = Denier::System;
  } else if constexpr (std::is_same_v<T, std::string>) {
    value = "text";
  } else if constexpr (ElementOf<T>::is_list) {
    fill(value.emplace_back());
  } else if constexpr (ElementOf<T>::is_map) {
    fill(value["key"]);
  } else if constexpr (protocol::HasFields<T>) {
    T::fields(value, [](const char*, auto& field) { fill(field); });
  } else {
    value.value = "id";
  }
}

// ---- variants and plain structs, alike

template <class T>
struct Kind {
  static std::string type() { return type_of<T>(); }
  static Json samples() {
    T filled;
    fill(filled);
    return Json::array({json_of(T{}), json_of(filled)});
  }
  static Json decode(const Json& from) {
    T value;
    return protocol::read(protocol::parse_trusted(from.dump()).root(), value) ? json_of(value) : Json(nullptr);
  }
};

template <NamedEnum T>
struct Kind<T> {
  static std::string type() { return names_type<T>(); }
  static Json samples() {
    Json out = Json::array();
    for (const std::string_view name : names_of(T{})) out.push_back(std::string(name));
    return out;
  }
  static Json decode(const Json& from) {
    T value{};
    return protocol::read(protocol::parse_trusted(from.dump()).root(), value) ? json_of(value) : Json(nullptr);
  }
};

template <class... Ts>
struct Kind<std::variant<Ts...>> {
  static std::string type() {
    return union_of({("{ type: '" + std::string(Ts::kType) + "'; " + fields_type<Ts>() + "}")...});
  }
  static Json samples() {
    Json out = Json::array();
    (add<Ts>(out), ...);
    return out;
  }
  static Json decode(const Json& from) {
    std::variant<Ts...> message;
    const bool good = trace::read_message(protocol::parse_trusted(from.dump()).root(), message);
    return good ? json(trace::write(message)) : Json(nullptr);
  }

 private:
  template <class T>
  static void add(Json& out) {
    T filled;
    fill(filled);
    out.push_back(json(trace::write(std::variant<Ts...>{T{}})));
    out.push_back(json(trace::write(std::variant<Ts...>{filled})));
  }
};

// Calls visit.operator()<T>(name) for everything that has a TypeScript twin.
template <class Visit>
void for_each_type(Visit&& visit) {
  visit.template operator()<Source>("Source");
  visit.template operator()<Slot>("Slot");
  visit.template operator()<Priority>("Priority");
  visit.template operator()<Wanted>("Wanted");
  visit.template operator()<SourceState>("SourceState");
  visit.template operator()<DescriptionType>("DescriptionType");
  visit.template operator()<ConnectionState>("ConnectionState");
  visit.template operator()<LinkState>("LinkState");
  visit.template operator()<Connect>("Connect");
  visit.template operator()<Role>("Role");
  visit.template operator()<DialectName>("DialectName");
  visit.template operator()<LeaveReason>("LeaveReason");
  visit.template operator()<MeetingState>("MeetingState");
  visit.template operator()<CallState>("CallState");
  visit.template operator()<CallOutcome>("CallOutcome");
  visit.template operator()<RoomAction>("RoomAction");
  visit.template operator()<BodyForm>("BodyForm");
  visit.template operator()<TransportWay>("TransportWay");
  visit.template operator()<Blame>("Blame");
  visit.template operator()<ErrorCode>("ErrorCode");
  visit.template operator()<Denier>("Denier");
  visit.template operator()<LogLevel>("LogLevel");
  visit.template operator()<ClientOptions>("ClientOptions");
  visit.template operator()<ClientEvent>("ClientEvent");
  visit.template operator()<ClientCommand>("ClientCommand");
  visit.template operator()<flow::Purpose>("Purpose");
  visit.template operator()<flow::ChannelState>("ChannelState");
  visit.template operator()<flow::FlowBounds>("FlowBounds");
  visit.template operator()<flow::FlowOptions>("FlowOptions");
  visit.template operator()<flow::FlowEvent>("FlowEvent");
  visit.template operator()<flow::FlowCommand>("FlowCommand");
  visit.template operator()<insight::Shortcoming>("Shortcoming");
  visit.template operator()<insight::Cause>("Cause");
  visit.template operator()<insight::InsightOptions>("InsightOptions");
  visit.template operator()<insight::InsightEvent>("InsightEvent");
  visit.template operator()<insight::InsightCommand>("InsightCommand");
  visit.template operator()<RoomOptions>("RoomOptions");
  visit.template operator()<RoomEvent>("RoomEvent");
  visit.template operator()<RoomCommand>("RoomCommand");
}

Json everything() {
  Json types = Json::object();
  Json samples = Json::object();
  for_each_type([&]<class T>(const char* name) {
    types[name] = Kind<T>::type();
    samples[name] = Kind<T>::samples();
  });
  return {{"types", types}, {"samples", samples}};
}

Json decoded(const Json& input) {
  Json out = Json::object();
  for_each_type([&]<class T>(const char* name) {
    const auto given = input.find(name);
    if (given == input.end()) return;
    Json& results = out[name] = Json::array();
    for (const Json& item : *given) results.push_back(Kind<T>::decode(item));
  });
  return out;
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::string_view(arguments[1]) == "--decode") {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    std::cout << decoded(json(text)).dump() << '\n';
  } else {
    std::cout << everything().dump() << '\n';
  }
}
