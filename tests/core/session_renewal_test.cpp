// Tokens and ICE servers that are renewed while a meeting goes on, as part of a session.
#include "session_world.hpp"

namespace session_renewal_test {

using namespace world;

namespace {

p::Welcome welcome_for(std::uint32_t renew_in_ms, std::vector<Participant> members = {}) {
  p::Welcome out = welcome(std::move(members));
  out.renew_in_ms = renew_in_ms;
  out.ice_servers = "[1]";
  return out;
}
World& enter(World& w, std::uint32_t renew_in_ms) {
  return w.on(event::JoinRequested{}).open().hear({welcome_for(renew_in_ms, {member("bob", "s-bob")})});
}
std::vector<std::string> tokens(const World& w) {
  std::vector<std::string> out;
  for (const auto& one : w.sent<p::Renew>()) out.push_back(one.token);
  return out;
}
using Texts = std::vector<std::string>;
std::string servers(World& w, const std::string& peer) {
  std::string last = w.link_to(peer).options.ice_servers;
  for (const auto& event : w.link_to(peer).events) {
    if (const auto* changed = std::get_if<link::IceServersChanged>(&event)) last = changed->ice_servers;
  }
  return last;
}
event::RenewalReady ready(std::optional<std::string> token, std::optional<std::string> ice_servers = {}) {
  return {false, std::move(token), std::move(ice_servers)};
}

}  // namespace

TEST_CASE("renewal: asked for within a quarter of the server's time, and said to the server") {
  World w;
  enter(w, 40'000);
  w.wait(29'999);
  CHECK(w.ever<command::Renew>().empty());
  w.wait(20'001);
  REQUIRE(w.ever<command::Renew>().size() == 1);
  CHECK(tokens(w).empty());
  w.on(ready("fresh"));
  CHECK(tokens(w) == Texts{"fresh"});
  p::Renewed renewed;
  renewed.ice_servers = "[2]";
  renewed.renew_in_ms = 40'000;
  w.hear({renewed});
  CHECK(servers(w, "bob") == "[2]");
  w.wait(29'999);
  CHECK(w.ever<command::Renew>().size() == 1);
  w.wait(20'001);
  CHECK(w.ever<command::Renew>().size() == 2);
}

TEST_CASE("renewal: who comes later gets what is fresh") {
  World w;
  enter(w, 40'000);
  p::Renewed renewed;
  renewed.ice_servers = "[2]";
  w.hear({renewed});
  w.hear({p::MemberJoined{member("eve", "s-eve")}});
  CHECK(w.link_to("eve").options.ice_servers == "[2]");
}

TEST_CASE("renewal: one that fails, is refused or not answered is tried again, later each time") {
  World w;
  enter(w, 1'000);
  w.wait(1'250);
  REQUIRE(w.ever<command::Renew>().size() == 1);
  w.on(event::RenewalReady{true, {}, {}});
  CHECK(tokens(w).empty());
  w.wait(9'999);
  CHECK(w.ever<command::Renew>().size() == 1);
  w.wait(1);
  REQUIRE(w.ever<command::Renew>().size() == 2);
  w.on(ready("fresh"));
  p::Renewed refused;
  refused.error = Failure{ErrorCode::TokenOtherUser};
  w.hear({refused});
  CHECK(w.only<command::ReportProblem>().error.code == ErrorCode::TokenOtherUser);
  w.wait(19'999);
  CHECK(w.ever<command::Renew>().size() == 2);
  w.wait(1);
  CHECK(w.ever<command::Renew>().size() == 3);
  CHECK(w.state().state == MeetingState::Joined);
}

TEST_CASE("renewal: a token that is too long is reported, and not said") {
  World w;
  enter(w, 1'000);
  w.wait(1'250);
  w.on(ready(std::string(w.limits.token_bytes_max + 1, 'x')));
  CHECK(w.only<command::ReportProblem>().error.code == ErrorCode::InvalidToken);
  CHECK(tokens(w).empty());
}

TEST_CASE("renewal: a text for a token is said again as it is") {
  ClientOptions options = World::options();
  options.token = "text";
  World w(DialectName::Meetwire, options);
  enter(w, 1'000);
  w.wait(1'250);
  w.on(ready({}));
  CHECK(tokens(w) == Texts{"text"});
}

TEST_CASE("renewal: not while the socket is lost; the next welcome begins anew, with fresh ICE servers for links that live") {
  World w;
  enter(w, 1'000);
  w.close().wake();
  w.on(event::TransportOpened{w.attempt, "fresh", std::nullopt});
  w.wait(3'000);
  CHECK(w.ever<command::Renew>().empty());
  p::Welcome back = welcome_for(1'000, {member("bob", "s-bob")});
  back.resumed = true;
  back.ice_servers = "[3]";
  w.hear({back});
  CHECK(servers(w, "bob") == "[3]");
  CHECK(w.sent<p::Hello>().back().token == "fresh");
  w.wait(1'250);
  CHECK(w.ever<command::Renew>().size() == 1);
}

TEST_CASE("renewal: an answer that nobody awaits changes nothing") {
  World w;
  enter(w, 1'000);
  w.on(ready("stray", "[9]"));
  CHECK(tokens(w).empty());
  CHECK(servers(w, "bob") == "[1]");
}

TEST_CASE("renewal: the application's own ICE servers go before the server's, and are asked for where the server names no time") {
  ClientOptions options = World::options();
  options.ice_servers = "[10]";
  options.renews_ice_servers = true;
  World w(DialectName::Meetwire, options);
  enter(w, 0);
  CHECK(servers(w, "bob") == "[10]");
  w.wait(750'000);
  REQUIRE(w.ever<command::Renew>().size() == 1);
  w.on(ready({}, "[11]"));
  CHECK(servers(w, "bob") == "[11]");
  CHECK(tokens(w).empty());
  p::Renewed unasked;
  unasked.ice_servers = "[2]";
  w.hear({unasked});
  CHECK(servers(w, "bob") == "[11]");
  w.wait(750'000);
  CHECK(w.ever<command::Renew>().size() == 2);
}

TEST_CASE("renewal: who waits in the lobby renews as well") {
  World w;
  w.on(event::JoinRequested{}).open().hear({p::Waiting{1'000}});
  w.wait(1'250);
  REQUIRE(w.ever<command::Renew>().size() == 1);
  w.on(ready("fresh"));
  CHECK(tokens(w) == Texts{"fresh"});
  p::Renewed renewed;
  renewed.renew_in_ms = 1'000;
  w.hear({renewed});
  CHECK(w.state().state == MeetingState::Waiting);
  w.wait(1'250);
  CHECK(w.ever<command::Renew>().size() == 2);
}

}  // namespace session_renewal_test
