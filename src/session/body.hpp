// What a session consists of, and how its parts act on one another.
// The functions are in session.cpp (the door), admission.cpp (getting in, back in, and out), messages.cpp (what the
// server says), calling.cpp (calls), presence.cpp (what is asked of the room) and members.cpp (roster → links, links → server and application).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "call/calls.hpp"
#include "call/unattended.hpp"
#include "protocol/messages.hpp"
#include "roster/roster.hpp"
#include "session/announcement.hpp"
#include "session/chat.hpp"
#include "session/connection.hpp"
#include "session/keep_alive.hpp"
#include "session/links.hpp"
#include "session/outbox.hpp"
#include "session/publication.hpp"
#include "session/receipts.hpp"
#include "session/renewal.hpp"
#include "session/requests.hpp"
#include "session/session.hpp"
#include "session/sources.hpp"
#include "session/turn.hpp"
#include "session/typing.hpp"
#include "session/wire.hpp"

namespace meetwire::session {

// A message that came before the welcome.
struct EarlyMessage {
  protocol::ServerMessage message;
  std::uint64_t number = 0;
};

struct Session::Body {
  Body(const ClientOptions& given, Parts own, const Limits& bounds);

  // ---- session.cpp: the application, the browser, the clock
  void on(Turn& turn, const event::JoinRequested&);
  void on(Turn& turn, const event::LeaveRequested&);
  void on(Turn& turn, const event::SourceRequested& event);
  void on(Turn& turn, const event::ChatRequested& event);
  void on(Turn& turn, const event::TypingReported& event);
  void on(Turn& turn, const event::TransportAnswered& event);
  void on(Turn& turn, const event::TransportOpened& event);
  void on(Turn& turn, const event::TransportClosed& event);
  void on(Turn& turn, const event::MessageArrived& event);
  void on(Turn& turn, const event::CaptureSucceeded& event);
  void on(Turn& turn, const event::CaptureFailed& event);
  void on(Turn& turn, const event::TrackEnded& event);
  void on(Turn& turn, const event::TrackMuteChanged& event);
  void on(Turn& turn, const event::PageShown& event);
  void on(Turn& turn, const event::DevicesChanged& event);
  void on(Turn& turn, const event::TimePassed&);
  void on(Turn& turn, const event::OperationSucceeded& event);
  void on(Turn& turn, const event::OperationFailed& event);
  template <class PeerEvent>
  void on(Turn& turn, const PeerEvent& event) {
    carry_out(turn, links.handle(turn.now, event.peer, link::LinkEvent{event}));
  }
  void on_late(Turn& turn, const ClientEvent& event);
  void flush(Turn& turn);
  std::optional<Millis> deadline() const;
  void apply_sources(Turn& turn, Turn&& deeds);
  void announce(Turn& turn);

  // ---- admission.cpp
  std::optional<Failure> refusal_of_options() const;
  std::optional<Failure> refusal_of_token(const std::string& given) const;
  std::optional<Failure> refusal_of(const event::RoomRequested& wanted) const;
  // One input to the connection's table, and what it asks for. `why` explains an end or a loss.
  void drive(Turn& turn, ConnectionInput input, Failure why = Failure{}, const protocol::Welcome* welcome = nullptr);
  void open(Turn& turn);
  void greet(Turn& turn);
  void ask_again(Turn& turn);
  void keep_alive(Turn& turn);
  void wait(Turn& turn);
  void take_place(Turn& turn, const protocol::Welcome& welcome);
  void admit(Turn& turn, const protocol::Welcome& welcome);
  void admit_as_newcomer(Turn& turn, const protocol::Welcome& welcome);
  void refresh(Turn& turn, const protocol::Welcome& welcome);
  void lose(Turn& turn, Failure why);
  void finish(Turn& turn, std::optional<Failure> why, bool say_goodbye);
  void say_meeting(Turn& turn, MeetingState state, std::optional<Failure> error = std::nullopt);

  // ---- messages.cpp
  void receive(Turn& turn, protocol::ServerMessage message, std::uint64_t number);
  bool is_history(const protocol::ServerMessage& message, std::uint64_t number) const;
  void recover(Turn& turn, std::uint64_t number);
  void keep_early(Turn& turn, protocol::ServerMessage message, std::uint64_t number);
  void take(Turn& turn, const protocol::Welcome& message);
  void take(Turn& turn, const protocol::Refused& message);
  void take(Turn& turn, const protocol::MemberJoined& message);
  void take(Turn& turn, const protocol::MemberChanged& message);
  void take(Turn& turn, const protocol::MemberLeft& message);
  void take(Turn& turn, const protocol::SignalFrom& message);
  void take(Turn& turn, const protocol::ChatDelivered& message);
  void take(Turn& turn, const protocol::ChatSettled& message);
  void take(Turn& turn, const protocol::TypingFrom& message);
  void take(Turn& turn, const protocol::Problem& message);
  void take(Turn& turn, const protocol::Ended& message);
  void take(Turn& turn, const protocol::Waiting& message);
  void take(Turn&, const protocol::RosterListed&) {}  // a server says these to others
  void take(Turn& turn, const protocol::RelayFrom& message);
  void reject(Turn& turn, const Failure& why);

  // ---- renewing.cpp
  void on(Turn& turn, const event::RenewalReady& event);
  void take(Turn& turn, const protocol::Renewed& message);
  void use_ice_servers(Turn& turn, const std::string& fresh);

