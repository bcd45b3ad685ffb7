// Who may ask what of a room: role × action, as a table. The room looks every request up here before anything else.
#pragma once

#include <array>
#include <cstddef>

#include "core/participant.hpp"
#include "core/presence.hpp"

namespace meetwire::room {

struct PermissionRow {
  RoomAction action;
  bool host;
  bool guest;
  bool viewer;
};

// In the order of the enumerators. A viewer who has the floor is a guest, who need not ask for it.
inline constexpr std::array<PermissionRow, kRoomActions> kPermissions{{
    //                           host   guest  viewer
    {RoomAction::SetName,        true,  true,  true},
    {RoomAction::SetAttributes,  true,  true,  true},
    {RoomAction::RaiseHand,      true,  true,  true},
    {RoomAction::LowerHand,      true,  true,  true},
    {RoomAction::React,          true,  true,  true},
    {RoomAction::AskForFloor,    false, false, true},
    {RoomAction::LowerHandOf,    true,  false, false},
    {RoomAction::SetMetadata,    true,  false, false},
    {RoomAction::MuteFor,        true,  false, false},
    {RoomAction::MuteForAll,     true,  false, false},
    {RoomAction::Lock,           true,  false, false},
    {RoomAction::Unlock,         true,  false, false},
    {RoomAction::Remove,         true,  false, false},
    {RoomAction::GiveRole,       true,  false, false},
    {RoomAction::GrantFloor,     true,  false, false},
    {RoomAction::RefuseFloor,    true,  false, false},
    {RoomAction::End,            true,  false, false},
    {RoomAction::Admit,          true,  false, false},
    {RoomAction::Deny,           true,  false, false},
    {RoomAction::AdmitAll,       true,  false, false},
    {RoomAction::OpenLobby,      true,  false, false},
    {RoomAction::CloseLobby,     true,  false, false},
}};

constexpr bool may(Role role, RoomAction action) {
  const PermissionRow& row = kPermissions[static_cast<std::size_t>(action)];
  return role == Role::Host ? row.host : role == Role::Guest ? row.guest : row.viewer;
}

static_assert([] {
  for (std::size_t i = 0; i < kPermissions.size(); ++i) {
    if (static_cast<std::size_t>(kPermissions[i].action) != i) return false;
  }
  return true;
}());

}  // namespace meetwire::room
