// Why something does not work: each cause from its facts, in the order in which one leads to the next.
#include <string>

#include "insight/explanation.hpp"
#include "insight/insight.hpp"
#include "support/catch.hpp"

namespace meetwire::insight::insight_explanation_test {

namespace {

std::string chain_of(const Facts& facts) {
  std::string out;
  for (const auto& [cause, remedy, detail] : explain(facts)) {
    out += (out.empty() ? "" : " < ") + std::string(name_of(cause)) + (detail.empty() ? "" : " (" + detail + ")");
    CHECK_FALSE(remedy.empty());
  }
  return out;
}

// A link that failed with all servers configured; what is wrong is for the test to say.
Facts failed() {
  Facts facts;
  facts.link = LinkState::Failed;
  facts.gathered = true;
  facts.stun_servers = 1;
  facts.turn_servers = 1;
  facts.ours = {.host = 2, .reflexive = 1, .relay = 1};
  facts.theirs = {.host = 2, .reflexive = 1};
  return facts;
}

}  // namespace

TEST_CASE("explain: what works needs no explanation") {
  Facts facts = failed();
  facts.link = LinkState::Connected;
  facts.turn_servers = 0;
  facts.ours = {.host = 2};
  CHECK(chain_of(facts).empty());
  facts.away = true;
  CHECK(chain_of(facts) == "peer-away");
  facts.away = false;
  facts.relayed_over_tcp = true;
  CHECK(chain_of(facts) == "udp-blocked (relayed over TCP)");
}

TEST_CASE("explain: no relay, from no server to an expired credential") {
  Facts facts = failed();
  CHECK(chain_of(facts) == "no-connection");
  facts.ours.relay = 0;
  CHECK(chain_of(facts) == "no-connection < no-relay-candidates");
  facts.ice_errors = {{.code = 401, .relay = true}};
  CHECK(chain_of(facts) == "no-connection < no-relay-candidates < turn-refused (STUN error 401)");
  facts.credential_expired = true;
  CHECK(chain_of(facts) == "no-connection < no-relay-candidates < turn-refused (STUN error 401) < credential-expired");
  // A browser that tells no errors.
  facts.ice_errors.clear();
  CHECK(chain_of(facts) == "no-connection < no-relay-candidates < credential-expired");
  facts.turn_servers = 0;
  CHECK(chain_of(facts) == "no-connection < no-relay-servers");
  // Their relay is as good as ours.
  facts.theirs.relay = 1;
  CHECK(chain_of(facts) == "no-connection");
  // While candidates are still to come nothing is missing.
  facts.theirs.relay = 0;
  facts.gathered = false;
  CHECK(chain_of(facts) == "no-connection");
}

TEST_CASE("explain: a TURN server that does not answer, and a network without UDP") {
  Facts facts = failed();
  facts.ours = {.host = 2};
  facts.ice_errors = {{.code = 701, .relay = true, .udp = false}};
  CHECK(chain_of(facts) == "no-connection < no-relay-candidates < turn-unreachable");
  // Its credential does not matter then.
  facts.credential_expired = true;
  CHECK(chain_of(facts) == "no-connection < no-relay-candidates < turn-unreachable");
  facts.ice_errors.push_back({.code = 701, .relay = false, .udp = true});
  CHECK(chain_of(facts) == "no-connection < udp-blocked < no-relay-candidates < turn-unreachable");
  facts.ice_errors.erase(facts.ice_errors.begin());
  CHECK(chain_of(facts) == "no-connection < udp-blocked < no-relay-candidates < credential-expired");
  facts.ice_errors.push_back({.code = 701, .relay = true, .udp = false});
  // One server answered over UDP: it is not blocked.
  facts.ours.reflexive = 1;
  CHECK(chain_of(facts) == "no-connection < no-relay-candidates < turn-unreachable");
}

TEST_CASE("explain: relays only, and none") {
  Facts facts = failed();
  facts.relay_only = true;
  facts.turn_servers = 0;
  facts.ours = {};
  facts.theirs = {.host = 1, .relay = 1};
  CHECK(chain_of(facts) == "no-connection < relay-only < no-relay-servers");
}

TEST_CASE("explain: the other side") {
  Facts facts = failed();
  facts.theirs = {};
  CHECK(chain_of(facts) == "no-connection < no-remote-candidates");
  facts.away = true;
  facts.link = LinkState::Reconnecting;
  CHECK(chain_of(facts) == "interrupted < peer-away < no-remote-candidates");
  facts = failed();
  facts.link_error = ErrorCode::NegotiationFailed;
  CHECK(chain_of(facts) == "no-connection < negotiation-failed");
  facts.link_error = ErrorCode::LinkFailed;
  CHECK(chain_of(facts) == "no-connection");
  facts.link = LinkState::Connecting;
  CHECK(chain_of(facts) == "connecting");
  facts.link = LinkState::None;
  CHECK(chain_of(facts) == "on-call-only");
  facts.present = false;
  CHECK(chain_of(facts) == "peer-gone");
  facts.server_lost = true;
  CHECK(chain_of(facts) == "server-lost < peer-gone");
}

TEST_CASE("explain: oneself: the server, permissions, devices") {
  Facts facts;
  facts.local = true;
  CHECK(chain_of(facts).empty());
  facts.failed_sources = {{Source::Camera, ErrorCode::InUse, {}}, {Source::Microphone, ErrorCode::PermissionDenied, Denier::System}};
  CHECK(chain_of(facts) == "device (camera: in-use) < permission (microphone: denied by the system)");
  facts.failed_sources.clear();
  // On, but the system gives nothing: a phone call.
  facts.interrupted_sources = {Source::Camera, Source::Microphone};
  CHECK(chain_of(facts) == "device-interrupted (camera) < device-interrupted (microphone)");
  facts.server_lost = true;
  CHECK(chain_of(facts) == "server-lost < device-interrupted (camera) < device-interrupted (microphone)");
  // Of another one only he knows why.
  facts.server_lost = false;
  facts.local = false;
  facts.link = LinkState::Connected;
  CHECK(chain_of(facts).empty());
  facts.local = true;
  facts.interrupted_sources.clear();
  facts.meeting_error = ErrorCode::VersionMismatch;
  CHECK(chain_of(facts) == "version-mismatch (version-mismatch)");
  facts.meeting_error = ErrorCode::Removed;
  CHECK(chain_of(facts) == "meeting-ended (removed)");
  facts.meeting_error = ErrorCode::ConnectionLost;
  CHECK(chain_of(facts) == "server-lost (connection-lost)");
}

TEST_CASE("explain: the machine answers the request, and keeps nothing") {
  Insight insight{InsightOptions{UserId{"me"}}};
  const auto step = insight.handle(Millis{5}, event::ExplanationRequested{7, failed()});
  REQUIRE(step.commands.size() == 1);
  const auto& answer = std::get<command::Explained>(step.commands.front());
  CHECK(answer.request == 7);
  CHECK(answer.chain.size() == 1);
  CHECK_FALSE(step.wake_at);  // nothing is measured for it
}

}  // namespace meetwire::insight::insight_explanation_test
