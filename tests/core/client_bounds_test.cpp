// What people and applications can meet of the bounds, at the client: at, below and above each, in characters of one byte
// and of several; refused with a code of its own, in words that name the bound, before anything goes out.
#include "session_world.hpp"

#include "core/bounds.hpp"

namespace client_bounds_test {

using namespace world;

namespace {

// So many bytes of text, most of them in characters of three.
std::string chinese(std::size_t bytes) {
  std::string text(bytes % 3, 'x');
  while (text.size() < bytes) text += "\xE7\x88\xB1";
  return text;
}

struct Bound {
  const char* what;
  std::size_t bytes_max;
  ErrorCode code;
  // The failure of a text at that place; none: it was taken.
  std::optional<Failure> (*meet)(const std::string& text);
};

std::optional<Failure> at_join(void (*give)(ClientOptions&, const std::string&), const std::string& text) {
  ClientOptions options = World::options();
  give(options, text);
  World world(DialectName::Meetwire, options);
  world.on(event::JoinRequested{});
  const auto changes = world.ever<command::MeetingChanged>();
  return changes.empty() ? std::nullopt : changes.back().error;
}

std::optional<Failure> settled(const World& world) {
  const auto all = world.ever<command::SettleRequest>();
  return all.empty() ? std::nullopt : all.back().error;
}

std::optional<Failure> of_request(RoomAction action, void (*give)(event::RoomRequested&, const std::string&), const std::string& text) {
  World world;
  world.join();
  event::RoomRequested wish;
  wish.request = 1;
  wish.id = "q1";
  wish.action = action;
  give(wish, text);
  world.on(wish);
  CHECK(world.sent<p::RequestSubmitted>().size() == (settled(world) ? 0 : 1));
  return settled(world);
}

std::optional<Failure> of_chat(const std::string& text) {
  World world;
  p::Welcome in = welcome();
  in.limits.chat_bytes_max = kDefaultLimits.chat_bytes_max;
  world.on(event::JoinRequested{}).open().hear({in}).chat(1, "c1", text);
  CHECK(world.sent<p::ChatSubmitted>().size() == (settled(world) ? 0 : 1));
  return settled(world);
}

std::optional<Failure> of_call(const std::string& to, const std::string& reason) {
  World world;
  world.join({member("ann", "s1")});
  world.on(event::CallRequested{1, CallId{"k1"}, UserId{to}, 0});
  if (settled(world)) return settled(world);
  world.on(event::CallEnded{2, CallId{"k1"}, reason});
  return settled(world);
}

const Bound kBounds[] = {
    {"a room", 128, ErrorCode::InvalidRoom,
     [](const std::string& text) { return at_join([](ClientOptions& to, const std::string& given) { to.room = RoomId{given}; }, text); }},
    {"a user", 128, ErrorCode::InvalidUser,
     [](const std::string& text) { return at_join([](ClientOptions& to, const std::string& given) { to.user = UserId{given}; }, text); }},
    {"a name at the join", 128, ErrorCode::InvalidName,
     [](const std::string& text) { return at_join([](ClientOptions& to, const std::string& given) { to.name = given; }, text); }},
    {"a token", 4096, ErrorCode::InvalidToken,
     [](const std::string& text) { return at_join([](ClientOptions& to, const std::string& given) { to.token = given; }, text); }},
    {"a name later on", 128, ErrorCode::InvalidName,
     [](const std::string& text) {
       return of_request(RoomAction::SetName, [](event::RoomRequested& to, const std::string& given) { to.name = given; }, text);
     }},
    // A key of one byte stands before it.
    {"attributes", 2 * 1024 - 1, ErrorCode::MessageTooLarge,
     [](const std::string& text) {
       return of_request(RoomAction::SetAttributes, [](event::RoomRequested& to, const std::string& given) { to.values["k"] = given; }, text);
     }},
    {"a key of the attributes", 128, ErrorCode::InvalidArgument,
     [](const std::string& text) {
       return of_request(RoomAction::SetAttributes, [](event::RoomRequested& to, const std::string& given) { to.values[given] = "v"; }, text);
     }},
    {"metadata", 8 * 1024 - 1, ErrorCode::MessageTooLarge,
     [](const std::string& text) {
       return of_request(RoomAction::SetMetadata, [](event::RoomRequested& to, const std::string& given) { to.values["k"] = given; }, text);
     }},
    {"a reaction", 64, ErrorCode::MessageTooLarge,
     [](const std::string& text) {
       return of_request(RoomAction::React, [](event::RoomRequested& to, const std::string& given) { to.text = given; }, text);
     }},
    {"a chat text", 16 * 1024, ErrorCode::MessageTooLarge, of_chat},
    {"whom to call", 128, ErrorCode::InvalidUser, [](const std::string& text) { return of_call(text, ""); }},
    {"the reason of a call's end", 256, ErrorCode::MessageTooLarge, [](const std::string& text) { return of_call("ann", text); }},
};

}  // namespace

TEST_CASE("M10: every bound is told at the client, by its own code and in words that name it; bytes are counted, of UTF-8", "[client-bounds]") {
  for (const Bound& bound : kBounds) {
    INFO(bound.what);
    for (const bool wide : {false, true}) {
      const auto text = [wide](std::size_t bytes) { return wide ? chinese(bytes) : std::string(bytes, 'x'); };
      CHECK_FALSE(bound.meet(text(bound.bytes_max - 1)));
      CHECK_FALSE(bound.meet(text(bound.bytes_max)));
      const auto refused = bound.meet(text(bound.bytes_max + 1));
      REQUIRE(refused);
      CHECK(refused->code == bound.code);
      CHECK(refused->detail.find(" bytes of UTF-8, at most ") != std::string::npos);
    }
  }
}

TEST_CASE("M10: a lower bound that the server hands out counts, for chat, from the welcome on", "[client-bounds]") {
  for (const bool wide : {false, true}) {
    World world;
    world.join();  // with 100 bytes
    const auto text = [wide](std::size_t bytes) { return wide ? chinese(bytes) : std::string(bytes, 'x'); };
    world.chat(1, "c1", text(99)).chat(2, "c2", text(100)).chat(3, "c3", text(101));
    CHECK(world.settlements(1) + world.settlements(2) == 0);
    CHECK(world.error_of(3) == ErrorCode::MessageTooLarge);
    CHECK(settled(world)->detail == "the text: 101 bytes of UTF-8, at most 100");
  }
}

TEST_CASE("M10: what is set bit by bit is counted together with what is there already", "[client-bounds]") {
  World world;
  p::Welcome in = welcome();
  in.self.attributes = {{"a", std::string(2 * 1024 - 1, 'x')}};
  world.on(event::JoinRequested{}).open().hear({in});
  event::RoomRequested wish;
  wish.request = 1;
  wish.id = "q1";
  wish.action = RoomAction::SetAttributes;
  wish.values = {{"b", "y"}};
  world.on(wish);
  CHECK(world.error_of(1) == ErrorCode::MessageTooLarge);
  // In place of what is there it fits.
  wish.request = 2;
  wish.id = "q2";
  wish.values = {{"a", ""}, {"b", "y"}};
  world.on(wish);
  CHECK(world.settlements(2) == 0);
  CHECK(world.sent<p::RequestSubmitted>().size() == 1);
}

TEST_CASE("M10: a chat text that grows on its way, of control characters, is refused before it is too long for the server", "[client-bounds]") {
  const auto control = [](std::size_t count) { return of_chat(std::string(count, '\x01')); };
  CHECK_FALSE(control(10'000));
  REQUIRE(control(16 * 1024));
  CHECK(control(16 * 1024)->code == ErrorCode::MessageTooLarge);
  // Line breaks and quotes are common, and fit.
  CHECK_FALSE(of_chat(std::string(8 * 1024, '\n') + std::string(8 * 1024, '"')));
}

TEST_CASE("M10: a renewed token beyond the bound is told, and does not go out; the next one counts", "[client-bounds]") {
  World world;
  world.join();
  world.close();
  world.wake();
  REQUIRE(world.ever<command::OpenTransport>().size() == 2);
  const std::size_t sent = world.shared->sent.size();
  world.on(event::TransportOpened{world.attempt, std::string(4097, 't')});
  CHECK(world.shared->sent.size() == sent);
  CHECK(world.only<command::ReportProblem>().error.code == ErrorCode::InvalidToken);
  CHECK(world.got<command::CloseTransport>().size() == 1);
  CHECK(world.state().state == MeetingState::Reconnecting);
  world.wake();
  REQUIRE(world.ever<command::OpenTransport>().size() == 3);
  world.on(event::TransportOpened{world.attempt, std::string(4096, 't')});
  CHECK(world.sent<p::Hello>().back().token == std::string(4096, 't'));
}

TEST_CASE("M10: a text is cut between two characters, never within one", "[client-bounds]") {
  for (std::size_t most = 0; most <= 12; ++most) CHECK(fitted_name(chinese(12), most).size() == most / 3 * 3);
  CHECK(fitted_name("a\xF0\x9F\x98\x80", 4) == "a");
  CHECK(fitted_name("a\xF0\x9F\x98\x80", 5).size() == 5);
  CHECK(fitted_name("a\nb\x7f", 9) == "a b ");
}

}  // namespace client_bounds_test
