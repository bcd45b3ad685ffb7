// Getting into the room, back into it, and out of it.
#include <string>
#include <utility>

#include "core/bounds.hpp"
#include "session/body.hpp"

namespace meetwire::session {
namespace {

using A = ConnectionAction;
using I = ConnectionInput;

std::string misuse(ConnectionPhase phase, ConnectionInput input) {
  return std::string(name_of(input)).append(" while ").append(name_of(phase));
}

}  // namespace

std::optional<Failure> Session::Body::refusal_of_options() const {
  std::optional<Failure> refused;
  if (options.room) refused = refusal_of_id(ErrorCode::InvalidRoom, options.room->value, limits.id_bytes_max);
  if (!refused) refused = refusal_of_id(ErrorCode::InvalidUser, options.user.value, limits.id_bytes_max);
  if (!refused) refused = refusal_of_name(ErrorCode::InvalidName, options.name, limits.name_bytes_max);
  if (!refused) refused = refusal_of_token(options.token);
  if (refused) return refused;
  const bool plain = options.dialect == DialectName::Plain;
  if (plain && connects_on_call()) return Failure{ErrorCode::InvalidArgument, "a plain server has rooms, and carries no calls"};
  if (!wire.is_usable()) {
    return Failure{ErrorCode::InvalidArgument, std::string("the dialect ").append(name_of(options.dialect))};
  }
  return std::nullopt;
}

std::optional<Failure> Session::Body::refusal_of_token(const std::string& given) const {
  if (given.size() <= limits.token_bytes_max) return std::nullopt;
  return too_long(ErrorCode::InvalidToken, {}, given.size(), limits.token_bytes_max);
}

void Session::Body::drive(Turn& turn, ConnectionInput input, Failure why, const protocol::Welcome* welcome) {
  const ConnectionPhase before = connection.phase();
  const bool greeted = before == ConnectionPhase::Joined || connection.is_before_door();
  switch (connection.handle(turn.now, input)) {
    case A::Missing:
      return turn.report(Failure{ErrorCode::InvalidArgument, misuse(before, input)});
    case A::Ignore:
      return;
    case A::Open:
      return open(turn);
    case A::Greet:
      return greet(turn);
    case A::Wait:
      return wait(turn);
    case A::Admit:
    case A::Readmit:
      return admit(turn, *welcome);
    case A::Refresh:
      return refresh(turn, *welcome);
    case A::Lose:
      if (input == I::Dropped) turn.say(command::CloseTransport{});
      return lose(turn, std::move(why));
    case A::Abandon:
      if (input != I::Closed) turn.say(command::CloseTransport{});
      return;
    case A::FailUnreached:
      if (input == I::Dropped) return finish(turn, std::move(why), false);  // it was reached, and said why not
      return finish(turn, Failure{ErrorCode::ServerUnreachable, why.detail}, false);
    case A::FailUnanswered:
      return finish(turn, Failure{wire.heard_only_noise() ? ErrorCode::ServerIncompatible : ErrorCode::ServerTimeout},
                    false);
    case A::FailLost:
      return finish(turn, Failure{ErrorCode::ConnectionLost}, false);
    case A::End:
      return finish(turn, std::move(why), false);
    case A::Leave:
      return finish(turn, std::nullopt, greeted);
  }
}

void Session::Body::open(Turn& turn) {
  const DialectName dialect = has_been_joined ? wire.in_use() : options.dialect;
  const TransportWay way = connection.goes_other_way() ? TransportWay::Other : TransportWay::Usual;
  turn.say(command::OpenTransport{connection.attempt(), options.room.value_or(RoomId{}), options.user, options.name, dialect,
                                   options.viewer.value_or(false), way});
}

void Session::Body::greet(Turn& turn) {
  wire.reset();
  early.clear();
  protocol::Hello hello;
  hello.room = options.room;
  hello.user = options.user;
  hello.name = self.name;
  hello.attributes = self.attributes;
  hello.viewer = options.viewer.value_or(false);
  hello.token = token;
  hello.media = sources.media();
  hello.connect = options.connect.value_or(Connect::Everyone);
  announcement.said_with_hello(hello.media);
  if (!secret.empty()) hello.resume = secret;
  if (has_been_joined && wire.in_use() == DialectName::Meetwire) hello.session = self.session;
  hello.received = receipts.received();
  for (command::Send& send : wire.encode({std::move(hello)}, receipts.received())) turn.say(std::move(send));
  ask_wait = limits.question_repeat_after;
  ask_at = turn.now + ask_wait;
  for (protocol::ServerMessage& message : wire.presume()) receive(turn, std::move(message), 0);
}

void Session::Body::keep_alive(Turn& turn) {
  if (!is_joined()) return;
  switch (alive.due(turn.now)) {
    case KeepAlive::Due::Nothing:
      return;
    case KeepAlive::Due::Say:
      for (command::Send& send : wire.keep_alive()) turn.say(std::move(send));
      return;
    case KeepAlive::Due::TooLate:
      return drive(turn, I::Dropped, Failure{ErrorCode::ConnectionLost, "silent for too long"});
  }
}

void Session::Body::ask_again(Turn& turn) {
  for (command::Send& send : wire.ask_again()) turn.say(std::move(send));
}

// Whoever has lost his place waits as a newcomer does, who sees nobody.
void Session::Body::wait(Turn& turn) {
  absent.clear();
  carry_out(turn, links.end_all(turn.now));
  apply(turn, roster.reconcile(options.user, {}), /*offers_first=*/false);
  requests.finish(turn, Failure{ErrorCode::ConnectionLost, "the place was lost, and with it the outcome"});
  see_room(turn, {});
  see_knocks(turn, {});
  say_meeting(turn, MeetingState::Waiting);
}

void Session::Body::take_place(Turn& turn, const protocol::Welcome& welcome) {
  roster_as_of = welcome.as_of;
  use_ice_servers(turn, own_ice_servers.value_or(welcome.ice_servers));
  renewal.granted(turn.now, welcome.renew_in_ms);
  has_been_joined = true;
  secret = welcome.secret;
  connection.set_resume_window(Millis{welcome.limits.resume_window_ms});
  chat.set_text_bytes_max(welcome.limits.chat_bytes_max);
}

void Session::Body::admit(Turn& turn, const protocol::Welcome& welcome) {
  const bool resumed = welcome.resumed && has_been_joined;
  const bool same = has_been_joined && !self.session.empty() && welcome.self.session == self.session;
  // Until the server knows that we have the new secret, the old one opens the place as well.
  if (resumed && welcome.secret != secret) outbox.add(turn.now, protocol::Received{0, true}, Urgency::MayWait);
  take_place(turn, welcome);
  const bool other_side = see_self(turn, welcome.self);
  say_meeting(turn, MeetingState::Joined);
  see_room(turn, welcome.room);
  see_knocks(turn, welcome.knocks);
  if (resumed) {
    // Who came meanwhile is a newcomer and offers; the offers follow with what was missed.
    if (tells_roster()) apply(turn, roster.reconcile(options.user, with_absent(welcome.members)), /*offers_first=*/false);
    if (other_side) relink(turn);
    carry_out(turn, links.resume_signalling(turn.now));
  } else {
    requests.finish(turn, Failure{ErrorCode::ConnectionLost, "the place was lost, and with it the outcome"});
    receipts.restart();
    chat.restart();
    requests.restart();
    if (same) {
      come_together(turn, welcome);
    } else {
      admit_as_newcomer(turn, welcome);
    }
  }
  chat.recall(turn, welcome.history);
  if (!wire.keep_alive().empty()) alive.begin(turn.now);
  // The user may have switched something since the hello went out.
  announce(turn);
  call::Outputs outputs;
  calls.resume(turn.now, resumed, outputs);
  carry_out(turn, std::move(outputs));
  for (EarlyMessage& waiting : std::exchange(early, {})) receive(turn, std::move(waiting.message), waiting.number);
}

// A place of its own, under a new session: to all others a newcomer, who offers to everyone.
void Session::Body::admit_as_newcomer(Turn& turn, const protocol::Welcome& welcome) {
  absent.clear();
  let_gone.clear();
  carry_out(turn, links.end_all(turn.now));
  carry_out(turn, links.resume_signalling(turn.now));
  if (!tells_roster()) {
    for (const Participant& row : welcome.members) start_link(turn, row, /*offers_first=*/true);
    return;
  }
  const roster::Update update = roster.reconcile(options.user, welcome.members);
  // There the one who came first offers.
  const bool offers = wire.in_use() != DialectName::Codelab;
  for (const auto& [user, row] : roster.rows()) {
    if (wants_link(row) && offers && row.dialect != DialectName::Codelab) offers_awaited.insert(user);
  }
  if (!offers_awaited.empty()) outbox.hold(turn.now + limits.first_offers_window);
  apply(turn, update, /*offers_first=*/offers);
  for (const auto& [user, row] : roster.rows()) {
    if (links.has(user) || !wants_link(row)) continue;
    // Still here, but the connection of the old place is gone.
    turn.say(command::LinkChanged{user, LinkState::Connecting, std::nullopt});
    start_link(turn, row, /*offers_first=*/offers);
  }
}

void Session::Body::refresh(Turn& turn, const protocol::Welcome& welcome) {
  if (wire.in_use() != DialectName::Classic) {
    return turn.report(Failure{ErrorCode::MessageUnknown, "a welcome to somebody who is in already"});
  }
  // Out of rooms nobody is listed: who is there, a call has brought.
  if (!options.room) return;
  // Classic servers send the roster as often as they are asked. Who is new in it came after us, and offers.
  apply(turn, roster.reconcile(options.user, welcome.members), /*offers_first=*/false);
}

// Media goes on: a lost signalling connection is no reason to stop talking.
void Session::Body::lose(Turn& turn, Failure why) {
  apart_at = turn.now;
  outbox.clear();
  offers_awaited.clear();
  receipts.pause();
  announcement.pause();
  alive.pause();
  chat.pause();
  requests.pause();
  typing.forget_own();
  renewal.pause();
  calls.pause();
  unattended.forget();
  held.clear();
  carry_out(turn, links.lose_signalling(turn.now));
  say_meeting(turn, MeetingState::Reconnecting, std::move(why));
}

void Session::Body::finish(Turn& turn, std::optional<Failure> why, bool say_goodbye) {
  if (say_goodbye) {
    for (command::Send& send : wire.encode({protocol::Leave{}}, receipts.received())) turn.say(std::move(send));
  }
  const Failure reason = why.value_or(Failure{ErrorCode::AlreadyLeft});
  outbox.clear();
  offers_awaited.clear();
  carry_out(turn, links.end_all(turn.now));
  sources.finish(turn, reason);
  chat.finish(turn, reason);
  requests.finish(turn, reason);
  call::Outputs outputs;
  calls.finish(outputs);
  carry_out(turn, std::move(outputs));
  if (connection.attempt() != 0) turn.say(command::CloseTransport{});
  say_meeting(turn, MeetingState::Left, std::move(why));
}

void Session::Body::say_meeting(Turn& turn, MeetingState state, std::optional<Failure> error) {
  turn.say(command::MeetingChanged{state, self.role, wire.in_use(), std::move(error)});
}

}  // namespace meetwire::session
