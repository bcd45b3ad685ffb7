#include "insight/explanation.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/names.hpp"

namespace meetwire::insight {
namespace {

// RTCPeerConnectionIceErrorEvent: no STUN code, the server could not be reached.
constexpr std::uint32_t kUnreachable = 701;

class Chain {
 public:
  void add(Cause cause, std::string detail = {}) {
    out_.push_back({cause, std::string(kCauses[static_cast<std::size_t>(cause)].remedy), std::move(detail)});
  }
  std::vector<Explanation> take() { return std::move(out_); }

 private:
  std::vector<Explanation> out_;
};

const IceError* find(const Facts& facts, bool (*fits)(const IceError&)) {
  const auto at = std::find_if(facts.ice_errors.begin(), facts.ice_errors.end(), fits);
  return at == facts.ice_errors.end() ? nullptr : &*at;
}

// Whatever STUN server answers shows that UDP gets out; nothing known shows nothing.
bool udp_is_blocked(const Facts& facts) {
  if (facts.ours.reflexive > 0 || !facts.gathered) return false;
  const bool asked = facts.stun_servers + facts.turn_servers > 0;
  return asked && find(facts, [](const IceError& error) { return error.code == kUnreachable && error.udp; }) != nullptr;
}

void explain_relays(const Facts& facts, Chain& chain) {
  if (facts.ours.relay > 0 || !facts.gathered) return;
  if (facts.turn_servers == 0) return chain.add(Cause::NoRelayServers);
  chain.add(Cause::NoRelayCandidates);
  const IceError* refused = find(facts, [](const IceError& error) { return error.relay && error.code != kUnreachable; });
  const IceError* lost = find(facts, [](const IceError& error) { return error.relay && error.code == kUnreachable; });
  if (refused) chain.add(Cause::TurnRefused, "STUN error " + std::to_string(refused->code));
  else if (lost) chain.add(Cause::TurnUnreachable);
  // A server that does not answer does not mind an old credential.
  if (facts.credential_expired && (refused || !lost)) chain.add(Cause::CredentialExpired);
}

void explain_link(const Facts& facts, Chain& chain) {
  switch (facts.link) {
    case LinkState::None: return chain.add(Cause::OnCallOnly);
    case LinkState::Connected:
      // It works; but who wonders finds this.
      if (facts.away) chain.add(Cause::PeerAway);
      if (facts.relayed_over_tcp) chain.add(Cause::UdpBlocked, "relayed over TCP");
      return;
    case LinkState::Connecting: chain.add(Cause::Connecting); break;
    case LinkState::Reconnecting: chain.add(Cause::Interrupted); break;
    case LinkState::Failed: chain.add(Cause::NoConnection); break;
  }
  if (facts.away) chain.add(Cause::PeerAway);
  if (facts.link_error == ErrorCode::NegotiationFailed) chain.add(Cause::NegotiationFailed);
  if (facts.gathered && facts.theirs.all() == 0) chain.add(Cause::NoRemoteCandidates);
  if (facts.relay_only) chain.add(Cause::RelayOnly);
  if (udp_is_blocked(facts)) chain.add(Cause::UdpBlocked);
  // Their relay would do as well.
  if (facts.theirs.relay == 0 || facts.relay_only) explain_relays(facts, chain);
}

void explain_meeting(const Facts& facts, Chain& chain) {
  if (facts.meeting_error) {
    const ErrorCode code = *facts.meeting_error;
    const std::string name(info_of(code).code);
    if (code == ErrorCode::VersionMismatch || code == ErrorCode::ServerIncompatible) return chain.add(Cause::VersionMismatch, name);
    return chain.add(facts.server_lost || info_of(code).blame == Blame::Network ? Cause::ServerLost : Cause::MeetingEnded, name);
  }
  if (facts.server_lost) chain.add(Cause::ServerLost);
}

void explain_devices(const Facts& facts, Chain& chain) {
  for (const auto& [source, code, denied_by] : facts.failed_sources) {
    std::string detail = std::string(name_of(source)) + ": ";
    const bool is_permission = code == ErrorCode::PermissionDenied || code == ErrorCode::InsecureContext;
    detail += denied_by ? "denied by the " + std::string(name_of(*denied_by)) : std::string(info_of(code).code);
    chain.add(is_permission ? Cause::Permission : Cause::Device, std::move(detail));
  }
  for (const Source source : facts.interrupted_sources) chain.add(Cause::DeviceInterrupted, std::string(name_of(source)));
}

}  // namespace

std::vector<Explanation> explain(const Facts& facts) {
  Chain chain;
  explain_meeting(facts, chain);
  if (facts.local) explain_devices(facts, chain);
  else if (!facts.present) chain.add(Cause::PeerGone);
  else explain_link(facts, chain);
  return chain.take();
}

}  // namespace meetwire::insight
