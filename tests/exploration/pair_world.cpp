#include "exploration/pair_world.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace meetwire::exploration {
namespace {

using link::Operation;

// How many deadlines come while the signalling is lost: none, or so many that an offer's is among them, and with it a new
// incarnation of the end that was not told.
constexpr std::array<int, 2> kCutDeadlines{0, 8};
constexpr std::array<Slot, 3> kSlotsWished{Slot::Camera, Slot::Microphone, Slot::Screen};

std::size_t index(int at) { return static_cast<std::size_t>(at); }
std::uint8_t bit(Slot slot) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(slot)); }

link::Wishes wishes_of(std::uint8_t wished) {
  link::Wishes wishes;
  for (const Slot slot : kSlots) {
    if ((wished & bit(slot)) != 0) wishes[slot] = TrackId{"t"};
  }
  return wishes;
}

std::optional<Millis> next_deadline(const PairState& state) {
  return earlier(state.ends[0].link.wake_at(), state.ends[1].link.wake_at());
}

bool can_connect(const PairState& state) {
  const auto& a = state.ends[0].peer;
  const auto& b = state.ends[1].peer;
  if (!a || !b || !joined(*a, *b)) return false;
  return a->connection != ConnectionState::Connected || b->connection != ConnectionState::Connected;
}

bool is_small(Operation operation) {
  return operation == Operation::SetTrack || operation == Operation::AddCandidate || operation == Operation::RollBack;
}

}  // namespace

std::vector<PairState> PairExploration::initial() const {
  std::vector<State> states;
  for (const int newcomer : {0, 1}) {
    State state{{PairEnd{make_link(0, newcomer == 0), {}, {}, 0}, PairEnd{make_link(1, newcomer == 1), {}, {}, 0}}};
    state.budget = options_.budget;
    begin(state, newcomer);
    settle(state);
    states.push_back(std::move(state));
  }
  return states;
}

// Those in the room know the newcomer before it knows them.
void PairExploration::begin(State& state, int newcomer) const {
  if (options_.nobody_polite) state.ends[0].link.polite = false;
  for (const int at : {1 - newcomer, newcomer}) {
    handle(state, at, link::WishesChanged{wishes_of(state.ends[index(at)].wished)});
    handle(state, at, link::Started{});
  }
}

bool PairExploration::quiescent(const State& state) const {
  return !state.ends[0].running && !state.ends[1].running && state.channels[0].empty() && state.channels[1].empty();
}

void PairExploration::actions(const State& state, std::vector<Action>& into) const {
  const auto add = [&into](Kind kind, int what) { into.push_back(static_cast<Action>(kind | what)); };
  const Budget& left = state.budget;
  const auto alone = options_.every_order ? std::nullopt : may_go_alone(state);
  for (int at = 0; at < 2; ++at) {
    if (!alone || *alone == at) moves_of(state, at, into);
    if (alone) continue;
    for (int which = 0; left.cut > 0 && which < 2; ++which) {
      if (which == 0 || (!state.ends[0].running && !state.ends[1].running)) add(kCut, at + 2 * which);
    }
    // What comes of it depends on the wishes alone, so any moment with the same wishes will do.
    if (left.reload > 0 && quiescent(state)) {
      add(kReload, at * 2);
      add(kReload, at * 2 + 1);
    }
  }
  if (alone) return;
  const auto connected = [&](int at) {
    const auto& peer = state.ends[index(at)].peer;
    return peer && peer->connection == ConnectionState::Connected;
  };
  if (left.fail > 0) {
    if (connected(0)) add(kFail, 0);
    if (connected(1)) add(kFail, 1);
    if (connected(0) && connected(1)) add(kFail, 2);
  }
  if (!quiescent(state)) {
    if (left.early > 0 && next_deadline(state)) add(kEarly, 0);
  } else if (can_connect(state)) {
    add(kConnect, 0);
  } else if (next_deadline(state)) {
    add(kElapse, 0);
  }
}

