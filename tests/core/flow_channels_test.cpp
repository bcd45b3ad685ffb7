// Channels between two flow machines: which streams there are, whatever happens at the same time.
#include <algorithm>
#include <random>

#include "core/flow_world.hpp"

namespace meetwire::flow::flow_channels_test {

namespace {

std::string open_of(StreamId stream, const std::string& label) {
  return wire::write(wire::Open{stream, Purpose::Application, label, true, std::nullopt, 0});
}

}  // namespace

TEST_CASE("nothing is said before somebody has something to say", "[flow]") {
  FlowWorld world;
  world.connect();
  world.pass(Millis{60'000});
  CHECK(world.ada.said + world.ben.said == 0);
  CHECK_FALSE(world.ada.wake_at);
}

TEST_CASE("I7: both sides open the same label at once: one channel, over the stream of the smaller id", "[flow]") {
  FlowWorld world;
  world.open(world.ada, "chat");
  world.open(world.ben, "chat");
  world.connect();
  world.settle();
  world.require_one("chat");
  CHECK(world.ada.streams.size() == 1);
  CHECK(world.ada.stream_of["chat"] % 2 == 0);
}

TEST_CASE("I7: a label opened at any moment between, in any order of events, is one channel", "[flow]") {
  for (unsigned seed = 0; seed < 400; ++seed) {
    std::mt19937 chance(seed);
    FlowWorld world;
    world.connect();
    world.open(world.ada, "warm up");
    world.settle();
    bool ada_has = false, ben_has = false;
    for (int turn = 0; turn < 60; ++turn) {
      switch (chance() % 6) {
        case 0:
          if (!ada_has) world.open(world.ada, "chat");
          ada_has = true;
          break;
        case 1:
          if (!ben_has) world.open(world.ben, "chat");
          ben_has = true;
          break;
        case 2: world.host_step(world.ada); break;
        case 3: world.host_step(world.ben); break;
        case 4: world.deliver(world.ada); break;
        default: world.deliver(world.ben);
      }
    }
    if (!ada_has) world.open(world.ada, "chat");
    if (!ben_has) world.open(world.ben, "chat");
    world.settle();
    INFO("seed " << seed);
    world.require_one("chat");
  }
}

TEST_CASE("whoever has not opened a label is not sent to until they do", "[flow]") {
  FlowWorld world;
  world.connect();
  world.open(world.ada, "chat");
  world.settle();
  CHECK(world.ada.channels["chat"] == ChannelState::Connecting);
  CHECK(world.ada.streams.empty());
  world.pass(kDefaultLimits.channel_absent_grace);
  CHECK(world.ada.channels["chat"] == ChannelState::Absent);
  CHECK_FALSE(world.ada.wake_at);
  world.open(world.ben, "chat");
  world.settle();
  world.require_one("chat");
}

TEST_CASE("a channel closed on purpose is not built again", "[flow]") {
  FlowWorld world;
  world.connect();
  world.open(world.ada, "chat");
  world.open(world.ben, "chat");
  world.settle();
  world.tell(world.ben, event::ChannelReleased{"chat"});
  world.settle();
  CHECK(world.ada.channels["chat"] == ChannelState::Absent);
  CHECK(world.ada.streams.empty());
  world.pass(Millis{60'000});
  CHECK(world.ada.channels["chat"] == ChannelState::Absent);
  world.open(world.ben, "chat");
  world.settle();
  world.require_one("chat");
}

TEST_CASE("I8: a channel that dies while the connection lives is rebuilt, whichever end hears of it first", "[flow]") {
  for (const int who : {0, 1, 2}) {
    FlowWorld world;
    world.connect();
    world.open(world.ada, "chat");
    world.open(world.ben, "chat");
    world.settle();
    const StreamId before = world.ada.stream_of["chat"];
    world.ada.streams.erase(before);
    world.ben.streams.erase(before);
    if (who != 1) world.tell(world.ada, event::StreamLost{world.ada.peer, before});
    if (who != 0) world.tell(world.ben, event::StreamLost{world.ben.peer, before});
    world.settle();
    // The other end's news comes late, and changes nothing.
    world.tell(world.ada, event::StreamLost{world.ada.peer, before});
    world.tell(world.ben, event::StreamLost{world.ben.peer, before});
    world.pass(Millis{1'000});
    INFO("who " << who);
    world.require_one("chat");
    CHECK(world.ada.stream_of["chat"] != before);
  }
}

TEST_CASE("I8: one that dies again and again is rebuilt ever more slowly, and never given up", "[flow]") {
  FlowWorld world;
  world.connect();
  world.open(world.ada, "chat");
  world.open(world.ben, "chat");
  world.settle();
  const auto made = [&world] { return world.ada.streams_made + world.ben.streams_made; };
  const std::uint32_t before = made();
  const auto kill = [&world](FlowEnd& end) {
    const StreamId stream = end.stream_of["chat"];
    if (stream != 0 && end.streams.erase(stream) > 0) world.tell(end, event::StreamLost{end.peer, stream});
  };
  for (int second = 0; second < 600; ++second) {
    kill(world.ada);
    kill(world.ben);
    world.pass(Millis{100});
  }
  CHECK(made() - before < 60);
  world.pass(Millis{30'000});
  world.require_one("chat");
}

TEST_CASE("a new connection has all channels again; a lost one shows none", "[flow]") {
  FlowWorld world;
  world.connect();
  for (const char* label : {"chat", "game"}) {
    world.open(world.ada, label);
    world.open(world.ben, label);
  }
  world.settle();
  world.cut();
  CHECK(world.ada.channels["chat"] == ChannelState::Connecting);
  world.pass(Millis{30'000});
  world.connect();
  world.settle();
  world.require_one("chat");
  world.require_one("game");
  CHECK(world.ada.streams.size() == 2);
}

TEST_CASE("a browser that refuses a stream is asked for another", "[flow]") {
  FlowWorld world;
  world.ada.refused = {2};
  world.ben.refused = {2, 4};
  world.connect();
  world.open(world.ben, "chat");
  world.settle();
  world.open(world.ada, "chat");
  world.pass(Millis{30'000});
  world.require_one("chat");
}

TEST_CASE("a first word that met nobody is said again, and what was lost with it too", "[flow]") {
  FlowWorld world;
  world.open(world.ada, "chat");
  world.open(world.ben, "chat");
  // Ben's end opens first and speaks; Ada's is not there yet.
  world.up = true;
  world.tell(world.ben, event::LinkOpened{world.ben.peer});
  world.ben.line.clear();
  world.tell(world.ada, event::LinkOpened{world.ada.peer});
  world.settle();
  world.pass(Millis{10'000});
  world.require_one("chat");
}

TEST_CASE("somebody who never answers is greeted a few times and then left alone", "[flow]") {
  FlowWorld world;
  world.up = false;
  world.tell(world.ada, event::LinkOpened{world.ada.peer});
  world.open(world.ada, "chat");
  world.pass(Millis{600'000});
  CHECK(world.ada.said == kDefaultLimits.flow_hello_repeats_max + 1);
  CHECK(world.ada.channels["chat"] == ChannelState::Absent);
  CHECK_FALSE(world.ada.wake_at);
}

TEST_CASE("I10: a thousand channels that nobody asked for cost no stream; too many words close the link", "[flow]") {
  FlowWorld world;
  world.connect();
  world.open(world.ada, "chat");
  world.settle();
  const std::uint32_t before = world.ada.streams_made;
  for (StreamId stream = 1; stream < 1'000; stream += 2) {
    world.tell(world.ada, event::ControlArrived{world.ada.peer, open_of(stream, "spam " + std::to_string(stream))});
  }
  CHECK(world.ada.streams_made == before);
  CHECK(world.ada.all<command::CloseLink>().empty());
  for (std::uint32_t count = 0; count < kDefaultLimits.control_burst; ++count) {
    world.tell(world.ada, event::ControlArrived{world.ada.peer, open_of(1, "spam")});
  }
  CHECK(world.ada.only<command::CloseLink>().peer == world.ada.peer);
  const std::uint32_t said = world.ada.said;
  world.tell(world.ada, event::ControlArrived{world.ada.peer, open_of(1, "spam")});
  CHECK(world.ada.said == said);
}

TEST_CASE("streams that are not theirs to give are refused", "[flow]") {
  FlowWorld world;
  world.connect();
  world.open(world.ada, "chat");
  world.open(world.ada, "game");
  world.open(world.ben, "chat");
  world.settle();
  const StreamId chat = world.ada.stream_of["chat"];
  for (const StreamId stream : {StreamId{0}, chat, StreamId{2}, StreamId{1'000'001}}) {
    world.ada.told.clear();
    world.tell(world.ada, event::ControlArrived{world.ada.peer, open_of(stream, "game")});
    CHECK(world.ada.only<command::ReportProblem>().error.code == ErrorCode::PeerMisbehaved);
  }
  world.settle();
  world.require_one("chat");
}

TEST_CASE("a page that came anew under the same name is told apart: counts begin again, transfers end", "[flow]") {
  FlowWorld world;
  world.connect();
  world.open(world.ada, "chat");
  world.open(world.ben, "chat");
  world.tell(world.ada, event::FileRequested{world.ada.peer, 1, "a.txt", 10, ""});
  world.settle();
  world.cut();
  world.ben = FlowEnd{"ben", "ada", "b2"};
  world.open(world.ben, "chat");
  world.connect();
  world.settle();
  CHECK(world.ada.all<command::ForgetPeer>().size() == 1);
  CHECK(world.ada.only<command::FileEnded>().error->code == ErrorCode::PeerGone);
  world.require_one("chat");
}

TEST_CASE("what is not a message is reported, and harms nothing", "[flow]") {
  FlowWorld world;
  world.connect();
  world.open(world.ada, "chat");
  world.open(world.ben, "chat");
  world.settle();
  for (const char* text : {"", "[]", "{", "{\"type\":\"open\",\"stream\":\"1\"}", "{\"type\":\"offer\",\"size\":1e99}"}) {
    world.ada.told.clear();
    world.tell(world.ada, event::ControlArrived{world.ada.peer, text});
    CHECK(world.ada.only<command::ReportProblem>().error.code == ErrorCode::PeerMisbehaved);
  }
  world.ada.told.clear();
  world.tell(world.ada, event::ControlArrived{world.ada.peer, "{\"type\":\"of a later version\"}"});
  world.tell(world.ada, event::ControlArrived{UserId{"nobody"}, "{}"});
  CHECK(world.ada.told.empty());
  world.require_one("chat");
}

TEST_CASE("the control channel alone is lost: made again after a moment, then everything as before", "[flow]") {
  FlowWorld world;
  world.connect();
  world.open(world.ada, "chat");
  world.open(world.ben, "chat");
  world.settle();
  for (FlowEnd* each : {&world.ada, &world.ben}) world.tell(*each, event::LinkClosed{each->peer, true});
  world.pass(Millis{5'000});
  REQUIRE(world.ada.all<command::OpenControl>().size() == 1);
  REQUIRE(world.ben.all<command::OpenControl>().size() == 1);
  world.connect();
  world.settle();
  world.require_one("chat");
}

TEST_CASE("M9: a label that is opened there soon after was about to be open all the time: what was sent waits", "[flow]") {
  FlowWorld world;
  world.connect();
  world.open(world.ada, "chat");
  world.pass(kDefaultLimits.channel_absent_grace - Millis{1});
  CHECK(world.ada.channels["chat"] == ChannelState::Connecting);
  world.open(world.ben, "chat");
  world.settle();
  world.require_one("chat");
  // Closed on purpose: nobody is waited for.
  world.tell(world.ben, event::ChannelReleased{"chat"});
  world.settle();
  CHECK(world.ada.channels["chat"] == ChannelState::Absent);
}

TEST_CASE("M9: the channel to somebody follows the connection to them, before there is any", "[flow]") {
  struct Row {
    LinkState link;
    bool takes_data;
    ChannelState shown;
  };
  for (const Row& row : {Row{LinkState::Connecting, true, ChannelState::Connecting}, Row{LinkState::Reconnecting, true, ChannelState::Connecting},
                         Row{LinkState::Connected, true, ChannelState::Connecting}, Row{LinkState::Failed, true, ChannelState::Unreachable},
                         Row{LinkState::None, true, ChannelState::Absent}, Row{LinkState::Connected, false, ChannelState::Absent}}) {
    INFO(name_of(row.link) << ' ' << row.takes_data);
    // Seen before the label is wanted, and after.
    for (const bool first : {true, false}) {
      FlowWorld world;
      if (!first) world.open(world.ada, "chat");
      world.tell(world.ada, event::PeerSeen{world.ada.peer, row.link, row.takes_data});
      if (first) world.open(world.ada, "chat");
      REQUIRE(world.ada.channels.count("chat") == 1);
      CHECK(world.ada.channels["chat"] == row.shown);
      CHECK_FALSE(world.ada.wake_at);
      // A connection comes about after all.
      world.tell(world.ada, event::PeerSeen{world.ada.peer, LinkState::Connected, true});
      CHECK(world.ada.channels["chat"] == ChannelState::Connecting);
      world.open(world.ben, "chat");
      world.connect();
      world.settle();
      world.require_one("chat");
      // What is open stays open, whatever else is said of the connection.
      world.tell(world.ada, event::PeerSeen{world.ada.peer, LinkState::Failed, true});
      CHECK(world.ada.channels["chat"] == ChannelState::Open);
      world.cut();
      CHECK(world.ada.channels["chat"] == ChannelState::Unreachable);
    }
  }
}

TEST_CASE("M9: to somebody who never answers, or breaks the rules, nothing waits, however late the channel is opened", "[flow]") {
  FlowWorld silent;
  silent.tell(silent.ada, event::PeerSeen{silent.ada.peer, LinkState::Connected, true});
  silent.tell(silent.ada, event::LinkOpened{silent.ada.peer});
  silent.open(silent.ada, "first");
  silent.pass(Millis{60'000});
  silent.open(silent.ada, "late");
  CHECK(silent.ada.channels["late"] == ChannelState::Absent);
  silent.tell(silent.ada, event::FileRequested{silent.ada.peer, 1, "a.txt", 10, ""});
  CHECK(silent.ada.only<command::FileEnded>().error->code == ErrorCode::ChannelClosed);

  FlowWorld flooded;
  flooded.connect();
  flooded.open(flooded.ada, "chat");
  flooded.open(flooded.ben, "chat");
  flooded.settle();
  for (std::uint32_t count = 0; count <= kDefaultLimits.control_burst; ++count) {
    flooded.tell(flooded.ada, event::ControlArrived{flooded.ada.peer, open_of(1, "spam")});
  }
  CHECK(flooded.ada.channels["chat"] == ChannelState::Absent);
}

}  // namespace meetwire::flow::flow_channels_test
