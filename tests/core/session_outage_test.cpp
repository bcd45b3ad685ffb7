// The server is away, or back and knows nobody: those whose connections carry stay together.
#include <algorithm>
#include <set>

#include "session_world.hpp"

namespace session_outage_test {

using namespace world;

namespace {

void link_is(World& w, const std::string& peer, LinkState state) { w.say(peer, link::StateChanged{state, {}}); }

// Goes on until then; what is tried in vain fails at once. Gives the waits between one try and the next.
std::vector<std::int64_t> try_in_vain(World& w, Millis until) {
  std::vector<std::int64_t> waits;
  Millis before = w.now;
  while (w.wake_at && *w.wake_at <= until) {
    w.wake();
    if (w.got<command::OpenTransport>().empty()) continue;
    waits.push_back((w.now - before).value);
    before = w.now;
    w.close();
  }
  if (w.now < until) w.wait((until - w.now).value);
  return waits;
}

World& with_two(World& w) {
  w.join({member("ann", "s-ann", 7), member("bob", "s-bob", 3)});
  link_is(w, "ann", LinkState::Connected);
  link_is(w, "bob", LinkState::Connected);
  return w;
}

// Back in a server that was started anew: the session is as it was, nobody else is known.
World& back_in_empty(World& w, std::vector<Participant> members = {}) {
  while (w.state().state == MeetingState::Reconnecting && w.got<command::OpenTransport>().empty()) w.wake();
  return w.open().hear({welcome(std::move(members), false)});
}

std::vector<std::string> left(const World& w) {
  std::vector<std::string> out;
  for (const auto& one : w.ever<command::ParticipantLeft>()) out.push_back(one.user.value);
  return out;
}

}  // namespace

TEST_CASE("D1: an hour without the server ends nothing as long as one link carries, and is tried all the while") {
  World w;
  with_two(w).close();
  const Millis lost_at = w.now;
  const auto waits = try_in_vain(w, lost_at + Millis{3'600'000});
  CHECK(w.state().state == MeetingState::Reconnecting);
  CHECK(left(w).empty());
  CHECK_FALSE(w.link_to("ann").ended);
  CHECK_FALSE(w.link_to("bob").ended);
  REQUIRE(waits.size() > 240);
  CHECK(waits.front() <= w.limits.reconnect_delay_min.value * 3 / 2);
  for (const auto wait : waits) CHECK(wait <= w.limits.reconnect_delay_max.value * 3 / 2);
  for (std::size_t i = 10; i < waits.size(); ++i) CHECK(waits[i] >= w.limits.reconnect_delay_max.value / 2);

  SECTION("the server is back, with all that it knew") {
    while (w.got<command::OpenTransport>().empty()) w.wake();
    w.open().hear({welcome({member("ann", "s-ann", 8), member("bob", "s-bob", 4)}, true)});
    CHECK(w.state().state == MeetingState::Joined);
    CHECK(w.shared->links.size() == 2);
    CHECK(left(w).empty());
  }
  SECTION("the last link is lost: then the time to give up begins") {
    link_is(w, "ann", LinkState::Reconnecting);
    w.wait(1'000);
    link_is(w, "bob", LinkState::Reconnecting);
    const Millis alone_at = w.now;
    try_in_vain(w, alone_at + w.limits.rejoin_deadline - Millis{1});
    CHECK(w.state().state == MeetingState::Reconnecting);
    CHECK(left(w).empty());
    w.wait(1);
    CHECK(w.state().state == MeetingState::Left);
    CHECK(w.state().error->code == ErrorCode::ConnectionLost);
    CHECK_FALSE(w.wake_at.has_value());
  }
  SECTION("a hole in the last link takes nobody out") {
    link_is(w, "bob", LinkState::Failed);
    link_is(w, "ann", LinkState::Reconnecting);
    try_in_vain(w, w.now + Millis{50'000});
    link_is(w, "ann", LinkState::Connected);
    try_in_vain(w, w.now + Millis{50'000});
    CHECK(w.state().state == MeetingState::Reconnecting);
    CHECK(left(w).empty());
    try_in_vain(w, w.now + Millis{10'000});
    CHECK(left(w) == std::vector<std::string>{"bob"});
  }
}

TEST_CASE("D1: whose link is lost while the server is away counts as gone after a minute") {
  World w;
  with_two(w).close();
  try_in_vain(w, w.now + Millis{100'000});
  link_is(w, "bob", LinkState::Reconnecting);
  CHECK(w.only<command::LinkChanged>().state == LinkState::Reconnecting);
  const Millis lost_at = w.now;
  try_in_vain(w, lost_at + w.limits.rejoin_deadline - Millis{1});
  CHECK(left(w).empty());
  w.wait(1);
  CHECK(left(w) == std::vector<std::string>{"bob"});
  CHECK(w.ever<command::ParticipantLeft>().back().reason == LeaveReason::Lost);
  CHECK(w.link_to("bob").ended);
  CHECK(w.state().state == MeetingState::Reconnecting);

  // He was there all the same. His own end of the link has numbers of its own, and an offer above them is heard.
  while (w.got<command::OpenTransport>().empty()) w.wake();
  w.open().hear({welcome({member("ann", "s-ann", 8), member("bob", "s-bob", 4)}, true)});
  CHECK(w.only<command::ParticipantJoined>().participant.user.value == "bob");
  CHECK(w.link_to("bob").options.first_incarnation > 1);
  CHECK(w.link_to("bob").options.offers_first);
  CHECK_FALSE(w.link_to("ann").ended);
}

TEST_CASE("D1: as soon as the machine is online again the server is tried") {
  World w;
  with_two(w).close();
  try_in_vain(w, w.now + Millis{100'000});
  REQUIRE(w.got<command::OpenTransport>().empty());
  w.on(event::NetworkChanged{});
  CHECK(w.only<command::OpenTransport>().attempt == w.attempt);
  // Once is enough.
  w.on(event::NetworkChanged{});
  CHECK(w.got<command::OpenTransport>().empty());
  World joined;
  with_two(joined).on(event::NetworkChanged{});
  CHECK(joined.got<command::OpenTransport>().empty());
}

TEST_CASE("D10: a server that has forgotten everybody gets them back, and no link is touched") {
  World w;
  with_two(w).close();
  back_in_empty(w);
  CHECK(w.sent<p::Hello>().back().session.value == "s-me");
  CHECK(w.state().state == MeetingState::Joined);
  CHECK(left(w).empty());
  // Not there yet, as far as the server knows.
  REQUIRE(w.got<command::ParticipantChanged>().size() == 2);
  for (const auto& changed : w.got<command::ParticipantChanged>()) CHECK(changed.participant.away);
  CHECK(w.link_to("ann").count<link::SignallingResumed>() == 0);
  // Nothing goes to somebody whom the server does not know.
  const auto signals = w.sent<p::SignalTo>().size();
  w.say("ann", FakePart::offer());
  CHECK(w.sent<p::SignalTo>().size() == signals);

  w.hear({p::MemberJoined{member("ann", "s-ann")}}, 1);
  CHECK(w.only<command::ParticipantChanged>().participant.user.value == "ann");
  CHECK_FALSE(w.only<command::ParticipantChanged>().participant.away);
  CHECK(w.link_to("ann").count<link::SignallingResumed>() == 1);
  w.say("ann", FakePart::offer());
  CHECK(w.sent<p::SignalTo>().size() == signals + 1);
  p::PairMessage pair;
  w.hear({p::SignalFrom{UserId{"ann"}, SessionId{"s-ann"}, pair, {}}}, 2);
  CHECK(w.link_to("ann").count<link::MessageReceived>() == 1);
  Participant muted = member("ann", "s-ann", 2);
  muted.media.camera = Wanted::Muted;
  w.hear({p::MemberChanged{muted}}, 3);
  CHECK(w.only<command::ParticipantChanged>().participant.media.camera == Wanted::Muted);

  // Bob is not back for long, and is seen and heard all the while.
  w.wait(3'000'000);
  CHECK(left(w).empty());
  w.hear({p::MemberJoined{member("bob", "s-bob")}}, 4);
  CHECK(w.shared->links.size() == 2);
  CHECK_FALSE(w.link_to("ann").ended);
  CHECK_FALSE(w.link_to("bob").ended);
  CHECK(w.ever<command::ParticipantJoined>().size() == 2);
}

TEST_CASE("D10: who comes back later finds those who are there, and offers to strangers only") {
  World w;
  with_two(w).close();
  back_in_empty(w, {member("ann", "s-ann"), member("eve", "s-eve")});
  CHECK(left(w).empty());
  CHECK(w.shared->links.size() == 3);
  CHECK(w.link_to("eve").options.offers_first);
  CHECK(w.link_to("ann").count<link::SignallingResumed>() == 1);
  CHECK(w.link_to("bob").count<link::SignallingResumed>() == 0);

  SECTION("the server is lost once more, and this time it has its memory") {
    w.close();
    while (w.got<command::OpenTransport>().empty()) w.wake();
    w.open().hear({welcome({member("ann", "s-ann", 2), member("eve", "s-eve")}, true)});
    CHECK(left(w).empty());
    CHECK(w.link_to("bob").count<link::SignallingResumed>() == 0);
    w.hear({p::MemberJoined{member("bob", "s-bob")}}, 1);
    CHECK(w.link_to("bob").count<link::SignallingResumed>() == 1);
    CHECK(w.shared->links.size() == 3);
  }
  SECTION("somebody's page was loaded again meanwhile: another one") {
    w.hear({p::MemberJoined{member("bob", "s-other")}}, 1);
    CHECK(left(w) == std::vector<std::string>{"bob"});
    CHECK(w.only<command::ParticipantLeft>().reason == LeaveReason::Replaced);
    CHECK(w.shared->links.size() == 4);
    CHECK_FALSE(w.link_to("bob").options.offers_first);
  }
  SECTION("somebody's link is lost before he is back: he leaves, a minute later") {
    link_is(w, "bob", LinkState::Reconnecting);
    w.wait(w.limits.rejoin_deadline.value - 1);
    CHECK(left(w).empty());
    w.wait(1);
    CHECK(left(w) == std::vector<std::string>{"bob"});
    w.hear({p::MemberJoined{member("bob", "s-bob")}}, 1);
    CHECK(w.link_to("bob").options.first_incarnation > 1);
    CHECK(w.link_to("bob").options.offers_first);
  }
}

TEST_CASE("D10: a place under another session is a newcomer's, as ever") {
  World w;
  with_two(w).close();
  while (w.got<command::OpenTransport>().empty()) w.wake();
  w.open().hear({welcome({member("ann", "s-ann")}, false, "s-new")});
  CHECK(left(w) == std::vector<std::string>{"bob"});
  CHECK(w.shared->links.size() == 3);
  CHECK(w.link_to("ann").options.offers_first);
}

TEST_CASE("D4: what was shown stays, what waited goes out once, to a server that has forgotten all too") {
  World w;
  with_two(w);
  w.hear({p::ChatDelivered{{UserId{"ann"}, "m1", "hi", {}, 5}, "", ""}}, 1);
  w.chat(1, "c1", "said, and its receipt is lost").close();
  w.chat(2, "c2", "said meanwhile");
  back_in_empty(w);
  const auto out = w.shared->sent.back().messages;
  std::vector<std::string> ids;
  for (const auto& one : out) {
    if (const auto* chat = std::get_if<p::ChatSubmitted>(&one)) ids.push_back(chat->id + "/" + std::to_string(chat->count));
  }
  CHECK(ids == std::vector<std::string>{"c1/1", "c2/2"});
  w.hear({p::ChatSettled{"c1", 6, {}}, p::ChatSettled{"c2", 7, {}}}, 1);
  CHECK(w.settlements(1) == 1);
  CHECK(w.settlements(2) == 1);
  // Ann says hers again as well, for the same reason.
  w.hear({p::ChatDelivered{{UserId{"ann"}, "m1", "hi", {}, 8}, "", ""}}, 3);
  CHECK(w.ever<command::ChatReceived>().size() == 3);
}

TEST_CASE("D10: a thousand clients of a killed server come back spread out") {
  const auto back_after = [](Millis outage) {
    std::vector<std::int64_t> back;
    for (std::uint32_t seed = 1; seed <= 1'000; ++seed) {
      ClientOptions options = World::options();
      options.seed = seed;
      World w(DialectName::Meetwire, options);
      w.join().close();
      const Millis up_at = w.now + outage;
      while (true) {
        w.wake();
        if (w.got<command::OpenTransport>().empty()) continue;
        if (w.now >= up_at) break;
        w.close();
      }
      back.push_back((w.now - up_at).value);
    }
    std::sort(back.begin(), back.end());
    return back;
  };
  // The most that come within the same 100 ms.
  const auto at_once = [](const std::vector<std::int64_t>& back) {
    std::size_t most = 0;
    for (std::size_t first = 0, last = 0; last < back.size(); ++last) {
      while (back[last] - back[first] > 100) ++first;
      most = std::max(most, last - first + 1);
    }
    return most;
  };
  const auto soon = back_after(Millis{2'000});
  CHECK(at_once(soon) < 150);
  CHECK(soon[950] < 2'000);
  const auto later = back_after(Millis{20'000});
  CHECK(at_once(later) < 40);
  CHECK(later.back() <= kDefaultLimits.reconnect_delay_max.value * 3 / 2);
}

}  // namespace session_outage_test
