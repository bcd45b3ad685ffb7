// The inside of a link, shared by the files that implement it: link.cpp routes, exchange.cpp negotiates,
// upkeep.cpp sends candidates and heals.
// Here and in the parts, `fields` names all that outlives an event, once: whoever explores links by the million hashes
// and restores them by it. Nothing that ships calls it.
#pragma once

#include <vector>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "link/link.hpp"
#include "link/numbers.hpp"
#include "link/recovery.hpp"
#include "link/remote_candidates.hpp"
#include "link/sdp.hpp"
#include "link/signaling_table.hpp"
#include "link/slots.hpp"
#include "link/unnumbered.hpp"

namespace meetwire::link {

enum class Stage : std::uint8_t {
  Idle,     // not started
  Waiting,  // for the peer's first offer of this incarnation
  Opening,  // our own offer is the first of this incarnation
  Agreed,   // one exchange is done: either side may offer
  Broken,   // a description was refused or messages are lost for good; a new incarnation comes
  Ended,
};

// The remote description that is being set.
struct Incoming {
  Sequence sequence = 0;  // of the offer
  SdpFacts facts;
  SlotsByMid slots;
};

struct Pending {
  OperationId id = 0;
  Operation operation = Operation::MakeOffer;
};

struct Link::Body {
  Body(const LinkOptions& link_options, OperationId& operation_counter);

  // ---- link.cpp: routing
  LinkStep handle(Millis at, const LinkEvent& event);
  void on(const Started&);
  void on(const MessageReceived& received);
  bool is_strangers(const protocol::PairMessage& message) const;
  void peer_ready();
  void on(const WishesChanged& changed);
  void on(const TextSaid& said);
  void on(const IceServersChanged& changed);
  void on(const SignallingLost&);
  void on(const SignallingResumed&);
  void on(const link::Ended&);
  void on(const event::LocalDescriptionSet& set);
  void on(const event::OperationSucceeded& succeeded);
  void on(const event::OperationFailed& failed);
  void on(const event::NegotiationNeeded&);
  void on(const event::CandidateGathered& gathered);
  void on(const event::ConnectionChanged& changed);
  void on(const event::TextArrived& arrived);
  void on(const event::TimePassed&) {}
  std::optional<Operation> settle(OperationId id, Incarnation of);

  // ---- exchange.cpp: descriptions
  void pump();
  bool take_from_inbox();
  void take_offer();
  void take_answer();
  bool wants_offer() const;
  void begin_operation(Operation operation);
  void send_offer(const Description& description);
  void send_answer(const Description& description);
  std::optional<Failure> fault_of(const Description& description) const;
  void remote_description_applied();
  void bind_lines();
  void rolled_back();
  bool inbox_has_offer() const;
  void meet(const protocol::PairMessage& message);
  void wish();

  // ---- patience.cpp: a peer that may not listen
  void keep_said(const protocol::PairMessage& message);
  void say_again();
  void hear(const protocol::PairMessage& message);
  void go_unheard();
  bool awaits_answer() const;

  // ---- upkeep.cpp: candidates, incarnations, healing, state
  std::optional<Failure> fault_of(const Candidate& candidate) const;
  void flush_candidates();
  void open_connection();
  void begin_incarnation(Incarnation next, Stage as);
  void break_down(Failure why);
  void heal();
  void set_state(LinkState next, std::optional<Failure> error = std::nullopt);
  void report(Failure what) { outputs.emplace_back(ProblemFound{std::move(what)}); }
  void send(protocol::PairBody body, bool may_wait);
  void send_all(std::vector<protocol::PairMessage> messages);
  std::optional<Millis> wake_at() const;
  template <class Command>
  void command(Command value) {
    outputs.emplace_back(ClientCommand{std::move(value)});
  }

  LinkOptions options;
  OperationId* operations;
  bool polite;
  PairNumbers numbers;
  SlotTable slots;
  RemoteCandidates remote_candidates;
  Recovery recovery;

  Stage stage = Stage::Idle;
  bool is_open = false;  // an RTCPeerConnection of this incarnation is there
  SignalingState signaling = SignalingState::Stable;
  std::optional<Pending> pending;
  Incoming incoming;
  std::vector<protocol::PairMessage> inbox;  // in order; waits for the operation under way
  std::optional<Sequence> offer_out;        // the own offer that an answer may answer
  bool ice_restart_wanted = false;
  bool ice_restart_offered = false;         // the offer that is out has it
  std::optional<Millis> negotiate_at;       // changes close together share an offer
  std::string remote_fingerprint;
  std::vector<Slot> remote_sending;
  std::set<std::string> local_ufrags;
  std::vector<Candidate> gathered;          // local candidates, not yet sent
  std::optional<Millis> candidates_at;
  LinkState state = LinkState::Connecting;
  Unnumbered unnumbered;
  bool signalling_up = true;                // between us and the server

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("numbers", self.numbers);
    visit("slots", self.slots);
    visit("remote_candidates", self.remote_candidates);
    visit("recovery", self.recovery);
    visit("stage", self.stage);
    visit("is_open", self.is_open);
    visit("signaling", self.signaling);
    visit("pending", self.pending);
    visit("incoming", self.incoming);
    visit("inbox", self.inbox);
    visit("offer_out", self.offer_out);
    visit("ice_restart_wanted", self.ice_restart_wanted);
    visit("ice_restart_offered", self.ice_restart_offered);
    visit("negotiate_at", self.negotiate_at);
    visit("remote_fingerprint", self.remote_fingerprint);
    visit("remote_sending", self.remote_sending);
    visit("local_ufrags", self.local_ufrags);
    visit("gathered", self.gathered);
    visit("candidates_at", self.candidates_at);
    visit("state", self.state);
  }

  // Of the event being handled.
  Millis now{0};
  std::vector<Output> outputs;
};

}  // namespace meetwire::link
