// Somebody who is in, or waits to be, gets a fresh token judged, and fresh ICE servers; who does not is out when the old
// token ends.
#include <utility>

#include "room/switchboard.hpp"

namespace meetwire::room {

using namespace protocol;

void Switchboard::grant(Connection& connection, const event::Authorized& authorized) {
  Admission& admission = connection.admission;
  // Name and role are of the place, and last as long as it does.
  if (connection.stage == Stage::Authorizing) {
    admission.role = authorized.role;
    admission.name_granted = authorized.name.has_value();
    if (authorized.name) admission.name = *authorized.name;
  }
  if (authorized.ice_servers) admission.ice_servers = *authorized.ice_servers;
  admission.renew_in_ms = authorized.renew_in_ms.value_or(0);
  connection.expires_at.reset();
  if (authorized.expires_in_ms) connection.expires_at = now_ + Millis{*authorized.expires_in_ms};
}

void Switchboard::renew(Connection& connection, std::string token) {
  const Limits& limits = policy_->limits;
  const auto refuse = [&](ErrorCode code) { deliver(connection.id, 0, Renewed{std::nullopt, 0, Failure{code}}); };
  // Everything holds for ever here.
  if (!asks_) return deliver(connection.id, 0, Renewed{});
  if (token.size() > limits.token_bytes_max) return refuse(ErrorCode::TokenRefused);
  const bool soon = connection.renewed_at && now_ - *connection.renewed_at < limits.renewal_interval_min;
  if (connection.operation != 0 || soon) return refuse(ErrorCode::RateLimited);
  connection.renewed_at = now_;
  connection.operation = ++last_operation_;
  questions_.emplace(connection.operation, connection.id);
  commands_.push_back(
      command::Authorize{connection.operation, connection.room, connection.admission.user, std::move(token), /*renewal=*/true});
}

void Switchboard::refresh(Connection& connection) {
  connection.refreshed = connection.stage == Stage::Waiting;
  connection_deadlines_.set(connection.id, connection.expires_at);
  deliver(connection.id, 0, Renewed{connection.admission.ice_servers, connection.admission.renew_in_ms, std::nullopt});
}

void Switchboard::expire(const ConnectionId& id) {
  Connection* connection = find(id);
  if (connection == nullptr) return;
  const Failure expired{ErrorCode::TokenExpired};
  log(LogLevel::Info, "expired", *connection);
  if (connection->stage == Stage::Waiting) {
    deliver(id, 0, Refused{expired});
  } else {
    deliver(id, 0, Ended{expired});
  }
  end_place(id);
}

}  // namespace meetwire::room
