// A room is its log: what was folded, stored, read and folded again is the same room, and goes on as if nothing had been.
#include <random>

#include "support/kept_logs.hpp"
#include "support/server_world.hpp"

namespace room_log_test {

namespace {

using namespace meetwire;
using namespace meetwire::test;

RoomOptions kept() {
  RoomOptions options;
  options.journal = true;
  return options;
}

RequestSubmitted request(RoomAction action, const std::string& id, const std::string& user = {}) {
  RequestSubmitted wish;
  wish.id = id;
  wish.action = action;
  wish.user = UserId{user};
  return wish;
}

// The process is killed and started again: its clients' sockets are lost, and it reads what it had kept.
void restart(ServerWorld& world, RoomOptions options = kept()) {
  world.board = room::Switchboard(std::move(options), world.limits());
  for (auto& [id, client] : world.clients) client.closed = true;
  for (const RoomEvent& event : world.kept.read()) world.handle(event);
  world.handle(event::JournalRead{});
}

TEST_CASE("room log: whoever was in a room before the server was killed takes his place again, and has missed nothing") {
  ServerWorld world(kept());
  world.join("ada", "r");
  world.join("bob", "r");
  world.say("ada", chat("k1", "before"));
  const std::string secret = world.at("ada").secret;
  const std::uint64_t received = world.at("ada").received;
  world.acknowledging = false;
  world.say("bob", chat("k2", "on the way"));
  restart(world);
  world.come_back("ada2", "ada", "r", secret, received);
  const auto welcome = world.only<Welcome>("ada2");
  CHECK(welcome.resumed);
  CHECK(welcome.self.role == Role::Host);
  REQUIRE(welcome.members.size() == 1);
  CHECK(welcome.members[0].away);
  CHECK(welcome.members[0].session.value == "session-bob");
  REQUIRE(world.heard<ChatDelivered>("ada2").size() == 1);
  CHECK(world.heard<ChatDelivered>("ada2")[0].message.text == "on the way");
  CHECK(world.heard<MemberLeft>("ada2").empty());
  // The same message once more has no second effect, and the same answer.
  world.come_back("bob2", "bob", "r", world.at("bob").secret, world.at("bob").received);
  world.clear();
  world.say("bob2", chat("k2", "on the way"));
  CHECK(world.heard<ChatDelivered>("ada2").empty());
  CHECK(world.only<ChatSettled>("bob2").at == 1'000'000);
}

TEST_CASE("room log: a lock, a lobby, whoever was removed and calls outlive the server") {
  ServerWorld world(kept());
  world.join("ada", "r");
  world.join("bob", "r");
  world.join("eve", "r");
  world.say("ada", request(RoomAction::Remove, "q1", "eve"));
  world.say("ada", request(RoomAction::OpenLobby, "q2"));
  world.open("cid");
  Hello knocks = ServerWorld::hello("cid", "r");
  knocks.resume = ServerWorld::as_secret("cid's own");
  world.say("cid", knocks);
  REQUIRE(world.heard<Waiting>("cid").size() == 1);
  CallSubmitted call;
  call.id = CallId{"call-1"};
  call.action = CallAction::Request;
  call.to = UserId{"bob"};
  world.say("ada", call);
  call.action = CallAction::Accept;
  world.say("bob", call);
  const std::string secret = world.at("ada").secret;
  restart(world);
  world.come_back("ada2", "ada", "r", secret, world.at("ada").received);
  const auto welcome = world.only<Welcome>("ada2");
  CHECK(welcome.room.lobby);
  REQUIRE(welcome.knocks.size() == 1);
  CHECK(welcome.knocks[0].user.value == "cid");
  world.join("eve2", "r");
  world.join_as("eve3", "eve", "r");
  CHECK(world.error<Refused>("eve3") == ErrorCode::Removed);
  CHECK(world.heard<Waiting>("eve2").size() == 1);
  call.action = CallAction::Ask;
  world.clear();
  world.say("ada2", call);
  CHECK(world.only<CallTold>("ada2").call.state == CallState::Connected);
  // The knock is kept for as long as a place is.
  world.open("cid2");
  world.say("cid2", knocks);
  CHECK(world.heard<Waiting>("cid2").size() == 1);
}

TEST_CASE("room log: who does not come back is given up, and a room without anybody leaves no log") {
  ServerWorld world(kept());
  world.join("ada", "r");
  world.say("ada", chat("k1", "hi"));
  REQUIRE(world.kept.rooms() == 1);
  restart(world);
  REQUIRE(world.kept.rooms() == 1);
  world.pass(kDefaultLimits.resume_window.value);
  CHECK(world.kept.rooms() == 0);
  CHECK(world.board.held() == 0);
}

TEST_CASE("room log: members of dialects without resume are gone with the server") {
  ServerWorld world(kept());
  world.join("ada", "r");
  world.open_classic("old", "old", "r");
  const std::string secret = world.at("ada").secret;
  restart(world);
  world.come_back("ada2", "ada", "r", secret, world.at("ada").received);
  CHECK(world.only<Welcome>("ada2").members.empty());
  CHECK(world.only<MemberLeft>("ada2").user.value == "old");
}

TEST_CASE("room log: it is cut when it has grown, and says the same afterwards") {
  Limits limits;
  limits.log_bytes_min = 2'000;
  ServerWorld world(kept(), limits);
  world.join("ada", "r");
  world.join("bob", "r");
  bool cut = false;
  for (int i = 0; i < 60; ++i) {
    world.say(i % 2 == 0 ? "ada" : "bob", chat("k" + std::to_string(i), "word " + std::to_string(i)));
    const auto& log = world.kept.of("r");
    cut = cut || !log.value.empty();
    std::size_t bytes = 0;
    for (const auto& entry : log.entries) bytes += entry.entry.size();
    CHECK(bytes <= limits.log_bytes_min + 2 * log.value.size() + 600);
  }
  REQUIRE(cut);
  const auto before = logged_texts_of(world.board);
  world.board = room::Switchboard(kept(), limits);
  for (const RoomEvent& event : world.kept.read()) world.handle(event);
  CHECK(logged_texts_of(world.board) == before);
}

TEST_CASE("room log: a server that ends in order stores what it has, and ends no room") {
  ServerWorld world(kept());
  world.join("ada", "r");
  const std::string secret = world.at("ada").secret;
  world.handle(event::ShutdownRequested{});
  CHECK(world.error<Ended>("ada") == ErrorCode::ServerClosing);
  REQUIRE(world.kept.rooms() == 1);
  CHECK(world.kept.of("r").entries.empty());
  restart(world);
  world.come_back("ada2", "ada", "r", secret, 0);
  CHECK(world.only<Welcome>("ada2").resumed);
}

TEST_CASE("room log: what is no log, or of a later version, is refused by name, and the others are read") {
  ServerWorld world(kept());
  const auto read = [&](const std::string& room, std::string value, std::vector<event::ReadEntry> entries) {
    world.refused.clear();
    world.handle(event::RoomRead{RoomId{room}, std::move(value), std::move(entries)});
    return world.refused.empty() ? std::string() : world.refused[0].reason;
  };
  CHECK(read("a", "{", {}) == "what was stored of the room cannot be read");
  CHECK(read("b", "{\"version\":99}", {}) == "it was written by a later version");
  CHECK(read("c", "{\"version\":1,\"history\":[3]}", {}) == "what was stored of the room contradicts itself");
  CHECK(read("d", "", {{1, "{\"type\":\"nothing\"}"}}) == "an entry cannot be read");
  CHECK(read("e", "", {{1, "{\"type\":\"elapsed\""}}) == "an entry cannot be read");
  CHECK(read("f", "", {{1, "{\"type\":\"elapsed\"}"}}).empty());
  CHECK(read("f", "", {}) == "there is another log of this room");
  world.handle(event::JournalRead{});
  CHECK(world.board.held() == 0);
}

// ---- over random days

// Where two texts begin to differ; empty: nowhere.
std::string difference(const std::string& one, const std::string& other) {
  const auto at = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
  if (at.first == one.end() && at.second == other.end()) return {};
  const auto from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, at.first - one.begin() - 120));
  return one.substr(from, 240) + "\n  instead of\n" + other.substr(from, 240);
}

