// A whole link, fed what a peer, a browser and the clock may bring in any order, and what they never would.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fuzz/machine.hpp"
#include "fuzz/messages.hpp"
#include "link/link.hpp"

namespace {

using namespace fuzz;

class Host {
 public:
  explicit Host(Bytes& choices) : bytes(choices), speaker(choices), link(options(), operations) { feed(link::Started{}); }

  void act() {
    switch (bytes.pick(16)) {
      case 0: case 1: case 2: return feed(link::MessageReceived{speaker.pair()});
      case 3: case 4: case 5: return finish(true);
      case 6: return finish(false);
      case 7: return feed(link::WishesChanged{wishes()});
      case 8: return feed(event::ConnectionChanged{peer, incarnation(), bytes.any<ConnectionState>()});
      case 9: return feed(event::CandidateGathered{peer, incarnation(), speaker.candidate()});
      case 10: return feed(event::OperationSucceeded{past_operation(), peer, incarnation()});
      case 11: return feed(event::LocalDescriptionSet{past_operation(), peer, incarnation(), {bytes.any<DescriptionType>(), speaker.sdp()}, speaker.slots()});
      case 12: return bytes.one_in(2) ? feed(link::SignallingLost{}) : feed(link::SignallingResumed{});
      case 13: return bytes.one_in(8) ? feed(link::Ended{}) : feed(event::NegotiationNeeded{peer, incarnation()});
      case 14: return clock.advance(bytes.pick(20) * 100, [&] { feed_once(event::TimePassed{}); });
      default: return bytes.one_in(5) ? flood() : feed(event::TimePassed{});
    }
  }

  // Whatever has happened: nothing is left to do for it once it has ended, and until then it asks for little.
  void finish_all() {
    clock.run(120'000, 500, [&] { feed_once(event::TimePassed{}); });
    feed(link::Ended{});
    promise(!clock.wake_at, "an ended link waits for something");
    promise(!is_open, "an ended link has left its connection open");
    feed(link::MessageReceived{speaker.pair()});
    promise(last_outputs == 0, "an ended link speaks");
  }

 private:
  link::LinkOptions options() {
    link::LinkOptions out;
    out.peer = peer;
    out.self_rank = bytes.one_in(2) ? "a" : "c";
    out.peer_rank = "b";
    out.offers_first = bytes.one_in(2);
    out.numbered = !bytes.one_in(4);
    out.limits.candidates_per_generation_max = 8;
    out.limits.pair_unacknowledged_max = 8;
    out.limits.pair_reorder_max = 6;
    return out;
  }
  link::Wishes wishes() {
    link::Wishes out;
    for (const Slot slot : kSlots) {
      if (bytes.one_in(3)) out[slot] = bytes.one_in(2) ? std::optional(TrackId{"t" + std::to_string(bytes.pick(3))}) : std::nullopt;
    }
    return out;
  }
  Incarnation incarnation() { return bytes.one_in(6) ? speaker.number() : link.incarnation(); }

  OperationId past_operation() { return operations == 0 ? 0 : speaker.number() % operations; }

  // The operation under way ends, as a browser would end it.
  void finish(bool well) {
    if (!pending) return;
    const Pending done = *pending;
    pending.reset();
    if (!well) return feed(event::OperationFailed{done.operation, peer, done.incarnation, "InvalidStateError", "x"});
    if (!done.describes) return feed(event::OperationSucceeded{done.operation, peer, done.incarnation});
    feed(event::LocalDescriptionSet{done.operation, peer, done.incarnation, {bytes.any<DescriptionType>(), speaker.sdp()}, speaker.slots()});
  }

  // One and the same again and again: what is kept of it has to have an end.
  void flood() {
    const PairMessage message = speaker.pair();
    const std::size_t before = bytes_held();
    for (int i = 0; i < 300; ++i) {
      PairMessage one = message;
      if (one.sequence > 0 && one.sequence < 1'000'000) one.sequence += static_cast<Sequence>(i);
      feed_once(link::MessageReceived{std::move(one)});
    }
    promise(bytes_held() < before + 48 * 1024, "a link's memory grows with what the peer says");
  }

  void feed(const link::LinkEvent& event) {
    feed_once(event);
    clock.settle([&] { feed_once(event::TimePassed{}); });
  }
  void feed_once(const link::LinkEvent& event) {
    link::LinkStep step = link.handle(clock.now, event);
    clock.wake_at = step.wake_at;
    last_outputs = step.outputs.size();
    promise(last_outputs <= 64, "more steps of one event than a link can need");
    for (const link::Output& output : step.outputs) {
      if (const auto* command = std::get_if<ClientCommand>(&output)) std::visit(*this, *command);
      if (const auto* send = std::get_if<link::SendPair>(&output)) promise(send->message.believed <= send->message.incarnation, "an impossible number");
      if (const auto* problem = std::get_if<link::ProblemFound>(&output)) promise(problem->error.code != ErrorCode::Internal, "our own defect");
    }
  }

 public:
  template <class Described>
  void start(const Described& operation, bool describes) {
    promise(is_open && operation.incarnation == open_incarnation, "an operation of a connection that is not there");
    promise(!pending || pending->incarnation != operation.incarnation, "two operations at a time");
    pending = Pending{operation.operation, operation.incarnation, describes};
  }
  void operator()(const command::OpenPeer& open) {
    promise(!is_open, "two connections of one link");
    is_open = true;
    open_incarnation = open.incarnation;
    pending.reset();
    speaker.forget_sequence();
  }
  void operator()(const command::ClosePeer& close) {
    promise(is_open && close.incarnation == open_incarnation, "a connection closed that is not there");
    is_open = false;
  }
  void operator()(const command::SetLocalDescription& one) { start(one, true); }
  void operator()(const command::SetRemoteDescription& one) { start(one, false); }
  void operator()(const command::RollBack& one) { start(one, false); }
  void operator()(const command::AddCandidate& one) { start(one, false); }
  void operator()(const command::SetTrack& one) { start(one, false); }
  template <class Other>
  void operator()(const Other&) {}

 private:
  struct Pending {
    OperationId operation;
    Incarnation incarnation;
    bool describes;
  };
  Bytes& bytes;
  Speaker speaker;
  UserId peer{"b"};
  OperationId operations = 0;
  link::Link link;
  Clock clock;
  std::optional<Pending> pending;
  bool is_open = false;
  Incarnation open_incarnation = 0;
  std::size_t last_outputs = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return act_out<Host>(data, size); }
