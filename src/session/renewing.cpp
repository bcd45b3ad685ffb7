// Fresh tokens and ICE servers while a meeting goes on.
#include <utility>

#include "session/body.hpp"

namespace meetwire::session {

void Session::Body::on(Turn& turn, const event::RenewalReady& event) {
  if (!renewal.take_answer() || event.failed) return;
  if (event.token) {
    if (auto refused = refusal_of_token(*event.token)) return turn.report(std::move(*refused));
    token = *event.token;
  }
  if (event.ice_servers) {
    own_ice_servers = *event.ice_servers;
    use_ice_servers(turn, *own_ice_servers);
  }
  if (!renewal.by_server()) return renewal.granted(turn.now, 0);
  for (command::Send& send : wire.encode({protocol::Renew{token}}, receipts.received())) turn.say(std::move(send));
}

void Session::Body::take(Turn& turn, const protocol::Renewed& message) {
  if (message.error) return turn.report(*message.error);
  if (message.ice_servers && !own_ice_servers) use_ice_servers(turn, *message.ice_servers);
  renewal.granted(turn.now, message.renew_in_ms);
}

void Session::Body::use_ice_servers(Turn& turn, const std::string& fresh) {
  if (ice_servers == fresh) return;
  ice_servers = fresh;
  carry_out(turn, links.handle_all(turn.now, link::IceServersChanged{ice_servers}));
}

}  // namespace meetwire::session
