// One room: who is in it, and what of what they say reaches whom.
// Owns admission, the roster and its versions, routing, chat, places kept for the lost. A value: it can be copied,
// decided over and compared with what a store holds. Must not know: JSON, dialects, sockets, rates, other rooms.
//
// The room without a name holds those who are online and in no room. It has no roster: one can only be called there, by
// whoever knows one's id, and two see and reach each other from the acceptance of a call to its end.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/ids.hpp"
#include "core/limits.hpp"
#include "core/participant.hpp"
#include "core/room_commands.hpp"
#include "core/time.hpp"
#include "protocol/messages.hpp"
#include "room/admission.hpp"
#include "room/calls.hpp"
#include "room/deadlines.hpp"
#include "room/entry.hpp"
#include "room/former.hpp"
#include "room/history.hpp"
#include "room/ledger.hpp"
#include "room/letter.hpp"
#include "room/lobby.hpp"
#include "room/outbox.hpp"
#include "room/rate.hpp"
#include "room/remembered.hpp"
#include "room/value.hpp"
#include "room/ways.hpp"

namespace meetwire::room {

// What a classic client's `pub` says of whom viewers offer to; anything else is a viewer.
inline constexpr std::string_view kPublisher = "pub";

// The same for all rooms of a process.
struct RoomPolicy {
  Limits limits;  // participants_max and resume_window as the host set them
  std::string ice_servers = "[]";
  // The host gives each newcomer its role. Otherwise the first is host, the others are guests, and the role passes to
  // the one longest present when the last host has left for good. Who comes as a viewer is passed over.
  bool roles_granted = false;
  bool lobby = false;  // of a new room
};

enum class Verdict : std::uint8_t {
  Enter,
  Resume,     // takes its old place, or gives it up for a new one where what it missed is no longer kept
  Full,
  Taken,      // someone else's id, as far as can be known
  AskHolder,  // as Taken, but the holder could not prove itself either: only a sign of life tells
  Knock,      // waits in the lobby, or goes on waiting there
  Locked,
  LobbyFull,
  Denied,
  Removed,    // was put out, and may not come again
  MeetingEnded,  // had a place in a meeting that is over
};

struct Delivery {
  ConnectionId connection;
  std::uint64_t number = 0;  // 0: unnumbered
  Letter message;
  std::uint64_t next = 0;    // see Numbered
};
// The room has given this connection up; what was delivered before still goes out.
struct Closing {
  ConnectionId connection;
};
// This connection waited in the lobby, and has a place now.
struct Seating {
  ConnectionId connection;
};
using Output = std::variant<Delivery, Closing, Seating, command::Log>;
using Decision = std::vector<Output>;

class Room {
 public:
  Room(RoomId id, std::shared_ptr<const RoomPolicy> policy)
      : id_(std::move(id)), policy_(std::move(policy)), lobby_(policy_->limits) {
    state_.lobby = policy_->lobby;
  }

  Verdict judge(Millis now, const Admission& admission) const;
  // Everything that changes the room for good comes this way, in the order of its log. It follows from the entries and their
  // times alone: whoever folds the same ones has the same room.
  Decision fold(Millis now, Entry entry);

  // Its written form (value.hpp), and the room of such a one; none: it is of a later version, or contradicts itself.
  RoomValue value() const;
  static std::optional<Room> restored(RoomId id, std::shared_ptr<const RoomPolicy> policy, RoomValue value);

  // The entry that comes before this message (none: any frame) is taken, if there has to be one.
  std::optional<entry::Heard> first_sign(const UserId& user, const ConnectionId& connection, const protocol::ClientMessage* message) const;
  // Likewise: entry::Returned.
  bool begins_again(const UserId& user, const ConnectionId& connection, const protocol::ClientMessage& message) const;
  // For entry::Lost.
  std::uint64_t acknowledged_by(const UserId& user, const ConnectionId& connection) const;

  // For the verdicts Enter and Resume.
  Decision admit(Millis now, const Admission& admission);

  // For the verdict Knock.
  Decision knock(Millis now, const Admission& admission);

