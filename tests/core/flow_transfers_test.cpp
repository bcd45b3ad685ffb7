// Transfers between two flow machines: offers, credit, resuming, and what each side is told at the end.
#include "core/flow_world.hpp"

namespace meetwire::flow::flow_transfers_test {

namespace {

constexpr std::int64_t kBlock = kDefaultLimits.file_block_bytes;
constexpr std::int64_t kWindow = kDefaultLimits.file_window_bytes;
constexpr std::int64_t kSize = kWindow * 3 + 17;

// Ada sends to Ben.
struct Sending : FlowWorld {
  explicit Sending(std::int64_t size = kSize) {
    connect();
    tell(ada, event::FileRequested{ada.peer, 1, "holiday.jpg", size, "image/jpeg"});
    settle();
  }

  void accept() {
    tell(ben, event::FileAccepted{ben.peer, 1});
    settle();
  }
  command::ReceiveFile receiving() const { return ben.all<command::ReceiveFile>().back(); }
  command::SendFile sending() const { return ada.all<command::SendFile>().back(); }
  std::int64_t may_send() const {
    std::int64_t until = sending().until;
    for (const auto& each : ada.all<command::ExtendFile>()) until = std::max(until, each.until);
    return until;
  }
  void store(std::int64_t held) {
    while (stored < held) {
      stored = std::min(held, stored + kBlock);
      tell(ben, event::BlockStored{ben.peer, 1, receiving().run, stored});
      settle();
    }
  }
  std::int64_t stored = 0;
  void finish() {
    tell(ada, event::FileRead{ada.peer, 1, sending().run});
    tell(ben, event::FileStored{ben.peer, 1, receiving().run});
    settle();
  }
  void from_ben(const wire::Message& message) { tell(ada, event::ControlArrived{ada.peer, wire::write(message)}); }
  void from_ada(const wire::Message& message) { tell(ben, event::ControlArrived{ben.peer, wire::write(message)}); }
};

}  // namespace

TEST_CASE("a file is offered, accepted, sent within the window, and is there", "[flow]") {
  Sending world;
  const auto offered = world.ben.only<command::FileOffered>();
  CHECK(offered.name == "holiday.jpg");
  CHECK(offered.size == kSize);
  CHECK(world.ada.all<command::SendFile>().empty());
  world.accept();
  CHECK(world.sending().from == 0);
  CHECK(world.may_send() == kWindow);
  CHECK(world.ada.channels["(files)"] == ChannelState::Open);
  world.store(kBlock);
  CHECK(world.may_send() == kWindow + kBlock);
  world.store(kSize - 17);
  CHECK(world.may_send() == kSize);
  world.store(kSize);
  world.finish();
  for (FlowEnd* each : {&world.ada, &world.ben}) {
    CHECK_FALSE(each->only<command::FileEnded>().error);
    CHECK(each->only<command::FileEnded>().held == kSize);
  }
  world.pass(Millis{600'000});
  CHECK_FALSE(world.ada.wake_at);
}

TEST_CASE("declined and cancelled: both sides are told which", "[flow]") {
  Sending declined;
  declined.tell(declined.ben, event::FileStopped{declined.ben.peer, 1, false, ErrorCode::FileDeclined, "no room"});
  declined.settle();
  CHECK(declined.ada.only<command::FileEnded>().error == Failure{ErrorCode::FileDeclined, "no room"});
  CHECK(declined.ben.only<command::FileEnded>().error->code == ErrorCode::FileDeclined);

  Sending cancelled;
  cancelled.accept();
  cancelled.store(kBlock);
  cancelled.tell(cancelled.ada, event::FileStopped{cancelled.ada.peer, 1, true, ErrorCode::Aborted, ""});
  cancelled.settle();
  CHECK(cancelled.ada.only<command::FileEnded>().error->code == ErrorCode::Aborted);
  CHECK(cancelled.ben.only<command::FileEnded>().error->code == ErrorCode::FileCancelled);
  CHECK(cancelled.ben.only<command::FileEnded>().held == kBlock);

  Sending changed;
  changed.accept();
  changed.tell(changed.ada, event::FileStopped{changed.ada.peer, 1, true, ErrorCode::FileChanged, ""});
  changed.settle();
  CHECK(changed.ben.only<command::FileEnded>().error->code == ErrorCode::FileChanged);

  Sending full;
  full.accept();
  full.tell(full.ben, event::FileStopped{full.ben.peer, 1, false, ErrorCode::StorageFailed, ""});
  full.settle();
  CHECK(full.ada.only<command::FileEnded>().error->code == ErrorCode::StorageFailed);
}

TEST_CASE("C15, I3: after a lost connection it goes on from what the receiver holds", "[flow]") {
  Sending world;
  world.accept();
  world.store(kBlock * 3);
  world.cut();
  CHECK(world.ada.all<command::FileEnded>().empty());
  // What was being written when the connection broke counts.
  world.tell(world.ben, event::BlockStored{world.ben.peer, 1, world.receiving().run, kBlock * 4});
  world.pass(Millis{60'000});
  world.connect();
  world.settle();
  CHECK(world.sending().from == kBlock * 4);
  CHECK(world.sending().run == 2);
  CHECK(world.receiving().from == kBlock * 4);
  // A word about the run before does not count any more.
  world.from_ben(wire::Credit{1, 1, kBlock * 5, kSize});
  CHECK(world.may_send() == kBlock * 4 + kWindow);
  world.store(kSize);
  world.finish();
  CHECK_FALSE(world.ada.only<command::FileEnded>().error);
  CHECK_FALSE(world.ben.only<command::FileEnded>().error);
  CHECK(world.ben.all<command::FileOffered>().size() == 1);
}

TEST_CASE("I3: the connection never comes back: both are told, and how far it came", "[flow]") {
  Sending world;
  world.accept();
  world.store(kBlock * 3);
  world.cut();
  world.pass(kDefaultLimits.file_resume_window - Millis{1});
  CHECK(world.ada.all<command::FileEnded>().empty());
  world.pass(Millis{1});
  for (FlowEnd* each : {&world.ada, &world.ben}) {
    CHECK(each->only<command::FileEnded>().error->code == ErrorCode::PeerGone);
    CHECK(each->only<command::FileEnded>().held == kBlock * 3);
    CHECK_FALSE(each->wake_at);
  }
}

TEST_CASE("the end is lost with the connection: the sender hears it with the next one", "[flow]") {
  Sending world;
  world.accept();
  world.store(kSize);
  world.tell(world.ada, event::FileRead{world.ada.peer, 1, 1});
  world.tell(world.ben, event::FileStored{world.ben.peer, 1, 1});
  world.ben.line.clear();
  CHECK_FALSE(world.ben.only<command::FileEnded>().error);
  world.cut();
  world.connect();
  world.settle();
  CHECK_FALSE(world.ada.only<command::FileEnded>().error);
  CHECK(world.ben.all<command::FileOffered>().size() == 1);
}

TEST_CASE("a refusal that is lost with the connection is said again", "[flow]") {
  Sending world;
  world.tell(world.ben, event::FileStopped{world.ben.peer, 1, false, ErrorCode::FileDeclined, ""});
  world.ben.line.clear();
  world.cut();
  world.connect();
  world.settle();
  CHECK(world.ada.only<command::FileEnded>().error->code == ErrorCode::FileDeclined);
}

TEST_CASE("an offer made while there is no link goes out with the next one", "[flow]") {
  FlowWorld world;
  world.tell(world.ada, event::FileRequested{world.ada.peer, 1, "a", 0, ""});
  world.pass(Millis{10'000});
  world.connect();
  world.settle();
  CHECK(world.ben.only<command::FileOffered>().size == 0);
}

TEST_CASE("the stream of files dies while the connection lives: another one, and on from what is held", "[flow]") {
  Sending world;
  world.accept();
  world.store(kBlock);
  const StreamId before = world.ada.stream_of["(files)"];
  for (FlowEnd* each : {&world.ada, &world.ben}) {
    each->streams.erase(before);
    world.tell(*each, event::StreamLost{each->peer, before});
  }
  world.settle();
  CHECK(world.sending().from == kBlock);
  CHECK(world.sending().run == 2);
  CHECK(world.ada.streams == world.ben.streams);
}

TEST_CASE("both send at once: nothing goes out before there is one stream for it", "[flow]") {
  FlowWorld world;
  world.connect();
  for (FlowEnd* each : {&world.ada, &world.ben}) world.tell(*each, event::FileRequested{each->peer, 1, "a", 10, ""});
  while (world.deliver(world.ada) || world.deliver(world.ben)) {}
  for (FlowEnd* each : {&world.ada, &world.ben}) world.tell(*each, event::FileAccepted{each->peer, 1});
  while (world.deliver(world.ada) || world.deliver(world.ben)) {}
  for (FlowEnd* each : {&world.ada, &world.ben}) CHECK(each->all<command::SendFile>().empty());
  world.settle();
  for (FlowEnd* each : {&world.ada, &world.ben}) CHECK(each->only<command::SendFile>().from == 0);
  world.require_one("(files)");
}

TEST_CASE("a damaged block is asked for again, a few times", "[flow]") {
  Sending world;
  world.accept();
  world.store(kBlock);
  for (std::uint32_t retry = 0; retry < kDefaultLimits.file_retries_max; ++retry) {
    world.tell(world.ben, event::BlockDamaged{world.ben.peer, 1, world.receiving().run});
    world.settle();
    CHECK(world.sending().from == kBlock);
    CHECK(world.sending().run == retry + 2);
  }
  world.tell(world.ben, event::BlockDamaged{world.ben.peer, 1, 1});
  CHECK(world.ben.all<command::FileEnded>().empty());
  world.tell(world.ben, event::BlockDamaged{world.ben.peer, 1, world.receiving().run});
  world.settle();
  CHECK(world.ada.only<command::FileEnded>().error->code == ErrorCode::FileDamaged);
  CHECK(world.ben.only<command::FileEnded>().error->code == ErrorCode::FileDamaged);
}

TEST_CASE("a receiver that lies about what it holds: an error, and the transfer is over", "[flow]") {
  const std::vector<wire::Message> lies{
      wire::Accept{1, 1, kSize, kSize},           wire::Accept{1, 2, 5, kBlock},        wire::Accept{1, 2, -kBlock, kBlock},
      wire::Accept{1, 2, 0, kSize + 1},           wire::Credit{1, 1, kWindow + 1, kSize}, wire::Credit{1, 1, -1, kSize},
      wire::Credit{1, 1, kBlock, kSize + kBlock}, wire::Credit{1, 1, kBlock, 0},        wire::Done{1},
  };
  for (std::size_t at = 0; at < lies.size(); ++at) {
    Sending world;
    world.accept();
    world.from_ben(lies[at]);
    world.settle();
    INFO("lie " << at);
    CHECK(world.ada.only<command::FileEnded>().error->code == ErrorCode::PeerMisbehaved);
    CHECK(world.ben.only<command::FileEnded>().error);
  }
  Sending offered;
  offered.from_ben(wire::Done{1});
  CHECK(offered.ada.only<command::FileEnded>().error->code == ErrorCode::PeerMisbehaved);
}

TEST_CASE("an offer that cannot be is refused, and is no offer", "[flow]") {
  const std::vector<wire::Offer> bad{{2, "a", -1, ""}, {2, "a", std::int64_t{1} << 60, ""}, {2, std::string(256, 'a'), 1, ""},
                                     {2, "a\nb", 1, ""}, {2, "a", 1, std::string(128, 'b')}, {1, "again", 1, ""}};
  for (const wire::Offer& offer : bad) {
    Sending world;
    world.tell(world.ben, event::FileStopped{world.ben.peer, 1, false, ErrorCode::FileDeclined, ""});
    world.from_ada(offer);
    CHECK(world.ben.all<command::FileOffered>().size() == 1);
  }
  Sending path;
  path.from_ada(wire::Offer{2, "../../etc\\passwd", 1, ""});
  CHECK(path.ben.all<command::FileOffered>().back().name == "passwd");
}

TEST_CASE("a flood of offers is refused beyond a bound", "[flow]") {
  Sending world;
  for (TransferId transfer = 2; transfer < 500; ++transfer) world.from_ada(wire::Offer{transfer, "a", 1, ""});
  CHECK(world.ben.all<command::FileOffered>().size() == kDefaultLimits.transfers_max);
}

TEST_CASE("another size under the same number is another file", "[flow]") {
  Sending world;
  world.accept();
  world.from_ada(wire::Offer{1, "holiday.jpg", kSize + 1, ""});
  world.settle();
  CHECK(world.ada.only<command::FileEnded>().error->code == ErrorCode::FileChanged);
}

TEST_CASE("whoever leaves ends their transfers at once", "[flow]") {
  Sending world;
  world.accept();
  world.tell(world.ada, event::PeerLeft{world.ada.peer});
  CHECK(world.ada.only<command::FileEnded>().error->code == ErrorCode::PeerGone);
  CHECK_FALSE(world.ada.wake_at);
}

TEST_CASE("M10: a name longer than file systems take is sent shorter, at a character, with its extension", "[flow]") {
  const auto sent = [](const std::string& name, const std::string& type = "") {
    FlowWorld world;
    world.connect();
    world.tell(world.ada, event::FileRequested{world.ada.peer, 1, name, 10, type});
    world.settle();
    CHECK(world.ada.all<command::FileEnded>().empty());
    return world.ben.only<command::FileOffered>();
  };
  const auto chinese = [](std::size_t characters) {
    std::string text;
    for (std::size_t count = 0; count < characters; ++count) text += "\xE7\x88\xB1";
    return text;
  };
  const std::string ascii(255, 'n');
  CHECK(sent(ascii.substr(1)).name == ascii.substr(1));
  CHECK(sent(ascii).name == ascii);
  CHECK(sent(ascii + "n").name == ascii);
  CHECK(sent(ascii + ".jpeg").name == ascii.substr(5) + ".jpeg");
  CHECK(sent(chinese(85)).name == chinese(85));
  CHECK(sent(chinese(88)).name == chinese(85));
  CHECK(sent(chinese(88) + ".pdf").name == chinese(83) + ".pdf");
  CHECK(sent("/home/ada/" + chinese(88) + ".pdf").name == chinese(83) + ".pdf");
  // No extension: a dot far from the end, or the first character.
  CHECK(sent("a." + ascii).name == ("a." + ascii).substr(0, 255));
  CHECK(sent("." + ascii).name == ("." + ascii).substr(0, 255));
  CHECK(sent("a\nb.txt").name == "a b.txt");
  CHECK(sent("").name.empty());
  CHECK(sent("a", std::string(127, 't')).media_type == std::string(127, 't'));
  CHECK(sent("a", std::string(128, 't')).media_type.empty());
}

TEST_CASE("M10: words for declining are shortened rather than lost", "[flow]") {
  Sending world;
  std::string reason(255, 'r');
  world.tell(world.ben, event::FileStopped{world.ben.peer, 1, false, ErrorCode::FileDeclined, reason + "\xE7\x88\xB1"});
  world.settle();
  CHECK(world.ada.only<command::FileEnded>().error->detail == reason);
}

TEST_CASE("M9: an offer waits a little for an application that does not listen yet", "[flow]") {
  Sending heard;
  heard.tell(heard.ben, event::FileUnheard{heard.ben.peer, 1});
  heard.pass(kDefaultLimits.file_listener_grace - Millis{1});
  CHECK(heard.ada.all<command::FileEnded>().empty());
  heard.tell(heard.ben, event::FileHeard{heard.ben.peer, 1});
  heard.pass(Millis{60'000});
  CHECK(heard.ada.all<command::FileEnded>().empty());
  heard.accept();
  CHECK(heard.receiving().run == 1);

  Sending unheard;
  unheard.tell(unheard.ben, event::FileUnheard{unheard.ben.peer, 1});
  unheard.pass(kDefaultLimits.file_listener_grace);
  unheard.settle();
  CHECK(unheard.ada.only<command::FileEnded>().error == Failure{ErrorCode::FileDeclined, "nobody takes files there"});
  CHECK(unheard.ben.only<command::FileEnded>().error->code == ErrorCode::FileDeclined);
  CHECK_FALSE(unheard.ben.wake_at);
}

TEST_CASE("M9: a file for somebody who is being connected waits; for somebody who takes none it fails at once", "[flow]") {
  FlowWorld world;
  world.tell(world.ada, event::PeerSeen{world.ada.peer, LinkState::Connecting, true});
  world.tell(world.ada, event::FileRequested{world.ada.peer, 1, "a.txt", 10, ""});
  world.pass(Millis{20'000});
  CHECK(world.ada.all<command::FileEnded>().empty());
  world.connect();
  world.settle();
  CHECK(world.ben.only<command::FileOffered>().name == "a.txt");

  for (const bool later : {false, true}) {
    FlowWorld classic;
    classic.tell(classic.ada, event::PeerSeen{classic.ada.peer, LinkState::Connecting, later});
    classic.tell(classic.ada, event::FileRequested{classic.ada.peer, 1, "a.txt", 10, ""});
    classic.tell(classic.ada, event::PeerSeen{classic.ada.peer, LinkState::Connecting, false});
    CHECK(classic.ada.only<command::FileEnded>().error->code == ErrorCode::ChannelClosed);
  }
}

}  // namespace meetwire::flow::flow_transfers_test
