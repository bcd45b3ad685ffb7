// A room in its written form: all that it is, so that a process that reads it goes on where the one that wrote it stood.
// Written, read and written again it is the same. What is the host's (accounts, ICE servers) is not in it; nor is what a
// classic client has said to somebody at whom it rings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/participant.hpp"
#include "core/presence.hpp"
#include "core/time.hpp"
#include "protocol/fields.hpp"
#include "protocol/server_messages.hpp"
#include "protocol/variants.hpp"
#include "room/admission.hpp"
#include "room/calls.hpp"
#include "room/former.hpp"
#include "room/letter_table.hpp"
#include "room/lobby.hpp"
#include "room/outbox.hpp"
#include "room/rate.hpp"

namespace meetwire::room {

// By which fold entries and values are read. A value of a later one is not understood.
inline constexpr std::uint32_t kFoldVersion = 1;

struct PlaceValue {
  Participant row;
  PlaceKeys keys;
  bool heard = false;
  bool name_granted = false;
  std::optional<std::string> publisher;
  std::uint64_t order = 0;
  std::optional<ConnectionId> connection;
  OutboxValue outbox;
  std::uint64_t chats_counted = 0;
  std::uint64_t requests_counted = 0;
  std::vector<protocol::ChatSettled> chats;        // the answers known for retries
  std::vector<protocol::RequestSettled> requests;  // likewise
  std::optional<BucketValue> reactions;
  bool typing = false;
  std::optional<Millis> typing_told_at;
  std::uint64_t rung = 0;
  bool hung_up = false;
  std::optional<Millis> due;         // to be given up
  std::optional<Millis> away_since;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("row", self.row);
    visit("keys", self.keys);
    visit("heard", self.heard);
    visit("nameGranted", self.name_granted);
    visit("publisher", self.publisher);
    visit("order", self.order);
    visit("connection", self.connection);
    visit("outbox", self.outbox);
    visit("chatsCounted", self.chats_counted);
    visit("requestsCounted", self.requests_counted);
    visit("chats", self.chats);
    visit("requests", self.requests);
    visit("reactions", self.reactions);
    visit("typing", self.typing);
    visit("typingToldAt", self.typing_told_at);
    visit("rung", self.rung);
    visit("hungUp", self.hung_up);
    visit("due", self.due);
    visit("awaySince", self.away_since);
  }
};

struct WayValue {
  UserId one;
  UserId other;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("one", self.one);
    visit("other", self.other);
  }
};

struct RoomValue {
  std::uint32_t version = kFoldVersion;
  std::uint64_t position = 0;  // of the last entry that is in it
  RoomState state;
  std::vector<LetterValue> letters;
  std::vector<PlaceValue> places;
  std::vector<std::uint32_t> history;  // letters
  std::vector<CallValue> calls;
  LobbyValue lobby;
  FormerPlacesValue former;
  std::uint32_t hands = 0;
  std::uint64_t joined = 0;
  std::vector<WayValue> ways;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("version", self.version);
    visit("position", self.position);
    visit("state", self.state);
    visit("letters", self.letters);
    visit("places", self.places);
    visit("history", self.history);
    visit("calls", self.calls);
    visit("lobby", self.lobby);
    visit("former", self.former);
    visit("hands", self.hands);
    visit("joined", self.joined);
    visit("ways", self.ways);
  }
};

}  // namespace meetwire::room
