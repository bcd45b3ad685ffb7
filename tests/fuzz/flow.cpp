// A whole flow machine, fed what a peer, a browser, the application and the clock may bring in any order: any messages on
// the control channel, streams that are made or not, files that end in every way.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "flow/flow.hpp"
#include "flow/wire.hpp"
#include "fuzz/machine.hpp"

namespace {

using namespace fuzz;
using namespace meetwire::flow;
namespace event = meetwire::flow::event;
namespace command = meetwire::flow::command;
using meetwire::ErrorCode;
using meetwire::UserId;

class Host {
 public:
  explicit Host(Bytes& choices) : bytes(choices), flow(FlowOptions{UserId{choices.one_in(2) ? "a" : "c"}, "i"}) {}

  void act() {
    switch (bytes.pick(16)) {
      case 0: case 1: case 2: case 3: return say(message());
      case 4: return feed(event::LinkOpened{peer}), say(wire::Hello{1, bytes.one_in(8) ? "j" : "h", bytes.one_in(2)});
      case 5: return close(bytes.one_in(2));
      case 6: return feed(event::ControlArrived{peer, bytes.line()});
      case 7: return feed(event::ChannelRequested{label(), bytes.one_in(2), std::nullopt});
      case 8: return feed(event::ChannelReleased{label()});
      case 9: case 10: return host_acts();
      case 11: return feed(event::FileRequested{peer, ++requested, "n", size(), "m"}), promise(requested < 1'000'000, "numbers");
      case 12: return file_acts();
      case 13:
        if (bytes.one_in(4)) return feed(event::PeerLeft{peer});
        return bytes.one_in(2) ? feed(event::PeerSeen{peer, bytes.any<meetwire::LinkState>(), !bytes.one_in(4)}) : feed(event::TimePassed{});
      case 14: return clock.advance(bytes.pick(60) * 500, [&] { feed_once(event::TimePassed{}); });
      default: return bytes.one_in(5) ? flood() : say(message());
    }
  }

  // Whatever has happened: nothing is left once the other side has left.
  void finish_all() {
    clock.run(600'000, 2'000, [&] { feed_once(event::TimePassed{}); });
    feed(event::PeerLeft{peer});
    promise(!clock.wake_at, "something is waited for of somebody who left");
    promise(sending.empty() && receiving.empty(), "a transfer has no end");
    promise(streams.empty(), "a stream is left open");
    feed(event::ControlArrived{peer, "{\"type\":\"hello\",\"version\":1,\"instance\":\"h\"}"});
    promise(said == 0, "it speaks to somebody who left");
  }

 private:
  using Key = TransferId;

  std::string label() { return std::string(1, static_cast<char>('a' + bytes.pick(3))); }
  std::uint32_t number() { return bytes.one_in(8) ? 1'000'000u : bytes.pick(6); }
  std::int64_t size() {
    constexpr std::int64_t kBlock = meetwire::kDefaultLimits.file_block_bytes;
    const std::int64_t blocks = bytes.pick(80);
    return bytes.one_in(8) ? -1 : blocks * kBlock + (bytes.one_in(2) ? 1 : 0);
  }
  std::string code() { return bytes.one_in(2) ? "file-changed" : "x"; }

  wire::Message message() {
    switch (bytes.pick(11)) {
      case 0: return wire::Hello{bytes.pick(3), bytes.one_in(4) ? "j" : "h", bytes.one_in(2)};
      case 1: case 2: return wire::Open{number(), bytes.any<Purpose>(), label(), bytes.one_in(2), std::nullopt, number()};
      case 3: return wire::Opened{number(), number()};
      case 4: return wire::Absent{number()};
      case 5: return wire::Closed{number()};
      case 6: return wire::Offer{number(), bytes.one_in(4) ? "a/\tb" : "n", size(), "m"};
      case 7: return wire::Accept{number(), number(), size(), size()};
      case 8: return wire::Credit{number(), number(), size(), size()};
      case 9: return wire::Done{number()};
      default: return bytes.one_in(2) ? wire::Message{wire::Refuse{number(), code(), "r"}} : wire::Message{wire::Withdraw{number(), code()}};
    }
  }

  void say(const wire::Message& what) { feed(event::ControlArrived{peer, wire::write(what)}); }

  void close(bool alone) {
    streams.clear();
    feed(event::LinkClosed{peer, alone});
  }