  // From the connection that holds the user's place; from any other one nothing happens. `may_spend`: false when it has
  // made the server send too much already; what would make it send more is refused then.
  Decision receive(Millis now, const UserId& user, const ConnectionId& connection, protocol::ClientMessage message,
                   bool may_spend = true);
  void acknowledge(const UserId& user, const ConnectionId& connection, std::uint64_t number);
  // The socket is gone: the place is kept for the resume window, if it can be taken again, whichever end closed it: a
  // client does so when it misses something, and leaves by a word. `reason`: for the others, where it is not kept.
  Decision lose(Millis now, const UserId& user, const ConnectionId& connection, LeaveReason reason = LeaveReason::Lost);
  Decision leave(Millis now, const UserId& user, const ConnectionId& connection, LeaveReason reason);

  // For entry::Elapsed: places, knocks and calls whose time has come.
  Decision elapse(Millis now);
  bool is_due(Millis now) const { return elapses_at() && *elapses_at() <= now; }
  // What is not acknowledged goes out again. Changes nothing that the log has.
  Decision repeat(Millis now);
  // After each of the above: what was said waits for its acknowledgement from then on.
  void begin_waiting(Millis now);
  std::optional<Millis> wake_at() const { return earlier(elapses_at(), repeats_.next()); }
  // Everyone is told; the room is empty afterwards.
  Decision shut_down();

  // On whose account comes what is said from now on.
  void pay_by(std::shared_ptr<Account> payer) {
    calls_.pay_by(payer, tally_);
    payer_ = std::move(payer);
  }
  // Bytes held: places and what is kept for them, calls, the chat, the room's state, those who wait or were put out.
  std::size_t held() const { return tally_->bytes; }
  // Less is held afterwards, if possible no more than so much: whoever has most unacknowledged loses that first; then go
  // the chat that is kept for those who come later, the answers that are known for retries, and the calls that are over.
  // Gives the entry that says what it was, and that stands for it in the log; none: there was nothing.
  std::optional<entry::Relieved> relieve(Millis now, std::size_t bytes, Decision& out);
  // Nobody is connected here, though places may be kept.
  bool is_deserted() const;
  // From when on it may give way, as long as it is deserted.
  Millis protected_until(Millis now) const;
  // All places that are kept are given up.
  void give_up();

  const RoomId& id() const { return id_; }
  std::size_t size() const { return members_.size(); }
  // Nobody is here or waits to be, and nothing has to be remembered.
  bool is_idle() const { return members_.empty() && lobby_.is_idle(); }
  bool has(const UserId& user) const { return members_.count(user) > 0; }
  std::vector<Participant> roster() const;
  // All that is kept of each place, for tests that compare rooms.
  template <class Visit>
  void each_place(Visit&& visit) const {
    for (const auto& [user, member] : members_) visit(member.row, member.order, member.keys, member.outbox);
  }
  const Calls& calls() const { return calls_; }
  // What a step has begun and begin_waiting() is to end: nothing, between steps.
  std::size_t unsettled() const { return spoken_to_.size() + overfull_.size(); }
  // Who sits under this id now; none when its place is kept without a connection.
  std::optional<ConnectionId> connection_of(const UserId& user) const;

 private:
  struct ChatAnswer {
    std::int64_t at = 0;
    std::optional<Failure> error;
  };
  struct Member {
    Participant row;
    PlaceKeys keys;  // none of them: it cannot be taken again
    // Its holder has said or acknowledged something since the welcome: it has the secret, and is somebody.
    bool heard = false;
    bool name_granted = false;
    std::optional<std::string> publisher;
    std::uint64_t order = 0;  // of joining: the lowest has been here longest
    std::optional<ConnectionId> connection;
    Outbox outbox;
    // Of what it has said in this place, by its own count: what was counted so far has had its effect, for ever.
    std::uint64_t chats_counted = 0;
    std::uint64_t requests_counted = 0;
    Remembered<ChatAnswer> chats;
    Remembered<std::optional<Failure>> requests;
    std::optional<TokenBucket> reactions;
    bool typing = false;                  // as the others were told
    std::optional<Millis> typing_told_at;  // that he is, the last time
    std::uint64_t rung = 0;                   // calls of a classic member's
    std::vector<Letter> held;  // and what it said of one that rings, for when it is taken
    bool hung_up = false;      // to the others it has left
    Charge charge;             // of the place itself
  };
  using Members = std::map<UserId, Member>;

