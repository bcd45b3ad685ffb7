// The world of two peers, for the explorer: what may happen to a pair of links, and what must never come of it.
//
// What is abstracted:
// - The session and the server: messages of a pair travel as values, in order for each direction. Faults lose them, let
//   the next one overtake, or deliver a copy after all that is under way.
// - Time: it stands still while anything is under way (a message, an operation), and goes to the next deadline when
//   nothing is; wishes and faults may come at any point, also between two deadlines. `early` deadlines break that rule.
//   The windows in which changes and candidates gather are zero: a change that waited is one that came later.
//   Jitter is the same each time, and deadlines fall on whole seconds. Two that coincide come at once.
// - Browsers: each generation has one candidate, gathered with its description. Operations take any time; setting a track,
//   adding a candidate and rolling back take none unless `small_steps`. ICE takes longer than what is under way: both ends
//   report "connected" when all is quiet and what ICE needs is there.
// - Reload: at one instant one end is replaced by a link of a new session and the other begins anew too, with what was
//   under way lost. Anything between the two can also happen before or after. The new session is the polite one or not.
//   The first end is always the polite one: which of the two came last makes no difference once both have started.
// - Cut: the signalling of one end is lost, with all that is under way and all that either sends until it is back; the
//   other end is not told, as in a meeting. A cut during which no deadline comes is one instant: all that the ends do in
//   the meantime, they could as well have done just before. Longer ones last until some deadlines have come.
// - Fail: the media path is dead until ICE restarts; one end or both report it.
// - Slots: the first one wished for is called the camera, the second the microphone, the third the screen, as a link
//   treats all alike: which one it is makes no difference, only whether both ends wish for the same.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exploration/pair_state.hpp"

namespace meetwire::exploration {

// An action is one of these, with what it is about in the lower four bits.
enum Kind : std::uint8_t {
  kComplete = 0x00,   // an end's operation ends well
  kDeliver = 0x10,    // the oldest message of a sender's
  kElapse = 0x20,     // time passes until the next deadline
  kChange = 0x40,     // end × 4 + slot
  kLose = 0x50,
  kDuplicate = 0x60,
  kSwap = 0x70,
  kReload = 0x80,     // end × 2 + whether its new session is the polite one
  kCut = 0x90,        // end + 2 × which of kCutDeadlines
  kFail = 0xa0,       // as seen by the first, the second, both
  kRefuse = 0xb0,
  kEarly = 0xc0,
  kConnect = 0xd0,
};
constexpr std::uint8_t kKindBits = 0xf0;

struct PairOptions {
  Budget budget;
  bool small_steps = false;
  bool nobody_polite = false;  // a defect, on purpose: to see that it is found
  bool every_order = false;  // without the partial-order reduction: to see that it hides nothing
};

class PairExploration {
 public:
  using State = PairState;
  using Action = std::uint8_t;
  static constexpr std::size_t kBudgetBytes = 8;

  explicit PairExploration(PairOptions options) : options_(options) {}

  std::vector<State> initial() const;
  void actions(const State& state, std::vector<Action>& into) const;
  void apply(State& state, Action action) const;
  void encode(const State& state, Bytes& bytes) const { encode_pair(state, bytes); }
  State decode(const std::uint8_t* data, std::size_t size) const {
    State state = decode_pair(data, size);
    if (options_.nobody_polite) state.ends[0].link.polite = false;
    return state;
  }

  std::optional<std::string> check(const State& state) const;
  bool quiescent(const State& state) const;
  void without_faults(State& state) const { state.budget = {.changes = 0}; }
  std::optional<Action> drive(const State& state) const;
  std::optional<std::string> goal(const State& state) const;
  std::string describe(const State& before, Action action, const State& after) const;

 private:
  void moves_of(const State& state, int at, std::vector<Action>& into) const;
  std::optional<int> may_go_alone(const State& state) const;
  void handle(State& state, int at, const link::LinkEvent& event) const;
  void carry_out(State& state, int at, const ClientCommand& command) const;
  void complete(State& state, int at, bool refused) const;
  void settle(State& state) const;
  void connect(State& state) const;
  void reload(State& state, int at, bool polite) const;
  void elapse(State& state) const;
  void begin(State& state, int newcomer) const;
  void cut(State& state, int at, int deadlines) const;

  PairOptions options_;
};

}  // namespace meetwire::exploration
