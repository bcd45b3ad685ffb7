// The rooms' logs as a host's journal keeps them, in memory, and how another server reads them.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/room_commands.hpp"
#include "core/room_events.hpp"
#include "protocol/text.hpp"
#include "room/switchboard.hpp"
#include "room/value.hpp"

namespace meetwire::test {

class KeptLogs {
 public:
  // False: it has nothing to do with the journal.
  bool take(const RoomCommand& command) {
    if (const auto* append = std::get_if<command::AppendEntry>(&command)) {
      logs_[append->room].entries.push_back({append->at, append->entry});
    } else if (const auto* store = std::get_if<command::StoreRoom>(&command)) {
      logs_[store->room] = {store->room, store->value, {}};
    } else if (const auto* forget = std::get_if<command::ForgetRoom>(&command)) {
      logs_.erase(forget->room);
    } else {
      return false;
    }
    return true;
  }

  // What a new server is told of them, but for the end of it: event::JournalRead.
  std::vector<RoomEvent> read() const {
    std::vector<RoomEvent> events;
    for (const auto& [room, log] : logs_) {
      event::RoomRead read = log;
      read.room = room;
      events.push_back(std::move(read));
    }
    return events;
  }

  std::size_t rooms() const { return logs_.size(); }
  // What they take in memory, but for some hundred bytes a room.
  std::size_t bytes() const {
    std::size_t bytes = 0;
    for (const auto& [room, log] : logs_) {
      bytes += log.value.capacity() + log.entries.capacity() * sizeof(event::ReadEntry);
      for (const event::ReadEntry& one : log.entries) bytes += one.entry.capacity() + 16;
    }
    return bytes;
  }
  const event::RoomRead& of(const std::string& room) const { return logs_.at(RoomId{room}); }

 private:
  std::map<RoomId, event::RoomRead> logs_;
};

// What follows from a room's log alone: not what has been acknowledged since, nor what passes by itself.
inline std::string logged_text_of(const room::Room& room) {
  room::RoomValue value = room.value();
  std::vector<room::LetterValue> history;
  for (std::uint32_t& at : value.history) {
    history.push_back(value.letters[at]);
    at = static_cast<std::uint32_t>(history.size() - 1);
  }
  value.letters = std::move(history);
  for (room::PlaceValue& place : value.places) {
    place.outbox = {place.outbox.last, {}, {}, {}};
    place.typing = false;
    place.typing_told_at.reset();
  }
  return protocol::to_text(value);
}

inline std::map<std::string, std::string> logged_texts_of(const room::Switchboard& board) {
  std::map<std::string, std::string> texts;
  board.each_room([&](const room::Room& room) { texts[room.id().value] = logged_text_of(room); });
  return texts;
}

}  // namespace meetwire::test