  Decision apply(Millis now, entry::Entered&& entered);
  Decision apply(Millis now, entry::KnockedAt&& knocked);
  Decision apply(Millis now, entry::Spoken&& spoken);
  Decision apply(Millis now, entry::Heard&& heard);
  Decision apply(Millis now, entry::Returned&& returned);
  Decision apply(Millis now, entry::Lost&& lost);
  Decision apply(Millis now, entry::PutOut&& out);
  Decision apply(Millis now, entry::Elapsed&& elapsed);
  Decision apply(Millis now, entry::Relieved&& relieved);
  Decision apply(Millis now, entry::ServerLost&& lost);
  PlaceValue value_of(const Member& member, LetterTable& letters) const;
  bool restore_place(PlaceValue value, const std::vector<Letter>& letters);
  std::optional<Millis> elapses_at() const { return earlier(earlier(due_.next(), calls_.wake_at()), lobby_.wake_at()); }

  void enter(const Admission& admission, std::optional<Role> kept, Decision& out);
  void turn_away_other(const Admission& admission, Decision& out);
  bool is_full(DialectName newcomer) const;
  // Nor does anybody give way.
  bool is_closed_to(DialectName newcomer, Millis now) const;
  std::size_t places(DialectName newcomer) const;
  // Of those who are away, who gives its place to a newcomer; none: nobody does yet.
  const UserId* yielding(Millis now) const;
  void make_place(Millis now, DialectName newcomer, Decision& out);
  // The place is given up and taken anew in the same step, by the same client: with its role.
  void start_anew(Millis now, Members::iterator who, const Admission& admission, LeaveReason reason, Decision& out);
  void take_over(Member& member, const Admission& admission, std::uint64_t received, bool resumed, Decision& out);
  void depart(Millis now, Members::iterator who, LeaveReason reason, Decision& out);
  Role vacate(Millis now, Members::iterator who, LeaveReason reason, Decision& out);
  void pass_host_on(Decision& out);
  bool has_host() const;
  Role role_of(const Admission& admission) const;
  bool is_forgotten(const Admission& admission) const;
  protocol::ServerMessage welcome(const Member& self, bool resumed, const Admission& admission) const;

  void on(Millis now, Member& from, protocol::SignalTo&& signal, Decision& out);
  void on(Millis now, Member& from, protocol::ChatSubmitted&& chat, Decision& out);
  std::optional<Failure> judge(const Member& from, const protocol::ChatSubmitted& chat);
  void on(Millis now, Member& from, protocol::CallSubmitted&& word, Decision& out);
  void on(Millis now, Member& from, protocol::RequestSubmitted&& wish, Decision& out);
  void on(Millis now, Member& from, protocol::Typing&& typing, Decision& out);
  void on(Millis now, Member& from, protocol::MediaAnnounced&& announced, Decision& out);
  void on(Millis now, Member& from, protocol::Leave&& leave, Decision& out);
  void on(Millis now, Member& from, protocol::Received&& received, Decision& out);
  void on(Millis now, Member& from, protocol::RosterRequested&& request, Decision& out);
  void on(Millis now, Member& from, protocol::RelayTo&& relay, Decision& out);
  void on(Millis now, Member& from, protocol::Hello&& hello, Decision& out);
  void on(Millis now, Member& from, protocol::HungUp&& word, Decision& out);
  // Plain members (room_plain.cpp)
  void on(Millis now, Member& from, protocol::Said&& said, Decision& out);
  void put_out_plain(Millis now, Decision& out);
  void on(Millis, Member&, protocol::Renew&&, Decision&) {}  // the switchboard's own

  // What members ask of the room (presence.cpp, moderation.cpp); none: it is done.
  using Refusal = std::optional<Failure>;
  Refusal fulfil(Millis now, Member& from, const protocol::RequestSubmitted& wish, Decision& out);
  Refusal set_name(Member& from, const std::string& name, Decision& out);
  Refusal set_attributes(Member& from, const Attributes& values, Decision& out);
  Refusal set_metadata(const Attributes& values, Decision& out);
  Refusal react(Millis now, Member& from, const std::string& text, Decision& out);
  void move_hand(Member& whose, bool up, Decision& out);
  Refusal ask_for_floor(Member& from, Decision& out);
  Refusal answer_floor(const Member& host, Member& viewer, bool granted, Decision& out);
  void grant(Member& viewer, bool granted, Decision& out);
  Refusal give_role(Member& to, Role role, Decision& out);
  void change_role(Member& of, Role role, Decision& out);
  Refusal mute(const Member& host, Member* only, Source source, Decision& out);
  Refusal remove(Millis now, const Member& host, const UserId& user, Decision& out);
  void end(Millis now, Decision& out);
  void change(Member& member, Decision& out);
  void charge(Member& member) const;
  void change_room(RoomState state, Decision& out);
  void change_state(RoomState state);
  void relay(protocol::RelayKind kind, const UserId& from, Member& to, Decision& out);

