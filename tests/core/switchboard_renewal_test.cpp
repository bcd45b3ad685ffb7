// A token that ends: renewed in time, refused, or not renewed; ICE servers of each member's own.
#include "support/server_world.hpp"

namespace switchboard_renewal_test {

using namespace meetwire;
using namespace meetwire::test;
using namespace meetwire::room;

namespace {

RoomOptions asking() {
  RoomOptions options;
  options.authorize = true;
  return options;
}

event::Authorized word(const ServerWorld& world, std::optional<std::uint32_t> expires_in_ms = 60'000) {
  event::Authorized word;
  word.operation = world.questions.back().operation;
  word.allowed = true;
  word.role = Role::Host;
  word.ice_servers = R"([{"urls":"turn:one"}])";
  word.expires_in_ms = expires_in_ms;
  word.renew_in_ms = 36'000;
  return word;
}

// In, with a token for a minute.
void enter(ServerWorld& world, const std::string& user) {
  world.join(user, "r");
  world.handle(word(world));
}

void renew(ServerWorld& world, const std::string& user) { world.say(user, Renew{"another"}); }

}  // namespace

TEST_CASE("renewal: the welcome says when, and has the member's own ICE servers") {
  ServerWorld world(asking());
  enter(world, "ada");
  const auto welcome = world.only<Welcome>("ada");
  CHECK(welcome.renew_in_ms == 36'000);
  CHECK(welcome.ice_servers == R"([{"urls":"turn:one"}])");
  CHECK_FALSE(world.questions.back().renewal);
}

TEST_CASE("renewal: a fresh token is judged, and the place lasts as long as that one") {
  ServerWorld world(asking());
  enter(world, "ada");
  enter(world, "bob");
  world.pass(50'000);
  renew(world, "ada");
  REQUIRE(world.questions.back().renewal);
  REQUIRE(world.questions.back().token == "another");
  REQUIRE(world.questions.back().user.value == "ada");
  auto fresh = word(world);
  fresh.ice_servers = R"([{"urls":"turn:two"}])";
  fresh.role = Role::Viewer;  // roles last as long as the place
  world.handle(fresh);
  const auto renewed = world.only<Renewed>("ada");
  CHECK(renewed.ice_servers == R"([{"urls":"turn:two"}])");
  CHECK(renewed.renew_in_ms == 36'000);
  CHECK_FALSE(renewed.error);
  world.clear();
  world.pass(10'000);
  CHECK(world.error<Ended>("bob") == ErrorCode::TokenExpired);
  CHECK(world.at("bob").closed);
  REQUIRE(world.only<MemberLeft>("ada").user.value == "bob");
  world.pass(49'999);
  CHECK_FALSE(world.at("ada").closed);
  world.pass(1);
  CHECK(world.error<Ended>("ada") == ErrorCode::TokenExpired);
  CHECK(world.board.held() == 0);
}

TEST_CASE("renewal: one that is refused is told so with its code, and the token before holds to its end") {
  ServerWorld world(asking());
  enter(world, "ada");
  world.pass(30'000);
  renew(world, "ada");
  event::Authorized no;
  no.operation = world.questions.back().operation;
  no.error = ErrorCode::TokenOtherRoom;
  world.handle(no);
  CHECK(world.only<Renewed>("ada").error->code == ErrorCode::TokenOtherRoom);
  world.pass(29'999);
  CHECK_FALSE(world.at("ada").closed);
  world.pass(1);
  CHECK(world.at("ada").closed);
}

TEST_CASE("renewal: one question at a time, one a second, and none of strangers") {
  ServerWorld world(asking());
  world.open("eve");
  renew(world, "eve");
  CHECK(world.error<Problem>("eve") == ErrorCode::NotJoined);
  CHECK(world.questions.empty());
  enter(world, "ada");
  world.pass(5'000);
  renew(world, "ada");
  renew(world, "ada");
  CHECK(world.questions.size() == 2);
  CHECK(world.only<Renewed>("ada").error->code == ErrorCode::RateLimited);
  world.handle(word(world));
  world.clear();
  renew(world, "ada");
  CHECK(world.only<Renewed>("ada").error->code == ErrorCode::RateLimited);
  world.pass(1'000);
  renew(world, "ada");
  CHECK(world.questions.size() == 3);
  world.clear();
  world.say("ada", Renew{std::string(kDefaultLimits.token_bytes_max + 1, 'x')});
  CHECK(world.only<Renewed>("ada").error->code == ErrorCode::TokenRefused);
  // A word about somebody who has left changes nothing.
  world.hang_up("ada");
  world.handle(word(world));
}

TEST_CASE("renewal: whoever waits in the lobby renews too, and comes in with what is fresh; else he is out") {
  RoomOptions options = asking();
  options.lobby = true;
  ServerWorld world(options);
  enter(world, "host");
  for (const char* user : {"ada", "bob"}) {
    world.join(user, "r");
    auto guest = word(world);
    guest.role = Role::Guest;
    world.handle(guest);
    CHECK(world.only<Waiting>(user).renew_in_ms == 36'000);
  }
  world.pass(50'000);
  for (const char* user : {"host", "ada"}) {
    renew(world, user);
    auto fresh = word(world);
    fresh.ice_servers = R"([{"urls":"turn:two"}])";
    world.handle(fresh);
  }
  world.clear();
  world.pass(10'000);
  CHECK(world.error<Refused>("bob") == ErrorCode::TokenExpired);
  CHECK(world.only<KnockEnded>("host").user.value == "bob");
  RequestSubmitted admit;
  admit.id = "1";
  admit.action = RoomAction::Admit;
  admit.user = UserId{"ada"};
  world.say("host", admit);
  REQUIRE(world.heard<Welcome>("ada").size() == 1);
  CHECK(world.only<Renewed>("ada").ice_servers == R"([{"urls":"turn:two"}])");
}

TEST_CASE("renewal: the name of a token is the member's, and not to be changed; one that is no name lets nobody in") {
  ServerWorld world(asking());
  world.join("ada", "r");
  auto named = word(world);
  named.name = "Ada Lovelace";
  world.handle(named);
  CHECK(world.only<Welcome>("ada").self.name == "Ada Lovelace");
  RequestSubmitted wish;
  wish.id = "1";
  wish.action = RoomAction::SetName;
  wish.name = "The Queen";
  world.say("ada", wish);
  CHECK(world.only<RequestSettled>("ada").error->code == ErrorCode::NotAllowed);
  world.join("bob", "r");
  named = word(world);
  named.name = std::string(kDefaultLimits.name_bytes_max + 1, 'x');
  world.handle(named);
  CHECK(world.error<Refused>("bob") == ErrorCode::InvalidName);
}

TEST_CASE("renewal: with ICE servers of one's own alone, roles are as without a host's word") {
  RoomOptions options;
  options.own_ice_servers = true;
  ServerWorld world(options);
  for (const char* user : {"ada", "bob"}) {
    world.join(user, "r");
    auto guest = word(world, std::nullopt);
    guest.role = Role::Guest;
    world.handle(guest);
  }
  CHECK(world.only<Welcome>("ada").self.role == Role::Host);
  CHECK(world.only<Welcome>("bob").self.role == Role::Guest);
  CHECK_FALSE(world.wake_at == std::optional(world.now));
}

TEST_CASE("renewal: where nothing ends there is nothing to renew, and it is said so") {
  ServerWorld world;
  world.join("ada", "r");
  renew(world, "ada");
  const auto renewed = world.only<Renewed>("ada");
  CHECK_FALSE(renewed.error);
  CHECK(renewed.renew_in_ms == 0);
}

TEST_CASE("renewal: a lost socket comes back by a new question, not by the old token") {
  ServerWorld world(asking());
  enter(world, "ada");
  enter(world, "bob");
  const std::string secret = world.at("ada").secret;
  world.lose("ada");
  world.come_back("ada2", "ada", "r", secret, 0);
  event::Authorized no;
  no.operation = world.questions.back().operation;
  no.error = ErrorCode::TokenExpired;
  world.handle(no);
  CHECK(world.error<Refused>("ada2") == ErrorCode::TokenExpired);
}

}  // namespace switchboard_renewal_test
