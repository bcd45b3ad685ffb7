// What one makes the server send and hold: bounded, refused in words, and never at the cost of those who do nothing.
#include <string>

#include "support/server_world.hpp"

namespace room_budget_test {

using namespace meetwire;
using namespace meetwire::test;
using protocol::ChatDelivered;
using protocol::ChatSettled;
using protocol::Problem;
using protocol::RequestSettled;
using protocol::RoomChanged;
using protocol::Welcome;

namespace {

ChatSubmitted text(const std::string& id, std::size_t bytes, char of = 'x') {
  ChatSubmitted chat;
  chat.id = id;
  chat.text = std::string(bytes, of);
  return chat;
}

RequestSubmitted metadata(int number, std::size_t bytes, char of = 'x') {
  RequestSubmitted wish;
  wish.id = "m" + std::to_string(number);
  wish.action = RoomAction::SetMetadata;
  wish.values = {{"k", std::to_string(number) + std::string(bytes, of)}};
  return wish;
}

// So that 40 are as many as 150 would be.
Limits spending_little() {
  Limits limits;
  limits.spending_bytes_per_second /= 4;
  limits.spending_bytes_burst /= 4;
  return limits;
}

std::string name(int number) { return "p" + std::to_string(number); }

// As a client that came over this address; it says and acknowledges nothing more by itself.
void join_from(ServerWorld& world, const std::string& address, const std::string& id, const std::string& room) {
  world.address = address;
  world.join(id, room);
}

std::size_t bytes_of_step(ServerWorld& world, const RoomEvent& event) {
  std::size_t bytes = 0;
  for (const RoomCommand& command : world.board.handle(world.now, event).commands) {
    if (const auto* many = std::get_if<command::Distribute>(&command)) bytes += many->body.size() + many->to.size() * 64;
    if (const auto* one = std::get_if<command::Deliver>(&command)) bytes += one->body.size();
  }
  return bytes;
}

}  // namespace

TEST_CASE("M: a message to a large room is handed over once, with the list of those whom it goes to") {
  RoomOptions options;
  options.participants_max = 40;
  ServerWorld world(options, spending_little());
  for (int i = 0; i < 40; ++i) world.join(name(i), "r");
  world.pass(10'000);
  world.clear();
  const std::size_t chat_bytes = 16'000;
  protocol::ClientMessage chat = text("c", chat_bytes);
  const auto frames = world.at("p0").dialect->encode({chat}, 0);
  REQUIRE(frames.size() == 1);
  const event::FrameArrived frame{ConnectionId{"p0"}, frames[0].name, frames[0].body};
  REQUIRE(bytes_of_step(world, frame) < 3 * chat_bytes);
}

TEST_CASE("M: what is handed over once reaches each with its own numbers") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.join("cyd", "r");
  world.clear();
  for (int i = 0; i < 3; ++i) world.say("ada", text("c" + std::to_string(i), 10));
  for (const std::string who : {"bob", "cyd"}) {
    REQUIRE(world.heard<ChatDelivered>(who).size() == 3);
    const auto& numbers = world.at(who).numbers;
    for (std::size_t i = 1; i < numbers.size(); ++i) REQUIRE(numbers[i] == numbers[i - 1] + 1);
  }
  REQUIRE(world.at("bob").numbers.front() != world.at("cyd").numbers.front());
}

TEST_CASE("M: 64 changes of the metadata in one envelope, in a large room, are bounded in what they make the server send") {
  RoomOptions options;
  options.participants_max = 40;
  ServerWorld world(options, spending_little());
  for (int i = 0; i < 40; ++i) world.join(name(i), "r");
  world.pass(60'000);
  world.clear();
  std::vector<protocol::ClientMessage> wishes;
  for (int i = 0; i < 64; ++i) wishes.push_back(metadata(i, 900));
  world.say_all("p0", wishes);
  std::size_t refused = 0;
  for (const RequestSettled& one : world.heard<RequestSettled>("p0")) {
    if (one.error) REQUIRE(one.error->code == ErrorCode::RateLimited);
    refused += one.error ? 1 : 0;
  }
  REQUIRE(world.heard<RequestSettled>("p0").size() == 64);
  REQUIRE(refused > 40);
  REQUIRE(world.heard<RoomChanged>("p1").size() == 64 - refused);
  // Retryable, as it says: later the same can be done.
  world.pass(20'000);
  world.clear();
  world.say("p0", metadata(99, 900));
  REQUIRE_FALSE(world.only<RequestSettled>("p0").error);
}

TEST_CASE("M: escapes count as they are written") {
  const room::Letter plain(protocol::ServerMessage{ChatDelivered{{UserId{"a"}, "i", std::string(1'000, 'x'), {}, 0, ""}, "", ""}});
  const room::Letter control(protocol::ServerMessage{ChatDelivered{{UserId{"a"}, "i", std::string(1'000, '\x01'), {}, 0, ""}, "", ""}});
  const room::Letter quotes(protocol::ServerMessage{ChatDelivered{{UserId{"a"}, "i", std::string(1'000, '"'), {}, 0, ""}, "", ""}});
  REQUIRE(control.cost() == plain.cost() + 5'000);
  REQUIRE(quotes.cost() == plain.cost() + 1'000);
}

TEST_CASE("M: a newcomer to a full room sends its offers, its candidates and the longest text at once, and none is refused") {
  ServerWorld world;
  for (int i = 0; i < 12; ++i) world.join(name(i), "r");
  world.clear();
  for (int i = 0; i < 11; ++i) world.say("p11", offer_to(name(i), std::string(12'000, 'o')));
  for (int i = 0; i < 100; ++i) world.say("p11", offer_to(name(i % 11), "candidates"));
  world.say("p11", text("c", kDefaultLimits.chat_bytes_max));
  REQUIRE(world.heard<Problem>("p11").empty());
  REQUIRE_FALSE(world.only<ChatSettled>("p11").error);
  REQUIRE(world.heard<ChatDelivered>("p0").size() == 1);
}

TEST_CASE("M: a text that is refused for its cost is settled, has no effect, and passes when it is said anew later") {
  RoomOptions options;
  options.participants_max = 40;
  ServerWorld world(options, spending_little());
  for (int i = 0; i < 40; ++i) world.join(name(i), "r");
  world.pass(60'000);
  world.clear();
  for (int i = 0; i < 4; ++i) world.say("p0", text("c" + std::to_string(i), 16'000));
  const auto settled = world.heard<ChatSettled>("p0");
  REQUIRE(settled.size() == 4);
  REQUIRE_FALSE(settled.front().error);
  REQUIRE(settled.back().error->code == ErrorCode::RateLimited);
  const std::size_t came = world.heard<ChatDelivered>("p1").size();
  REQUIRE(came < 4);
  // What was settled well stays so, however much is owed.
  world.clear();
  world.say("p0", text("c0", 16'000));
  REQUIRE_FALSE(world.only<ChatSettled>("p0").error);
  world.pass(30'000);
  world.clear();
  world.say("p0", text("c3 anew", 16'000));
  REQUIRE_FALSE(world.only<ChatSettled>("p0").error);
  REQUIRE(world.heard<ChatDelivered>("p1").size() == 1);
}

TEST_CASE("M: rooms whose members acknowledge nothing hold no more than the process may") {
  Limits limits;
  limits.process_held_bytes_max = 512 * 1024;
  limits.process_bytes_per_second = limits.process_bytes_burst = 1'000'000'000;
  ServerWorld world({}, limits);
  world.acknowledging = false;
  std::size_t most = 0;
  for (int room = 0; room < 4; ++room) {
    for (int i = 0; i < 4; ++i) join_from(world, "address " + std::to_string(room), name(room * 4 + i), "r" + std::to_string(room));
  }
  for (int round = 0; round < 30; ++round) {
    for (int room = 0; room < 4; ++room) {
      world.say(name(room * 4), text("c" + std::to_string(round), 16'000));
      most = std::max(most, world.board.bytes_held());
    }
    world.pass(100);
  }
  REQUIRE(most < limits.process_held_bytes_max + 64 * 1024);
  REQUIRE(world.logged("too much is held; what is kept for later is given up"));
  // Whoever is connected has lost nothing by it but the way back.
  REQUIRE_FALSE(world.at("p1").closed);
  REQUIRE(world.heard<ChatDelivered>("p1").size() > 25);
}

TEST_CASE("M: a room whose members acknowledge nothing leaves what another room holds alone") {
  Limits limits;
  limits.room_held_bytes_max = 256 * 1024;
  ServerWorld world({}, limits);
  world.join("ada", "quiet");
  world.join("bob", "quiet");
  const std::string secret = world.at("ada").secret;
  world.lose("ada");
  world.say("bob", text("for ada", 100));
  world.acknowledging = false;
  for (int i = 0; i < 4; ++i) world.join(name(i), "loud");
  world.lose("p3");
  for (int i = 0; i < 40; ++i) {
    world.say("p0", text("c" + std::to_string(i), 16'000));
    world.pass(100);
  }
  REQUIRE(world.board.bytes_held() < 2 * limits.room_held_bytes_max);
  // Who is away and cannot be told any more what it missed has lost its place.
  REQUIRE(world.heard<protocol::MemberLeft>("p0").size() == 1);
  world.acknowledging = true;
  world.come_back("ada2", "ada", "quiet", secret, world.at("ada").received);
  REQUIRE(world.only<Welcome>("ada2").resumed);
  REQUIRE(world.only<ChatDelivered>("ada2").message.id == "for ada");
}

TEST_CASE("M: what is sent to several is held once") {
  ServerWorld world;
  world.acknowledging = false;
  for (int i = 0; i < 12; ++i) world.join(name(i), "r");
  const std::size_t before = world.board.bytes_held();
  world.say("p0", text("c", 16'000));
  REQUIRE(world.board.bytes_held() - before < 20'000);
}

TEST_CASE("M: whose address holds too much is refused, others are not") {
  Limits limits;
  limits.address_held_bytes_max = 100'000;
  ServerWorld world({}, limits);
  world.acknowledging = false;
  join_from(world, "one", "ada", "r");
  join_from(world, "one", "bob", "r");
  join_from(world, "two", "cyd", "s");
  join_from(world, "two", "dan", "s");
  world.clear();
  for (int i = 0; i < 10; ++i) world.say("ada", text("c" + std::to_string(i), 16'000));
  REQUIRE(world.heard<ChatSettled>("ada").back().error->code == ErrorCode::RateLimited);
  world.say("cyd", text("c", 16'000));
  REQUIRE_FALSE(world.only<ChatSettled>("cyd").error);
  // It holds nothing any more as soon as its members acknowledge.
  world.acknowledging = true;
  world.say("bob", protocol::Received{});
  world.say("ada", protocol::Received{});
  world.clear();
  world.say("ada", text("later", 16'000));
  REQUIRE_FALSE(world.only<ChatSettled>("ada").error);
}

TEST_CASE("M: while the process has all it can send, an address that sends much is refused, and one that does not is not") {
  Limits limits;
  limits.process_bytes_per_second = 1'000;
  limits.process_bytes_burst = 50'000;
  limits.address_bytes_per_second = 1'000;
  limits.address_bytes_burst = 30'000;
  ServerWorld world({}, limits);
  for (int i = 0; i < 4; ++i) join_from(world, "one", name(i), "r" + std::to_string(i));
  for (int i = 4; i < 8; ++i) join_from(world, "one", name(i), "r" + std::to_string(i - 4));
  join_from(world, "two", "ada", "s");
  join_from(world, "two", "bob", "s");
  world.clear();
  std::size_t refused = 0;
  for (int i = 0; i < 8; ++i) world.say(name(i % 4), text("c" + std::to_string(i), 16'000));
  for (int i = 0; i < 4; ++i) {
    for (const ChatSettled& one : world.heard<ChatSettled>(name(i))) refused += one.error ? 1 : 0;
  }
  REQUIRE(refused > 0);
  world.say("ada", text("c", 1'000));
  REQUIRE_FALSE(world.only<ChatSettled>("ada").error);
}

TEST_CASE("M: large frames are refused before they are read, and the connection stays") {
  ServerWorld world;
  world.join("ada", "r");
  world.clear();
  const std::string body = R"({"messages":[{"type":"future","x":")" + std::string(60'000, 'x') + R"("}]})";
  for (int i = 0; i < 60; ++i) world.say_raw("ada", "meetwire", body);
  REQUIRE(world.logged("rate limited"));
  REQUIRE_FALSE(world.at("ada").closed);
  world.pass(10'000);
  world.clear();
  world.say("ada", text("c", 10));
  REQUIRE_FALSE(world.only<ChatSettled>("ada").error);
}

TEST_CASE("M: members that acknowledge nothing are told again in steps of bounded size, and all of them are") {
  Limits limits;
  limits.step_deliveries_max = 16;
  ServerWorld world({}, limits);
  world.acknowledging = false;
  for (int i = 0; i < 12; ++i) world.join(name(i), "r");
  world.now = world.now + Millis{11'000};
  std::size_t steps = 0;
  while (world.wake_at && *world.wake_at <= world.now && steps < 100) {
    world.handle(event::TimePassed{});
    ++steps;
  }
  REQUIRE(steps > 3);
  REQUIRE(steps < 100);
  for (int i = 0; i < 11; ++i) REQUIRE(world.at(name(i)).repeats > 0);
}

TEST_CASE("M: frames of every kind leave nothing behind, whatever they acknowledge") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  for (int i = 0; i < 3'000; ++i) {
    world.say_raw("ada", "meetwire", R"({"received":1,"messages":[{"type":"of-the-future"}]})");
    world.say_raw("ada", "meetwire", R"({"received":1,"messages":[]})");
    world.say_raw("ada", "meetwire", "no JSON");
    world.say_raw("ada", "strange", "{}");
    world.pass(100);
  }
  world.board.each_room([](const room::Room& room) { REQUIRE(room.unsettled() == 0); });
}

}  // namespace room_budget_test
