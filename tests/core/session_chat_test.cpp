// Text: once, in order, kept over a reconnect.
#include "session_world.hpp"

namespace session_chat_test {

using namespace world;

namespace {

p::ServerMessage said(const std::string& from, const std::string& id, const std::string& text = "hi") {
  return p::ChatDelivered{{UserId{from}, id, text, {}, 5}, "", ""};
}

std::vector<std::string> submitted(const World& w) {
  std::vector<std::string> out;
  for (const auto& one : w.sent<p::ChatSubmitted>()) out.push_back(one.id);
  return out;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("chat.send: it is shown and settled when the server has it") {
  World w;
  w.join().chat(1, "c1", "hello");
  CHECK(submitted(w) == Ids{"c1"});
  CHECK(w.settlements(1) == 0);
  w.hear({p::ChatSettled{"c1", 1234, {}}});
  const auto message = w.only<command::ChatReceived>().message;
  CHECK(message.from.value == "me");
  CHECK(message.text == "hello");
  CHECK(message.at == 1234);
  CHECK_FALSE(w.error_of(1).has_value());
  w.hear({p::ChatSettled{"c1", 1234, {}}});
  CHECK(w.last.empty());
}

TEST_CASE("chat.send: what the server refuses fails with its error and is not shown") {
  World w;
  w.join().chat(1, "c1").hear({p::ChatSettled{"c1", 0, Failure{ErrorCode::RateLimited}}});
  CHECK(w.error_of(1) == ErrorCode::RateLimited);
  CHECK(w.ever<command::ChatReceived>().empty());
}

TEST_CASE("chat.send: what cannot be is refused at once") {
  World w;
  w.chat(1, "c1");
  CHECK(w.error_of(1) == ErrorCode::NotJoined);
  w.join({member("ann", "s1")});
  w.chat(2, "c2", "");
  CHECK(w.error_of(2) == ErrorCode::InvalidArgument);
  w.chat(3, "c3", std::string(101, 'x'));  // the server's limit is 100
  CHECK(w.error_of(3) == ErrorCode::MessageTooLarge);
  w.chat(4, "c4", "psst", UserId{"nobody"});
  CHECK(w.error_of(4) == ErrorCode::TargetUnknown);
  w.chat(5, "c5", "psst", UserId{"me"});
  CHECK(w.error_of(5) == ErrorCode::InvalidArgument);
  w.chat(6, "");
  CHECK(w.error_of(6) == ErrorCode::InvalidArgument);
  CHECK(submitted(w).empty());
  w.chat(7, "c7", "psst", UserId{"ann"});
  w.chat(8, "c7", "again");
  CHECK(w.error_of(8) == ErrorCode::InvalidArgument);
  CHECK(submitted(w) == Ids{"c7"});
  CHECK(w.sent<p::ChatSubmitted>()[0].to == UserId{"ann"});
}

TEST_CASE("chat.S12: no more than the bound waits") {
  World w;
  w.join();
  for (std::uint32_t i = 0; i < w.limits.requests_pending_max; ++i) w.chat(i, "c" + std::to_string(i));
  w.chat(9'999, "one-more");
  CHECK(w.error_of(9'999) == ErrorCode::RateLimited);
}

TEST_CASE("chat.D5: what has no receipt when the socket is lost goes out again, same ids, same order") {
  World w;
  w.join().chat(1, "c1").chat(2, "c2").chat(3, "c3");
  w.hear({p::ChatSettled{"c1", 9, {}}});
  CHECK(submitted(w) == Ids{"c1", "c2", "c3"});
  w.close();
  w.chat(4, "c4");  // taken while away
  CHECK(submitted(w) == Ids{"c1", "c2", "c3"});
  w.wake().open().hear({welcome({}, true)});
  CHECK(submitted(w) == Ids{"c1", "c2", "c3", "c2", "c3", "c4"});
  // The server had c2: its receipt was lost and is replayed, and the retry is answered too.
  w.hear({p::ChatSettled{"c2", 9, {}}, p::ChatSettled{"c2", 9, {}}, p::ChatSettled{"c3", 9, {}}, p::ChatSettled{"c4", 9, {}}});
  CHECK(w.ever<command::ChatReceived>().size() == 4);
  for (RequestId request = 1; request <= 4; ++request) {
    CHECK(w.settlements(request) == 1);
    CHECK_FALSE(w.error_of(request).has_value());
  }
}

TEST_CASE("chat.D4: chat goes out even when the place is lost and taken anew") {
  World w;
  w.join().chat(1, "c1").close();
  w.wake().open().hear({welcome({}, false, "s-new")});
  CHECK(submitted(w) == Ids{"c1", "c1"});
}

TEST_CASE("chat.D7: what has no receipt goes out again on the same socket, and nothing overtakes it") {
  World w;
  w.join().chat(1, "c1").chat(2, "c2");
  CHECK(submitted(w) == Ids{"c1"});
  w.wait(w.limits.chat_repeat_after.value - 1);
  CHECK(submitted(w) == Ids{"c1"});
  w.wait(1);
  CHECK(submitted(w) == Ids{"c1", "c1"});
  w.hear({p::ChatSettled{"c1", 9, {}}});
  CHECK(submitted(w) == Ids{"c1", "c1", "c2"});
  w.hear({p::ChatSettled{"c2", 10, {}}});
  CHECK_FALSE(w.wake_at.has_value());  // L5: quiet
}

TEST_CASE("chat.envelopes: a long row goes out in envelopes that the server takes") {
  World w;
  w.on(event::JoinRequested{}).open();
  p::Welcome roomy = welcome();
  roomy.limits.chat_bytes_max = 2'000;
  w.hear({roomy}).chat(1, "c0");
  const std::string text(2'000, 'x');
  std::vector<p::ServerMessage> receipts{p::ChatSettled{"c0", 9, {}}};
  for (RequestId i = 2; i < 60; ++i) w.chat(i, "c" + std::to_string(i), i % 2 == 0 ? text : "x");
  std::size_t seen = w.shared->sent.size();
  while (!receipts.empty()) {
    w.hear(std::exchange(receipts, {}));
    for (; seen < w.shared->sent.size(); ++seen) {
      std::size_t bytes = 0;
      for (const auto& message : w.shared->sent[seen].messages) {
        const auto& said = std::get<p::ChatSubmitted>(message);
        bytes += said.text.size();
        receipts.emplace_back(p::ChatSettled{said.id, 9, {}});
      }
      CHECK(bytes <= w.limits.chat_batch_bytes_max);
      CHECK(w.shared->sent[seen].messages.size() <= w.limits.chat_batch_messages_max);
    }
  }
  Ids wanted{"c0"};
  for (int i = 2; i < 60; ++i) wanted.push_back("c" + std::to_string(i));
  CHECK(submitted(w) == wanted);
}

TEST_CASE("chat.deadline: no receipt in time is an error, but not while the connection is lost") {
  World w;
  w.join().chat(1, "c1");
  w.wait(w.limits.request_deadline.value - 1).close();
  w.wait(1);
  CHECK(w.settlements(1) == 0);
  w.wake().open().hear({welcome({}, true)});
  w.wait(w.limits.request_deadline.value - 1);
  CHECK(w.settlements(1) == 0);
  w.wait(1);
  CHECK(w.error_of(1) == ErrorCode::ServerTimeout);
}

TEST_CASE("chat.S9: each message of a sender is shown once, whatever is repeated", "[P5]") {
  World w;
  w.join({member("ann", "s1"), member("bob", "s1")});
  w.hear({said("ann", "1"), said("ann", "2"), said("bob", "1"), said("ann", "1"), said("ann", "2"), said("ann", "3")});
  Ids shown;
  for (const auto& one : w.got<command::ChatReceived>()) shown.push_back(one.message.from.value + one.message.id);
  CHECK(shown == Ids{"ann1", "ann2", "bob1", "ann3"});
  // One sender's flood does not make another's retry new.
  for (int i = 0; i < 2'000; ++i) w.hear({said("bob", "flood" + std::to_string(i))});
  w.hear({said("ann", "3")});
  CHECK(w.last.empty());
}

TEST_CASE("chat.leave: what waits is settled when the meeting ends") {
  World w;
  w.join().chat(1, "c1").on(event::LeaveRequested{});
  CHECK(w.error_of(1) == ErrorCode::AlreadyLeft);
  World removed;
  removed.join().chat(1, "c1").hear({p::Ended{Failure{ErrorCode::Removed}}});
  CHECK(removed.error_of(1) == ErrorCode::Removed);
}

}  // namespace session_chat_test
