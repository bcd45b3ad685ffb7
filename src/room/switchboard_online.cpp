// Classic clients in no room: one calls another, and the two signal. Whoever has not been called, nor has called,
// can't be reached, just as one who is not there.
#include <utility>
#include <variant>

#include "room/switchboard.hpp"

namespace meetwire::room {

using namespace protocol;

void Switchboard::route_online(Connection& connection, ClientMessage message) {
  std::visit([&](auto&& one) { on_online(connection, std::move(one)); }, std::move(message));
}

void Switchboard::on_online(Connection& from, RelayTo&& relay) {
  const UserId& self = from.admission.user;
  if (!relay.to) return deliver(from.id, 0, Problem{Failure{ErrorCode::NotJoined}});
  const bool calls = relay.kind == RelayKind::Call;
  const auto to = online_.connection_of(*relay.to);
  if (!to || *relay.to == self || (!calls && !online_.has_call(self, *relay.to))) {
    return deliver(from.id, 0, Problem{Failure{ErrorCode::TargetUnknown}});
  }
  if (calls && !online_.open_call(self, *relay.to, policy_->limits.calls_open_max)) {
    return deliver(from.id, 0, Problem{Failure{ErrorCode::RateLimited, "too many open calls"}});
  }
  deliver(*to, 0, RelayFrom{relay.kind, self, std::move(relay.payload)});
}

void Switchboard::on_online(Connection& from, SignalTo&& signal) {
  const UserId& self = from.admission.user;
  const auto to = online_.connection_of(signal.to);
  if (!to || !online_.has_call(self, signal.to)) {
    return deliver(from.id, 0, Problem{Failure{ErrorCode::TargetUnknown}});
  }
  deliver(*to, 0, SignalFrom{self, from.admission.session, std::move(signal.pair), std::move(signal.original)});
}

void Switchboard::on_online(Connection& from, ChatSubmitted&& chat) {
  deliver(from.id, 0, ChatSettled{std::move(chat.id), 0, Failure{ErrorCode::NotJoined}});
}

void Switchboard::on_online(Connection& from, RosterRequested&&) {
  log(LogLevel::Warning, "roster of another room refused", from);
  deliver(from.id, 0, RosterListed{});
}

}  // namespace meetwire::room
