// Calls as part of a session: when they can be asked for, and what comes of them goes where.
#include <utility>

#include "session/body.hpp"

namespace meetwire::session {

// While the connection is lost, a wish is taken all the same: it is said on the next.
template <class Wish>
void Session::Body::call(Turn& turn, RequestId request, Wish&& wish) {
  if (!has_been_joined) return turn.settle(request, Failure{ErrorCode::NotJoined});
  if (has_rooms_only()) return turn.settle(request, carries_no("calls"));
  if (wire.in_use() == DialectName::Classic && !connects_on_call()) {
    return turn.settle(request, Failure{ErrorCode::InvalidArgument, "a classic server carries calls out of rooms, or on-call, only"});
  }
  call::Outputs outputs;
  turn.settle(request, wish(outputs));
  carry_out(turn, std::move(outputs));
}

void Session::Body::on(Turn& turn, const event::CallRequested& event) {
  call(turn, event.request, [&](call::Outputs& out) { return calls.request(turn.now, event, out); });
}

void Session::Body::on(Turn& turn, const event::CallAccepted& event) {
  call(turn, event.request, [&](call::Outputs& out) { return calls.accept(turn.now, event.id, out); });
}

void Session::Body::on(Turn& turn, const event::CallEnded& event) {
  call(turn, event.request, [&](call::Outputs& out) { return calls.end(turn.now, event.id, event.reason, out); });
}

void Session::Body::carry_out(Turn& turn, call::Outputs&& outputs) {
  for (ClientCommand& changed : outputs.changed) turn.say(std::move(changed));
  if (!is_joined()) return calls.pause();
  for (auto& word : outputs.submitted) {
    if (wire.in_use() == DialectName::Classic) {
      attend(turn, std::get<protocol::CallSubmitted>(word));
    } else {
      outbox.add(turn.now, std::move(word), Urgency::Now);
    }
  }
}

void Session::Body::take(Turn& turn, const protocol::CallTold& message) {
  call::Outputs outputs;
  if (auto failure = calls.told(turn.now, message.call, outputs)) turn.report(std::move(*failure), message.call.from);
  carry_out(turn, std::move(outputs));
  fit_links(turn);
}

// A ring that was missed and its end come one after the other, behind the welcome: until all of it has come, nobody knows
// whether it still rings.
void Session::Body::announce_rings(Turn& turn) {
  if (!is_joined() || receipts.received() < roster_as_of) return;
  call::Outputs outputs;
  calls.announce(outputs);
  carry_out(turn, std::move(outputs));
}

// ---- at a classic server, which knows nothing of calls

void Session::Body::attend(Turn& turn, const protocol::CallSubmitted& word) {
  const bool rang = unattended.calls(word.to);
  const Call told = unattended.hear(turn.now, word);
  if (!rang && unattended.calls(word.to)) {
    outbox.add(turn.now, protocol::RelayTo{protocol::RelayKind::Call, word.to, {}}, Urgency::Now);
  }
  tell(turn, told);
}

void Session::Body::tell(Turn& turn, const std::optional<Call>& call) {
  if (!call) return;
  if (!options.room) show_partner(turn);
  take(turn, protocol::CallTold{*call});
  // What came before the call was taken: its offer, that is.
  const bool taken = call->state == CallState::Connected && call->from != options.user;
  if (call->state == CallState::Ringing) return;
  for (const protocol::PairMessage& pair : std::exchange(held, {})) {
    if (taken) carry_out(turn, links.handle(turn.now, call->from, link::MessageReceived{pair}));
  }
}

// Out of rooms nobody is there but whom a call connects with.
void Session::Body::show_partner(Turn& turn) {
  const auto partner = unattended.connected_to();
  while (!roster.rows().empty() && roster.rows().begin()->first != partner) {
    apply(turn, roster.leave(UserId{roster.rows().begin()->first}, SessionId{}, LeaveReason::Left), /*offers_first=*/false);
  }
  if (!partner || roster.find(*partner) != nullptr) return;
  Participant row;
  row.user = *partner;
  row.dialect = DialectName::Classic;
  apply(turn, roster.join(std::move(row)), /*offers_first=*/false);
}

void Session::Body::take(Turn& turn, const protocol::RelayFrom& message) {
  if (message.kind != protocol::RelayKind::Call || message.from == options.user || !connects_on_call()) return;
  tell(turn, unattended.rung(turn.now, message.from));
}

// True: it waits until the call is taken, or is none.
bool Session::Body::hold(const protocol::SignalFrom& message) {
  if (!unattended.is_called_by(message.from)) return false;
  if (held.size() < limits.candidates_per_generation_max) held.push_back(message.pair);
  return true;
}

}  // namespace meetwire::session