// All that happens at one end, or to what is under way to it.
void PairExploration::moves_of(const State& state, int at, std::vector<Action>& into) const {
  const auto add = [&into](Kind kind, int what) { into.push_back(static_cast<Action>(kind | what)); };
  const Budget& left = state.budget;
  const PairEnd& end = state.ends[index(at)];
  if (end.running) add(kComplete, at);
  if (end.running && left.refuse > 0) add(kRefuse, at);
  const int sender = 1 - at;
  const auto& channel = state.channels[index(sender)];
  if (!channel.empty()) {
    add(kDeliver, sender);
    if (left.lose > 0) add(kLose, sender);
    if (left.duplicate > 0) add(kDuplicate, sender);
    if (left.swap > 0 && channel.size() > 1) add(kSwap, sender);
  }
  if (left.changes == 0) return;
  // Any slot that the other end has, and the first that nobody has.
  const std::uint8_t wished = static_cast<std::uint8_t>(state.ends[0].wished | state.ends[1].wished);
  for (const Slot slot : kSlotsWished) {
    if ((end.wished & bit(slot)) == 0) add(kChange, at * 4 + static_cast<int>(slot));
    if ((wished & bit(slot)) == 0) break;
  }
}

// Partial order: an end whose moves may all come before whatever happens at the other end, as nothing there can change
// which they are or what comes of them (a stubborn set; Valmari 1991). That is so while its next message is there
// already: what the other end sends comes behind it. Budgets that both ends draw on do no harm: whoever drew second
// could have drawn first. Not so with faults that reach both ends, or that care for what is sent last.
std::optional<int> PairExploration::may_go_alone(const State& state) const {
  const Budget& left = state.budget;
  if (left.cut > 0 || left.fail > 0 || left.early > 0 || left.refuse > 0 || left.duplicate > 0) return std::nullopt;
  const std::size_t there = left.swap > 0 ? 2 : 1;
  for (int at = 0; at < 2; ++at) {
    if (state.channels[index(1 - at)].size() >= there) return at;
  }
  return std::nullopt;
}

std::optional<PairExploration::Action> PairExploration::drive(const State& state) const {
  for (std::uint8_t at = 0; at < 2; ++at) {
    if (state.ends[at].running) return static_cast<Action>(kComplete | at);
    if (!state.channels[at].empty()) return static_cast<Action>(kDeliver | at);
  }
  if (can_connect(state)) return static_cast<Action>(kConnect);
  if (next_deadline(state)) return static_cast<Action>(kElapse);
  return std::nullopt;
}

void PairExploration::apply(State& state, Action action) const {
  const int what = action & ~kKindBits;
  Budget& left = state.budget;
  auto& channel = state.channels[index(what & 1)];
  switch (static_cast<Kind>(action & kKindBits)) {
    case kComplete:
      complete(state, what, false);
      break;
    case kRefuse:
      --left.refuse;
      state.excused = true;
      complete(state, what, true);
      break;
    case kDeliver: {
      const link::MessageReceived received{std::move(channel.front())};
      channel.erase(channel.begin());
      handle(state, 1 - what, received);
      break;
    }
    case kLose:
      --left.lose;
      channel.erase(channel.begin());
      break;
    case kDuplicate:
      --left.duplicate;
      channel.push_back(channel.front());
      break;
    case kSwap:
      --left.swap;
      std::swap(channel[0], channel[1]);
      break;
    case kEarly:
      --left.early;
      elapse(state);
      break;
    case kElapse:
      elapse(state);
      break;
    case kConnect:
      connect(state);
      break;
    case kChange: {
      --left.changes;
      PairEnd& end = state.ends[index(what / 4)];
      end.wished = static_cast<std::uint8_t>(end.wished | bit(static_cast<Slot>(what % 4)));
      handle(state, what / 4, link::WishesChanged{wishes_of(end.wished)});
      break;
    }
    case kReload:
      --left.reload;
      reload(state, what / 2, what % 2 == 1);
      break;
    case kCut:
      --left.cut;
      cut(state, what % 2, kCutDeadlines[index(what / 2)]);
      break;
    case kFail:
      --left.fail;
      for (int at = 0; at < 2; ++at) {
        auto& peer = state.ends[index(at)].peer;
        if (!peer) continue;
        peer->dead_ufrag = peer->ufrag;  // the path is dead, whoever has noticed
        if (what != at && what != 2) continue;
        peer->connection = ConnectionState::Failed;
        handle(state, at, event::ConnectionChanged{UserId{"p"}, peer->incarnation, ConnectionState::Failed});
      }
      break;
  }
  settle(state);
  forget_what_is_over(state);
}

