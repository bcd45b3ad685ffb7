// What both sides of the codelab dialect share: names of events, descriptions and candidates.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/errors.hpp"
#include "core/limits.hpp"
#include "protocol/dialects/dialect.hpp"
#include "protocol/json.hpp"
#include "protocol/pair.hpp"

namespace meetwire::protocol::codelab {

inline constexpr std::string_view kEnter = "create or join";
inline constexpr std::string_view kCreated = "created";
inline constexpr std::string_view kJoined = "joined";
inline constexpr std::string_view kJoin = "join";
inline constexpr std::string_view kReady = "ready";
inline constexpr std::string_view kFull = "full";
inline constexpr std::string_view kMessage = "message";
inline constexpr std::string_view kBye = "bye";  // an event, and a message
inline constexpr std::string_view kLog = "log";
inline constexpr std::string_view kAddresses = "ipaddr";

// The message of a page whose camera is there: from then on it can be offered to.
inline constexpr std::string_view kMedia = "got user media";

// An event with one argument that is text.
Frame make_text(std::string_view event, std::string_view text);
// `message` with this payload, JSON text.
Frame make_message(std::string payload);

// `offer`, `answer` or `candidate`, by the payload's own type.
bool is_pair_type(std::string_view type);
std::variant<PairBody, Failure> read_body(const Value& payload, const Limits& limits);

// JSON text: one for each description or candidate, none for what pages do not know. Ours know each other by the mark; with
// it goes the room, as everybody on the server may hear it.
std::vector<std::string> write_pair_payload(const PairMessage& pair, std::string_view room);

}  // namespace meetwire::protocol::codelab
