// RTCPeerConnection as the specification has it (https://www.w3.org/TR/webrtc/): one operation at a time on a chain,
// asynchronous ends in order, signalling states, implicit and explicit rollback, negotiationneeded, m-lines, mids,
// generations of ICE credentials. With quirks it does as a named browser does instead; tests/calibration/ compares.
// Knows nothing of paths: whether two of them are connected is their world's business.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "support/peer_model_types.hpp"

namespace meetwire::support {

enum class PeerOperation : std::uint8_t { SetLocal, SetRemote, RollBack, AddCandidate, ReplaceTrack };

struct PeerModelOptions {
  // Unique in its world: makes the certificate, the credentials and the stream ids.
  std::string name;
  Quirks quirks;
  // A runtime without implicit rollback: an offer in have-local-offer is refused.
  bool explicit_only = false;
};

// The world that a connection lives in.
struct PeerModelHost {
  // Runs it later, as a task of the page's: never at once, and in the order of time and asking.
  std::function<void(Millis delay, std::function<void()>)> later;
  // How long the part of an operation takes that does not run in the page.
  std::function<Millis(PeerOperation)> takes;
  // Events, in the specification's order. None comes after close().
  std::function<void()> negotiation_needed = [] {};
  std::function<void(SignalingState)> signaling_state_changed = [](SignalingState) {};
  std::function<void(const ModelTransceiver&)> track = [](const ModelTransceiver&) {};
  // Gathering begins for these credentials.
  std::function<void(const std::string& ufrag)> gathering_begun = [](const std::string&) {};
};

class PeerModel {
 public:
  // How an operation ended: the DOMException's name, or none where it went well.
  using Outcome = std::optional<std::string>;
  using Ended = std::function<void(Outcome)>;

  PeerModel(PeerModelOptions options, PeerModelHost host) : options_(std::move(options)), host_(std::move(host)) {}
  PeerModel(const PeerModel&) = delete;
  PeerModel& operator=(const PeerModel&) = delete;

  // ---- what a page can read

  SignalingState signaling_state() const { return signaling_; }
  bool closed() const { return signaling_ == SignalingState::Closed; }
  std::vector<const ModelTransceiver*> transceivers() const {
    std::vector<const ModelTransceiver*> all;
    for (const auto& each : transceivers_) all.push_back(each.get());
    return all;
  }
  const std::optional<ModelDescription>& current_local() const { return agreed_.local; }
  const std::optional<ModelDescription>& current_remote() const { return agreed_.remote; }
  const std::optional<ModelDescription>& pending_local() const { return pending_local_; }
  const std::optional<ModelDescription>& pending_remote() const { return pending_remote_; }
  const std::optional<ModelDescription>& local() const { return pending_local_ ? pending_local_ : agreed_.local; }
  const std::optional<ModelDescription>& remote() const { return pending_remote_ ? pending_remote_ : agreed_.remote; }
  std::string fingerprint() const { return "sha-256 " + options_.name; }
  const std::vector<Candidate>& candidates_added() const { return candidates_added_; }
  // Those that made a difference so far.
  const Quirks& quirks_used() const { return quirks_used_; }
  void forget_quirks_used() { quirks_used_.clear(); }

  // What runs in one turn of the page: the reactions to promises wait until it is over.
  template <class Act>
  void turn(Act act) {
    ++turns_;
    act();
    if (--turns_ > 0) return;
    ++turns_;
    while (!reactions_.empty()) {
      auto next = std::move(reactions_.front());
      reactions_.pop_front();
      next();
    }
    --turns_;
  }
  // A reaction to a promise that is settled.
  void react(std::function<void()> what) {
    reactions_.push_back(std::move(what));
  }

  // ---- what it does at once: the DOMException's name, if it throws

  Outcome add_transceiver(const std::string& kind, Direction direction, std::optional<TrackId> track = {});
  Outcome set_direction(std::size_t at, Direction direction);
  Outcome set_streams(std::size_t at);
  Outcome stop(std::size_t at);
  Outcome create_data_channel(std::optional<int> id);
  void restart_ice();
  void close();

