// The room by itself, over typed messages: who gets in, who is host, who is told of what.
#include <algorithm>

#include "room/room.hpp"
#include "support/catch.hpp"

namespace room_admission_test {

namespace {

using namespace meetwire;
using namespace meetwire::protocol;
using namespace meetwire::room;

constexpr Millis kNow{5'000};

Room make_room(Limits limits = kDefaultLimits, bool roles_granted = false) {
  RoomPolicy policy;
  policy.limits = limits;
  policy.roles_granted = roles_granted;
  return Room{RoomId{"r"}, std::make_shared<const RoomPolicy>(policy)};
}

Admission admission(const std::string& user, const std::string& connection = {}) {
  Admission admission;
  admission.connection = ConnectionId{connection.empty() ? "c-" + user : connection};
  admission.user = UserId{user};
  admission.session = SessionId{"s-" + admission.connection.value};
  admission.secret = "secret-" + admission.connection.value;
  return admission;
}

Admission returning(const std::string& user, const std::string& connection, const std::string& secret,
                    std::uint64_t received) {
  Admission back = admission(user, connection);
  back.resume = secret;
  back.received = received;
  return back;
}

template <class Message>
std::vector<Message> sent(const Decision& decision, const std::string& connection) {
  std::vector<Message> found;
  for (const Output& output : decision) {
    const auto* delivery = std::get_if<Delivery>(&output);
    if (delivery == nullptr || delivery->connection.value != connection) continue;
    if (const auto* one = std::get_if<Message>(&*delivery->message)) found.push_back(*one);
  }
  return found;
}

bool closes(const Decision& decision, const std::string& connection) {
  return std::any_of(decision.begin(), decision.end(), [&](const Output& output) {
    const auto* closing = std::get_if<Closing>(&output);
    return closing != nullptr && closing->connection.value == connection;
  });
}

Role role_of(const Room& room, const std::string& user) {
  for (const Participant& row : room.roster()) {
    if (row.user.value == user) return row.role;
  }
  FAIL("not in the room");
  return Role::Viewer;
}

TEST_CASE("room: the first is host, the others are guests, and each is told of the others") {
  Room room = make_room();
  const Decision first = room.admit(kNow, admission("ada"));
  const Decision second = room.admit(kNow, admission("bob"));

  REQUIRE(sent<Welcome>(first, "c-ada").at(0).self.role == Role::Host);
  REQUIRE(sent<Welcome>(first, "c-ada").at(0).members.empty());
  const Welcome welcome = sent<Welcome>(second, "c-bob").at(0);
  REQUIRE(welcome.self.role == Role::Guest);
  REQUIRE(welcome.members.size() == 1);
  REQUIRE(welcome.members.at(0).user.value == "ada");
  REQUIRE(welcome.limits.participants_max == kDefaultLimits.participants_max);
  REQUIRE(sent<MemberJoined>(second, "c-ada").at(0).member == welcome.self);
  REQUIRE(sent<MemberJoined>(second, "c-bob").empty());
}

TEST_CASE("room: a full room takes nobody, until somebody leaves; a place that is kept counts for a while") {
  Limits limits;
  limits.participants_max = 2;
  Room room = make_room(limits);
  room.admit(kNow, admission("ada"));
  room.admit(kNow, admission("bob"));
  REQUIRE(room.judge(kNow, admission("eve")) == Verdict::Full);
  room.receive(kNow, UserId{"bob"}, ConnectionId{"c-bob"}, protocol::Typing{true});
  room.lose(kNow, UserId{"bob"}, ConnectionId{"c-bob"});
  REQUIRE(room.judge(kNow, admission("eve")) == Verdict::Full);
  REQUIRE(room.judge(kNow + limits.resume_protected, admission("eve")) == Verdict::Enter);
  // One's own place is there however full it is.
  REQUIRE(room.judge(kNow, returning("bob", "c2", "secret-c-bob", 0)) == Verdict::Resume);
  room.leave(Millis{0}, UserId{"ada"}, ConnectionId{"c-ada"}, LeaveReason::Left);
  REQUIRE(room.judge(kNow, admission("eve")) == Verdict::Enter);
}

TEST_CASE("F4: the same user with a wrong secret, or none, is refused and the sitting one unharmed") {
  Room room = make_room();
  room.admit(kNow, admission("ada"));
  const auto before = room.roster();
  REQUIRE(room.judge(kNow, admission("ada", "c2")) == Verdict::Taken);
  REQUIRE(room.judge(kNow, returning("ada", "c2", "", 0)) == Verdict::Taken);
  REQUIRE(room.judge(kNow, returning("ada", "c2", "secret-c-adx", 0)) == Verdict::Taken);
  REQUIRE(room.judge(kNow, returning("ada", "c2", "secret-c-ada0", 0)) == Verdict::Taken);
  REQUIRE(room.roster() == before);
  room.lose(kNow, UserId{"ada"}, ConnectionId{"c-ada"});
  REQUIRE(room.judge(kNow, admission("ada", "c2")) == Verdict::Taken);
}

TEST_CASE("F1: with its secret a user takes over; the old socket ends as replaced, the others see nothing") {
  Room room = make_room();
  room.admit(kNow, admission("ada"));
  room.admit(kNow, admission("bob"));
  const Admission back = returning("ada", "c2", "secret-c-ada", 1);
  REQUIRE(room.judge(kNow, back) == Verdict::Resume);
  const Decision decision = room.admit(kNow, back);

  REQUIRE(sent<Ended>(decision, "c-ada").at(0).error.code == ErrorCode::Replaced);
  REQUIRE(closes(decision, "c-ada"));
  const Welcome welcome = sent<Welcome>(decision, "c2").at(0);
  REQUIRE(welcome.resumed);
  REQUIRE(welcome.self.session.value == "s-c-ada");
  REQUIRE(welcome.secret == "secret-c2");
  REQUIRE(std::none_of(decision.begin(), decision.end(), [](const Output& output) {
    const auto* delivery = std::get_if<Delivery>(&output);
    return delivery != nullptr && delivery->connection.value == "c-bob";
  }));
}

TEST_CASE("D1: who has not heard the welcome comes back with what the first hello brought, and with nothing else") {
  Room room = make_room();
  room.admit(kNow, admission("bob"));
  room.admit(kNow, returning("ada", "c1", "of-ada's-own", 0));
  REQUIRE(room.judge(kNow, returning("ada", "c2", "of-eve's-own", 0)) == Verdict::Taken);
  REQUIRE(room.judge(kNow, returning("ada", "c2", "", 0)) == Verdict::Taken);
  room.admit(kNow, admission("dan"));
  // The number is of the place before, on a server that was started anew since.
  const Admission back = returning("ada", "c2", "of-ada's-own", 1);
  REQUIRE(room.judge(kNow, back) == Verdict::Resume);
  const Decision decision = room.admit(kNow, back);
  REQUIRE(closes(decision, "c1"));
  // A place that was never heard of: its session and its secret are news, and so is all that was said in it.
  const Welcome welcome = sent<Welcome>(decision, "c2").at(0);
  REQUIRE_FALSE(welcome.resumed);
  REQUIRE(welcome.secret == "secret-c2");
  REQUIRE(welcome.self.session.value == "s-c1");
  REQUIRE(sent<MemberJoined>(decision, "c2").size() == 1);
  REQUIRE(room.judge(kNow, returning("ada", "c3", "secret-c1", 0)) == Verdict::Resume);
  // Nobody brought anything: nothing opens the place but its secret.
  room.admit(kNow, admission("eve"));
  REQUIRE(room.judge(kNow, returning("eve", "c2", "", 0)) == Verdict::Taken);
}

TEST_CASE("S8: a row goes with its own connection only: the old one's late end harms nobody") {
  Room room = make_room();
  room.admit(kNow, admission("ada"));
  room.admit(kNow, admission("bob"));
  room.admit(kNow, returning("ada", "c2", "secret-c-ada", 1));
  REQUIRE(room.lose(kNow, UserId{"ada"}, ConnectionId{"c-ada"}).empty());
  REQUIRE(room.leave(Millis{0}, UserId{"ada"}, ConnectionId{"c-ada"}, LeaveReason::Left).empty());
  REQUIRE(room.receive(kNow, UserId{"ada"}, ConnectionId{"c-ada"}, Leave{}).empty());
  REQUIRE(room.size() == 2);
  REQUIRE(room.connection_of(UserId{"ada"}) == ConnectionId{"c2"});
}

TEST_CASE("G3: join, leave, join again is one row, and a new session") {
  Room room = make_room();
  room.admit(kNow, admission("bob"));
  room.admit(kNow, admission("ada", "c1"));
  room.receive(kNow, UserId{"ada"}, ConnectionId{"c1"}, Leave{});
  REQUIRE(room.judge(kNow, admission("ada", "c2")) == Verdict::Enter);
  const Decision again = room.admit(kNow, admission("ada", "c2"));
  // The old socket's end comes late.
  REQUIRE(room.lose(kNow, UserId{"ada"}, ConnectionId{"c1"}).empty());
  REQUIRE(room.size() == 2);
  REQUIRE(sent<MemberJoined>(again, "c-bob").at(0).member.session.value == "s-c2");
}

TEST_CASE("room: the host's role passes to the one longest present, once the host is gone for good") {
  Room room = make_room();
  room.admit(kNow, admission("zoe"));
  room.admit(kNow, admission("mia"));
  room.admit(kNow, admission("ada"));
  room.lose(kNow, UserId{"zoe"}, ConnectionId{"c-zoe"});
  REQUIRE(role_of(room, "zoe") == Role::Host);
  const Decision gone = room.fold(kNow + kDefaultLimits.resume_window, entry::Elapsed{});
  REQUIRE(role_of(room, "mia") == Role::Host);
  REQUIRE(role_of(room, "ada") == Role::Guest);
  // The new host is told of its own row too.
  REQUIRE(sent<MemberChanged>(gone, "c-mia").at(0).member.role == Role::Host);
  REQUIRE(sent<MemberChanged>(gone, "c-ada").at(0).member.user.value == "mia");
}

TEST_CASE("room: where the host process grants the roles, nobody becomes host by coming first or staying longest") {
  Room room = make_room(kDefaultLimits, /*roles_granted=*/true);
  Admission boss = admission("boss");
  boss.role = Role::Host;
  Admission watcher = admission("watcher");
  watcher.role = Role::Viewer;
  room.admit(kNow, watcher);
  room.admit(kNow, boss);
  REQUIRE(role_of(room, "watcher") == Role::Viewer);
  REQUIRE(role_of(room, "boss") == Role::Host);
  room.leave(Millis{0}, UserId{"boss"}, ConnectionId{"c-boss"}, LeaveReason::Left);
  REQUIRE(role_of(room, "watcher") == Role::Viewer);
}

TEST_CASE("room: a lost socket makes its member away; its place is kept for the window, then lost") {
  Room room = make_room();
  room.admit(kNow, admission("ada"));
  room.admit(kNow, admission("bob"));
  const Decision lost = room.lose(kNow, UserId{"bob"}, ConnectionId{"c-bob"});
  const Participant away = sent<MemberChanged>(lost, "c-ada").at(0).member;
  REQUIRE(away.away);
  REQUIRE(away.version == 2);
  REQUIRE(room.wake_at() == kNow + kDefaultLimits.resume_window);

  REQUIRE(room.fold(kNow + kDefaultLimits.resume_window - Millis{1}, entry::Elapsed{}).empty());
  const Decision gone = room.fold(kNow + kDefaultLimits.resume_window, entry::Elapsed{});
  const MemberLeft left = sent<MemberLeft>(gone, "c-ada").at(0);
  REQUIRE(left.user.value == "bob");
  REQUIRE(left.session.value == "s-c-bob");
  REQUIRE(left.reason == LeaveReason::Lost);
  REQUIRE(room.size() == 1);
  REQUIRE_FALSE(room.wake_at().has_value());
}

TEST_CASE("room: all places run out at once, host and guests, and the room is empty") {
  Room room = make_room();
  for (const char* user : {"a", "b", "c"}) room.admit(kNow, admission(user));
  for (const char* user : {"a", "b", "c"}) room.lose(kNow, UserId{user}, ConnectionId{std::string("c-") + user});
  room.fold(kNow + kDefaultLimits.resume_window, entry::Elapsed{});
  REQUIRE(room.size() == 0);
}

TEST_CASE("F5: back from a network loss: the others see away and back, in rising versions") {
  Room room = make_room();
  room.admit(kNow, admission("ada"));
  room.admit(kNow, admission("bob"));
  room.lose(kNow, UserId{"bob"}, ConnectionId{"c-bob"});
  Admission back = returning("bob", "c2", "secret-c-bob", 0);
  back.media.camera = Wanted::On;
  const Decision decision = room.admit(kNow, back);
  const Participant row = sent<MemberChanged>(decision, "c-ada").at(0).member;
  REQUIRE_FALSE(row.away);
  REQUIRE(row.version == 3);
  REQUIRE(row.media.camera == Wanted::On);
  REQUIRE_FALSE(room.wake_at().has_value());
}

TEST_CASE("room: a room is a value: a decision over a copy leaves the original as it was") {
  Room room = make_room();
  room.admit(kNow, admission("ada"));
  Room copy = room;
  copy.admit(kNow, admission("bob"));
  REQUIRE(room.size() == 1);
  REQUIRE(copy.size() == 2);
}

TEST_CASE("room: shutting down tells everyone who is connected, and nobody is left") {
  Room room = make_room();
  room.admit(kNow, admission("ada"));
  room.admit(kNow, admission("bob"));
  room.lose(kNow, UserId{"bob"}, ConnectionId{"c-bob"});
  const Decision decision = room.shut_down();
  REQUIRE(sent<Ended>(decision, "c-ada").at(0).error.code == ErrorCode::ServerClosing);
  REQUIRE(closes(decision, "c-ada"));
  REQUIRE_FALSE(closes(decision, "c-bob"));
  REQUIRE(room.size() == 0);
}

}  // namespace

}  // namespace room_admission_test
