// What both sides of the classic dialect share: names, the envelope, descriptions and candidates.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/errors.hpp"
#include "core/ids.hpp"
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

// `data` and `payload` are JSON text.
Frame make_envelope(std::string_view type, std::string_view words, int status, std::string_view data);
Frame make_frame(std::string_view event, std::string payload);
// A client's first word, the room empty where it is in none.
Frame make_roster_request(const RoomId& room);

// An id as a string, or as the whole number that some clients make of it; bounded and acceptable, or none.
std::optional<std::string> find_id(const Value& object, std::string_view key, const Limits& limits);

// `offer`, `answer` or `candidate`, out of a payload of the same name.
std::variant<PairBody, Failure> read_body(std::string_view type, const Value& payload, const Limits& limits);

// {type, payload}: one for each description or candidate, none for what classic clients do not know.
struct TypedPayload {
  std::string_view type;
  std::string payload;  // JSON text
};
// What ours say to one another beside it goes into a member that the course's pages ignore (mark.hpp).
std::vector<TypedPayload> write_pair_payload(const PairMessage& pair, std::string_view from, std::string_view to);

// The words of a free-form `msg` payload, where it has any.
std::optional<std::string_view> find_words(const Value& payload);

}  // namespace meetwire::protocol::classic
