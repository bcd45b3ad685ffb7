// When a link must do something about itself: the deadlines of negotiation and connection, and the order of healing:
// wait, ICE restart, new incarnation, each with a deadline, backoff and jitter, all on one clock.
// Owns the deadlines; what is done when one falls due is the link's business.
#pragma once

#include <cstdint>
#include <optional>

#include "core/limits.hpp"
#include "core/media.hpp"
#include "core/random.hpp"
#include "core/time.hpp"

namespace meetwire::link {

enum class Remedy : std::uint8_t { None, TakeBack, RestartIce, NewIncarnation };

class Recovery {
 public:
  Recovery(const Limits& limits, std::uint64_t seed, bool polite) : limits_(limits), random_(seed), polite_(polite) {}

  // ---- what happened
  void connection_begun(Millis now);  // a new RTCPeerConnection, or the first description of one
  void connection_changed(Millis now, ConnectionState state);
  void offer_sent(Millis now);
  void offer_progressed(Millis now);  // the peer has heard it, or says something new: the deadline counts from there
  void offer_settled();  // answered, rolled back, or its connection is gone
  void ice_restarted(Millis now);
  // The connection cannot be saved. The first time at once, then with growing waits.
  void give_up(Millis now);
  void signalling_lost() { signalling_up_ = false; }
  void signalling_resumed(Millis now);

  // ---- what to do
  // The remedy that is due, which then counts as begun. `works`: there is a connection without the own offer that has no
  // answer, so that it is taken back rather than the connection given up.
  Remedy due(Millis now, bool works);
  std::optional<Millis> wake_at() const;
  bool has_failed() const { return restarts_ >= limits_.restarts_before_failed; }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("random", self.random_);
    visit("signalling_up", self.signalling_up_);
    visit("restarts", self.restarts_);
    visit("connect_by", self.connect_by_);
    visit("answer_by", self.answer_by_);
    visit("restart_ice_at", self.restart_ice_at_);
    visit("new_incarnation_at", self.new_incarnation_at_);
    visit("stable_at", self.stable_at_);
  }

 private:
  Millis handicap() const { return polite_ ? limits_.polite_restart_delay : Millis{0}; }
  void new_incarnation_at(Millis when);

  Limits limits_;
  SeededRandom random_;
  bool polite_;
  bool signalling_up_ = true;
  std::uint32_t restarts_ = 0;               // new incarnations since it was last stable
  std::optional<Millis> connect_by_;         // or a new incarnation
  std::optional<Millis> answer_by_;          // or a new incarnation
  std::optional<Millis> restart_ice_at_;
  std::optional<Millis> new_incarnation_at_;
  std::optional<Millis> stable_at_;          // forget the restarts before
};

}  // namespace meetwire::link