std::string said(const room::Decision& decision) {
  std::string out;
  const auto dialect = make_meetwire_server(kDefaultLimits);
  for (const room::Output& output : decision) {
    if (const auto* delivery = std::get_if<room::Delivery>(&output)) {
      out += delivery->connection.value + " " + std::to_string(delivery->number) + " " + dialect->write(*delivery->message).value_or("") + "\n";
    } else if (const auto* closing = std::get_if<room::Closing>(&output)) {
      out += "close " + closing->connection.value + "\n";
    } else if (const auto* seating = std::get_if<room::Seating>(&output)) {
      out += "seat " + seating->connection.value + "\n";
    } else {
      out += std::get<command::Log>(output).message + "\n";
    }
  }
  return out;
}

// People come, talk, call, moderate, are lost and come back, in no sensible order.
void live_a_day(ServerWorld& world, std::mt19937& random, int steps) {
  const auto pick = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
  std::map<std::string, std::string> seated;  // user → connection
  int connections = 0, ids = 0;
  for (int step = 0; step < steps; ++step) {
    const std::string user = "u" + std::to_string(pick(6));
    const auto at = seated.find(user);
    const bool there = at != seated.end() && !world.at(at->second).closed;
    const std::string other = "u" + std::to_string(pick(6));
    if (!there) {
      const std::string id = user + "-" + std::to_string(++connections);
      world.open(id);
      Hello hello = ServerWorld::hello(user, pick(8) == 0 ? "s" : "r");
      hello.viewer = pick(6) == 0;
      if (at != seated.end() && pick(4) != 0) {
        hello.resume = world.at(at->second).secret.empty() ? ServerWorld::as_secret("own of " + user) : world.at(at->second).secret;
        hello.received = world.at(at->second).received;
      } else {
        hello.resume = ServerWorld::as_secret("own of " + user);
      }
      if (world.at(id).closed) continue;
      world.say(id, hello);
      seated[user] = id;
      continue;
    }
    const std::string id = at->second;
    const auto talk = [&](ClientMessage message) { world.say(id, std::move(message)); };
    const std::string fresh = "id" + std::to_string(++ids);
    switch (pick(14)) {
      case 0: world.lose(id); world.at(id).closed = true; break;
      case 1: talk(Leave{}); break;
      case 2: talk(MediaAnnounced{MediaState{pick(2) ? Wanted::On : Wanted::Off, Wanted::Muted, Wanted::Off}}); break;
      case 3: case 4: case 5: talk(chat(fresh, "said " + fresh)); break;
      case 6: talk(offer_to(other)); break;
      case 7: case 8: {
        RequestSubmitted wish;
        wish.id = fresh;
        wish.action = static_cast<RoomAction>(pick(static_cast<int>(kRoomActions)));
        if (wish.action == RoomAction::End && pick(4) != 0) wish.action = RoomAction::RaiseHand;
        wish.user = UserId{other};
        wish.name = "name " + fresh;
        wish.text = "\xf0\x9f\x91\x8d";
        wish.values = {{"key" + std::to_string(pick(3)), fresh}};
        wish.role = static_cast<Role>(pick(3));
        talk(wish);
        break;
      }
      case 9: case 10: {
        CallSubmitted call;
        call.id = CallId{"call" + std::to_string(pick(5) == 0 ? ids : ids - pick(4))};
        call.action = static_cast<CallAction>(pick(4));
        call.to = UserId{other};
        talk(call);
        break;
      }
      case 11: talk(Typing{pick(2) == 0}); break;
      case 12: talk(Received{world.at(id).received, pick(2) == 0}); break;
      default: world.pass(pick(3) == 0 ? pick(40'000) : pick(2'000)); break;
    }
  }
}