void PairExploration::elapse(State& state) const {
  state.now = std::max(state.now, *next_deadline(state));
  std::array<bool, 2> due{};
  for (int at = 0; at < 2; ++at) {
    const auto wake_at = state.ends[index(at)].link.wake_at();
    due[index(at)] = wake_at && *wake_at <= state.now;
  }
  for (int at = 0; at < 2; ++at) {
    if (due[index(at)]) handle(state, at, event::TimePassed{});
  }
}

void PairExploration::cut(State& state, int at, int deadlines) const {
  const auto lose_all = [&state] {
    for (auto& channel : state.channels) channel.clear();
  };
  lose_all();
  handle(state, at, link::SignallingLost{});
  for (int passed = 0; passed < deadlines && (can_connect(state) || next_deadline(state)); ++passed) {
    if (can_connect(state)) connect(state);
    else elapse(state);
    settle(state);
    lose_all();
    for (int each = 0; each < 2; ++each) {
      while (state.ends[index(each)].running) {
        complete(state, each, false);
        lose_all();
      }
    }
  }
  handle(state, at, link::SignallingResumed{});
}

void PairExploration::reload(State& state, int at, bool polite) const {
  const int newcomer = polite ? 0 : 1;
  PairState fresh{{PairEnd{make_link(0, polite), {}, {}, 0}, PairEnd{make_link(1, !polite), {}, {}, 0}}};
  fresh.budget = state.budget;
  fresh.excused = state.excused;
  fresh.ends[index(newcomer)].wished = state.ends[index(at)].wished;
  fresh.ends[index(1 - newcomer)].wished = state.ends[index(1 - at)].wished;
  state = std::move(fresh);
  begin(state, newcomer);
}

void PairExploration::handle(State& state, int at, const link::LinkEvent& event) const {
  OperationId operations = 1;  // an id that is read back from bytes is 1
  PairEnd& end = state.ends[index(at)];
  end.link.operations = &operations;
  link::Recovery::fields(end.link.recovery, [at](std::string_view, auto& value) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, SeededRandom>) value = jitter_of(at);
  });
  link::LinkStep step = end.link.handle(state.now, event);
  round_deadlines(end.link, state.now);
  for (link::Output& output : step.outputs) {
    if (auto* sent = std::get_if<link::SendPair>(&output)) {
      state.channels[index(at)].push_back(std::move(sent->message));
    } else if (const auto* command = std::get_if<ClientCommand>(&output)) {
      carry_out(state, at, *command);
    } else if (const auto* problem = std::get_if<link::ProblemFound>(&output)) {
      if (state.excused && problem->error.code == ErrorCode::NegotiationFailed) continue;
      state.wrong = "the application is told of a problem: " + problem->error.detail;
    }
  }
}

