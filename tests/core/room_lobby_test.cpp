// The lobby: who waits, who is told of it, who gets in, and what outlives what.
#include "support/people_world.hpp"

namespace room_lobby_test {

namespace {

using namespace meetwire;
using namespace meetwire::test;
using enum RoomAction;

RoomOptions with_lobby(bool authorize = false) {
  RoomOptions options;
  options.lobby = true;
  options.authorize = authorize;
  return options;
}

PeopleWorld hosted() {
  PeopleWorld world{with_lobby()};
  world.join("ada", "r");
  return world;
}

std::string users(const std::vector<Knocked>& knocks) {
  std::string out;
  for (const Knocked& one : knocks) out += one.knock.user.value + " ";
  return out;
}

}  // namespace

TEST_CASE("lobby: a newcomer waits, hosts alone are told, and it sees nobody until it is admitted") {
  PeopleWorld world = hosted();
  world.knock("bob", "bob", "claim-bob");
  world.ask("ada", Admit, "bob");
  world.clear();
  world.knock("cem", "cem", "claim-cem");
  CHECK(world.heard<Waiting>("cem").size() == 1);
  CHECK(world.heard<Welcome>("cem").empty());
  CHECK(world.only<Knocked>("ada").knock == Knock{UserId{"cem"}, "Name of cem"});
  CHECK(world.heard<Knocked>("bob").empty());
  CHECK(world.heard<MemberJoined>("bob").empty());
  // Nothing that is said inside reaches it, and nothing of its own gets in.
  world.say("bob", chat("c1", "secret"));
  world.say("cem", chat("c2", "let me in"));
  world.say("cem", offer_to("ada"));
  CHECK(world.heard<ChatDelivered>("cem").empty());
  CHECK(world.heard<ChatDelivered>("ada").size() == 1);
  CHECK(world.heard<SignalFrom>("ada").empty());
  CHECK(world.ask("bob", Admit, "cem") == ErrorCode::NotAllowed);

  CHECK_FALSE(world.ask("ada", Admit, "cem"));
  CHECK(world.only<Welcome>("cem").members.size() == 2);
  CHECK(world.only<Welcome>("cem").self.role == Role::Guest);
  CHECK(world.only<MemberJoined>("bob").member.user.value == "cem");
  CHECK(world.only<KnockEnded>("ada").user.value == "cem");
  // What it said at the door is said now, and it is a member like others.
  CHECK(world.heard<ChatDelivered>("ada").back().message.text == "let me in");
  CHECK_FALSE(world.ask("cem", RaiseHand));
}

TEST_CASE("lobby: who is denied is told so, and may knock again") {
  PeopleWorld world = hosted();
  world.knock("bob", "bob", "claim-bob");
  CHECK(world.ask("ada", Deny, "nobody") == ErrorCode::TargetUnknown);
  CHECK_FALSE(world.ask("ada", Deny, "bob"));
  CHECK(world.error<Refused>("bob") == ErrorCode::Denied);
  CHECK(world.at("bob").closed);
  CHECK(world.ask("ada", Admit, "bob") == ErrorCode::TargetUnknown);
  world.knock("bob2", "bob", "claim-bob");
  CHECK(world.heard<Waiting>("bob2").size() == 1);
}

TEST_CASE("lobby: all are admitted in the order of knocking, as far as there is room") {
  RoomOptions options = with_lobby();
  options.participants_max = 3;
  PeopleWorld world{options};
  world.join("ada", "r");
  for (const char* who : {"zoe", "bob", "max"}) world.knock(who, who, std::string("claim-") + who);
  CHECK_FALSE(world.ask("ada", AdmitAll));
  CHECK(world.heard<Welcome>("zoe").size() == 1);
  CHECK(world.heard<Welcome>("bob").size() == 1);
  CHECK(world.heard<Welcome>("max").empty());
  CHECK(world.ask("ada", Admit, "max") == ErrorCode::RoomFull);
  world.say("zoe", Leave{});
  CHECK_FALSE(world.ask("ada", Admit, "max"));
  CHECK(world.heard<Welcome>("max").size() == 1);
}

TEST_CASE("lobby: a knock outlives its socket, the answer too, and nobody else can take it over") {
  PeopleWorld world = hosted();
  world.knock("bob", "bob", "claim-bob");
  world.lose("bob");
  CHECK(world.heard<KnockEnded>("ada").empty());
  world.knock("eve", "bob", "claim-eve");
  CHECK(world.error<Refused>("eve") == ErrorCode::IdTaken);
  world.knock("bob2", "bob", "claim-bob");
  CHECK(world.heard<Waiting>("bob2").size() == 1);
  CHECK(world.heard<Knocked>("ada").size() == 1);
  // Again, while the old socket still seems open.
  world.knock("bob3", "bob", "claim-bob");
  CHECK(world.error<Refused>("bob2") == ErrorCode::Replaced);
  world.lose("bob3");
  CHECK_FALSE(world.ask("ada", Admit, "bob"));
  CHECK(world.heard<KnockEnded>("ada").size() == 1);
  world.knock("bob4", "bob", "claim-bob");
  CHECK(world.heard<Welcome>("bob4").size() == 1);

  world.knock("cem", "cem", "claim-cem");
  world.lose("cem");
  CHECK_FALSE(world.ask("ada", Deny, "cem"));
  world.knock("cem2", "cem", "claim-cem");
  CHECK(world.error<Refused>("cem2") == ErrorCode::Denied);
}

TEST_CASE("lobby: a knock that is not renewed ends, and so does one that is taken back") {
  PeopleWorld world = hosted();
  world.knock("bob", "bob", "claim-bob");
  world.knock("cem", "cem", "claim-cem");
  world.knock("dee", "dee");  // without a claim it cannot come back
  world.lose("dee");
  CHECK(world.only<KnockEnded>("ada").user.value == "dee");
  world.say("cem", Leave{});
  CHECK(world.at("cem").closed);
  CHECK(world.heard<KnockEnded>("ada").back().user.value == "cem");
  world.lose("bob");
  world.pass(kDefaultLimits.resume_window.value);
  CHECK(world.heard<KnockEnded>("ada").back().user.value == "bob");
  CHECK(world.heard<KnockEnded>("ada").size() == 3);
  world.say("ada", Leave{});
  CHECK(world.board.held() == 0);
}

TEST_CASE("lobby: it outlives its host: the next one is told who waits") {
  PeopleWorld world = hosted();
  world.knock("bob", "bob", "claim-bob");
  world.ask("ada", Admit, "bob");
  world.knock("cem", "cem", "claim-cem");
  world.knock("dee", "dee", "claim-dee");
  CHECK(world.heard<Knocked>("bob").empty());
  world.say("ada", Leave{});
  CHECK(world.row("bob", "bob")->role == Role::Host);
  CHECK(users(world.heard<Knocked>("bob")) == "cem dee ");
  // A host that comes back sees them in its welcome.
  world.lose("bob");
  world.come_back("bob2", "bob", "r", "secret-bob", world.at("bob").received);
  CHECK(world.only<Welcome>("bob2").knocks.size() == 2);
  CHECK_FALSE(world.ask("bob2", Admit, "dee"));
  CHECK(world.only<Welcome>("dee").knocks.empty());
}

TEST_CASE("lobby: when nobody is left inside, the one who has waited longest begins anew") {
  PeopleWorld world = hosted();
  world.knock("vic", "vic", "claim-vic", /*viewer=*/true);
  world.knock("zoe", "zoe", "claim-zoe");
  world.knock("bob", "bob", "claim-bob");
  world.say("ada", Leave{});
  CHECK(world.only<Welcome>("zoe").self.role == Role::Host);
  CHECK(world.only<Welcome>("zoe").knocks.size() == 2);
  CHECK(world.heard<Welcome>("bob").empty());
}

TEST_CASE("lobby: where the server's own rules make hosts, all others wait for one") {
  PeopleWorld world{with_lobby(/*authorize=*/true)};
  const auto grant = [&](const std::string& id, Role role) {
    world.knock(id, id, "claim-" + id);
    world.handle(event::Authorized{world.questions.back().operation, true, role});
  };
  grant("bob", Role::Guest);
  CHECK(world.heard<Waiting>("bob").size() == 1);
  grant("hal", Role::Host);
  CHECK(world.only<Welcome>("hal").members.empty());
  CHECK(world.only<Welcome>("hal").knocks.size() == 1);
  CHECK_FALSE(world.ask("hal", Admit, "bob"));
  world.say("bob", Leave{});
  world.say("hal", Leave{});
  CHECK(world.board.held() == 0);
}

TEST_CASE("lobby: a host opens and closes it while the meeting runs") {
  PeopleWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  CHECK_FALSE(world.ask("ada", OpenLobby));
  CHECK(world.heard<RoomChanged>("bob").back().room.lobby);
  world.knock("cem", "cem", "claim-cem");
  CHECK(world.heard<Waiting>("cem").size() == 1);
  CHECK_FALSE(world.ask("ada", CloseLobby));
  CHECK(world.heard<Welcome>("cem").size() == 1);
  world.join("dee", "r");
  CHECK(world.heard<Welcome>("dee").size() == 1);
}

TEST_CASE("lobby: a lock goes before it, and a host may admit all the same") {
  PeopleWorld world = hosted();
  world.knock("bob", "bob", "claim-bob");
  world.ask("ada", Lock);
  world.knock("cem", "cem", "claim-cem");
  CHECK(world.error<Refused>("cem") == ErrorCode::RoomLocked);
  CHECK_FALSE(world.ask("ada", Admit, "bob"));
  CHECK(world.heard<Welcome>("bob").size() == 1);
}

TEST_CASE("lobby: those who wait learn of the end, and so many may knock") {
  Limits limits;
  limits.lobby_max = 2;
  PeopleWorld world{with_lobby(), limits};
  world.join("ada", "r");
  world.knock("bob", "bob", "claim-bob");
  world.knock("cem", "cem", "claim-cem");
  world.knock("dee", "dee", "claim-dee");
  CHECK(world.error<Refused>("dee") == ErrorCode::RoomFull);
  RequestSubmitted end = PeopleWorld::wish(End);
  end.id = "end";
  world.say("ada", end);
  CHECK(world.error<Refused>("bob") == ErrorCode::MeetingEnded);
  CHECK(world.at("cem").closed);
  world.pass(60'000);
  CHECK(world.board.held() == 0);
}

TEST_CASE("lobby: a server that closes tells those who wait, too") {
  PeopleWorld world = hosted();
  world.knock("bob", "bob", "claim-bob");
  world.handle(event::ShutdownRequested{});
  CHECK(world.error<Refused>("bob") == ErrorCode::ServerClosing);
  CHECK(world.board.held() == 0);
}

TEST_CASE("lobby: a classic client waits in silence, and what it asked meanwhile is answered once it is in") {
  PeopleWorld world = hosted();
  world.open_classic("old", "old", "r");
  world.say_raw("old", "roomUserList", R"({"roomId":"r"})");
  CHECK(world.frames("old").empty());
  CHECK(world.only<Knocked>("ada").knock.user.value == "old");
  CHECK_FALSE(world.ask("ada", Admit, "old"));
  CHECK(world.frames("old").find("then room") != std::string::npos);
  CHECK(world.frames("old").find("roomUserList") != std::string::npos);
}

}  // namespace room_lobby_test
