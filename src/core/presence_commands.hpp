// What the application is told of people and of the room, besides the roster: commands of the client's core.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/media.hpp"
#include "core/participant.hpp"
#include "core/presence.hpp"

namespace meetwire::command {

// One's own row, as the server has it: name, role, attributes, hand.
struct SelfChanged {
  static constexpr std::string_view kType = "self_changed";
  Participant participant;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("participant", self.participant);
  }
};

struct RoomStateChanged {
  static constexpr std::string_view kType = "room_state_changed";
  RoomState room;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("room", self.room);
  }
};

// All who wait in the lobby now, in the order of knocking. Hosts are told.
struct LobbyChanged {
  static constexpr std::string_view kType = "lobby_changed";
  std::vector<Knock> knocks;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("knocks", self.knocks);
  }
};

struct ReactionReceived {
  static constexpr std::string_view kType = "reaction_received";
  UserId from;
  std::string text;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("from", self.from);
    visit("text", self.text);
  }
};

// A host has asked for it, and it is done.
struct MuteApplied {
  static constexpr std::string_view kType = "mute_applied";
  UserId from;
  Source source = Source::Microphone;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("from", self.from);
    visit("source", self.source);
  }
};

}  // namespace meetwire::command
