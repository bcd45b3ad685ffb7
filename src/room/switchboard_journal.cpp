// The rooms' logs on their way to the host's journal and back.
#include <algorithm>
#include <utility>

#include "protocol/json.hpp"
#include "protocol/text.hpp"
#include "protocol/variants.hpp"
#include "room/switchboard.hpp"
#include "room/value.hpp"

namespace meetwire::room {

using namespace protocol;

void Switchboard::enter(const RoomId& id, Entry entry) {
  if (rooms_.count(id) == 0) return;
  if (journals_) append(id, entry);
  in_room(id, [&](Room& room) { return room.fold(now_, std::move(entry)); });
}

void Switchboard::append(const RoomId& id, const Entry& entry) {
  command::AppendEntry append{id, now_.value, to_text(entry)};
  log_sizes_[id].appended += append.entry.size();
  commands_.push_back(std::move(append));
}

// When a log has become so much longer than what came of it that writing that costs little in comparison.
void Switchboard::cut(const RoomId& id, const Room& room) {
  const auto at = log_sizes_.find(id);
  if (at == log_sizes_.end()) return;
  if (at->second.appended >= std::max(policy_->limits.log_bytes_min, 2 * at->second.stored)) store(id, room, at->second);
}

void Switchboard::store(const RoomId& id, const Room& room, LogSize& size) {
  command::StoreRoom store{id, to_text(room.value())};
  size = {store.value.size(), 0};
  commands_.push_back(std::move(store));
}

// From then on the rooms are the journal's.
void Switchboard::store_all() {
  for (const auto& [id, room] : rooms_) store(id, room, log_sizes_[id]);
  rooms_.clear();
  log_sizes_.clear();
  room_deadlines_ = {};
  deserted_ = {};
  members_ = 0;
}

void Switchboard::forget_log(const RoomId& id) {
  if (log_sizes_.erase(id) > 0) commands_.push_back(command::ForgetRoom{id});
}

// Nobody is connected yet: what the entries decide has been delivered long since.
void Switchboard::on(const event::RoomRead& read) {
  const auto refuse = [&](const char* reason) { commands_.push_back(command::RefuseLog{read.room, reason}); };
  if (rooms_.count(read.room) > 0) return refuse("there is another log of this room");
  std::optional<Room> room(std::in_place, read.room, policy_);
  LogSize size{read.value.size(), 0};
  if (!read.value.empty()) {
    RoomValue value;
    const Document document = parse_trusted(read.value);
    if (!document.root() || !protocol::read(document.root(), value)) return refuse("what was stored of the room cannot be read");
    if (value.version > kFoldVersion) return refuse("it was written by a later version");
    room = Room::restored(read.room, policy_, std::move(value));
    if (!room) return refuse("what was stored of the room contradicts itself");
  }
  for (const event::ReadEntry& one : read.entries) {
    Entry entry;
    const Document document = parse_trusted(one.entry);
    if (!document.root() || !read_variant(document.root(), entry)) return refuse("an entry cannot be read");
    room->fold(Millis{one.at}, std::move(entry));
    room->begin_waiting(Millis{one.at});
    size.appended += one.entry.size();
  }
  log_sizes_[read.room] = size;
  if (!read.room.empty()) members_ += room->size();
  rooms_.emplace(read.room, std::move(*room));
}

void Switchboard::on(const event::JournalRead&) {
  std::vector<RoomId> ids;
  for (const auto& [id, room] : rooms_) ids.push_back(id);
  for (const RoomId& id : ids) enter(id, entry::ServerLost{});
}

}  // namespace meetwire::room
