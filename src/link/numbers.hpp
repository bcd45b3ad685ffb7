// The numbers of a pair: what makes messages between two members survive loss, duplication and reordering.
// Owns: incarnation, sequences, the messages kept until acknowledged, the reorder buffer, repetition.
// Must not know what the messages mean, but for one thing: an offer that comes twice wants its answer again.
#pragma once

#include <vector>
#include <map>
#include <optional>

#include "core/ids.hpp"
#include "core/limits.hpp"
#include "core/time.hpp"
#include "protocol/pair.hpp"

namespace meetwire::link {

class PairNumbers {
 public:
  // Unnumbered (towards classic members): everything passes as it comes, nothing is kept.
  PairNumbers(bool numbered, const Limits& limits) : numbered_(numbered), limits_(limits) {}

  // A new connection of this pair. Everything of the older ones is forgotten.
  void begin(Incarnation incarnation);
  Incarnation incarnation() const { return incarnation_; }

  // Numbers a message and keeps it until it is acknowledged.
  protocol::PairMessage stamp(Millis now, protocol::PairBody body);

  enum class Verdict {
    Good,
    Newer,       // the peer has gone on to `incarnation`: begin it, then take the same message again
    Misbehaved,  // no state of the peer's could have sent it
    OutOfReach,  // what is missing cannot be had any more: begin a new incarnation
  };
  struct Intake {
    Verdict verdict = Verdict::Good;
    bool acknowledges = false;                 // more than before
    std::vector<protocol::PairMessage> ready;  // in order, each once
    std::vector<protocol::PairMessage> send;   // repetitions and requests, to go out now
  };
  Intake take(Millis now, protocol::PairMessage message);

  // What is due by now: repetitions and acknowledgements.
  std::vector<protocol::PairMessage> due(Millis now);
  std::optional<Millis> wake_at() const;
  // All that is unacknowledged, at once: the signalling path was down.
  std::vector<protocol::PairMessage> repeat_all(Millis now);

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("incarnation", self.incarnation_);
    visit("heard", self.heard_);
    visit("next_out", self.next_out_);
    visit("next_in", self.next_in_);
    visit("given_up", self.given_up_);
    visit("kept", self.kept_);
    visit("early", self.early_);
    visit("repeat_at", self.repeat_at_);
    visit("acknowledge_at", self.acknowledge_at_);
    visit("repeat_wait", self.repeat_wait_);
  }

 private:
  Intake take_current(Millis now, protocol::PairMessage message);
  bool replay(Millis now, Sequence from, std::vector<protocol::PairMessage>& into);
  bool forget_acknowledged(Millis now, Sequence acknowledged);
  protocol::PairMessage dressed(const protocol::PairMessage& kept) const;
  protocol::PairMessage bare(protocol::PairBody body) const;

  bool numbered_;
  Limits limits_;
  Incarnation incarnation_ = 0;
  bool heard_ = false;  // anything of this incarnation's from the peer
  Sequence next_out_ = 1;
  Sequence next_in_ = 1;
  Sequence given_up_ = 0;  // the highest one that was dropped unacknowledged, for want of room
  std::vector<protocol::PairMessage> kept_;
  std::map<Sequence, protocol::PairMessage> early_;  // those beyond a gap
  std::optional<Millis> repeat_at_;
  std::optional<Millis> acknowledge_at_;
  Millis repeat_wait_{0};
};

}  // namespace meetwire::link
