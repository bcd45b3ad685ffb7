// Calls as part of a session: when they can be asked for, and what comes of them goes where.
#include <utility>

#include "session/body.hpp"

namespace meetwire::session {

// While the connection is lost, a wish is taken all the same: it is said on the next.
template <class Wish>
void Session::Body::call(Turn& turn, RequestId request, Wish&& wish) {
  if (!has_been_joined) return turn.settle(request, Failure{ErrorCode::NotJoined});
  if (wire.in_use() == DialectName::Classic) {
    return turn.settle(request, Failure{ErrorCode::InvalidArgument, "a classic server carries no calls"});
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
  for (auto& word : outputs.submitted) outbox.add(turn.now, std::move(word), Urgency::Now);
}

void Session::Body::take(Turn& turn, const protocol::CallTold& message) {
  call::Outputs outputs;
  if (auto failure = calls.told(turn.now, message.call, outputs)) turn.report(std::move(*failure), message.call.from);
  carry_out(turn, std::move(outputs));
  fit_links(turn);
}

}  // namespace meetwire::session