  // ---- what it does in its time. After close() nothing ends any more.

  void set_local(Ended ended);  // setLocalDescription() without argument
  void set_remote(ModelDescription description, Ended ended);
  void roll_back(bool local, Ended ended);
  void add_candidate(Candidate candidate, Ended ended);
  void replace_track(std::size_t at, std::optional<TrackId> track, std::string kind, Ended ended);

 private:
  using Transceivers = std::vector<std::shared_ptr<ModelTransceiver>>;
  using Work = std::function<void(Ended)>;

  // What a rollback goes back to.
  struct Agreed {
    std::optional<ModelDescription> local;
    std::optional<ModelDescription> remote;
  };
  struct Before {
    std::shared_ptr<ModelTransceiver> transceiver;
    std::optional<std::string> mid;
    bool receiving_announced = false;
    std::vector<std::string> remote_streams;
  };
  // What an operation may change, beyond taking its time.
  enum class Weight : std::uint8_t { Heavy, NothingInStable, Nothing };
  struct Chained {
    Weight weight = Weight::Heavy;
    Work work;
    Ended ended;
  };

  bool quirk(Quirk which) {
    if (options_.quirks.count(which) == 0) return false;
    quirks_used_.insert(which);
    return true;
  }

  // ---- the operations chain
  void chain(Work work, Ended ended, Weight weight = Weight::Heavy);
  bool only_harmless_behind(std::size_t first) const;
  void run_first();
  void task(Millis delay, std::function<void()> what);
  void refuse(const Ended& ended, std::string name);

  // ---- negotiationneeded
  void changed();
  void update_negotiation_needed();
  bool is_negotiation_needed() const;
  bool needs_line(const ModelTransceiver& transceiver) const;

  // ---- descriptions
  std::string fresh_mid();
  ModelDescription make_offer();
  ModelDescription make_answer();
  std::string credentials(bool replace);
  void undo();
  void take_back(bool implicit);
  void remember();
  void apply_local(ModelDescription description);
  Outcome check_remote(const ModelDescription& description) const;
  void apply_remote(ModelDescription description);
  void announce(std::vector<std::shared_ptr<ModelTransceiver>> tracks);
  void take_line(const ModelDescription& description, const ModelLine& line,
                 std::vector<std::shared_ptr<ModelTransceiver>>& tracks);
  void agree(ModelDescription local, ModelDescription remote);
  void become(SignalingState next);
  std::shared_ptr<ModelTransceiver> with_mid(const std::string& mid) const;
  std::shared_ptr<ModelTransceiver> find(std::size_t at) const {
    return at < transceivers_.size() ? transceivers_[at] : nullptr;
  }

  PeerModelOptions options_;
  PeerModelHost host_;
  SignalingState signaling_ = SignalingState::Stable;
  Transceivers transceivers_;
  Agreed agreed_;
  std::optional<ModelDescription> pending_local_;
  std::optional<ModelDescription> pending_remote_;
  std::vector<Before> before_;
  std::deque<Chained> operations_;
  std::deque<std::function<void()>> reactions_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  int turns_ = 0;
  bool negotiation_needed_ = false;
  bool update_when_chain_is_empty_ = false;
  bool has_data_channel_ = false;
  std::optional<std::string> lost_data_mid_;  // of an offer that was taken back
  std::optional<int> data_line_follows_;       // the newest transceiver when its m-line was first made
  std::set<std::string> mids_seen_;
  int next_version_ = 0;
  bool broken_ = false;  // a description was refused half-way
  std::set<int> channel_ids_;
  std::set<std::string> ufrags_to_replace_;
  std::string gathered_;
  std::vector<Candidate> candidates_added_;
  Quirks quirks_used_;
  int changes_ = 0;
  int next_mid_ = 0;
  int next_ufrag_ = 0;
  int next_stream_ = 0;
  int next_transceiver_ = 0;
};

}  // namespace meetwire::support

#include "support/peer_model_descriptions.hpp"
#include "support/peer_model_operations.hpp"