void PairExploration::carry_out(State& state, int at, const ClientCommand& command) const {
  PairEnd& end = state.ends[index(at)];
  const auto start = [&](Running running) {
    if (end.running) state.wrong = "two operations at once";
    end.running = std::move(running);
  };
  const auto at_peer = [&](Incarnation incarnation) {
    if (end.peer && end.peer->incarnation == incarnation) return true;
    state.wrong = "a command for a connection that is not there";
    return false;
  };
  const auto carry = [&](const auto& value) {
    using Command = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<Command, command::OpenPeer>) {
      if (end.peer) state.wrong = "two connections at once";
      end.peer.emplace();
      end.peer->incarnation = value.incarnation;
      end.peer->fingerprint = fresh(state.next_token);
    } else if constexpr (std::is_same_v<Command, command::ClosePeer>) {
      if (!at_peer(value.incarnation)) return;
      end.peer.reset();
      end.running.reset();
    } else if constexpr (requires { value.incarnation; value.peer; }) {
      if (!at_peer(value.incarnation)) return;
      if constexpr (std::is_same_v<Command, command::AddSlot>) end.peer->add_slot(value.slot);
      if constexpr (std::is_same_v<Command, command::BindSlot>) end.peer->bind_slot(value.slot, value.mid[0]);
      if constexpr (std::is_same_v<Command, command::RestartIce>) end.peer->restart_wanted = true;
      if constexpr (std::is_same_v<Command, command::SetLocalDescription>) {
        const bool offer = end.peer->signaling == SignalingState::Stable;
        start({.operation = offer ? Operation::MakeOffer : Operation::MakeAnswer, .id = value.operation});
      }
      if constexpr (std::is_same_v<Command, command::SetRemoteDescription>) {
        const bool offer = value.description.type == DescriptionType::Offer;
        start({.operation = offer ? Operation::SetOffer : Operation::SetAnswer, .id = value.operation,
               .type = value.description.type, .sdp = ModelSdp::of(value.description.sdp)});
      }
      if constexpr (std::is_same_v<Command, command::RollBack>) start({.operation = Operation::RollBack, .id = value.operation});
      if constexpr (std::is_same_v<Command, command::SetTrack>) {
        start({.operation = Operation::SetTrack, .id = value.operation, .slot = value.slot, .track = value.track.has_value()});
      }
      if constexpr (std::is_same_v<Command, command::AddCandidate>) {
        start({.operation = Operation::AddCandidate, .id = value.operation, .ufrag = value.candidate.username_fragment->at(0)});
      }
    }
  };
  std::visit(carry, command);
}

void PairExploration::complete(State& state, int at, bool refused) const {
  PairEnd& end = state.ends[index(at)];
  const auto& other = state.ends[index(1 - at)].peer;
  const Running done = *std::exchange(end.running, std::nullopt);
  PeerModel& peer = *end.peer;
  const UserId name{"p"};
  bool good = !refused;
  if (good) {
    switch (done.operation) {
      case Operation::MakeOffer:
      case Operation::MakeAnswer: {
        const char before = peer.ufrag;
        const auto made = peer.set_local(state.next_token);
        if (!made) return;
        const Incarnation incarnation = peer.incarnation;
        const auto type = done.operation == Operation::MakeOffer ? DescriptionType::Offer : DescriptionType::Answer;
        handle(state, at, event::LocalDescriptionSet{done.id, name, incarnation, {type, made->text()}, peer.slots()});
        if (made->ufrag == before || !end.peer) return;
        const Candidate candidate{"c", "0", std::nullopt, std::string(1, made->ufrag)};
        return handle(state, at, event::CandidateGathered{name, incarnation, candidate});
      }
      case Operation::SetOffer:
      case Operation::SetAnswer:
        good = peer.set_remote(done.type, done.sdp);
        break;
      case Operation::RollBack:
        if (other && other->incarnation == peer.incarnation && other->answered == peer.offer) {
          state.wrong = "an offer is taken back whose answer the peer has applied";
        }
        good = peer.roll_back();
        break;
      case Operation::AddCandidate:
        good = peer.add_candidate(done.ufrag);
        break;
      case Operation::SetTrack:
        good = peer.set_track(done.slot, done.track);
        break;
    }
  }
  if (good) return handle(state, at, event::OperationSucceeded{done.id, name, peer.incarnation});
  handle(state, at, event::OperationFailed{done.id, name, peer.incarnation, "InvalidAccessError", "refused"});
}

// What takes no time.
void PairExploration::settle(State& state) const {
  if (options_.small_steps) return;
  for (int at = 0; at < 2; ++at) {
    const PairEnd& end = state.ends[index(at)];
    while (end.running && is_small(end.running->operation)) complete(state, at, false);
  }
}

void PairExploration::connect(State& state) const {
  for (int at = 0; at < 2; ++at) {
    PeerModel& peer = *state.ends[index(at)].peer;
    if (peer.connection == ConnectionState::Connected) continue;
    peer.connection = ConnectionState::Connected;
    handle(state, at, event::ConnectionChanged{UserId{"p"}, peer.incarnation, ConnectionState::Connected});
  }
}

}  // namespace meetwire::exploration