TEST_CASE("room log: over random days a room that is read from its log is the room that wrote it") {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    Limits limits;
    limits.log_bytes_min = seed % 2 == 0 ? 6'000 : 64 * 1024;
    limits.participants_max = 4;
    ServerWorld world(kept(), limits);
    for (int part = 0; part < 5; ++part) {
      live_a_day(world, random, 40);
      room::Switchboard other(kept(), limits);
      for (const RoomEvent& event : world.kept.read()) {
        for (const RoomCommand& command : other.handle(world.now, event).commands) REQUIRE(std::holds_alternative<command::CountChanged>(command));
      }
      const auto read = logged_texts_of(other), wrote = logged_texts_of(world.board);
      REQUIRE(read.size() == wrote.size());
      for (const auto& [room, text] : wrote) REQUIRE(difference(text, read.at(room)) == "");
    }
  }
}

TEST_CASE("room log: a room that is written and read before every entry decides, command for command, as one that never was") {
  std::size_t entries = 0;
  for (unsigned seed = 1; seed <= 25; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    Limits limits;
    limits.log_bytes_min = SIZE_MAX;
    limits.participants_max = 4;
    ServerWorld world(kept(), limits);
    live_a_day(world, random, 160);
    auto policy = std::make_shared<const room::RoomPolicy>(room::RoomPolicy{.limits = limits});
    for (const RoomEvent& event : world.kept.read()) {
      const auto& log = std::get<event::RoomRead>(event);
      room::Room straight(log.room, policy);
      room::Room written(log.room, policy);
      for (const event::ReadEntry& one : log.entries) {
        ++entries;
        const std::string text = to_text(written.value());
        room::RoomValue value;
        const Document document = parse_trusted(text);
        REQUIRE(protocol::read(document.root(), value));
        auto again = room::Room::restored(log.room, policy, std::move(value));
        REQUIRE(again);
        written = std::move(*again);
        REQUIRE(to_text(written.value()) == text);

        const auto fold = [&](room::Room& room) {
          room::Entry entry;
          const Document read = parse_trusted(one.entry);
          REQUIRE(read_variant(read.root(), entry));
          std::string decided = said(room.fold(Millis{one.at}, std::move(entry)));
          room.begin_waiting(Millis{one.at});
          return decided;
        };
        REQUIRE(difference(fold(straight), fold(written)) == "");
        REQUIRE(difference(to_text(straight.value()), to_text(written.value())) == "");
      }
    }
  }
  CHECK(entries > 1'000);
}

}  // namespace

}  // namespace room_log_test
