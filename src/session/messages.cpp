// What the server says, and what becomes of it.
#include <algorithm>
#include <string>
#include <utility>

#include "session/body.hpp"

namespace meetwire::session {
namespace {

// Words about the connection itself: they are heeded whatever their number is.
bool is_about_connection(const protocol::ServerMessage& message) {
  return std::holds_alternative<protocol::Welcome>(message) || std::holds_alternative<protocol::Refused>(message) ||
         std::holds_alternative<protocol::Ended>(message) || std::holds_alternative<protocol::Waiting>(message) ||
         std::holds_alternative<protocol::Renewed>(message);
}

}  // namespace

void Session::Body::on(Turn& turn, const event::MessageArrived& event) {
  if (event.attempt != connection.attempt()) return;
  if (!is_joined() && !connection.is_before_door()) return;
  auto decoded = wire.decode(event.name, event.body);
  if (const auto foreign = wire.take_foreign()) return turn.say(command::NeedDialect{*foreign});
  if (decoded.listens) ask_again(turn);
  for (Failure& failure : decoded.failures) turn.report(std::move(failure));
  // Dialects that number have a Problem in an unknown message's place; others only count it.
  if (decoded.unknown != 0 && decoded.messages.empty()) {
    turn.report(Failure{ErrorCode::MessageUnknown, std::to_string(decoded.unknown) + " ignored"});
  }
  for (std::size_t i = 0; i < decoded.messages.size(); ++i) {
    const bool counts = decoded.first_number != 0;
    const bool numbered = counts && i < decoded.numbered;
    const std::uint64_t number = decoded.first_number + std::min<std::uint64_t>(i, decoded.numbered);
    // What passes by itself, and comes after something that has not come in.
    if (counts && !numbered && is_joined() && receipts.leaves_gap(number)) return recover(turn, number);
    receive(turn, std::move(decoded.messages[i]), numbered ? number : 0);
    if (!is_joined() && !connection.is_before_door()) return;  // ended, or lost
  }
}

void Session::Body::receive(Turn& turn, protocol::ServerMessage message, std::uint64_t number) {
  if (!is_about_connection(message)) {
    const bool is_problem = std::holds_alternative<protocol::Problem>(message);
    if (!is_joined() && !is_problem) return keep_early(turn, std::move(message), number);
    if (is_joined() && receipts.is_duplicate(number)) return receipts.take(turn.now, number);
    if (is_joined() && receipts.leaves_gap(number)) return recover(turn, number);
  }
  if (!is_history(message, number)) std::visit([&](const auto& said) { take(turn, said); }, message);
  if (is_joined()) receipts.take(turn.now, number);
}

// What was missed comes after a welcome whose rows are newer. Who came and went meanwhile would come and go again, and
// connections would be opened to sessions that are over.
bool Session::Body::is_history(const protocol::ServerMessage& message, std::uint64_t number) const {
  if (number == 0 || number > roster_as_of) return false;
  return std::holds_alternative<protocol::MemberJoined>(message) || std::holds_alternative<protocol::MemberChanged>(message) ||
         std::holds_alternative<protocol::MemberLeft>(message) || std::holds_alternative<protocol::RoomChanged>(message) ||
         std::holds_alternative<protocol::Knocked>(message) || std::holds_alternative<protocol::KnockEnded>(message);
}

// Something on the way to us is lost, and only the server has it still. It sends it again to whoever comes back with
// the number of the last message he has; what is in hand now comes again with it.
void Session::Body::recover(Turn& turn, std::uint64_t number) {
  const Failure why{ErrorCode::ConnectionLost, "messages before " + std::to_string(number) + " are missing"};
  receipts.note_gap();
  drive(turn, ConnectionInput::Dropped, why);
}

void Session::Body::keep_early(Turn& turn, protocol::ServerMessage message, std::uint64_t number) {
  if (early.size() < limits.early_messages_max) return early.push_back({std::move(message), number});
  turn.report(Failure{ErrorCode::RateLimited, "too many messages before the welcome"});
}

void Session::Body::take(Turn& turn, const protocol::Welcome& message) {
  drive(turn, ConnectionInput::Welcomed, Failure{}, &message);
}

void Session::Body::take(Turn& turn, const protocol::Waiting& message) {
  drive(turn, ConnectionInput::Held);
  if (connection.is_before_door()) renewal.granted(turn.now, message.renew_in_ms);
}

void Session::Body::take(Turn& turn, const protocol::Refused& message) { reject(turn, message.error); }

void Session::Body::take(Turn& turn, const protocol::Ended& message) { reject(turn, message.error); }

// A server that restarts, has lost its store for a while or has not heard our hello should end no meeting: it is a
// loss like that of a socket. All else would be answered the same the next time.
void Session::Body::reject(Turn& turn, const Failure& why) {
  const bool passes = why.code == ErrorCode::ServerClosing || why.code == ErrorCode::ServerUnavailable ||
                      why.code == ErrorCode::ServerTimeout || why.code == ErrorCode::ServerUnreachable;
  drive(turn, passes ? ConnectionInput::Dropped : ConnectionInput::Rejected, why);
}

void Session::Body::take(Turn& turn, const protocol::MemberJoined& message) {
  const Participant& member = message.member;
  if (member.user == options.user) return;
  // Where there are no sessions, somebody who comes again was gone meanwhile, if a connection stood. If none stood
  // yet, it is the broadcast that was late: classic servers do not order it against the roster.
  const Participant* known = roster.find(member.user);
  if (known != nullptr && known->session.empty() && member.session.empty() && links.has_connected(member.user)) {
    apply(turn, roster.leave(member.user, known->session, LeaveReason::Replaced), false);
  }
  // Elsewhere the newcomer offers.
  if (wire.in_use() == DialectName::Codelab) rumoured_until.reset();
  absent.erase(member.user);
  apply(turn, roster.join(member), /*offers_first=*/wire.in_use() == DialectName::Codelab);
}

void Session::Body::take(Turn& turn, const protocol::MemberChanged& message) {
  const Participant& member = message.member;
  if (member.user != options.user) return apply(turn, roster.change(member), /*offers_first=*/false);
  if (member.session != self.session) return;
  announcement.seen(turn.now, member.media);
  if (member.version <= self.version) return;
  const bool other_role = member.role != self.role;
  const bool other_side = see_self(turn, member);
  if (other_role) say_meeting(turn, MeetingState::Joined);
  if (other_role && member.role != Role::Host) see_knocks(turn, {});
  if (other_side) relink(turn);
}

void Session::Body::take(Turn& turn, const protocol::MemberLeft& message) {
  if (message.user == options.user) return;  // the late end of an own older socket
  // At a codelab server, which may have said it of somebody else; if it is true, the connection ends within seconds.
  if (wire.in_use() == DialectName::Codelab && message.reason == LeaveReason::Lost && links.is_connected(message.user)) {
    rumoured_until = turn.now + limits.rumour_window;
    return;
  }
  apply(turn, roster.leave(message.user, message.session, message.reason), /*offers_first=*/false);
  tell(turn, unattended.ended(message.user, CallOutcome::Gone));
}

void Session::Body::take(Turn& turn, const protocol::SignalFrom& message) {
  if (hold(message)) return;
  const Participant* member = roster.find(message.from);
  if (member == nullptr && wire.in_use() == DialectName::Codelab) return;  // the tail of a goodbye, or a stranger's
  // Classic servers say that somebody has left who has not, and somebody's offer before they say that he has come.
  // An offer is how a newcomer begins; other messages of strangers are the tail of a link that has ended.
  const bool begins = is_foreign(wire.in_use()) && message.session.empty() && options.room && message.from != options.user &&
                      (std::holds_alternative<protocol::Offer>(message.pair.body) || !tells_roster());
  if (member == nullptr && begins) {
    Participant newcomer;
    newcomer.user = message.from;
    newcomer.dialect = wire.in_use();
    apply(turn, roster.join(std::move(newcomer)), /*offers_first=*/false);
    member = roster.find(message.from);
  }
  if (member == nullptr || member->session != message.session) {
    return turn.report(Failure{ErrorCode::PeerMisbehaved, "a message from somebody who is not here"}, message.from);
  }
  carry_out(turn, links.handle(turn.now, message.from, link::MessageReceived{message.pair}));
  if (std::holds_alternative<protocol::Answer>(message.pair.body)) tell(turn, unattended.answered(message.from));
}

void Session::Body::take(Turn& turn, const protocol::ChatDelivered& message) {
  if (!message.message.to) typing.stopped(turn, message.message.from);
  chat.delivered(turn, message.message);
}

void Session::Body::take(Turn& turn, const protocol::TypingFrom& message) {
  if (roster.find(message.from) != nullptr) typing.heard(turn, message.from, message.on);
}

void Session::Body::take(Turn& turn, const protocol::ChatSettled& message) { chat.settled(turn, message); }

void Session::Body::take(Turn& turn, const protocol::Problem& message) {
  turn.report(message.error);
  const auto callee = unattended.connected_to();
  if (message.error.code != ErrorCode::TargetUnknown || !callee || !unattended.calls(*callee)) return;
  tell(turn, unattended.ended(UserId{*callee}, CallOutcome::Unavailable));
}

}  // namespace meetwire::session
