// The server's core behind its door: the connections of one process, and all rooms.
// Owns dialects, rates, the way to admission, delivery. What happens inside a room the room decides.
// Must not know: JSON (dialects do), sockets, tokens.
//
// One id, two connections. Whoever has the place's secret takes it over; the old connection ends as `replaced`.
// Whoever has not is refused (`id-taken`), and the one who sits there is unharmed. Classic clients have no secrets:
// when somebody comes under an id that a classic connection holds, the holder is asked for a sign of life
// (ProbeConnection). If it answers, the newcomer is refused; if the host closes it, the newcomer gets the place. So a
// client that comes back after a network loss is in within seconds, and nobody can put a living one out.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "core/limits.hpp"
#include "core/room_commands.hpp"
#include "core/room_events.hpp"
#include "core/step.hpp"
#include "protocol/messages.hpp"
#include "room/connection.hpp"
#include "room/deadlines.hpp"
#include "room/room.hpp"

namespace meetwire::room {

class Switchboard {
 public:
  // `limits` are for tests; the options' own numbers go over them.
  explicit Switchboard(RoomOptions options, Limits limits = kDefaultLimits);

  // Events of connections that are unknown, or have been closed by a command, change nothing. The clock is taken for
  // milliseconds since 1970 where the time of a chat message goes to people.
  Step<RoomCommand> handle(Millis now, const RoomEvent& event);

  // What is held at all, for the test that nothing stays behind.
  std::size_t held() const;
  // Bytes held for members, and for those who are not in yet.
  std::size_t bytes_held() const { return ledger_.bytes(); }
  // All rooms, for tests that look at what the server has decided.
  template <class Visit>
  void each_room(Visit&& visit) const {
    for (const auto& [id, room] : rooms_) visit(room);
  }

 private:
  using Seat = std::pair<RoomId, UserId>;
  // Of one room's log, in bytes: what was stored of it, and what was appended since.
  struct LogSize {
    std::size_t stored = 0;
    std::size_t appended = 0;
  };

  void on(const event::ConnectionOpened& opened);
  void on(const event::ConnectionClosed& closed);
  void greet_plain(const event::ConnectionOpened& opened, Admission& admission);
  void on(const event::FrameArrived& frame);
  void on(const event::Authorized& authorized);
  void on(const event::DrainRequested&) { draining_ = true; }
  void on(const event::ShutdownRequested&);
  void on(const event::TimePassed&);
  void on(const event::RoomRead& read);
  void on(const event::JournalRead&);

  // What a connection says (switchboard.cpp)
  void route(const ConnectionId& id, protocol::ClientMessage message);
  void report_failures(Connection& connection, const std::vector<Failure>& failures, std::uint32_t unknown);
  void strike(Connection& connection);
  void keep(Connection& connection, protocol::ClientMessage message);

  // The way to a place (switchboard_admission.cpp)
  void admit(Connection& connection, protocol::Hello hello);
  void advance(const ConnectionId& id, Input input);
  void seat(Connection& connection);
  void handed_over(const ConnectionId& id);
  void seated(Connection& connection);
  void ask_holder(Connection& connection, const std::optional<ConnectionId>& holder);
  void turn_away(const ConnectionId& id, Failure why);
  bool stays_outside(Connection& connection, ErrorCode why);
  void put_out(const ConnectionId& id);
  void end_place(const ConnectionId& id);
  void free_seat(const Seat& seat);
  // And from there on (switchboard_renewal.cpp)
  void grant(Connection& connection, const event::Authorized& authorized);
  void renew(Connection& connection, std::string token);
  void refresh(Connection& connection);
  void expire(const ConnectionId& id);

  // Rooms and what comes out of them. An entry goes to the journal, if there is one, and is folded; what is no entry is done
  // in the room by itself.
  void enter(const RoomId& id, Entry entry);
  void say(Connection& connection, protocol::ClientMessage message);
  void note_sign(const Connection& connection, const protocol::ClientMessage* message);
  template <class Act>
  void in_room(const RoomId& id, Act&& act);
  // The journal's side of it (switchboard_journal.cpp)
  void append(const RoomId& id, const Entry& entry);
  void cut(const RoomId& id, const Room& room);
  void store(const RoomId& id, const Room& room, LogSize& size);
  void store_all();
  void forget_log(const RoomId& id);
  void note_deserted(const RoomId& id, const Room& room, bool empty);
  // The room that has been without anybody connected for longest ends, if it may yet.
  bool give_up_deserted();

