// Calls from and to classic members, who know no words but `call`: whoever calls offers at once, and whoever is called
// answers the offer. So a classic member's call rings like any other, what it signals meanwhile waits until the call is
// taken, and a call to a classic member is taken as it comes.
#include <utility>

#include "room/room.hpp"

namespace meetwire::room {

using namespace protocol;

void Room::ring(Millis now, Member& from, RelayTo&& relay, Decision& out) {
  Member* to = *relay.to != from.row.user ? find(*relay.to) : nullptr;
  if (to == nullptr) return send(from, Problem{Failure{ErrorCode::TargetUnknown}}, out);
  const Limits& limits = policy_->limits;
  if (knows_calls(to->row.dialect)) {
    CallSubmitted word;
    word.id = CallId{"classic-" + from.row.session.value + "-" + std::to_string(++from.rung)};
    word.action = CallAction::Request;
    word.to = to->row.user;
    return tell(calls_.handle(now, limits, from.row.user, word, /*reachable=*/true), out);
  }
  if (!is_listed() && !ways_.open(from.row.user, to->row.user, limits.calls_open_max, payer_, tally_)) {
    return send(from, Problem{Failure{ErrorCode::RateLimited, "too many open calls"}}, out);
  }
  send(*to, RelayFrom{RelayKind::Call, from.row.user, std::move(relay.payload)}, out);
}

void Room::ring_classic(Millis now, const Calls::Tellings& tellings, Decision& out) {
  for (const Calls::Telling& one : tellings) {
    Member* callee = one.to == one.call.to ? find(one.to) : nullptr;
    const bool rings = one.call.state == CallState::Ringing && one.before != CallState::Ringing;
    if (callee == nullptr || !rings || !knows_relays(callee->row.dialect)) continue;
    send(*callee, RelayFrom{RelayKind::Call, one.call.from, {}}, out);
    CallSubmitted taken;
    taken.id = one.call.id;
    taken.action = CallAction::Accept;
    tell(calls_.handle(now, policy_->limits, one.to, taken, /*reachable=*/true), out);
  }
}

// True: it waits. The callee is not shown to the world before he has taken the call.
bool Room::hold(Member& from, SignalTo& signal, Decision& out) {
  const Member* to = find(signal.to);
  if (to == nullptr || !knows_relays(from.row.dialect) || !calls_.rings(from.row.user, signal.to)) return false;
  if (is_listed() && may_connect(from, *to)) return false;
  Letter letter(SignalFrom{from.row.user, from.row.session, std::move(signal.pair), std::move(signal.original)}, payer_,
                tally_, /*for_many=*/false);
  std::size_t bytes = letter.bytes();
  for (const Letter& one : from.held) bytes += one.bytes();
  if (from.held.size() < policy_->limits.candidates_per_generation_max && bytes <= policy_->limits.calls_held_bytes_max) {
    from.held.push_back(std::move(letter));
  } else {
    send(from, Problem{Failure{ErrorCode::RateLimited, "too much for a call that rings"}}, out);
  }
  return true;
}

// It rings no more: what waited for that goes out, or is of no use.
void Room::let_go(const Call& call, Decision& out) {
  Member* from = find(call.from);
  if (from == nullptr) return;
  const std::vector<Letter> held = std::exchange(from->held, {});
  Member* to = call.state == CallState::Connected ? find(call.to) : nullptr;
  if (to == nullptr) return;
  for (const Letter& signal : held) post(*to, signal, out);
}

}  // namespace meetwire::room
