// What both sides of the classic dialect share: names, the envelope, descriptions and candidates.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/errors.hpp"
#include "core/limits.hpp"
#include "protocol/dialects/dialect.hpp"
#include "protocol/json.hpp"
#include "protocol/pair.hpp"

namespace meetwire::protocol::classic {

inline constexpr std::string_view kMessageEvent = "msg";
inline constexpr std::string_view kRosterEvent = "roomUserList";
inline constexpr int kGood = 200;

// How the reference server words it; the first edition's clients have nothing else to tell who it is.
inline constexpr std::string_view kJoinPhrase = " join then room";
inline constexpr std::string_view kLeavePhrase = " leave the room ";

// Every type that only the server may say, ours (refused, ended, problem) included.
bool is_envelope_type(std::string_view type);

// `data` is JSON text.
Frame make_envelope(std::string_view type, std::string_view words, int status, std::string_view data);
Frame make_frame(std::string_view event, const Json& payload);

// An id as a string, or as the whole number that some clients make of it; bounded and acceptable, or none.
std::optional<std::string> find_id(const Json& object, std::string_view key, const Limits& limits);

// `offer`, `answer` or `candidate`, out of a payload of the same name.
std::variant<PairBody, Failure> read_body(std::string_view type, const Json& payload, const Limits& limits);

// {type, payload}: one for each description or candidate, none for what classic clients do not know.
struct TypedPayload {
  std::string_view type;
  Json payload;
};
std::vector<TypedPayload> write_body(const PairBody& body, const UserId& from, const UserId& to);

// The words of a free-form `msg` payload, where it has any.
const std::string* find_words(const Json& payload);

}  // namespace meetwire::protocol::classic
