// The client's part in presence, moderation and the lobby: what goes out when, what the application is told, and what
// becomes of links and devices.
#include "session_world.hpp"

namespace session_presence_test {

using namespace world;

namespace {

World& ask(World& world, RequestId request, RoomAction action, const std::string& text = {}) {
  event::RoomRequested wish;
  wish.request = request;
  wish.id = "q" + std::to_string(request);
  wish.action = action;
  wish.text = text;
  return world.on(wish);
}
p::ServerMessage settled(RequestId request, std::optional<ErrorCode> error = std::nullopt) {
  return p::RequestSettled{"q" + std::to_string(request), error ? std::optional(Failure{*error}) : std::nullopt};
}
std::vector<std::string> asked(const World& world) {
  std::vector<std::string> ids;
  for (const auto& wish : world.sent<p::RequestSubmitted>()) ids.push_back(wish.id);
  return ids;
}
Participant me(Role role, std::uint32_t version, std::uint32_t crossings = 0) {
  Participant row = member("me", "s-me", version);
  row.name = "Me";
  row.role = role;
  row.crossings = crossings;
  return row;
}
Participant viewer(const std::string& user, std::uint32_t version = 1, std::uint32_t crossings = 0) {
  Participant row = member(user, "s-" + user, version);
  row.role = Role::Viewer;
  row.crossings = crossings;
  return row;
}
World& join_as(World& world, Role role, std::vector<Participant> others = {}) {
  p::Welcome in = welcome(std::move(others));
  in.self = me(role, 1);
  return world.on(event::JoinRequested{}).open().hear({in});
}
using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("request: goes out at once, and is settled as the server decides") {
  World world;
  join_as(world, Role::Guest);
  ask(world, 1, RoomAction::RaiseHand);
  CHECK(asked(world) == Ids{"q1"});
  CHECK(world.settlements(1) == 0);
  world.hear({settled(1)}, 1);
  CHECK_FALSE(world.error_of(1));
  ask(world, 2, RoomAction::Lock);
  world.hear({settled(2, ErrorCode::NotAllowed)}, 2);
  CHECK(world.error_of(2) == ErrorCode::NotAllowed);
  world.hear({settled(2)}, 3);
  CHECK(world.settlements(2) == 1);
}

TEST_CASE("request: none overtakes another; what is not settled goes out again with the same id") {
  World world;
  join_as(world, Role::Guest);
  ask(world, 1, RoomAction::RaiseHand);
  ask(world, 2, RoomAction::LowerHand);
  CHECK(asked(world) == Ids{"q1"});
  world.wait(world.limits.chat_repeat_after.value);
  CHECK(asked(world) == Ids{"q1", "q1"});
  world.hear({settled(1)}, 1);
  CHECK(asked(world) == Ids{"q1", "q1", "q2"});
}

TEST_CASE("request: over a lost socket it is said again; if the place is lost, so is the outcome") {
  World world;
  join_as(world, Role::Guest);
  ask(world, 1, RoomAction::RaiseHand);
  world.close();
  ask(world, 2, RoomAction::LowerHand);
  world.wake().open().hear({welcome({}, true)});
  CHECK(asked(world) == Ids{"q1", "q1", "q2"});
  CHECK(world.settlements(1) == 0);
  world.close().wake().open().hear({welcome({}, false, "s-new")});
  CHECK(world.error_of(1) == ErrorCode::ConnectionLost);
  CHECK(world.error_of(2) == ErrorCode::ConnectionLost);
  CHECK(asked(world).size() == 3);
}

TEST_CASE("request: before the meeting, after it, without an answer, too large, and at a classic server") {
  World world;
  ask(world, 1, RoomAction::RaiseHand);
  CHECK(world.error_of(1) == ErrorCode::NotJoined);
  join_as(world, Role::Guest);
  ask(world, 2, RoomAction::SetName, std::string(20'000, 'x'));
  CHECK(world.error_of(2) == ErrorCode::MessageTooLarge);
  ask(world, 3, RoomAction::RaiseHand);
  for (int i = 0; i < 8; ++i) world.wait(2'000);
  CHECK(world.error_of(3) == ErrorCode::ServerTimeout);
  ask(world, 4, RoomAction::RaiseHand);
  world.on(event::LeaveRequested{});
  CHECK(world.error_of(4) == ErrorCode::AlreadyLeft);
  ask(world, 5, RoomAction::RaiseHand);
  CHECK(world.error_of(5) == ErrorCode::AlreadyLeft);

  World classic{DialectName::Classic};
  classic.on(event::JoinRequested{}).open().hear({welcome()});
  ask(classic, 1, RoomAction::RaiseHand);
  CHECK(classic.error_of(1) == ErrorCode::InvalidArgument);
}

TEST_CASE("presence: one's own row and the room are told when they change, and only then") {
  World world;
  join_as(world, Role::Guest);
  CHECK(world.ever<command::SelfChanged>().empty());
  CHECK(world.ever<command::RoomStateChanged>().empty());
  Participant row = me(Role::Guest, 2);
  row.hand = 3;
  world.hear({p::MemberChanged{row}}, 1);
  CHECK(world.only<command::SelfChanged>().participant.hand == 3);
  row.version = 1;
  row.hand = 0;
  world.hear({p::MemberChanged{row}}, 2);
  CHECK(world.got<command::SelfChanged>().empty());
  world.hear({p::RoomChanged{{true, false, {{"topic", "birds"}}}}}, 3);
  CHECK(world.only<command::RoomStateChanged>().room.locked);
  world.hear({p::RoomChanged{{true, false, {{"topic", "birds"}}}}}, 4);
  CHECK(world.got<command::RoomStateChanged>().empty());
}

TEST_CASE("presence: what a welcome has in it is not undone by what was missed before it") {
  World world;
  join_as(world, Role::Host);
  world.close().wake().open();
  p::Welcome back = welcome({}, true);
  back.self = me(Role::Host, 5);
  back.as_of = 3;
  back.room.locked = true;
  back.knocks = {{UserId{"kim"}, "Kim"}};
  world.hear({back});
  CHECK(world.only<command::LobbyChanged>().knocks.size() == 1);
  world.hear({p::RoomChanged{{false, false, {}}}, p::Knocked{{UserId{"old"}, "Old"}}, p::KnockEnded{UserId{"kim"}}}, 1);
  CHECK(world.got<command::RoomStateChanged>().empty());
  CHECK(world.got<command::LobbyChanged>().empty());
  world.hear({p::KnockEnded{UserId{"kim"}}}, 4);
  CHECK(world.only<command::LobbyChanged>().knocks.empty());
}

TEST_CASE("presence: reactions of those who are here are told, others and endless ones are not") {
  World world;
  join_as(world, Role::Guest, {member("you", "s-you")});
  world.hear({p::Reacted{UserId{"you"}, "x"}});
  CHECK(world.only<command::ReactionReceived>().from.value == "you");
  world.hear({p::Reacted{UserId{"me"}, "x"}});
  CHECK(world.got<command::ReactionReceived>().size() == 1);
  world.hear({p::Reacted{UserId{"nobody"}, "x"}, p::Reacted{UserId{"you"}, std::string(1'000, 'x')}});
  CHECK(world.got<command::ReactionReceived>().empty());
}

TEST_CASE("moderation: a mute that a host asks for is applied, may be undone, and wakes nothing that is off") {
  World world;
  join_as(world, Role::Guest, {member("you", "s-you")});
  world.hear({p::MuteAsked{UserId{"you"}, Source::Microphone}}, 1);
  CHECK(world.got<command::SourceChanged>().empty());
  CHECK(world.got<command::MuteApplied>().empty());
  world.want(1, Source::Microphone, Wanted::On);
  world.captured(world.only<command::Capture>().operation, "t1", Slot::Microphone);
  world.hear({p::MuteAsked{UserId{"you"}, Source::Microphone}}, 2);
  CHECK(world.only<command::SourceChanged>().state == SourceState::Muted);
  CHECK(world.only<command::MuteApplied>().from.value == "you");
  CHECK(world.link_to("you").wishes().at(Slot::Microphone) == std::nullopt);
  world.want(2, Source::Microphone, Wanted::On);
  CHECK(world.only<command::SourceChanged>().state == SourceState::On);
}

TEST_CASE("moderation: a mute that comes while a device is being opened holds, and its request ends") {
  World world;
  join_as(world, Role::Guest);
  world.want(1, Source::Camera, Wanted::On);
  const auto operation = world.only<command::Capture>().operation;
  world.hear({p::MuteAsked{UserId{"you"}, Source::Camera}}, 1);
  CHECK(world.error_of(1) == ErrorCode::Cancelled);
  world.captured(operation, "t1");
  CHECK(world.only<command::Release>().track.value == "t1");
}

TEST_CASE("D11: whoever is removed, or finds the meeting ended, is out, for that reason, and tries no more") {
  for (const ErrorCode code : {ErrorCode::Removed, ErrorCode::MeetingEnded, ErrorCode::Denied, ErrorCode::RoomLocked}) {
    World world;
    join_as(world, Role::Guest);
    world.hear({p::Ended{Failure{code}}});
    CHECK(world.state().state == MeetingState::Left);
    CHECK(world.state().error->code == code);
    CHECK_FALSE(world.wake_at);
  }
}

TEST_CASE("lobby: whoever waits is told so, for as long as it takes, and is then a newcomer") {
  World world;
  world.on(event::JoinRequested{}).open().hear({p::Waiting{}});
  CHECK(world.state().state == MeetingState::Waiting);
  CHECK_FALSE(world.wake_at);
  ask(world, 1, RoomAction::RaiseHand);
  CHECK(world.error_of(1) == ErrorCode::NotJoined);
  world.hear({welcome({member("you", "s-you")})});
  CHECK(world.state().state == MeetingState::Joined);
  CHECK(world.link_to("you").options.offers_first);
}

TEST_CASE("lobby: a lost socket is made anew, with the same claim, and the waiting goes on") {
  ClientOptions options = World::options();
  options.secret = "my-claim";
  World world{DialectName::Meetwire, options};
  world.on(event::JoinRequested{}).open().hear({p::Waiting{}});
  world.close();
  CHECK(world.state().state == MeetingState::Reconnecting);
  world.wake().open();
  CHECK(world.sent<p::Hello>().back().resume == "my-claim");
  world.hear({p::Waiting{}});
  CHECK(world.state().state == MeetingState::Waiting);
  CHECK_FALSE(world.wake_at);
}

TEST_CASE("lobby: denied, and leaving while one waits") {
  World world;
  world.on(event::JoinRequested{}).open().hear({p::Waiting{}});
  world.hear({p::Refused{Failure{ErrorCode::Denied}}});
  CHECK(world.state().error->code == ErrorCode::Denied);

  World other;
  other.on(event::JoinRequested{}).open().hear({p::Waiting{}});
  other.on(event::LeaveRequested{});
  CHECK(other.sent<p::Leave>().size() == 1);
  CHECK(other.state().state == MeetingState::Left);
}

TEST_CASE("lobby: who lost its place and has to wait sees nobody any more") {
  World world;
  join_as(world, Role::Host, {member("you", "s-you")});
  world.hear({p::Knocked{{UserId{"kim"}, "Kim"}}}, 1);
  ask(world, 1, RoomAction::Lock);
  world.close().wake().open().hear({p::Waiting{}});
  CHECK(world.only<command::ParticipantLeft>().user.value == "you");
  CHECK(world.link_to("you").ended);
  CHECK(world.only<command::LobbyChanged>().knocks.empty());
  CHECK(world.error_of(1) == ErrorCode::ConnectionLost);
}

TEST_CASE("lobby: knocks are told as they stand, once each, and end with the role") {
  World world;
  join_as(world, Role::Host);
  world.hear({p::Knocked{{UserId{"kim"}, "Kim"}}, p::Knocked{{UserId{"lee"}, "Lee"}}}, 1);
  CHECK(world.got<command::LobbyChanged>().back().knocks.size() == 2);
  world.hear({p::Knocked{{UserId{"kim"}, "Kim"}}}, 3);
  CHECK(world.only<command::LobbyChanged>().knocks.size() == 2);
  world.hear({p::MemberChanged{me(Role::Guest, 2)}}, 4);
  CHECK(world.only<command::LobbyChanged>().knocks.empty());
}

TEST_CASE("viewer: it says so with its hello, publishes nothing, and has no link with other viewers") {
  ClientOptions options = World::options();
  options.viewer = true;
  World world{DialectName::Meetwire, options};
  world.on(event::JoinRequested{}).open();
  CHECK(world.sent<p::Hello>().back().viewer);
  world.want(1, Source::Camera, Wanted::On);
  const auto operation = world.only<command::Capture>().operation;
  world.captured(operation, "t1");
  p::Welcome in = welcome({member("host", "s-host"), viewer("vic")});
  in.self = me(Role::Viewer, 1);
  world.hear({in});
  // What was switched on before it was known is switched off, and that is said.
  CHECK(world.only<command::Release>().track.value == "t1");
  CHECK(world.only<command::SourceChanged>().error->code == ErrorCode::NotAllowed);
  CHECK(world.shared->links.size() == 1);
  CHECK(world.link_to("host").wishes().at(Slot::Camera) == std::nullopt);
  world.want(2, Source::Microphone, Wanted::On);
  CHECK(world.error_of(2) == ErrorCode::NotAllowed);
  CHECK(world.got<command::Capture>().empty());
  world.hear({p::MemberJoined{viewer("wim")}}, 1);
  CHECK(world.shared->links.size() == 1);
  CHECK(world.got<command::ParticipantJoined>().size() == 1);
}

TEST_CASE("floor: whoever gets it offers to the viewers, who wait for that; it may publish") {
  World world;
  join_as(world, Role::Viewer, {member("host", "s-host"), viewer("vic")});
  world.hear({p::MemberChanged{me(Role::Guest, 2, 1)}}, 1);
  CHECK(world.state().role == Role::Guest);
  CHECK(world.link_to("vic").options.offers_first);
  CHECK(world.link_to("vic").options.first_incarnation == 1 + world.limits.incarnations_between_crossings);
  CHECK(world.shared->links.size() == 2);
  world.want(1, Source::Camera, Wanted::On);
  CHECK(world.got<command::Capture>().size() == 1);

  World other;
  join_as(other, Role::Viewer, {viewer("vic")});
  Participant row = member("vic", "s-vic", 2);
  row.crossings = 1;
  other.hear({p::MemberChanged{row}}, 1);
  CHECK_FALSE(other.link_to("vic").options.offers_first);
  CHECK(other.link_to("vic").options.first_incarnation == 1 + other.limits.incarnations_between_crossings);
}

TEST_CASE("floor: taken back, links between viewers end, and devices are given back") {
  World world;
  join_as(world, Role::Guest, {member("host", "s-host"), viewer("vic")});
  world.want(1, Source::Camera, Wanted::On);
  world.captured(world.only<command::Capture>().operation, "t1");
  world.hear({p::MemberChanged{me(Role::Viewer, 2, 1)}}, 1);
  CHECK(world.only<command::Release>().track.value == "t1");
  CHECK(world.link_to("vic").ended);
  CHECK_FALSE(world.link_to("host").ended);
  // A viewer of whom the other end was a guest.
  World other;
  join_as(other, Role::Viewer, {member("bob", "s-bob")});
  other.hear({p::MemberChanged{viewer("bob", 2, 1)}}, 1);
  CHECK(other.link_to("bob").ended);
}

TEST_CASE("floor: got while the socket was lost, it is put to use after the resume") {
  World world;
  join_as(world, Role::Viewer, {viewer("vic")});
  CHECK(world.shared->links.empty());
  world.close().wake().open();
  p::Welcome back = welcome({viewer("vic")}, true);
  back.self = me(Role::Guest, 2, 1);
  world.hear({back});
  CHECK(world.link_to("vic").options.offers_first);
}

TEST_CASE("resume: the name and the attributes of a lost place go with the next hello") {
  World world;
  join_as(world, Role::Guest);
  Participant row = me(Role::Guest, 2);
  row.name = "Renamed";
  row.attributes = {{"seat", "1"}};
  world.hear({p::MemberChanged{row}}, 1);
  world.close().wake().open();
  CHECK(world.sent<p::Hello>().back().name == "Renamed");
  CHECK(world.sent<p::Hello>().back().attributes == Attributes{{"seat", "1"}});
}

}  // namespace session_presence_test
