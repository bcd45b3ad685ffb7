// Identities. Each is a string of its own type, so that a room never passes for a user.
// Who makes them: rooms and users are the application's names; sessions, secrets and connections are
// made by the host (the core has no randomness) and are opaque here.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace meetwire {

template <class Tag>
struct StrongId {
  std::string value;

  StrongId() = default;
  explicit StrongId(std::string text) : value(std::move(text)) {}

  bool empty() const { return value.empty(); }
  // Byte-wise, as politeness is decided by it: the same on every platform and in every locale.
  // Not `auto`: the oldest C++ library to support has no <=> for strings; with the type named, == and < will do.
  friend std::strong_ordering operator<=>(const StrongId&, const StrongId&) = default;
};

using RoomId = StrongId<struct RoomTag>;
using UserId = StrongId<struct UserTag>;              // stable over reconnects; unique in a room
using SessionId = StrongId<struct SessionTag>;        // one admission of one user; made by the server's host
using ConnectionId = StrongId<struct ConnectionTag>;  // one socket at the server
using CallId = StrongId<struct CallTag>;              // one call; made by the caller's host
using TrackId = StrongId<struct TrackTag>;            // one local MediaStreamTrack held by the client's host

// A browser operation under way. Ids are never used twice in one client.
using OperationId = std::uint32_t;
// A promise of the SDK's caller that waits to be settled. Made by the host, unique in one client.
using RequestId = std::uint32_t;
// Counts the connections that a pair of sessions has had; see link/link.hpp.
using Incarnation = std::uint32_t;
// Counts the pair messages of one sender within one incarnation, from 1.
using Sequence = std::uint32_t;

// An id that a person, a peer or a server gave us: 1 to max_bytes bytes of UTF-8 without control characters,
// not blank, and not a name that means something to JavaScript objects (`__proto__` as a key changes the
// object instead of adding to it; clients of every kind keep rosters in objects).
bool is_acceptable_id(std::string_view id, std::size_t max_bytes);

// A display name: like an id, but may be empty, and any word will do.
bool is_acceptable_name(std::string_view name, std::size_t max_bytes);

// As much of the text as fits, cut between two characters, with blanks for control characters: an acceptable name. For
// words to people that are better shortened than refused. The text is UTF-8.
std::string fitted_name(std::string_view text, std::size_t max_bytes);

}  // namespace meetwire