  // A stream is made, or refused, or dies.
  void host_acts() {
    const StreamId stream = streams.empty() || bytes.one_in(6) ? number() : *streams.begin();
    if (bytes.one_in(3)) {
      streams.erase(stream);
      return feed(event::StreamLost{peer, stream});
    }
    feed(event::StreamMade{peer, stream, number()});
  }

  void file_acts() {
    const TransferId out = sending.empty() ? number() : sending.begin()->first;
    const TransferId in = receiving.empty() ? number() : receiving.begin()->first;
    switch (bytes.pick(9)) {
      case 0: return feed(event::FileAccepted{peer, in});
      case 7: return feed(event::FileUnheard{peer, in});
      case 8: return feed(event::FileHeard{peer, in});
      case 1: return feed(event::FileStopped{peer, in, false, bytes.any<ErrorCode>(), "r"});
      case 2: return feed(event::FileStopped{peer, out, true, bytes.any<ErrorCode>(), ""});
      case 3: return feed(event::FileRead{peer, out, number()});
      case 4: return feed(event::BlockStored{peer, in, number(), size()});
      case 5: return feed(event::BlockDamaged{peer, in, number()});
      default: return feed(event::FileStored{peer, in, number()});
    }
  }

  // One and the same again and again: what is kept of it has to have an end.
  void flood() {
    const wire::Message same = message();
    const std::size_t before = bytes_held();
    for (std::uint32_t i = 0; i < 300; ++i) {
      wire::Message one = same;
      if (auto* offer = std::get_if<wire::Offer>(&one)) offer->transfer += i;
      if (auto* open = std::get_if<wire::Open>(&one)) open->stream += i;
      feed(event::ControlArrived{peer, wire::write(one)});
    }
    promise(bytes_held() < before + 96 * 1024, "memory grows with what the peer says");
  }

  void feed(const FlowEvent& event) {
    feed_once(event);
    clock.settle([&] { feed_once(event::TimePassed{}); });
  }
  void feed_once(const FlowEvent& event) {
    const meetwire::Step<FlowCommand> step = flow.handle(clock.now, event);
    clock.wake_at = step.wake_at;
    said = 0;
    promise(step.commands.size() <= 1'000, "more steps of one event than there can be");
    for (const FlowCommand& each : step.commands) std::visit(*this, each);
  }

 public:
  void operator()(const command::SendControl& send) {
    ++said;
    promise(send.text.size() <= meetwire::kDefaultLimits.control_bytes_max, "a message beyond the limit");
    const auto read = wire::read(send.text);
    promise(std::holds_alternative<std::optional<wire::Message>>(read), "what it says cannot be read");
  }
  void operator()(const command::OpenStream& open) {
    promise(open.stream > 0 && open.stream <= meetwire::kDefaultLimits.stream_max, "a stream that cannot be");
    promise(streams.insert(open.stream).second, "a stream opened twice");
  }
  void operator()(const command::CloseStream& close) { streams.erase(close.stream); }
  void operator()(const command::FileOffered& offer) {
    promise(receiving.emplace(offer.transfer, 0).second, "an offer told twice");
    promise(receiving.size() <= meetwire::kDefaultLimits.transfers_max, "too many offers");
    promise(offer.name.find('/') == std::string::npos, "a path");
  }
  void operator()(const command::SendFile& send) {
    promise(send.from >= 0 && send.from <= send.until, "bytes that cannot be");
    promise(send.run > sending[send.transfer], "a run that is over");
    sending[send.transfer] = send.run;
  }
  void operator()(const command::ReceiveFile& receive) {
    promise(receiving.count(receive.transfer) == 1 && receive.run > receiving[receive.transfer], "a run that is over");
    promise(receive.until - receive.from <= meetwire::kDefaultLimits.file_window_bytes, "more than the window");
    receiving[receive.transfer] = receive.run;
  }
  void operator()(const command::FileEnded& ended) { (ended.outgoing ? sending : receiving).erase(ended.transfer); }
  void operator()(const command::ReportProblem& problem) { promise(problem.error.code != ErrorCode::Internal, "our own defect"); }
  template <class Other>
  void operator()(const Other&) {}

 private:
  Bytes& bytes;
  UserId peer{"b"};
  Flow flow;
  Clock clock;
  TransferId requested = 0;
  std::map<Key, std::uint32_t> sending;
  std::map<Key, std::uint32_t> receiving;
  std::set<StreamId> streams;
  std::size_t said = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return act_out<Host>(data, size); }