  // The lobby (room_lobby.cpp)
  Verdict judge_newcomer(Millis now, const Admission& admission) const;
  Refusal admit_waiting(Millis now, const UserId& user, Decision& out);
  Refusal deny(Millis now, const UserId& user, Decision& out);
  void admit_all(Millis now, Decision& out);
  void open_for_next(Decision& out);
  // False: this connection does not wait here.
  bool lose_waiting(Millis now, const UserId& user, const ConnectionId& connection, bool for_good, Decision& out);
  void tell_hosts(const protocol::ServerMessage& message, Decision& out);
  void tell_knocks(Member& host, Decision& out);
  // Calls and classic members (room_classic.cpp)
  void ring(Millis now, Member& from, protocol::RelayTo&& relay, Decision& out);
  void ring_classic(Millis now, const Calls::Tellings& tellings, Decision& out);
  bool hold(Member& from, protocol::SignalTo& signal, Decision& out);
  void let_go(const Call& call, Decision& out);

  // Codelab pages (room_codelab.cpp)
  bool stays_away(const Member& from, const protocol::ClientMessage& message) const;
  void wake_all();

  // True: the message ends here, with an answer that says so.
  bool refuse(Member& from, const protocol::ClientMessage& message, Decision& out);
  void send(Member& to, protocol::ServerMessage message, Decision& out);
  void post(Member& to, const Letter& letter, Decision& out);
  Letter letter_to_many(protocol::ServerMessage message) const;
  // To all who see this user; it is one of them if `to_itself`.
  void broadcast(protocol::ServerMessage message, const UserId& about, bool to_itself, Decision& out);
  void broadcast_letter(const Letter& letter, const UserId& about, bool to_itself, Decision& out);
  void tell(const Calls::Tellings& tellings, Decision& out);
  void give_up_overfull(Millis now, Decision& out);
  // What is kept for it, or was answered to it, is kept no longer.
  void give_up_outbox(Member& member);
  void give_up_answers(Member& member);
  bool is_listed() const { return !id_.empty(); }
  bool sees(const UserId& user, const UserId& other) const;
  // Both are in the room; may they have a connection?
  bool may_connect(const Member& one, const Member& other) const;
  Member* find(const UserId& user);
  // Another member: none when absent, not to be seen, or the asker itself.
  Member* find_other(const UserId& user, const Member& from);
  const Member* find_seated(const UserId& user, const ConnectionId& connection) const;
  Member* find_seated(const UserId& user, const ConnectionId& connection) {
    return const_cast<Member*>(std::as_const(*this).find_seated(user, connection));
  }
  void log(LogLevel level, std::string message, const UserId& user, Decision& out) const;

  RoomId id_;
  std::shared_ptr<const RoomPolicy> policy_;
  Members members_;
  std::uint64_t position_ = 0;  // the number of the last entry
  Deadlines<UserId> due_;      // without a connection: to be given up
  Deadlines<UserId> repeats_;  // with one: to be told again what it has not acknowledged
  Deadlines<UserId> away_, away_unheard_;  // since when; together all who have no connection
  Calls calls_;
  RoomState state_;
  Charge state_charge_;
  Lobby lobby_;
  FormerPlaces former_;
  std::uint32_t hands_ = 0;  // raised so far
  Ways ways_;  // out of rooms
  History history_;
  std::uint64_t joined_ = 0;
  std::vector<UserId> overfull_;  // away and missing more than is kept; empty between decisions
  std::vector<UserId> spoken_to_;  // since begin_waiting()
  std::shared_ptr<Tally> tally_ = std::make_shared<Tally>();
  // Of the decision under way.
  std::shared_ptr<Account> payer_;
  bool may_spend_ = true;
};

}  // namespace meetwire::room
