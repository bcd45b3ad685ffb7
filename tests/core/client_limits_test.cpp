// What a client takes and sends, at the bound and one beyond it: chat, requests, what a server says, a pair's numbers.
#include <string>
#include <vector>

#include "link/numbers.hpp"
#include "link/remote_candidates.hpp"
#include "room/rate.hpp"
#include "session/chat.hpp"
#include "session/requests.hpp"
#include "session_world.hpp"
#include "support/pair_world.hpp"

namespace client_limits_test {

using namespace meetwire;
using link::PairNumbers;
using protocol::PairMessage;
using Verdict = PairNumbers::Verdict;

namespace {

std::string of_length(std::size_t bytes) { return std::string(bytes, 'x'); }

PairMessage said(Sequence sequence, Sequence acknowledged = 0, Incarnation incarnation = 1) {
  return PairMessage{incarnation, 0, sequence, acknowledged, {}, protocol::Candidates{}};
}

PairNumbers begun(const Limits& limits) {
  PairNumbers numbers(/*numbered=*/true, limits);
  numbers.begin(1);
  return numbers;
}

Knock knock(std::size_t number) { return {UserId{"k" + std::to_string(number)}, ""}; }

}  // namespace

TEST_CASE("bounds: a pair's numbers: a message as far ahead as may be is kept, the next one is out of reach") {
  Limits limits;
  limits.pair_reorder_max = 4;
  PairNumbers numbers = begun(limits);
  CHECK(numbers.take(Millis{1}, said(4)).verdict == Verdict::Good);
  CHECK(numbers.take(Millis{1}, said(5)).verdict == Verdict::OutOfReach);
  for (const Sequence missing : {1U, 2U, 3U}) numbers.take(Millis{1}, said(missing));
  CHECK(numbers.take(Millis{1}, said(5)).ready.size() == 1);
}

TEST_CASE("bounds: a pair's numbers: an acknowledgement of one more than was given out is no peer's") {
  PairNumbers numbers = begun(kDefaultLimits);
  for (int i = 0; i < 2; ++i) numbers.stamp(Millis{1}, protocol::Candidates{});
  CHECK(numbers.take(Millis{1}, said(1, 3)).verdict == Verdict::Misbehaved);
  CHECK(numbers.take(Millis{1}, said(1, 2)).verdict == Verdict::Good);
}

TEST_CASE("bounds: a pair's numbers: so many are kept until they are acknowledged; one more, and the first cannot be had again") {
  Limits limits;
  limits.pair_unacknowledged_max = 3;
  for (const int sent : {3, 4}) {
    PairNumbers numbers = begun(limits);
    for (int i = 0; i < sent; ++i) numbers.stamp(Millis{1}, protocol::Candidates{});
    PairMessage again = said(0);
    again.body = protocol::Replay{1};
    const auto intake = numbers.take(Millis{1}, again);
    CHECK(intake.verdict == (sent == 3 ? Verdict::Good : Verdict::OutOfReach));
    CHECK(intake.send.size() == (sent == 3 ? 3 : 0));
  }
}

TEST_CASE("bounds: a pair's numbers: an incarnation as far ahead as may be is newer, one further is no peer's") {
  PairNumbers numbers = begun(kDefaultLimits);
  CHECK(numbers.take(Millis{1}, said(1, 0, 1 + kDefaultLimits.incarnation_leap_max)).verdict == Verdict::Newer);
  CHECK(numbers.take(Millis{1}, said(1, 0, 2 + kDefaultLimits.incarnation_leap_max)).verdict == Verdict::Misbehaved);
}

TEST_CASE("bounds: remote candidates: as many of a generation as may be, before its description and after it") {
  Limits limits;
  limits.candidates_per_generation_max = 3;
  link::RemoteCandidates candidates(limits);
  const Candidate one{"candidate:1", "0", std::nullopt, "uf"};
  for (const bool described : {false, true}) {
    if (described) candidates.clear();
    if (described) candidates.description_set({"uf"});
    for (int i = 0; i < 3; ++i) CHECK(candidates.take(one));
    CHECK_FALSE(candidates.take(one));
  }
}

TEST_CASE("B: of what a browser gathers as many candidates go out as the other side takes, and a message of its bytes is full") {
  support::PairWorld world;
  for (int at = 0; at < 2; ++at) world.wish(at, {{Slot::Camera, TrackId{"cam"}}});
  world.start();
  world.run_for(Millis{2'000});
  std::string ufrag;
  for (const auto& [from, message] : world.log) {
    const auto* batch = std::get_if<protocol::Candidates>(&message.body);
    if (from == 0 && batch != nullptr) ufrag = batch->candidates.front().username_fragment.value_or("");
  }
  const auto gather = [&](std::size_t bytes) {
    Candidate candidate{"candidate:" + of_length(bytes - 11 - ufrag.size()), "0", std::nullopt, ufrag};
    world.handle(0, event::CandidateGathered{world.ends[0].other(), world.ends[0].link->incarnation(), std::move(candidate)});
  };
  const auto sent = [&] {
    world.run_for(Millis{kDefaultLimits.candidate_batch_window.value + 10});
    std::vector<std::size_t> sizes;
    for (const auto& [from, message] : world.log) {
      const auto* batch = std::get_if<protocol::Candidates>(&message.body);
      if (from == 0 && batch != nullptr) sizes.push_back(batch->candidates.size());
    }
    return sizes;
  };
  const std::size_t room = kDefaultLimits.message_bytes_max / 4;
  for (const std::size_t beyond : {0U, 1U}) {
    world.log.clear();
    for (int i = 0; i < 16; ++i) gather(1'000);
    gather(room - 16'000 + beyond);
    CHECK(sent() == (beyond == 0 ? std::vector<std::size_t>{17} : std::vector<std::size_t>{16, 1}));
  }
  world.log.clear();
  for (std::size_t i = 0; i < kDefaultLimits.candidates_per_generation_max + 2; ++i) gather(50);
  CHECK(sent() == std::vector<std::size_t>{kDefaultLimits.candidates_per_generation_max});
}

TEST_CASE("bounds: chat and requests: an envelope's worth goes out at once, to the message and to the byte") {
  Limits limits;
  limits.chat_batch_messages_max = 3;
  const auto chats = [](const Limits& bound, int count, std::size_t bytes) {
    session::Chat chat(bound, UserId{"me"});
    session::Turn turn{Millis{1}, {}};
    const roster::Roster roster(bound);
    for (int i = 0; i < count; ++i) chat.request(turn, {static_cast<RequestId>(i + 1), std::to_string(i), of_length(bytes - 1), {}}, roster);
    return chat.submit(Millis{1}).size();
  };
  const auto requests = [](const Limits& bound, int count, std::size_t bytes) {
    session::Requests asked(bound);
    session::Turn turn{Millis{1}, {}};
    for (int i = 0; i < count; ++i) {
      event::RoomRequested wish;
      wish.request = static_cast<RequestId>(i + 1);
      wish.id = std::to_string(i);
      wish.text = of_length(bytes);
      asked.request(turn, wish);
    }
    return asked.submit(Millis{1}).size();
  };
  CHECK(chats(limits, 5, 2) == 3);
  CHECK(requests(limits, 5, 2) == 3);
  limits = kDefaultLimits;
  for (const std::size_t beyond : {0U, 1U}) {
    limits.chat_batch_bytes_max = 200 - beyond;
    CHECK(chats(limits, 3, 100) == 2 - beyond);
    CHECK(requests(limits, 3, 100) == 2 - beyond);
  }
}

TEST_CASE("bounds: all texts of one request together, to the byte") {
  for (const std::size_t beyond : {0U, 1U}) {
    session::Requests requests(kDefaultLimits);
    session::Turn turn{Millis{1}, {}};
    event::RoomRequested wish;
    wish.request = 1;
    wish.id = "q";
    wish.text = of_length(kDefaultLimits.request_bytes_max + beyond);
    requests.request(turn, wish);
    CHECK(requests.submit(Millis{1}).size() == 1 - beyond);
    CHECK(turn.commands.size() == beyond);
  }
}

TEST_CASE("bounds: a chat text as JSON, to the byte") {
  Limits limits;
  limits.chat_bytes_max = 1'000'000;
  const roster::Roster roster(limits);
  for (const std::size_t beyond : {0U, 1U}) {
    session::Chat chat(limits, UserId{"me"});
    session::Turn turn{Millis{1}, {}};
    // 1,024 are left for the envelope. As JSON each quote takes two.
    const std::size_t bytes = limits.message_bytes_max - 1'024 + beyond;
    CHECK(chat.request(turn, {1, "k", "\"" + of_length(bytes - 2), {}}, roster) == (beyond == 0));
  }
}

TEST_CASE("bounds: of one sender's messages as many ids are known as may be, and no more") {
  Limits limits;
  limits.chat_ids_remembered_max = 2;
  session::Chat chat(limits, UserId{"me"});
  const auto shown = [&](const char* id) {
    session::Turn turn{Millis{1}, {}};
    chat.delivered(turn, ChatMessage{UserId{"you"}, id, "hi", {}, 1, "You"});
    return turn.commands.size();
  };
  CHECK(shown("a") == 1);
  CHECK(shown("b") == 1);
  CHECK(shown("a") == 0);
  CHECK(shown("c") == 1);
  CHECK(shown("b") == 0);
  CHECK(shown("a") == 1);
}

TEST_CASE("bounds: what a server says of reactions, metadata and a lobby is taken up to its bounds") {
  for (const std::size_t beyond : {0U, 1U}) {
    INFO(beyond);
    world::World w;
    w.join({world::member("you", "s-you")});
    w.hear({protocol::Reacted{UserId{"you"}, of_length(kDefaultLimits.reaction_bytes_max + beyond)}});
    CHECK(w.ever<command::ReactionReceived>().size() == 1 - beyond);
    protocol::RoomChanged changed;
    changed.room.locked = true;
    changed.room.metadata = {{"k", of_length(kDefaultLimits.metadata_bytes_max - 1 + beyond)}};
    w.hear({changed});
    CHECK(w.ever<command::RoomStateChanged>().back().room.metadata.size() == 1 - beyond);
    for (std::size_t i = 0; i < kDefaultLimits.lobby_max + beyond; ++i) w.hear({protocol::Knocked{knock(i)}});
    CHECK(w.ever<command::LobbyChanged>().back().knocks.size() == kDefaultLimits.lobby_max);
  }
}

TEST_CASE("bounds: nobody owes more than sixteen times what may be spent at once") {
  room::TokenBucket bucket(Millis{0}, 1, 10);
  bucket.owe(1'000'000);
  CHECK_FALSE(bucket.has_any(Millis{160'999}));
  CHECK(bucket.has_any(Millis{161'000}));
}

}  // namespace client_limits_test
