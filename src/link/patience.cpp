// Towards a peer that may not listen yet, or may not be there: what it may have missed is said again.
#include <algorithm>
#include <utility>

#include "link/body.hpp"

namespace meetwire::link {

void Link::Body::keep_said(const protocol::PairMessage& message) {
  if (!options.may_not_listen) return;
  if (std::holds_alternative<protocol::Candidates>(message.body)) {
    if (unnumbered.said.size() < options.limits.candidates_per_generation_max) unnumbered.said.push_back(message);
    return;
  }
  unnumbered.said.clear();
  unnumbered.say_again_at.reset();
  if (!std::holds_alternative<protocol::Offer>(message.body)) return;
  unnumbered.said.push_back(message);
  unnumbered.said_at = now;
  unnumbered.say_again_at = now + options.limits.unheard_offer_repeat_after;
}

// The own offer is out, and no answer to it is on its way through the browser.
bool Link::Body::awaits_answer() const {
  if (!options.may_not_listen || !offer_out || signaling != SignalingState::HaveLocalOffer || pending) return false;
  return std::none_of(inbox.begin(), inbox.end(), [](const protocol::PairMessage& message) {
    return std::holds_alternative<protocol::Answer>(message.body);
  });
}

void Link::Body::say_again() {
  if (!unnumbered.say_again_at || *unnumbered.say_again_at > now) return;
  unnumbered.say_again_at.reset();
  if (!offer_out) return;
  if (awaits_answer()) {
    send_all(unnumbered.said);
    unnumbered.said_at = now;
  }
  unnumbered.say_again_at = now + options.limits.unheard_offer_repeat_after;
}

// Somebody is there. Whoever says anything but an answer may not have heard the offer that is out.
void Link::Body::hear(const protocol::PairMessage& message) {
  if (!options.may_not_listen) return;
  if (!std::exchange(unnumbered.heard, true) && signalling_up) recovery.signalling_resumed(now);
  // To an offer that ours gives way to, ours must not come again.
  const bool gives_way = polite && std::holds_alternative<protocol::Offer>(message.body);
  if (gives_way || std::holds_alternative<protocol::Answer>(message.body) || !awaits_answer()) return;
  const Millis soon = std::max(now, unnumbered.said_at + options.limits.unheard_offer_repeat_min);
  unnumbered.say_again_at = earlier(unnumbered.say_again_at, soon);
}

// What waits for the peer's word stands still, as without a server. Whoever is heard next may be another.
void Link::Body::go_unheard() {
  unnumbered.heard = false;
  remote_sending.clear();
  recovery.signalling_lost();
}

}  // namespace meetwire::link
