// Bounds of the client, at, below and above: what is within is taken, what is beyond gets its own error at once.
#include "bounds.hpp"
#include "call/calls.hpp"
#include "session_world.hpp"

namespace session_bounds_test {

using namespace meetwire;
using namespace meetwire::test;

namespace {

std::string joined_with(const std::function<void(ClientOptions&)>& alter) {
  ClientOptions options = world::World::options();
  alter(options);
  world::World w(DialectName::Meetwire, options);
  w.on(event::JoinRequested{});
  return w.state().error ? std::string(name_of(w.state().error->code)) : "";
}

// What came at once of a wish in a meeting with "you"; what is under way is taken.
template <class Event>
std::string wished(Event event) {
  world::World w;
  w.join({world::member("you", "s-you")});
  event.request = 1;
  w.on(event);
  if (w.settlements(1) == 0) return "";
  const auto code = w.error_of(1);
  return code ? std::string(name_of(*code)) : "";
}

event::RoomRequested room_wish(std::size_t bytes) {
  event::RoomRequested wish;
  wish.id = "q";
  wish.action = RoomAction::SetMetadata;
  wish.values = {{"k", text(bytes - 1)}};
  return wish;
}

const std::vector<Bound>& bounds_of_client() {
  static const std::vector<Bound> bounds{
      {"a user's id", 1, kLimits.id_bytes_max, "invalid-user", "invalid-user",
       [](std::size_t n) { return joined_with([&](ClientOptions& options) { options.user.value = text(n); }); }},
      {"a room's name", 1, kLimits.id_bytes_max, "invalid-room", "invalid-room",
       [](std::size_t n) { return joined_with([&](ClientOptions& options) { options.room = RoomId{text(n)}; }); }},
      {"a name", 0, kLimits.name_bytes_max, nullptr, "invalid-name",
       [](std::size_t n) { return joined_with([&](ClientOptions& options) { options.name = text(n); }); }},
      {"a token", 0, kLimits.token_bytes_max, nullptr, "invalid-token",
       [](std::size_t n) { return joined_with([&](ClientOptions& options) { options.token = text(n); }); }},
      // The server of these tests takes 100 bytes.
      {"a chat text", 1, 100, "invalid-argument", "message-too-large",
       [](std::size_t n) { return wished(event::ChatRequested{1, "k", text(n), std::nullopt}); }},
      {"the id of a chat message", 1, kLimits.id_bytes_max, "invalid-argument", "invalid-argument",
       [](std::size_t n) { return wished(event::ChatRequested{1, text(n), "hi", std::nullopt}); }},
      {"the id of a call", 1, kLimits.id_bytes_max, "invalid-argument", "invalid-argument",
       [](std::size_t n) { return wished(event::CallRequested{1, CallId{text(n)}, UserId{"you"}, 0}); }},
      {"whom one calls", 1, kLimits.id_bytes_max, "invalid-user", "invalid-user",
       [](std::size_t n) { return wished(event::CallRequested{1, CallId{"k"}, UserId{text(n)}, 0}); }},
      {"the metadata of a room", 2, kLimits.metadata_bytes_max, nullptr, "message-too-large",
       [](std::size_t n) { return wished(room_wish(n)); }},
      {"the reason of a call's end", 0, kLimits.call_reason_bytes_max, nullptr, "message-too-large",
       [](std::size_t n) {
         world::World w;
         w.join({world::member("you", "s-you")});
         w.on(event::CallRequested{1, CallId{"k"}, UserId{"you"}, 0}).on(event::CallEnded{2, CallId{"k"}, text(n)});
         const auto code = w.error_of(2);
         return code ? std::string(name_of(*code)) : "";
       }},
      {"chat messages under way", 1, kLimits.requests_pending_max, nullptr, "rate-limited",
       [](std::size_t n) {
         world::World w;
         w.join();
         for (RequestId i = 1; i <= n; ++i) w.chat(i, "k" + std::to_string(i));
         if (w.settlements(static_cast<RequestId>(n)) == 0) return std::string();
         return std::string(name_of(*w.error_of(static_cast<RequestId>(n))));
       }},
      {"requests under way", 1, kLimits.requests_pending_max, nullptr, "rate-limited",
       [](std::size_t n) {
         world::World w;
         w.join();
         for (RequestId i = 1; i <= n; ++i) {
           auto wish = room_wish(2);
           wish.request = i;
           wish.id = "q" + std::to_string(i);
           w.on(wish);
         }
         if (w.settlements(static_cast<RequestId>(n)) == 0) return std::string();
         return std::string(name_of(*w.error_of(static_cast<RequestId>(n))));
       }},
  };
  return bounds;
}

}  // namespace

TEST_CASE("bounds: of the client: within is taken, beyond has its own error at once") {
  for (const Bound& bound : bounds_of_client()) check(bound);
}

TEST_CASE("bounds: as many calls at a time as may be, and as many that are over are known") {
  Limits limits;
  limits.calls_live_max = 2;
  limits.calls_over_remembered_max = 2;
  call::Calls calls(limits, UserId{"me"});
  const auto tell = [&](const std::string& id, CallState state) {
    call::Outputs out;
    const auto failure = calls.told(Millis{1}, Call{CallId{id}, UserId{"you"}, UserId{"me"}, state, CallOutcome::Pending, "", CallId{}}, out);
    return failure ? "refused" : out.submitted.empty() ? "taken" : "known to be over";
  };
  CHECK(tell("a", CallState::Ringing) == std::string("taken"));
  CHECK(tell("b", CallState::Ringing) == std::string("taken"));
  CHECK(tell("c", CallState::Ringing) == std::string("refused"));
  for (const char* id : {"a", "b"}) tell(id, CallState::Ended);
  for (const char* id : {"a", "b"}) CHECK(tell(id, CallState::Ringing) == std::string("known to be over"));
  tell("c", CallState::Ringing);
  tell("c", CallState::Ended);
  CHECK(tell("b", CallState::Ringing) == std::string("known to be over"));
  CHECK(tell("a", CallState::Ringing) == std::string("taken"));
}

TEST_CASE("G8: a crossed call that is over when one hears of it: ours is over with it, and the next one may begin") {
  world::World w;
  w.join({world::member("you", "s-you")});
  w.on(event::CallRequested{1, CallId{"mine"}, UserId{"you"}, 0});
  const Call over{CallId{"theirs"}, UserId{"you"}, UserId{"me"}, CallState::Ended, CallOutcome::HungUp, "", CallId{"mine"}};
  w.hear({protocol::CallTold{over}}, 1);
  const auto shown = w.only<command::CallChanged>().call;
  CHECK(shown.id.value == "theirs");
  CHECK(shown.replaces.value == "mine");
  CHECK(shown.state == CallState::Ended);
  w.on(event::CallRequested{2, CallId{"next"}, UserId{"you"}, 0});
  CHECK_FALSE(w.error_of(2));
}

}  // namespace session_bounds_test
