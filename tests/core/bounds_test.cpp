// Bounds of the room, at, below and above: what is within is taken, what is beyond gets its own error and changes nothing.
#include "bounds.hpp"
#include "support/people_world.hpp"

namespace bounds_test {

namespace {

using namespace meetwire;
using namespace meetwire::test;

// Two members; the outcome of what ada does, which must not have changed anything when it is refused.
std::string code_of(const std::optional<Failure>& error) { return error ? std::string(name_of(error->code)) : ""; }

std::string hello_with(const std::function<void(Hello&)>& alter) {
  ServerWorld world;
  world.open("ada");
  Hello hello = ServerWorld::hello("ada", "r");
  alter(hello);
  world.say("ada", hello);
  if (world.heard<Welcome>("ada").size() == 1) return "";
  CHECK(world.at("ada").closed);
  CHECK(world.board.held() == 0);
  return code_of(world.only<Refused>("ada").error);
}

// The answer to whatever ada said: a receipt, or a problem. Ben hears nothing of what is refused.
std::string said(ClientMessage message) {
  PeopleWorld world;
  world.join("ada", "r");
  world.join("ben", "r");
  world.clear();
  world.say("ada", std::move(message));
  std::optional<Failure> error;
  for (const auto& one : world.heard<Problem>("ada")) error = one.error;
  for (const auto& one : world.heard<ChatSettled>("ada")) error = one.error;
  for (const auto& one : world.heard<RequestSettled>("ada")) error = one.error;
  if (error) CHECK(world.at("ben").heard.empty());
  return code_of(error);
}

std::string request_with(RoomAction action, const std::function<void(RequestSubmitted&)>& alter) {
  RequestSubmitted wish = PeopleWorld::wish(action);
  wish.id = "q";
  alter(wish);
  return said(wish);
}

std::string pair_with(PairBody body) {
  SignalTo signal;
  signal.to = UserId{"ben"};
  signal.pair = PairMessage{1, 0, 1, 0, "", std::move(body)};
  return said(signal);
}

Candidate candidate_of(std::size_t bytes) { return {text(bytes - 3), "m", std::nullopt, "uf"}; }

const std::vector<Bound>& bounds_of_room() {
  static const std::vector<Bound> bounds{
      {"a user's id", 1, kLimits.id_bytes_max, "invalid-user", "invalid-user",
       [](std::size_t n) { return hello_with([&](Hello& hello) { hello.user.value = text(n); }); }},
      {"a room's name", 1, kLimits.id_bytes_max, "invalid-room", "invalid-room",
       [](std::size_t n) { return hello_with([&](Hello& hello) { hello.room = RoomId{text(n)}; }); }},
      {"a name, in the hello", 0, kLimits.name_bytes_max, nullptr, "invalid-name",
       [](std::size_t n) { return hello_with([&](Hello& hello) { hello.name = text(n); }); }},
      {"a name, later", 0, kLimits.name_bytes_max, nullptr, "invalid-name",
       [](std::size_t n) { return request_with(RoomAction::SetName, [&](auto& wish) { wish.name = text(n); }); }},
      {"a secret", kLimits.secret_bytes_min, kLimits.id_bytes_max, "invalid-argument", "invalid-argument",
       [](std::size_t n) { return hello_with([&](Hello& hello) { hello.resume = text(n); }); }},
      {"attributes, in the hello", 1, kLimits.attributes_bytes_max, nullptr, "message-too-large",
       [](std::size_t n) { return hello_with([&](Hello& hello) { hello.attributes = {{"k", text(n - 1)}}; }); }},
      {"attributes, later", 2, kLimits.attributes_bytes_max, nullptr, "message-too-large",
       [](std::size_t n) { return request_with(RoomAction::SetAttributes, [&](auto& wish) { wish.values = {{"k", text(n - 1)}}; }); }},
      {"the name of an attribute", 1, kLimits.id_bytes_max, "invalid-argument", "invalid-argument",
       [](std::size_t n) { return request_with(RoomAction::SetAttributes, [&](auto& wish) { wish.values = {{text(n), "v"}}; }); }},
      {"the name of an attribute, in the hello", 1, kLimits.id_bytes_max, "invalid-argument", "invalid-argument",
       [](std::size_t n) { return hello_with([&](Hello& hello) { hello.attributes = {{text(n), "v"}}; }); }},
      {"metadata", 2, kLimits.metadata_bytes_max, nullptr, "message-too-large",
       [](std::size_t n) { return request_with(RoomAction::SetMetadata, [&](auto& wish) { wish.values = {{"k", text(n - 1)}}; }); }},
      {"a reaction", 1, kLimits.reaction_bytes_max, "invalid-argument", "message-too-large",
       [](std::size_t n) { return request_with(RoomAction::React, [&](auto& wish) { wish.text = text(n); }); }},
      {"the id of a request", 1, kLimits.id_bytes_max, "message-malformed", "message-malformed",
       [](std::size_t n) { return request_with(RoomAction::RaiseHand, [&](auto& wish) { wish.id = text(n); }); }},
      {"a chat text", 1, kLimits.chat_bytes_max, "invalid-argument", "message-too-large",
       [](std::size_t n) { return said(chat("k", text(n))); }},
      {"the id of a chat message", 1, kLimits.id_bytes_max, "message-malformed", "message-malformed",
       [](std::size_t n) { return said(chat(text(n), "hi")); }},
      {"the id of a call", 1, kLimits.id_bytes_max, "message-malformed", "message-malformed",
       [](std::size_t n) { return said(CallSubmitted{CallId{text(n)}, CallAction::Request, UserId{"ben"}, 0, ""}); }},
      {"the reason of a call's end", 0, kLimits.call_reason_bytes_max, nullptr, "message-malformed",
       [](std::size_t n) { return said(CallSubmitted{CallId{"k"}, CallAction::End, UserId{"ben"}, 0, text(n)}); }},
      {"a session description", 0, kLimits.description_bytes_max, nullptr, "message-too-large",
       [](std::size_t n) { return pair_with(Offer{text(n), {}}); }},
      {"a mid", 1, kLimits.id_bytes_max, nullptr, "message-too-large",
       [](std::size_t n) { return pair_with(Offer{"v=0", {{text(n), Slot::Camera}}}); }},
      {"a candidate, its mid and its fragment", 4, kLimits.candidate_bytes_max, nullptr, "message-too-large",
       [](std::size_t n) { return pair_with(Candidates{{candidate_of(n)}}); }},
      {"candidates in one message", 1, kLimits.candidates_per_generation_max, nullptr, "message-too-large",
       [](std::size_t n) { return pair_with(Candidates{std::vector<Candidate>(n, candidate_of(10))}); }},
  };
  return bounds;
}

}  // namespace

TEST_CASE("bounds: of the room: within is taken, beyond has its own error and changes nothing",
          "[P33][P34][P36][P37][P38][P39][P40][P41][P43][P44][P45][P47]") {
  for (const Bound& bound : bounds_of_room()) check(bound);
}

TEST_CASE("bounds: a token has 4 KiB, and is not taken in part", "[P35]") {
  for (const std::size_t bytes : {kLimits.token_bytes_max - 1, kLimits.token_bytes_max, kLimits.token_bytes_max + 1}) {
    RoomOptions options;
    options.authorize = true;
    ServerWorld world(options);
    world.open("ada");
    Hello hello = ServerWorld::hello("ada", "r");
    hello.token = text(bytes);
    world.say("ada", hello);
    const bool good = bytes <= kLimits.token_bytes_max;
    CHECK(world.questions.size() == (good ? 1 : 0));
    CHECK(world.heard<Problem>("ada").size() == (good ? 0 : 1));
  }
}

TEST_CASE("bounds: an envelope holds 64 messages, of 32 levels", "[P32]") {
  const auto outcome = [](std::size_t messages, std::size_t levels) {
    ServerWorld world;
    world.join("ada", "r");
    world.clear();
    std::string body = R"({"messages":[)";
    for (std::size_t i = 0; i < messages; ++i) {
      if (i > 0) body += ",";
      // The envelope, its list and the message are three.
      body += R"({"type":"media","media":{},"deep":)" + std::string(levels - 3, '[') + std::string(levels - 3, ']') + "}";
    }
    world.say_raw("ada", "meetwire", body + "]}");
    if (world.heard<MemberChanged>("ada").size() == messages) return std::string();
    CHECK(world.heard<MemberChanged>("ada").empty());
    return code_of(world.only<Problem>("ada").error);
  };
  CHECK(outcome(63, 5) == "");
  CHECK(outcome(64, 5) == "");
  CHECK(outcome(65, 5) == "message-too-large");
  CHECK(outcome(1, 31) == "");
  CHECK(outcome(1, 32) == "");
  CHECK(outcome(1, 33) == "message-too-deep");
}

TEST_CASE("bounds: to the client an envelope has 256 KiB", "[P32]") {
  auto client = make_meetwire_client(kDefaultLimits);
  for (const std::size_t bytes : {256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1}) {
    const std::string head = R"({"messages":[{"type":"waiting","padding":")", tail = R"("}]})";
    const auto decoded = client->decode("meetwire", head + text(bytes - head.size() - tail.size()) + tail);
    CHECK(decoded.messages.size() == (bytes <= 256 * 1024 ? 1 : 0));
    CHECK(decoded.failures.size() == (bytes <= 256 * 1024 ? 0 : 1));
  }
}

TEST_CASE("bounds: a connection says 500 at once, and 100 a second after that", "[P46]") {
  ServerWorld world;
  world.join("ada", "r");
  world.clear();
  std::size_t taken = 0;
  const auto say = [&](std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) world.say("ada", MediaAnnounced{});
    taken = world.heard<MemberChanged>("ada").size();
  };
  say(499);  // the hello was one
  CHECK(taken == 499);
  say(1);
  CHECK(taken == 499);
  world.now = world.now + Millis{1'000};
  say(100);
  CHECK(taken == 599);
  say(1);
  CHECK(taken == 599);
}

TEST_CASE("bounds: an acknowledgement of one more than was given out changes nothing") {
  room::Outbox outbox(/*keeps=*/true, kDefaultLimits);
  for (int i = 0; i < 3; ++i) outbox.push(protocol::RoomChanged{});
  outbox.begin_waiting(Millis{1});
  const auto repeat_at = outbox.repeat_at();
  outbox.acknowledge(4);
  CHECK(outbox.kept() == 3);
  CHECK(outbox.repeat_at() == repeat_at);
  outbox.acknowledge(0);
  CHECK(outbox.kept() == 3);
  outbox.acknowledge(2);
  CHECK(outbox.kept() == 1);
  outbox.acknowledge(2);
  CHECK(outbox.kept() == 1);
  outbox.acknowledge(3);
  CHECK(outbox.kept() == 0);
}

TEST_CASE("bounds: what is kept for a member: as many messages as may be, and the next one costs the oldest") {
  Limits limits;
  limits.resume_messages_max = 3;
  room::Outbox outbox(true, limits);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(outbox.push(protocol::RoomChanged{}).dropped);
  CHECK(outbox.covers(0));
  CHECK(outbox.push(protocol::RoomChanged{}).dropped);
  CHECK(outbox.kept() == 3);
  CHECK_FALSE(outbox.covers(0));
  CHECK(outbox.covers(1));
  CHECK(outbox.covers(4));
  CHECK_FALSE(outbox.covers(5));
}

TEST_CASE("bounds: what is kept for a member: exactly as many bytes as may be") {
  Limits limits;
  limits.resume_bytes_max = 2 * room::Letter(protocol::RoomChanged{}).bytes();
  room::Outbox outbox(true, limits);
  CHECK_FALSE(outbox.push(protocol::RoomChanged{}).dropped);
  CHECK_FALSE(outbox.push(protocol::RoomChanged{}).dropped);
  CHECK(outbox.push(protocol::RoomChanged{}).dropped);
  CHECK(outbox.kept() == 2);
}

TEST_CASE("bounds: of those removed as many are remembered as may be; one more lets the first one in again") {
  Limits limits;
  limits.removed_max = 2;
  room::Lobby lobby(limits);
  lobby.bar(UserId{"a"});
  lobby.bar(UserId{"b"});
  CHECK(lobby.is_barred(UserId{"a"}));
  lobby.bar(UserId{"c"});
  CHECK_FALSE(lobby.is_barred(UserId{"a"}));
  CHECK(lobby.is_barred(UserId{"b"}));
  CHECK(lobby.is_barred(UserId{"c"}));
}

TEST_CASE("bounds: one who is removed again pushes nobody else off the list") {
  Limits limits;
  limits.removed_max = 2;
  room::Lobby lobby(limits);
  lobby.bar(UserId{"a"});
  lobby.bar(UserId{"b"});
  lobby.bar(UserId{"b"});
  CHECK(lobby.is_barred(UserId{"a"}));
  CHECK(lobby.is_barred(UserId{"b"}));
}

TEST_CASE("bounds: as many wait in the lobby as may, one more is refused") {
  Limits limits;
  limits.lobby_max = 2;
  RoomOptions options;
  options.lobby = true;
  PeopleWorld world(options, limits);
  world.join("ada", "r");
  for (const char* who : {"one", "two", "six"}) world.knock(who, who);
  CHECK(world.heard<Waiting>("two").size() == 1);
  CHECK(world.error<Refused>("six") == ErrorCode::RoomFull);
}

TEST_CASE("bounds: a member's last ids are remembered, as many as may be and no more", "[P16]") {
  Limits limits;
  limits.chat_ids_remembered_max = 3;
  limits.requests_remembered_max = 3;
  limits.chat_kept_messages_max = 0;
  for (const bool all : {true, false}) {
    PeopleWorld world({}, limits);
    world.join("ada", "r");
    world.join("ben", "r");
    const auto ask = [&](int i) {
      RequestSubmitted wish = PeopleWorld::text(RoomAction::SetName, "n" + std::to_string(i));
      wish.id = "q" + std::to_string(i);
      world.say("ada", wish);
      world.say("ada", chat("k" + std::to_string(i), "hi"));
    };
    for (int i = 0; i < (all ? 3 : 4); ++i) ask(i);
    world.clear();
    ask(0);
    CHECK(world.heard<ChatDelivered>("ben").size() == (all ? 0 : 1));
    CHECK(world.heard<MemberChanged>("ben").size() == (all ? 0 : 1));
  }
}

TEST_CASE("bounds: reactions: ten at once, and four a second") {
  PeopleWorld world;
  world.join("ada", "r");
  const auto react = [&] { return world.ask("ada", PeopleWorld::text(RoomAction::React, "!")); };
  for (std::uint32_t i = 0; i < kLimits.reactions_burst; ++i) CHECK_FALSE(react());
  CHECK(react() == ErrorCode::RateLimited);
  world.now = world.now + Millis{1'000};
  for (std::uint32_t i = 0; i < kLimits.reactions_per_second; ++i) CHECK_FALSE(react());
  CHECK(react() == ErrorCode::RateLimited);
}

TEST_CASE("G8: at the server a crossed call that is over stays over, whichever of its ids one asks for", "[P19]") {
  PeopleWorld world;
  world.join("ada", "r");
  world.join("ben", "r");
  const auto say = [&](const char* who, const char* id, CallAction action, const char* to = "") {
    world.clear();
    world.say(who, CallSubmitted{CallId{id}, action, UserId{to}, 0, ""});
    return world.heard<CallTold>(who).back().call;
  };
  say("ada", "first", CallAction::Request, "ben");
  CHECK(say("ben", "second", CallAction::Request, "ada").state == CallState::Connected);
  CHECK(say("ada", "first", CallAction::End).outcome == CallOutcome::HungUp);
  for (const CallAction word : {CallAction::Ask, CallAction::Accept, CallAction::End, CallAction::Request}) {
    const Call answer = say("ben", "second", word, "ada");
    CHECK(answer.id.value == "first");
    CHECK(answer.outcome == CallOutcome::HungUp);
    CHECK(world.heard<CallTold>("ada").empty());
  }
  // Forgotten together, and not before the time.
  world.pass(kLimits.call_remembered.value - 1);
  CHECK(say("ben", "second", CallAction::Ask).outcome == CallOutcome::HungUp);
  world.pass(1);
  CHECK(say("ben", "second", CallAction::Ask).outcome == CallOutcome::Gone);
  CHECK(say("ada", "first", CallAction::Ask).outcome == CallOutcome::Gone);
}

}  // namespace bounds_test
