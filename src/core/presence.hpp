// What people are and do in a room besides sending media: attributes, hands, reactions, the room's own state, who knocks.
// The same on the server, on the wire and at the application.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/ids.hpp"

namespace meetwire {

// Names → texts of the application's own.
using Attributes = std::map<std::string, std::string>;

inline std::size_t bytes_of(const Attributes& values) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : values) bytes += key.size() + value.size();
  return bytes;
}

// All that a member can ask of the room. Who may is a table: room/permissions.hpp.
enum class RoomAction : std::uint8_t {
  // of oneself
  SetName,        // name
  SetAttributes,  // values: merged into one's own
  RaiseHand,
  LowerHand,
  React,          // text
  AskForFloor,    // a viewer would like to speak
  // of the room and the others
  LowerHandOf,    // user
  SetMetadata,    // values: merged into the room's
  MuteFor,        // user, source
  MuteForAll,     // source
  Lock,
  Unlock,
  Remove,         // user
  GiveRole,       // user, role
  GrantFloor,     // user: a viewer becomes a guest
  RefuseFloor,    // user
  End,            // for everybody
  // of the lobby
  Admit,          // user; somebody who was removed may come again
  Deny,           // user
  AdmitAll,
  OpenLobby,      // from now on newcomers wait there
  CloseLobby,     // those who wait come in
};
constexpr auto names_of(RoomAction) {
  return std::array<std::string_view, 22>{
      "set-name",      "set-attributes", "raise-hand", "lower-hand",  "react",        "ask-for-floor", "lower-hand-of", "set-metadata",
      "mute-for",      "mute-for-all",   "lock",       "unlock",      "remove",       "give-role",     "grant-floor",   "refuse-floor",
      "end",           "admit",          "deny",       "admit-all",   "open-lobby",   "close-lobby"};
}
inline constexpr std::size_t kRoomActions = 22;

// What is the same for everybody in a room.
struct RoomState {
  bool locked = false;  // nobody new comes in
  bool lobby = false;   // newcomers wait until a host admits them
  Attributes metadata;

  friend bool operator==(const RoomState&, const RoomState&) = default;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("locked", self.locked);
    visit("lobby", self.lobby);
    visit("metadata", self.metadata);
  }
};

// Somebody who waits in the lobby, as hosts see it.
struct Knock {
  UserId user;
  std::string name;

  friend bool operator==(const Knock&, const Knock&) = default;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("name", self.name);
  }
};

}  // namespace meetwire
