// A server that is about to end: nobody new, and nobody loses his place before the end.
#include "support/server_world.hpp"

namespace switchboard_drain_test {

using namespace meetwire;
using namespace meetwire::test;

TEST_CASE("drain: newcomers are refused with a code that passes, members stay, talk and come back to their places") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.handle(event::DrainRequested{});
  world.join("eve", "r");
  CHECK(world.error<Refused>("eve") == ErrorCode::ServerClosing);
  CHECK(world.at("eve").closed);
  world.join("cyd", "another room");
  CHECK(world.error<Refused>("cyd") == ErrorCode::ServerClosing);
  world.say("ada", chat("1", "still here"));
  CHECK(world.heard<ChatDelivered>("bob").size() == 1);
  const std::string secret = world.at("bob").secret;
  world.lose("bob");
  world.come_back("bob2", "bob", "r", secret, world.at("bob").received);
  CHECK(world.only<Welcome>("bob2").resumed);
  world.hang_up("bob2");
  world.say("ada", Leave{});
  world.pass(60'000);
  CHECK(world.counts.members == 0);
}

TEST_CASE("drain: a lobby takes nobody in any more") {
  RoomOptions options;
  options.lobby = true;
  ServerWorld world(options);
  world.join("host", "r");
  world.handle(event::DrainRequested{});
  world.join("ada", "r");
  CHECK(world.error<Refused>("ada") == ErrorCode::ServerClosing);
  CHECK(world.heard<Knocked>("host").empty());
  world.handle(event::ShutdownRequested{});
  CHECK(world.error<Ended>("host") == ErrorCode::ServerClosing);
  CHECK(world.board.held() == 0);
}

}  // namespace switchboard_drain_test
