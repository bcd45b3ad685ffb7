// Everything that a room holds counts for whose doing it is, ends with what it was for, and gives way at the bounds.
#include <string>

#include "support/call_world.hpp"
#include "support/people_world.hpp"

namespace room_held_test {

using namespace meetwire;
using namespace meetwire::test;

namespace {

std::string name(int number) { return "p" + std::to_string(number); }
std::string long_text(std::size_t bytes) { return std::string(bytes, 'x'); }
// A different one each time, as long as an id may be.
std::string long_id(int number) {
  std::string id = std::to_string(number) + "-";
  return id + long_text(kDefaultLimits.id_bytes_max - id.size());
}

// How much more is held after it.
template <class Act>
std::ptrdiff_t growth(ServerWorld& world, Act&& act) {
  const auto before = static_cast<std::ptrdiff_t>(world.board.bytes_held());
  act();
  return static_cast<std::ptrdiff_t>(world.board.bytes_held()) - before;
}

// So that only what is kept for longer is counted.
void settle(ServerWorld& world) {
  for (auto& [id, client] : world.clients) {
    if (!client.closed && client.dialect->name() == DialectName::Meetwire && client.received > 0) world.say(id, Received{client.received});
  }
}

void come_online(ServerWorld& world, const std::string& id) { go_online(world, id); }

}  // namespace

TEST_CASE("M: what a room keeps for longer is charged: each kind of it, and all of it is given back") {
  PeopleWorld world;
  world.join("ada", "r");
  world.join("ben", "r");
  settle(world);
  const auto grows = [&](const char* what, std::ptrdiff_t least, auto&& act) {
    INFO(what);
    CHECK(growth(world, [&] { act(); settle(world); }) >= least);
  };
  grows("the chat that is kept", 9'000, [&] { world.say("ada", chat("c", long_text(9'000))); });
  grows("metadata", 8'000, [&] { CHECK_FALSE(world.ask("ada", PeopleWorld::values(RoomAction::SetMetadata, {{"k", long_text(8'000)}}))); });
  grows("attributes", 2'000, [&] { CHECK_FALSE(world.ask("ben", PeopleWorld::values(RoomAction::SetAttributes, {{"k", long_text(2'000)}}))); });
  grows("a place", 1'500, [&] { world.join("cyd", "r"); });
  grows("answers to chat", 50 * 2 * 128, [&] { for (int i = 0; i < 50; ++i) world.say("ben", chat(long_id(i), "", {})); });
  grows("answers to requests", 50 * 2 * 128, [&] {
    for (int i = 0; i < 50; ++i) {
      RequestSubmitted wish = PeopleWorld::wish(RoomAction::Lock);
      wish.id = long_id(i);
      world.say("ben", wish);
    }
  });
  grows("calls that are over", 20 * 500, [&] { for (int i = 0; i < 20; ++i) world.say("ben", ring("nobody", "k" + std::to_string(i))); });
  grows("who was put out", 100, [&] {
    world.join("dan", "r");
    settle(world);
    CHECK(growth(world, [&] { CHECK_FALSE(world.ask("ada", RoomAction::Remove, "dan")); settle(world); }) < 0);
  });
  CHECK_FALSE(world.ask("ada", RoomAction::OpenLobby));
  settle(world);
  grows("who knocks", 1'500, [&] { world.knock("eve", "eve", "a claim of eve's"); });

  for (const char* who : {"ada", "ben", "cyd", "eve"}) {
    if (!world.at(who).closed) world.hang_up(who);
  }
  world.pass(kDefaultLimits.call_remembered.value);
  world.pass(kDefaultLimits.resume_window.value);
  CHECK(world.board.bytes_held() == 0);
  CHECK(world.board.held() == 0);
}

TEST_CASE("M: places that were given up are charged as long as they lead back, and no longer") {
  PeopleWorld world;
  world.join("host", "r");
  settle(world);
  const auto before = world.board.bytes_held();
  for (int i = 0; i < 200; ++i) {
    world.join(name(i), "r");
    world.say(name(i), Typing{true});
    world.lose(name(i));
    world.pass(kDefaultLimits.resume_window.value);
    settle(world);
  }
  const std::size_t kept = world.board.bytes_held() - before;
  CHECK(kept > kDefaultLimits.former_places_max * 200);
  CHECK(kept < kDefaultLimits.former_places_max * 1'000);
  CHECK_FALSE(world.ask("host", RoomAction::End));
  world.hang_up("host");
  CHECK(world.board.bytes_held() > 0);  // who comes back must hear that it has ended
  world.pass(kDefaultLimits.resume_window.value);
  CHECK(world.board.bytes_held() == 0);
}

TEST_CASE("M: ways out of rooms are charged to who opened them") {
  ServerWorld world;
  for (int i = 0; i < 10; ++i) world.open_classic(name(i), name(i), std::nullopt);
  const auto before = world.board.bytes_held();
  for (int i = 1; i < 10; ++i) world.say_raw("p0", "call", R"({"targetUid":")" + name(i) + R"("})");
  CHECK(world.board.bytes_held() - before >= 9 * 192);
  world.hang_up("p0");
  CHECK(world.board.bytes_held() < before);
  for (int i = 1; i < 10; ++i) world.hang_up(name(i));
  CHECK(world.board.held() == 0);
}

TEST_CASE("M: whose address has the server remember too much is refused; others are not, and it passes") {
  Limits limits;
  limits.address_held_bytes_max = 40'000;
  PeopleWorld world({}, limits);
  world.address = "one";
  world.join("ada", "r");
  world.address = "two";
  world.join("cyd", "s");
  std::optional<ErrorCode> refused;
  for (int i = 0; i < 400 && !refused; ++i) {
    RequestSubmitted wish = PeopleWorld::text(RoomAction::SetName, "n" + std::to_string(i % 2));
    wish.id = long_id(i);
    refused = world.ask("ada", wish);
    world.pass(20);
  }
  CHECK(refused == ErrorCode::RateLimited);
  world.address = "one";
  world.join("eve", "of eve");
  CHECK(world.error<Refused>("eve") == ErrorCode::RoomFull);
  CHECK_FALSE(world.ask("cyd", PeopleWorld::text(RoomAction::SetName, "Cyd")));
  world.hang_up("ada");
  world.say("cyd", Typing{true});
  world.address = "one";
  world.pass(kDefaultLimits.resume_window.value);
  world.join("fay", "of fay");
  CHECK(world.heard<Welcome>("fay").size() == 1);
}

TEST_CASE("M: who comes back to a place of his own is let in, however much his address holds") {
  Limits limits;
  limits.address_held_bytes_max = 20'000;
  PeopleWorld world({}, limits);
  world.address = "one";
  world.join("ada", "r");
  for (int i = 0; i < 3; ++i) world.say("ada", chat("c" + std::to_string(i), long_text(8'000)));
  const std::string secret = world.at("ada").secret;
  world.lose("ada");
  world.come_back("ada2", "ada", "r", secret, world.at("ada").received);
  CHECK(world.only<Welcome>("ada2").resumed);
}

TEST_CASE("M: a room that holds too much gives up what is unacknowledged, then its chat, then answers, then calls") {
  Limits limits;
  limits.room_held_bytes_max = 40'000;
  PeopleWorld world({}, limits);
  world.join("ada", "r");
  world.join("ben", "r");
  // All of it: none is unacknowledged.
  world.say("ada", chat("kept", long_text(15'000)));
  settle(world);
  for (int i = 0; i < 200; ++i) {
    world.say("ben", chat(long_id(i), ""));
    settle(world);
    world.pass(20);
    CHECK(world.board.bytes_held() <= limits.room_held_bytes_max);
  }
  CHECK(world.logged("too much is held; what is kept for later is given up"));
  world.join("cyd", "r");
  CHECK(world.only<Welcome>("cyd").history.empty());
  // Both are here, and can talk.
  world.clear();
  world.say("ada", chat("new", "hello"));
  CHECK(world.heard<ChatDelivered>("ben").size() == 1);
}

TEST_CASE("M: answers to requests and calls that are over are given up too, each kind by itself") {
  Limits limits;
  limits.room_held_bytes_max = 20'000;
  for (const bool calls : {false, true}) {
    PeopleWorld world({}, limits);
    world.join("ada", "r");
    world.join("ben", "r");
    settle(world);
    for (int i = 0; i < 100; ++i) {
      RequestSubmitted wish = PeopleWorld::wish(RoomAction::Lock);
      wish.id = long_id(i);
      world.say("ben", calls ? protocol::ClientMessage(ring("nobody", long_id(i))) : protocol::ClientMessage(wish));
      settle(world);
      world.pass(20);
      CHECK(world.board.bytes_held() <= limits.room_held_bytes_max);
    }
    CHECK(world.logged("too much is held; what is kept for later is given up"));
    CHECK_FALSE(world.at("ben").closed);
  }
}

TEST_CASE("M: whose outbox is largest gives up first, and nobody more than has to") {
  Limits limits;
  limits.room_held_bytes_max = 60'000;
  PeopleWorld world({}, limits);
  for (const char* who : {"ada", "ben", "cyd"}) world.join(who, "r");
  settle(world);
  world.acknowledging = false;
  world.say("cyd", chat("of ben", "hello", "ben"));
  for (int i = 0; i < 4; ++i) world.say("cyd", chat("k" + std::to_string(i), long_text(16'000), "ada"));
  CHECK(world.logged("too much is held; what is kept for later is given up"));
  world.board.each_room([](const room::Room& room) {
    room.each_place([](const Participant& row, std::uint64_t, const room::PlaceKeys&, const room::Outbox& outbox) {
      INFO(row.user.value);
      CHECK(outbox.kept_bytes() < 32'000);
      CHECK((outbox.kept() == 0) == (row.user.value == "ada"));
    });
  });
}

TEST_CASE("M: a room that holds too much and can give nothing up says nothing about it") {
  Limits limits;
  limits.room_held_bytes_max = 1;
  PeopleWorld world({}, limits);
  world.join("ada", "r");
  world.join("ben", "r");
  settle(world);
  world.clear();
  for (int i = 0; i < 10; ++i) settle(world);
  CHECK_FALSE(world.logged("too much is held; what is kept for later is given up"));
}

TEST_CASE("M: a server that is full with what is needed refuses newcomers, and keeps who is in") {
  Limits limits;
  limits.process_held_bytes_max = 40'000;
  PeopleWorld world({}, limits);
  int joined = 0;
  for (int i = 0; i < 40; ++i) {
    world.address = "address " + std::to_string(i);
    world.join(name(i), "r" + std::to_string(i));
    joined += world.heard<Welcome>(name(i)).empty() ? 0 : 1;
  }
  CHECK(joined > 10);
  CHECK(joined < 30);
  CHECK(world.error<Refused>("p39") == ErrorCode::RoomFull);
  CHECK(world.board.bytes_held() < limits.process_held_bytes_max + 4'000);
  for (int i = 0; i < joined; ++i) CHECK_FALSE(world.at(name(i)).closed);
  // As soon as somebody leaves there is room again.
  for (int i = 0; i < 5; ++i) world.say(name(i), Leave{});
  world.join("late", "of the late");
  CHECK(world.heard<Welcome>("late").size() == 1);
}

TEST_CASE("M: members that are connected and acknowledge nothing hold no more than one outbox, whatever they are sent") {
  ServerWorld world;
  world.acknowledging = false;
  for (int i = 0; i < 12; ++i) world.join(name(i), "r");
  std::size_t most = 0;
  for (int i = 0; i < 1'200; ++i) {
    world.say(name(i % 12), chat("c" + std::to_string(i), long_text(i % 3 == 0 ? 16'000 : 40)));
    if (i % 100 == 0) world.clear();
    world.pass(50);
    most = std::max(most, world.board.bytes_held());
  }
  // What all are told is held once. Their receipts are their own.
  CHECK(most < 3 * kDefaultLimits.resume_bytes_max);
  world.board.each_room([](const room::Room& room) {
    room.each_place([](const Participant&, std::uint64_t, const room::PlaceKeys&, const room::Outbox& outbox) {
      CHECK(outbox.kept() <= kDefaultLimits.resume_messages_max);
      CHECK(outbox.kept_bytes() <= kDefaultLimits.resume_bytes_max);
    });
  });
  for (int i = 0; i < 12; ++i) CHECK_FALSE(world.at(name(i)).closed);
}

TEST_CASE("M: a classic call that rings holds 256 KB of what the caller signals, and nothing once it is over") {
  ServerWorld world;
  come_online(world, "ada");
  world.open_classic("old", "old", std::nullopt);
  world.say_raw("old", "call", R"({"targetUid":"ada"})");
  const auto before = world.board.bytes_held();
  const std::size_t sdp_bytes = kDefaultLimits.description_bytes_max - 1'000;
  world.say("old", offer_to("ada", long_text(sdp_bytes)));
  // The description, and the same as it came.
  const std::size_t each = world.board.bytes_held() - before;
  CHECK(each > sdp_bytes);
  const int fit = static_cast<int>(kDefaultLimits.calls_held_bytes_max / each);
  REQUIRE(fit >= 2);
  for (int i = 1; i < fit; ++i) world.say("old", offer_to("ada", long_text(sdp_bytes)));
  CHECK(world.frames("old").find("rate-limited") == std::string::npos);
  CHECK(world.board.bytes_held() - before > kDefaultLimits.calls_held_bytes_max - each);
  for (int i = 0; i < 3; ++i) {
    world.say("old", offer_to("ada", long_text(sdp_bytes)));
    CHECK(world.board.bytes_held() - before <= kDefaultLimits.calls_held_bytes_max);
    world.pass(1'000);
  }
  CHECK(world.frames("old").find("rate-limited") != std::string::npos);
  SECTION("taken") {
    world.say("ada", accept(world.only<CallTold>("ada").call.id.value));
    CHECK(world.heard<SignalFrom>("ada").size() == static_cast<std::size_t>(fit));
  }
  SECTION("rung out") { world.pass(kDefaultLimits.call_ring_time.value); }
  world.say("ada", Received{world.at("ada").received});
  CHECK(world.board.bytes_held() < before + 8'000);
}

TEST_CASE("K6: connections that come and go in every way leave nothing behind") {
  ServerWorld world;
  for (int i = 0; i < 5'000; ++i) {
    world.address = "address " + std::to_string(i % 50);
    const std::string id = name(i);
    switch (i % 5) {
      case 0:
        world.open(id);
        world.lose(id);
        break;
      case 1:
        world.join(id, "r" + std::to_string(i % 7));
        world.say(id, Leave{});
        break;
      case 2:
        world.join(id, "r" + std::to_string(i % 7));
        world.lose(id);
        break;
      case 3:
        world.open_classic(id, id, "r" + std::to_string(i % 7));
        world.hang_up(id);
        break;
      case 4:
        come_online(world, id);
        world.hang_up(id);
        break;
    }
    world.clients.erase(id);
    world.pass(100);
  }
  world.pass(kDefaultLimits.resume_window.value);
  CHECK(world.board.held() == 0);
  CHECK(world.counts.connections == 0);
  CHECK(world.counts.rooms == 0);
  CHECK(world.counts.members == 0);
}

TEST_CASE("M: of a meeting that was ended, exactly those are turned back who show that they were in it") {
  room::Lobby lobby{kDefaultLimits};
  room::Admission ada;
  ada.user = UserId{"ada"};
  ada.resume = "secret of the ada";
  lobby.close_place(Millis{0}, UserId{"ada"}, {"secret of the ada", "", ""}, room::Charge());
  CHECK(lobby.had_place(ada));
  room::Admission other = ada;
  other.user = UserId{"bob"};
  CHECK_FALSE(lobby.had_place(other));
  other = ada;
  other.resume = "another's secret";
  CHECK_FALSE(lobby.had_place(other));
  other.resume.reset();
  CHECK_FALSE(lobby.had_place(other));
  lobby.elapsed(Millis{kDefaultLimits.resume_window.value - 1});
  CHECK(lobby.had_place(ada));
  lobby.elapsed(kDefaultLimits.resume_window);
  CHECK_FALSE(lobby.had_place(ada));
  CHECK(lobby.is_idle());
}

}  // namespace room_held_test
