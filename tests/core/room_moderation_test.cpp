// Roles and what hosts may do to the others, as the server decides it; and that nobody else may.
#include "room/permissions.hpp"
#include "support/people_world.hpp"

namespace room_moderation_test {

namespace {

using namespace meetwire;
using namespace meetwire::test;
using enum RoomAction;

PeopleWorld three(RoomOptions options = {}) {
  PeopleWorld world{std::move(options)};
  world.join("ada", "r");
  world.join("bob", "r");
  world.join("cem", "r");
  return world;
}

}  // namespace

TEST_CASE("L9: whatever only hosts may do, guests and viewers are refused, and it changes nothing") {
  PeopleWorld world = three();
  world.join_viewer("vic");
  world.ask("vic", AskForFloor);
  const auto state = [&] { return world.row("ada", "bob")->version + world.row("ada", "vic")->version; };
  const auto before = state();
  world.clear();
  std::size_t tried = 0;
  for (const room::PermissionRow& row : room::kPermissions) {
    for (const auto& [who, allowed] : {std::pair{"bob", row.guest}, {"vic", row.viewer}}) {
      if (allowed) continue;
      INFO(who << " " << name_of(row.action));
      RequestSubmitted wish = PeopleWorld::wish(row.action, "cem");
      wish.role = Role::Host;
      wish.values = {{"k", "v"}};
      CHECK(world.ask(who, wish) == ErrorCode::NotAllowed);
      ++tried;
    }
  }
  CHECK(tried == 33);
  CHECK(world.heard<MemberChanged>("ada").empty());
  CHECK(world.heard<MemberLeft>("ada").empty());
  CHECK(world.heard<RoomChanged>("ada").empty());
  CHECK(world.heard<MuteAsked>("cem").empty());
  (void)before;
  // A name makes nobody a host.
  world.ask("bob", PeopleWorld::text(SetName, "host"));
  CHECK(world.ask("bob", Lock) == ErrorCode::NotAllowed);
}

TEST_CASE("moderation: a locked room takes nobody new, and those who are lost come back") {
  PeopleWorld world = three();
  CHECK_FALSE(world.ask("ada", Lock));
  CHECK(world.heard<RoomChanged>("bob").back().room.locked);
  world.join("dee", "r");
  CHECK(world.error<Refused>("dee") == ErrorCode::RoomLocked);
  CHECK(world.at("dee").closed);
  world.lose("bob");
  world.come_back("bob2", "bob", "r", "secret-bob", 0);
  CHECK(world.only<Welcome>("bob2").room.locked);
  CHECK_FALSE(world.ask("ada", Unlock));
  world.join("dee", "r");
  CHECK(world.heard<Welcome>("dee").size() == 1);
}

TEST_CASE("D11: a removed one is told why, is gone for all, and comes back neither with nor without its secret") {
  PeopleWorld world = three();
  CHECK(world.ask("ada", Remove, "nobody") == ErrorCode::TargetUnknown);
  CHECK(world.ask("ada", Remove, "ada") == ErrorCode::InvalidArgument);
  CHECK_FALSE(world.ask("ada", Remove, "bob"));
  CHECK(world.error<Ended>("bob") == ErrorCode::Removed);
  CHECK(world.at("bob").closed);
  CHECK(world.only<MemberLeft>("cem").reason == LeaveReason::Removed);
  world.come_back("bob2", "bob", "r", "secret-bob", 0);
  CHECK(world.error<Refused>("bob2") == ErrorCode::Removed);
  world.join_as("bob3", "bob", "r");
  CHECK(world.error<Refused>("bob3") == ErrorCode::Removed);
  CHECK_FALSE(world.ask("ada", Admit, "bob"));
  world.join_as("bob4", "bob", "r");
  CHECK(world.heard<Welcome>("bob4").size() == 1);
}

TEST_CASE("D11: somebody who is away is removed all the same") {
  PeopleWorld world = three();
  world.lose("bob");
  CHECK_FALSE(world.ask("ada", Remove, "bob"));
  world.come_back("bob2", "bob", "r", "secret-bob", 0);
  CHECK(world.error<Refused>("bob2") == ErrorCode::Removed);
}

TEST_CASE("moderation: to mute is asked of one or of all others; who is away hears of it later") {
  PeopleWorld world = three();
  world.lose("cem");
  RequestSubmitted wish = PeopleWorld::wish(MuteFor, "bob");
  wish.source = Source::Camera;
  CHECK_FALSE(world.ask("ada", wish));
  CHECK(world.only<MuteAsked>("bob").source == Source::Camera);
  CHECK(world.only<MuteAsked>("bob").from.value == "ada");
  world.clear();
  CHECK_FALSE(world.ask("ada", MuteForAll));
  CHECK(world.only<MuteAsked>("bob").source == Source::Microphone);
  CHECK(world.heard<MuteAsked>("ada").empty());
  world.come_back("cem2", "cem", "r", "secret-cem", 0);
  CHECK(world.only<MuteAsked>("cem2").from.value == "ada");
}

TEST_CASE("moderation: the role of host is given on, and the only host keeps it until then") {
  PeopleWorld world = three();
  CHECK(world.ask("ada", PeopleWorld::role("ada", Role::Guest)) == ErrorCode::InvalidArgument);
  CHECK_FALSE(world.ask("ada", PeopleWorld::role("bob", Role::Host)));
  CHECK(world.row("cem", "bob")->role == Role::Host);
  CHECK(world.row("bob", "bob")->role == Role::Host);
  CHECK_FALSE(world.ask("ada", PeopleWorld::role("ada", Role::Guest)));
  CHECK(world.ask("ada", Lock) == ErrorCode::NotAllowed);
  CHECK_FALSE(world.ask("bob", Lock));
}

TEST_CASE("moderation: the role passes on when the last host leaves, never to a viewer") {
  PeopleWorld world;
  world.join("ada", "r");
  world.join_viewer("vic");
  world.join("bob", "r");
  world.join("cem", "r");
  world.ask("ada", PeopleWorld::role("cem", Role::Host));
  world.say("ada", Leave{});
  CHECK(world.row("vic", "bob")->role == Role::Guest);
  world.say("cem", Leave{});
  CHECK(world.row("vic", "bob")->role == Role::Host);
  world.say("bob", Leave{});
  CHECK(world.row("vic", "vic")->role == Role::Viewer);
  world.join("dee", "r");
  CHECK(world.only<Welcome>("dee").self.role == Role::Host);
}

TEST_CASE("moderation: the end is for everybody, and who was away does not begin the next meeting unawares") {
  PeopleWorld world = three();
  world.lose("cem");
  world.say("ada", PeopleWorld::wish(End));  // without an id: malformed
  CHECK(world.heard<Ended>("bob").empty());
  RequestSubmitted end = PeopleWorld::wish(End);
  end.id = "end";
  world.say("ada", end);
  for (const char* who : {"ada", "bob"}) {
    CHECK(world.error<Ended>(who) == ErrorCode::MeetingEnded);
    CHECK(world.at(who).closed);
  }
  CHECK_FALSE(world.only<RequestSettled>("ada").error.has_value());
  CHECK(world.counts.members == 0);
  world.come_back("cem2", "cem", "r", "secret-cem", 0);
  CHECK(world.error<Refused>("cem2") == ErrorCode::MeetingEnded);
  // The next one is another one, and whoever comes of his own accord may come.
  world.join_as("cem3", "cem", "r");
  CHECK(world.only<Welcome>("cem3").self.role == Role::Host);
  world.say("cem3", Leave{});
  world.pass(60'000);
  CHECK(world.board.held() == 0);
}

TEST_CASE("L10: where the server's own rules grant roles, they hold") {
  RoomOptions options;
  options.authorize = true;
  PeopleWorld world{options};
  const auto grant = [&](const std::string& id, Role role) {
    world.join(id, "r");
    world.handle(event::Authorized{world.questions.back().operation, true, role});
  };
  grant("gus", Role::Guest);
  CHECK(world.ask("gus", Lock) == ErrorCode::NotAllowed);
  grant("hal", Role::Host);
  grant("vic", Role::Viewer);
  CHECK(world.row("hal", "vic")->role == Role::Viewer);
  CHECK_FALSE(world.ask("hal", Lock));
  // A host by the server's rules is not locked out of his own room.
  grant("hui", Role::Host);
  CHECK(world.heard<Welcome>("hui").size() == 1);
  grant("ida", Role::Guest);
  CHECK(world.error<Refused>("ida") == ErrorCode::RoomLocked);
  world.say("hal", Leave{});
  world.say("hui", Leave{});
  CHECK(world.row("gus", "gus")->role == Role::Guest);
}

}  // namespace room_moderation_test
