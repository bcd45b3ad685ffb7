// Someone who is about to get a place in a room: what the connection, its hello and the host's word have said of him.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/ids.hpp"
#include "core/participant.hpp"
#include "protocol/messages.hpp"

namespace meetwire::room {

// Someone who wants in: identity judged, token accepted.
struct Admission {
  ConnectionId connection;
  UserId user;
  SessionId session;
  std::string secret;  // empty: this connection cannot resume (its dialect has no such thing)
  std::string name;
  Role role = Role::Guest;  // counts where roles are granted
  DialectName dialect = DialectName::Meetwire;
  MediaState media;
  Connect connect = Connect::Everyone;
  std::optional<std::string> publisher;
  std::uint32_t version = protocol::kVersion;
  bool viewer = false;  // asks for no more than to see and hear
  Attributes attributes;
  std::optional<std::string> resume;  // the secret of the place to be taken again; of a new place: one more that opens it
  std::uint64_t received = 0;
};

// In the same time wherever they differ.
inline bool same_secret(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

}  // namespace meetwire::room