  // ---- calling.cpp
  void on(Turn& turn, const event::CallRequested& event);
  void on(Turn& turn, const event::CallAccepted& event);
  void on(Turn& turn, const event::CallEnded& event);
  void take(Turn& turn, const protocol::CallTold& message);
  template <class Wish>
  void call(Turn& turn, RequestId request, Wish&& wish);
  void carry_out(Turn& turn, call::Outputs&& outputs);
  void attend(Turn& turn, const protocol::CallSubmitted& word);
  void tell(Turn& turn, const std::optional<Call>& call);
  void show_partner(Turn& turn);
  bool hold(const protocol::SignalFrom& message);
  void announce_rings(Turn& turn);

  // ---- absence.cpp
  void on(Turn& turn, const event::NetworkChanged&);
  void come_together(Turn& turn, const protocol::Welcome& welcome);
  std::vector<Participant> with_absent(std::vector<Participant> rows);
  std::optional<Millis> gone_at(const UserId& user) const;
  std::optional<Millis> next_gone_at() const;
  void let_go(Turn& turn);

  // ---- presence.cpp
  void on(Turn& turn, const event::RoomRequested& event);
  void take(Turn& turn, const protocol::RequestSettled& message);
  void take(Turn& turn, const protocol::RoomChanged& message) { see_room(turn, message.room); }
  void take(Turn& turn, const protocol::Reacted& message);
  void take(Turn& turn, const protocol::MuteAsked& message);
  void take(Turn& turn, const protocol::Knocked& message);
  void take(Turn& turn, const protocol::KnockEnded& message);
  // Whether it has become a viewer by that, or ceased to be one.
  bool see_self(Turn& turn, const Participant& row);
  void see_room(Turn& turn, const RoomState& now);
  void see_knocks(Turn& turn, std::vector<Knock> now);
  void link_as_permitted(Turn& turn, const Participant& member, bool offers_first);
  void relink(Turn& turn);
  void yield_sources(Turn& turn);

  // ---- members.cpp
  void apply(Turn& turn, const roster::Update& update, bool offers_first);
  bool wants_link(const Participant& member) const;
  // A call has gone on: what it connects, where nothing else does.
  void fit_links(Turn& turn);
  void start_link(Turn& turn, const Participant& member, bool offers_first);
  void carry_out(Turn& turn, PeerOutputs outputs);
  void send_pair(Turn& turn, const UserId& peer, link::SendPair pair);
  void see_link(Turn& turn, const UserId& peer, const link::StateChanged& changed);
  void see_media(Turn& turn, const UserId& peer, const std::vector<Slot>& sending);
  void stop_awaiting(Turn& turn, const UserId& peer);
  bool is_gone_by(Millis now, const UserId& peer, LinkState state) const;

  // Otherwise whoever is heard is there: a link looks for him all the while, and goes on when he has gone.
  bool tells_roster() const { return protocol::tells_roster(wire.in_use()); }
  // The hello is out, to a server that may have lost what it asks.
  bool asks() const { return ask_at && connection.is_greeting() && wire.in_use() != DialectName::Meetwire; }
  bool is_viewer() const { return has_been_joined && self.role == Role::Viewer; }
  // Rooms, and no more than that: no calls and no chat.
  bool has_rooms_only() const { return wire.in_use() == DialectName::Codelab || wire.in_use() == DialectName::Plain; }
  Failure carries_no(std::string_view what) const {
    return Failure{ErrorCode::InvalidArgument, std::string("a ").append(name_of(wire.in_use())).append(" server carries no ").append(what)};
  }
  static Failure no_floor() { return Failure{ErrorCode::NotAllowed, "a viewer has to ask for the floor first"}; }
  bool is_joined() const { return connection.phase() == ConnectionPhase::Joined; }
  bool connects_on_call() const { return !options.room || options.connect == Connect::OnCall; }
  bool is_over() const { return connection.phase() == ConnectionPhase::Over; }

  const ClientOptions options;
  const Limits limits;
  const Parts parts;
  SeededRandom random;
  OperationId operations = 0;

  Connection connection;
  Wire wire;
  Receipts receipts;
  Outbox outbox;
  roster::Roster roster;
  std::uint64_t roster_as_of = 0;  // the number of the newest message that the last welcome's rows have in them
  Links links;
  Sources sources;
  Publication publication;
  Chat chat;
  Requests requests;
  Typing typing;
  Announcement announcement;
  KeepAlive alive;
  call::Calls calls;
  call::Unattended unattended;
  std::vector<protocol::PairMessage> held;  // from whoever calls unattended

  // As the server had it last.
  Participant self;
  RoomState room;
  std::vector<Knock> knocks;
  std::string ice_servers = "[]";
  std::optional<std::string> own_ice_servers;  // of the application's
  Renewal renewal;
  bool has_been_joined = false;
  std::set<UserId> absent;    // in our roster, not in the server's, which has forgotten them
  Millis apart_at{0};         // when the server was lost, or was back and had forgotten all
  std::set<UserId> let_gone;  // who may still have his end of the link
  std::string secret;  // of the place; before there is one, our own
  std::string token;  // what the next hello carries

  link::Wishes wishes;     // as the links were told
  std::optional<Millis> rumoured_until;  // that the other one in a codelab room is gone
  std::set<UserId> offers_awaited;  // links whose first offer the first envelope waits for
  std::vector<EarlyMessage> early;
  // When the hello's questions go out again, and how long they wait then.
  std::optional<Millis> ask_at;
  Millis ask_wait{0};
};

}  // namespace meetwire::session