  // What comes out of them (switchboard_delivery.cpp)
  void carry_out(Decision decision);
  void deliver(const ConnectionId& to, std::uint64_t number, Letter message, std::uint64_t next = 0);
  void flush(const ConnectionId& to);
  void write(Connection& to, const Numbered* begin, const Numbered* end, std::size_t& after);
  const std::string& text_of(const protocol::ServerDialect& dialect, const Letter& letter);
  void finish_writing();

  // What it costs, and who pays. While one lives, everything that is delivered is this connection's doing.
  class Spending {
   public:
    Spending(Switchboard& board, const Connection& spender);
    ~Spending();

   private:
    Switchboard& board_;
    const ConnectionId spender_;
    std::shared_ptr<Account> outer_;
    const std::size_t spent_before_;
  };
  bool may_spend(Connection& connection);
  bool holds_too_much(const Account& account) const;
  void relieve();
  void relieve(Room& room, std::size_t bytes, Decision& out);

  std::optional<Seat> close(const ConnectionId& id);  // by us; gives what forget gives
  // Gone, either way. Gives the place that it held, if any: the caller tells the room, and then those who wait for it.
  std::optional<Seat> forget(const ConnectionId& id);
  void log(LogLevel level, std::string message, const Connection& about, std::string detail = {});
  void count();
  Connection* find(const ConnectionId& id);

  std::shared_ptr<const RoomPolicy> policy_;
  bool asks_ = false;  // the host, about every newcomer
  bool journals_ = false;
  bool draining_ = false;   // newcomers are refused from then on
  bool shut_down_ = false;  // and everybody else

  std::map<ConnectionId, Connection> connections_;
  std::map<RoomId, Room> rooms_;  // the one without a name: of those online in no room
  std::map<RoomId, LogSize> log_sizes_;
  std::map<OperationId, ConnectionId> questions_;
  std::map<Seat, std::vector<ConnectionId>> waiting_;  // for a seat's holder to give a sign of life
  Deadlines<ConnectionId> connection_deadlines_;
  Deadlines<RoomId> room_deadlines_;
  OperationId last_operation_ = 0;
  command::CountChanged counted_;
  std::size_t members_ = 0;
  Deadlines<RoomId> deserted_;  // from when on they may give way
  Ledger ledger_;
  std::size_t kept_after_relief_ = 0;  // more than may be held, and nothing was left to give up
  std::shared_ptr<Account> house_;  // pays for what nobody has asked for
  TokenBucket spending_;  // of the process

  // Of the step under way.
  Millis now_;
  std::vector<RoomCommand> commands_;
  std::map<ConnectionId, std::vector<Numbered>> outgoing_;
  std::shared_ptr<Account> payer_;
  std::size_t deliveries_ = 0;
  std::size_t spent_ = 0;
  // Messages to many that have been written, and runs of them: where in commands_ their frames are, and how many messages
  // each has. The letters are kept, as their addresses are the keys.
  using Written = std::vector<std::pair<std::size_t, std::size_t>>;
  std::map<std::vector<const void*>, Written> written_;
  std::map<const void*, std::string> texts_;
  std::vector<Letter> written_letters_;
};

// A room is there as long as somebody has a place in it. `id` may belong to a connection that the decision closes:
// it is not read afterwards.
template <class Act>
void Switchboard::in_room(const RoomId& id, Act&& act) {
  const auto at = rooms_.find(id);
  if (at == rooms_.end()) return;
  Room& room = at->second;
  const bool counts = !id.empty();  // who is in no room is no room's member
  if (counts) members_ -= room.size();
  room.pay_by(payer_);
  Decision decision = act(room);
  // What the room has too much of is given up before anything else is held.
  if (room.held() > policy_->limits.room_held_bytes_max) relieve(room, policy_->limits.room_held_bytes_max / 2, decision);
  room.pay_by(nullptr);
  if (counts) members_ += room.size();
  const bool empty = room.is_idle();
  room.begin_waiting(now_);
  room_deadlines_.set(id, empty ? std::nullopt : room.wake_at());
  note_deserted(id, room, empty);
  if (journals_) empty ? forget_log(id) : cut(id, room);
  if (empty) rooms_.erase(at);
  carry_out(std::move(decision));
}

}  // namespace meetwire::room
