// Every error that a user of Meetwire can meet: one list, with who is to blame and what to do.
// The codes are part of the public face: they are never renamed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/names.hpp"

namespace meetwire {

enum class Blame : std::uint8_t { Local, Remote, Server, Network, Device };

constexpr auto names_of(Blame) {
  return std::array<std::string_view, 5>{"local", "remote", "server", "network", "device"};
}

enum class ErrorCode : std::uint8_t {
  // joining and staying
  ServerUnreachable,
  ServerTimeout,
  ServerIncompatible,
  VersionMismatch,
  TokenRefused,
  TokenRequired,
  TokenExpired,
  TokenNotYetValid,
  TokenOtherRoom,
  TokenOtherUser,
  TokenAlgorithm,
  TokenSignature,
  RoomFull,
  IdTaken,
  Replaced,
  Removed,
  ServerClosing,
  ServerUnavailable,
  ConnectionLost,
  Aborted,
  AlreadyLeft,
  NotJoined,
  NotAllowed,
  RoomLocked,
  Denied,
  MeetingEnded,
  // messages
  MessageMalformed,
  MessageTooLarge,
  MessageTooDeep,
  MessageUnknown,
  RateLimited,
  TargetUnknown,
  // arguments
  InvalidRoom,
  InvalidUser,
  InvalidName,
  InvalidToken,
  InvalidArgument,
  // links between two participants
  NegotiationFailed,
  LinkFailed,
  PeerMisbehaved,
  // devices
  PermissionDenied,
  NotFound,
  InUse,
  Overconstrained,
  InsecureContext,
  Cancelled,
  TrackEnded,
  DeviceUnsupported,
  DeviceFailed,
  // data and files between two participants
  PeerGone,
  ChannelClosed,
  FileDeclined,
  FileCancelled,
  FileChanged,
  FileDamaged,
  StorageFailed,
  // ourselves
  Internal,
};

constexpr std::size_t kErrorCodeCount = static_cast<std::size_t>(ErrorCode::Internal) + 1;

struct ErrorInfo {
  std::string_view code;
  Blame blame;
  bool retryable;            // the same call may succeed later without anything being mended
  std::string_view advice;   // what happened and what to do, for a developer
};

// In the order of ErrorCode.
constexpr std::array<ErrorInfo, kErrorCodeCount> kErrors{{
    {"server-unreachable", Blame::Network, true,
     "The signalling server could not be reached. Check the url, that the server runs, and that its allowed origins include this page."},
    {"server-timeout", Blame::Server, true,
     "The signalling server accepted the connection but did not answer in time. Check that it is a Meetwire or classic server."},
    {"server-incompatible", Blame::Server, false,
     "The server speaks none of the protocols that were tried. Check the url and the `dialect` option."},
    {"version-mismatch", Blame::Server, false,
     "Client and server share no protocol version. Update the older of the two."},
    {"token-refused", Blame::Local, false, "The server refused the token. Get a fresh one for this room and user."},
    {"token-required", Blame::Local, false, "A token for this room and user is needed."},
    {"token-expired", Blame::Local, false, "The token has expired. Give `token` as a function, which is asked in time."},
    {"token-not-yet-valid", Blame::Local, true, "The token holds only later. Check the clocks."},
    {"token-other-room", Blame::Local, false, "The token is for another room."},
    {"token-other-user", Blame::Local, false, "The token is for another user id."},
    {"token-algorithm", Blame::Local, false, "The server has no key for the token's algorithm."},
    {"token-signature", Blame::Local, false, "None of the server's keys has signed the token."},
    {"room-full", Blame::Server, true, "The room has reached its limit of participants. Try again when somebody has left."},
    {"id-taken", Blame::Local, false,
     "Somebody with this user id is in the room already. Choose another id, or leave in the other tab first."},
    {"replaced", Blame::Local, false, "The same user came back over a newer connection, which took this one's place."},
    {"removed", Blame::Server, false, "A host removed this participant from the meeting."},
    {"server-closing", Blame::Server, true, "The server is shutting down. Join again."},
    {"server-unavailable", Blame::Server, true, "The server cannot keep what is said at the moment. Try again."},
    {"connection-lost", Blame::Network, true, "The connection to the signalling server was lost for longer than it can be resumed. Join again."},
    {"aborted", Blame::Local, false, "The operation was cancelled by its AbortSignal."},
    {"already-left", Blame::Local, false, "The meeting has been left. Join again to go on."},
    {"not-joined", Blame::Local, true, "This needs the meeting to be joined. Wait for `join` to resolve."},
    {"not-allowed", Blame::Local, false, "One's role does not permit that. Have a host do it, or give the role."},
    {"room-locked", Blame::Server, true, "A host has locked the room. Try again when it is open."},
    {"denied", Blame::Server, false, "A host did not let this participant in."},
    {"meeting-ended", Blame::Server, false, "A host has ended the meeting for everybody."},
    {"message-malformed", Blame::Remote, false, "A message was not valid JSON of the expected shape and was dropped."},
    {"message-too-large", Blame::Local, false, "A message is larger than the limit. Send less, or split it."},
    {"message-too-deep", Blame::Remote, false, "A message is nested deeper than the limit and was dropped."},
    {"message-unknown", Blame::Remote, false, "A message of an unknown type was ignored. The other side may be newer."},
    {"rate-limited", Blame::Local, true, "Too many messages in too short a time. Send fewer, or wait a second."},
    {"target-unknown", Blame::Local, false, "There is no such participant in this room."},
    {"invalid-room", Blame::Local, false, "A room needs a name of 1 to 128 bytes without control characters."},
    {"invalid-user", Blame::Local, false, "A user id needs 1 to 128 bytes without control characters, and must not be `__proto__`, `constructor` or `prototype`."},
    {"invalid-name", Blame::Local, false, "A display name has at most 128 bytes and no control characters."},
    {"invalid-token", Blame::Local, false, "A token has at most 4,096 bytes. Hand out a shorter one."},
    {"invalid-argument", Blame::Local, false, "An argument is of the wrong kind; see the detail."},
    {"negotiation-failed", Blame::Remote, true, "A session description was refused. The connection to this participant is being built anew."},
    {"link-failed", Blame::Network, true,
     "No connection to this participant could be made. A TURN server is needed where direct paths are blocked."},
    {"peer-misbehaved", Blame::Remote, false, "A participant sent something that the protocol forbids; it was dropped."},
    {"permission-denied", Blame::Device, true, "Use of the device was not permitted. Allow it in the browser's or the system's settings, then try again."},
    {"not-found", Blame::Device, true, "No such device was found. Plug one in, or choose another."},
    {"in-use", Blame::Device, true, "The device is in use by another program. Close that one, then try again."},
    {"overconstrained", Blame::Device, false, "No device can do what was asked. Ask for less, or use `ideal` in place of `exact`."},
    {"insecure-context", Blame::Local, false, "Browsers give devices to secure pages only. Serve the page over https or from localhost."},
    {"cancelled", Blame::Local, true, "The picker was closed without a choice."},
    {"track-ended", Blame::Local, false, "The given MediaStreamTrack has ended. Give one that is live."},
    {"device-unsupported", Blame::Device, false, "This browser cannot capture that."},
    {"device-failed", Blame::Device, true, "The device could not be started. Try again, or choose another."},
    {"peer-gone", Blame::Remote, true, "The participant left, or was away for too long."},
    {"channel-closed", Blame::Remote, true, "The channel is not open there. Wait for its `open` event."},
    {"file-declined", Blame::Remote, false, "The receiver declined the file."},
    {"file-cancelled", Blame::Remote, false, "The other side cancelled the transfer."},
    {"file-changed", Blame::Local, false, "The file was moved or changed meanwhile. Choose it again."},
    {"file-damaged", Blame::Network, true, "The file arrived damaged. Send it again."},
    {"storage-failed", Blame::Device, true, "The file could not be stored. Make room, then try again."},
    {"internal", Blame::Local, false, "A defect in Meetwire. The meeting was ended to keep it from doing harm; please report it."},
}};

constexpr const ErrorInfo& info_of(ErrorCode code) { return kErrors[static_cast<std::size_t>(code)]; }

constexpr auto names_of(ErrorCode) {
  std::array<std::string_view, kErrorCodeCount> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kErrors[i].code;
  return names;
}

// Who did not permit the use of a device: the one at the machine when asked just now; the browser, by a choice that it
// remembers or a rule of its own; the operating system; or the page's own Permissions Policy.
enum class Denier : std::uint8_t { User, Browser, System, Policy };
constexpr auto names_of(Denier) { return std::array<std::string_view, 4>{"user", "browser", "system", "policy"}; }

// One error as it happened: the code, and what exactly, in words without message content or secrets.
struct Failure {
  ErrorCode code = ErrorCode::Internal;
  std::string detail;
  std::optional<Denier> denied_by;  // of a permission-denied, where it is known

  Failure() = default;
  // Not inline: they are made in a hundred places.
  explicit Failure(ErrorCode which);
  Failure(ErrorCode which, std::string_view what);
  friend bool operator==(const Failure&, const Failure&) = default;
};

}  // namespace meetwire
