// Two links, a modelled connection each, and what is between them: one state of the exploration, and its bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exploration/archive.hpp"
#include "exploration/peer_model.hpp"
#include "link/body.hpp"

namespace meetwire::exploration {

// How many of each are left.
struct Budget {
  std::uint8_t lose = 0;       // a message is lost
  std::uint8_t duplicate = 0;  // a message comes once more, after all that is under way with it
  std::uint8_t swap = 0;       // a message is overtaken by the next one
  std::uint8_t reload = 0;     // a side is replaced by a new session
  std::uint8_t cut = 0;        // the signalling of one side is lost for a while, and with it all that is under way or sent
  std::uint8_t fail = 0;       // the media path fails, as seen by one side or by both
  std::uint8_t refuse = 0;     // a browser refuses an operation
  std::uint8_t early = 0;      // a deadline comes while messages are still under way
  std::uint8_t changes = 3;    // no fault: a side wishes for one more slot

  friend bool operator==(const Budget&, const Budget&) = default;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("loss", self.lose);
    visit("duplicate", self.duplicate);
    visit("swap", self.swap);
    visit("reload", self.reload);
    visit("cut", self.cut);
    visit("fail", self.fail);
    visit("refuse", self.refuse);
    visit("early", self.early);
    visit("changes", self.changes);
  }
};

// The operation that a browser is about. Only one can be: the link has to wait for its end.
struct Running {
  link::Operation operation = link::Operation::MakeOffer;
  OperationId id = 0;
  DescriptionType type = DescriptionType::Offer;  // and what it is about:
  ModelSdp sdp;
  Slot slot = Slot::Microphone;
  bool track = false;
  char ufrag = 0;
};

struct PairEnd {
  link::Link::Body link;
  std::optional<PeerModel> peer;
  std::optional<Running> running;
  std::uint8_t wished = 0;  // a bit a slot
};

struct PairState {
  static constexpr Millis kBegin{1'000'000};
  static constexpr Millis kTick{1'000};

  std::array<PairEnd, 2> ends;  // the first one is polite: it has the greater session
  std::array<std::vector<protocol::PairMessage>, 2> channels;  // by sender, the oldest first
  Budget budget;
  bool excused = false;       // a browser has refused something: the application may hear of it
  Millis now = kBegin;
  NextToken next_token = static_cast<char>(kFirstToken);
  std::string wrong;
};

// The same before each event: how often a link has drawn makes no difference between states.
inline SeededRandom jitter_of(int end) { return SeededRandom(static_cast<std::uint64_t>(end) + 1); }

// A fresh link for an end, not started.
link::Link::Body make_link(int end, bool offers_first);

// Deadlines fall on whole ticks from here on: many states that differ by moments become one.
void round_deadlines(link::Link::Body& link, Millis now);

// An empty body of a kind, by its place in the variant.
protocol::PairBody body_of(std::uint8_t which);

// Takes out what makes no difference any more.
void forget_what_is_over(PairState& state);

void encode_pair(const PairState& state, Bytes& bytes);
PairState decode_pair(const std::uint8_t* data, std::size_t size);

}  // namespace meetwire::exploration
