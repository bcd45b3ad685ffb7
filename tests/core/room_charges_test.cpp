// What is charged for, to the byte: letters, charges, the chat that is kept, what waits for an acknowledgement.
#include <string>
#include <vector>

#include "room/history.hpp"
#include "room/ledger.hpp"
#include "room/letter.hpp"
#include "room/outbox.hpp"
#include "support/catch.hpp"

namespace room_charges_test {

using namespace meetwire;
using namespace meetwire::protocol;
using room::Account;
using room::Charge;
using room::Ledger;
using room::Letter;
using room::Tally;

namespace {

constexpr std::size_t kText = 2'000;
std::string text() { return std::string(kText, 'x'); }

Participant row() {
  Participant row;
  row.user = UserId{"u"};
  row.attributes = {{"k", text()}};
  return row;
}

Letter of(ServerMessage message) { return Letter(std::move(message), nullptr, nullptr, /*for_many=*/true); }

SignalFrom signal(PairBody body) {
  SignalFrom signal;
  signal.pair.body = std::move(body);
  return signal;
}

Letter said(const std::string& words) { return of(ChatDelivered{{UserId{"a"}, "i", words, {}, 0, ""}, "", ""}); }

}  // namespace

TEST_CASE("M: whatever holds a text costs and holds it, whichever message it is in") {
  Welcome self, members, history, knocks, metadata, ice;
  self.self = row();
  members.members = {row()};
  history.history = {{UserId{"a"}, "i", text(), {}, 0, ""}};
  knocks.knocks = {{UserId{"a"}, text()}};
  metadata.room.metadata = {{"k", text()}};
  ice.ice_servers = text();
  SignalFrom original;
  original.original = text();
  RoomChanged changed;
  changed.room.metadata = {{"k", text()}};
  CallTold told;
  told.call.reason = text();
  RosterListed listed;
  listed.rows = {{UserId{"a"}, text(), std::nullopt}};
  Candidate candidate;
  candidate.candidate = text();
  const std::vector<ServerMessage> all{
      self, members, history, knocks, metadata, ice, Renewed{text(), 0, std::nullopt}, MemberJoined{row()}, MemberChanged{row()},
      signal(Offer{text(), {}}), signal(Answer{1, text(), {}}), signal(Candidates{{candidate}}), original,
      ChatDelivered{{UserId{"a"}, "i", text(), {}, 0, ""}, "", ""}, ChatDelivered{{}, "", text()}, told, changed, listed,
      RelayFrom{RelayKind::Message, UserId{"a"}, text()}};
  for (const ServerMessage& message : all) {
    INFO(message.index());
    CHECK(of(message).cost() >= kText);
    CHECK(of(message).bytes() >= kText);
  }
  CHECK(of(MemberLeft{}).cost() < kText);
}

TEST_CASE("M: what is copied is held twice, what is moved once, and in the end nothing is") {
  Ledger ledger;
  const auto room = std::make_shared<Tally>();
  const auto account = ledger.account(Millis{1}, kDefaultLimits, "here");
  {
    Charge one(account, room, 10);
    Charge two(one);
    CHECK(account->bytes == 20);
    CHECK(room->bytes == 20);
    CHECK(ledger.bytes() == 20);
    Charge three;
    three = two;
    CHECK(ledger.bytes() == 30);
    const Charge four(std::move(three));
    CHECK(ledger.bytes() == 30);
    one.set(25);
    CHECK(ledger.bytes() == 45);
    one.set(5);
    CHECK(ledger.bytes() == 25);
  }
  CHECK(account->bytes == 0);
  CHECK(room->bytes == 0);
  CHECK(ledger.bytes() == 0);
}

TEST_CASE("M: an address that has nothing open and nothing held is forgotten") {
  Ledger ledger;
  const auto kept = ledger.account(Millis{1}, kDefaultLimits, "kept");
  for (int i = 0; i < 10'000; ++i) ledger.account(Millis{1}, kDefaultLimits, std::to_string(i));
  CHECK(ledger.known() < 100);
  CHECK(ledger.account(Millis{2}, kDefaultLimits, "kept") == kept);
}

TEST_CASE("bounds: the chat that is kept: exactly as many bytes as may be, all together and in one message", "[P42]") {
  // Beside the text a message has an id and a sender, of one byte each.
  const std::size_t bytes = 100;
  Limits limits;
  limits.chat_kept_bytes_max = 2 * bytes;
  room::History history;
  for (const std::size_t of_text : {bytes - 2, bytes - 2}) history.add(said(std::string(of_text, 'x')), limits);
  CHECK(history.messages().size() == 2);
  history.add(said(std::string(1, 'x')), limits);
  CHECK(history.messages().size() == 2);
  history.add(said(std::string(2 * bytes - 2, 'x')), limits);
  CHECK(history.messages().size() == 1);
  history.add(said(std::string(2 * bytes - 1, 'y')), limits);
  REQUIRE(history.messages().size() == 1);
  CHECK(history.messages().front().text.front() == 'x');
}

TEST_CASE("bounds: what is kept for a member: one byte less than two messages takes one") {
  Limits limits;
  limits.resume_bytes_max = 2 * said("x").bytes() - 1;
  room::Outbox outbox(/*keeps=*/true, limits);
  CHECK_FALSE(outbox.push(said("x")).dropped);
  CHECK(outbox.push(said("x")).dropped);
  CHECK(outbox.kept() == 1);
}

TEST_CASE("bounds: what nobody acknowledges goes out again an envelope at a time, the oldest first") {
  Limits limits;
  limits.batch_messages_max = 3;
  room::Outbox outbox(/*keeps=*/true, limits);
  for (int i = 0; i < 5; ++i) outbox.push(said(std::to_string(i)));
  outbox.begin_waiting(Millis{0});
  const auto again = outbox.due(limits.room_repeat_after);
  REQUIRE(again.size() == 3);
  CHECK(again.front().number == 1);
  outbox.acknowledge(3);
  outbox.begin_waiting(Millis{0});
  CHECK(outbox.due(limits.room_repeat_after).size() == 2);
}

}  // namespace room_charges_test
