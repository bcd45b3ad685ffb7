// Notices of typing, and the chat of before one came, as part of a session.
#include "session_world.hpp"

namespace session_typing_test {

using namespace world;

namespace {

ChatMessage said(const std::string& from, const std::string& id, const std::string& text = "hi") {
  return {UserId{from}, id, text, {}, 5};
}
std::vector<bool> told(const World& w) {
  std::vector<bool> out;
  for (const auto& one : w.sent<p::Typing>()) out.push_back(one.on);
  return out;
}
// What goes with candidates goes a moment later.
World& type(World& w, bool typing = true) {
  w.on(event::TypingReported{typing});
  return w.wait(kDefaultLimits.candidate_batch_window.value);
}
std::vector<std::string> shown(const World& w) {
  std::vector<std::string> out;
  for (const auto& one : w.ever<command::ChatReceived>()) out.push_back(one.message.from.value + " " + one.message.id);
  return out;
}
using Shown = std::vector<std::string>;

}  // namespace

TEST_CASE("typing: said now and then only, however fast the keys are") {
  World w;
  type(w);
  w.join();
  CHECK(told(w).empty());
  for (int i = 0; i < 100; ++i) type(w);  // two seconds
  CHECK(told(w) == std::vector<bool>{true});
  w.wait(1'500);
  type(w);
  CHECK(told(w) == std::vector<bool>{true, true});
  type(w, false);
  type(w, false);
  CHECK(told(w) == std::vector<bool>{true, true, false});
  type(w);
  CHECK(told(w).size() == 3);  // again, but too soon
  w.wait(1'000);
  type(w);
  CHECK(told(w).size() == 4);
}

TEST_CASE("typing: sending the message is the end of it; a message to one is none") {
  World w;
  w.join({member("ann", "s1")});
  type(w);
  w.chat(1, "c1", "psst", UserId{"ann"});
  type(w, false);
  CHECK(told(w) == std::vector<bool>{true, false});
  w.wait(2'000);
  type(w);
  w.chat(2, "c2");
  type(w, false);
  CHECK(told(w) == std::vector<bool>{true, false, true});
}

TEST_CASE("typing: of others is shown, until they stop, send, leave, or are silent for too long") {
  World w;
  w.join({member("ann", "s1")});
  w.hear({p::TypingFrom{UserId{"ann"}, true}});
  CHECK(w.only<command::TypingChanged>().typing);
  CHECK(w.only<command::TypingChanged>().user == UserId{"ann"});
  w.hear({p::TypingFrom{UserId{"ann"}, true}});
  CHECK(w.got<command::TypingChanged>().empty());
  SECTION("stop") { w.hear({p::TypingFrom{UserId{"ann"}, false}}); }
  SECTION("send") { w.hear({p::ChatDelivered{said("ann", "c1"), "", ""}}); }
  SECTION("leave") { w.hear({p::MemberLeft{UserId{"ann"}, SessionId{"s1"}, LeaveReason::Left}}); }
  SECTION("silence") {
    w.wake();
    CHECK(w.now == Millis{1'000} + kDefaultLimits.typing_shown_for);
  }
  SECTION("silence, while the connection is lost") {
    w.close();
    while (w.got<command::TypingChanged>().empty()) w.wake();
  }
  CHECK_FALSE(w.only<command::TypingChanged>().typing);
}

TEST_CASE("typing: not shown of strangers, nor ended by what somebody says to one alone") {
  World w;
  w.join({member("ann", "s1")});
  w.hear({p::TypingFrom{UserId{"eve"}, true}, p::TypingFrom{UserId{"me"}, true}});
  CHECK(w.got<command::TypingChanged>().empty());
  CHECK_FALSE(w.wake_at);
  w.hear({p::TypingFrom{UserId{"ann"}, true}});
  ChatMessage secret = said("ann", "c1");
  secret.to = UserId{"me"};
  w.hear({p::ChatDelivered{secret, "", ""}});
  CHECK(w.got<command::TypingChanged>().empty());
}

TEST_CASE("history: is shown with the welcome, in order, one's own of before a reload among it") {
  World w;
  w.on(event::JoinRequested{}).open();
  p::Welcome came = welcome({member("ann", "s1")});
  came.history = {said("ann", "a1"), said("me", "m1"), said("gone", "g1"), said("ann", "a1")};
  w.hear({came});
  CHECK(shown(w) == Shown{"ann a1", "me m1", "gone g1"});
}

TEST_CASE("S9: in a new place nothing is shown twice, and nothing out of order") {
  World w;
  w.join({member("ann", "s1")});
  w.hear({p::ChatDelivered{said("ann", "a1"), "", ""}}, 1);
  w.chat(1, "m1");
  w.hear({p::ChatSettled{"m1", 1, {}}}, 2);
  w.chat(2, "m2");
  w.close().wake().open();
  p::Welcome again = welcome({member("ann", "s1")}, /*resumed=*/false, "s-me-2");
  again.history = {said("ann", "a1"), said("me", "m0"), said("me", "m1"), said("me", "m2"), said("ann", "a2")};
  w.hear({again});
  // m2 had arrived, and this is its receipt; m0 is one that was given up, and later ones were shown.
  CHECK(shown(w) == Shown{"ann a1", "me m1", "me m2", "ann a2"});
  CHECK_FALSE(w.error_of(2));
  CHECK(w.sent<p::ChatSubmitted>().size() == 2);
}

}  // namespace session_typing_test
