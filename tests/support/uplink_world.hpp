// One person's line, and what leaves by it to several others: a queue of a given width and length that all links share,
// senders that follow their shares, and the measurements that a browser makes of it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "flow/uplink.hpp"

namespace meetwire::support {

class UplinkWorld {
 public:
  struct Options {
    int peers = 7;
    double line_bps = 3e6;
    double queue_s = 0.3;   // how much the modem holds
    bool adapts = true;     // the browser's own congestion control, as Chromium has it
    bool shares = true;     // false: everybody sends what it would by itself
    std::uint64_t seed = 1;
  };

  explicit UplinkWorld(Options options) : options(options), random_(options.seed) {
    for (int i = 0; i < options.peers; ++i) {
      const UserId peer{"p" + std::to_string(i)};
      uplink.open(peer);
      senders_[peer];
    }
    line_bps = options.line_bps;
  }

  // A second, in steps of 50 ms, with a measurement and a decision at its end.
  void second() {
    constexpr double kStep = 0.05;
    double sound_offered = 0, sound_lost = 0;
    for (auto& [peer, sender] : senders_) sender.sent = sender.lost = 0;
    longest_queue_ms = 0;
    for (int step = 0; step < 20; ++step) {
      double offered = 0;
      for (auto& [peer, sender] : senders_) {
        sender.rate = rate_of(sender);
        offered += sender.rate * kStep;
      }
      queue_ += offered - line_bps * kStep;
      queue_ = std::max(0.0, queue_);
      const double over = std::max(0.0, queue_ - line_bps * options.queue_s);
      queue_ -= over;
      const double loss = offered > 0 ? over / offered : 0;
      const double delay_ms = queue_ / line_bps * 1000;
      longest_queue_ms = std::max(longest_queue_ms, delay_ms);
      for (auto& [peer, sender] : senders_) {
        sender.sent += sender.rate * kStep;
        sender.lost += sender.rate * kStep * loss;
        sound_offered += sound_cost(sender) * kStep;
        sound_lost += sound_cost(sender) * kStep * loss;
        adapt(sender, loss, delay_ms, kStep);
      }
    }
    sound_loss = sound_offered > 0 ? sound_lost / sound_offered : 0;
    now = now + Millis{1'000};
    measure();
    decide();
  }

  void decide() {
    for (const flow::ShareChange& change : uplink.decide(now)) {
      senders_[change.peer].shares[change.slot] = change.share;
      ++changes;
      changed[{change.peer, change.slot}].push_back(now);
    }
  }

  double sent_bps() const {
    double all = 0;
    for (const auto& [peer, sender] : senders_) all += sender.sent;
    return all;
  }
  // Links whose share of this slot is on.
  int active(Slot slot) const {
    int count = 0;
    for (const auto& [peer, sender] : senders_) {
      const auto at = sender.shares.find(slot);
      if (at != sender.shares.end() && at->second.active) ++count;
    }
    return count;
  }
  const flow::Share& share(const std::string& peer, Slot slot) { return senders_[UserId{peer}].shares[slot]; }

  Options options;
  flow::Uplink uplink;
  Millis now{1'000'000};
  double line_bps = 0;
  double sound_loss = 0;
  double longest_queue_ms = 0;
  int changes = 0;
  std::map<std::pair<UserId, Slot>, std::vector<Millis>> changed;
  std::map<UserId, double> radio_loss;  // of one link alone, from 0 to 1
  std::map<UserId, double> longer_ms;   // of one link's path

 private:
  struct Sender {
    std::map<Slot, flow::Share> shares;
    double estimate = 300e3;
    double rate = 0, sent = 0, lost = 0;
  };

  static double cost_of(Slot slot, const flow::Share& share) {
    for (const flow::Rung& rung : flow::ladder_of(slot)) {
      if (rung.bitrate_bps == share.bitrate_bps_max) return static_cast<double>(rung.cost_bps);
    }
    return static_cast<double>(share.bitrate_bps_max);
  }

  double sound_cost(const Sender& sender) const {
    const auto at = sender.shares.find(Slot::Microphone);
    return at == sender.shares.end() || !at->second.active ? 0 : cost_of(Slot::Microphone, at->second);
  }

  double rate_of(const Sender& sender) {
    double sound = 0, pictures = 0;
    for (const auto& [slot, share] : sender.shares) {
      if (share.active) (is_audio(slot) ? sound : pictures) += cost_of(slot, share);
    }
    if (!options.shares) pictures = 2.5e6;
    // An encoder is now above and now below what it aims at.
    pictures *= 0.85 + 0.2 * static_cast<double>(random_.next() % 1'000) / 1'000;
    if (options.adapts) pictures = std::min(pictures, std::max(30e3, sender.estimate - sound));
    return sound + pictures;
  }

  void adapt(Sender& sender, double loss, double delay_ms, double step) {
    if (!options.adapts) return;
    if (delay_ms > 100 || loss > 0.1) sender.estimate = std::max(50e3, std::min(sender.estimate, sender.rate * 0.85));
    else sender.estimate = std::min(sender.estimate * (1 + 0.3 * step), 1.5 * sender.rate + 50e3);
  }

  void measure() {
    std::map<UserId, flow::LinkMeasure> measures;
    for (auto& [peer, sender] : senders_) {
      flow::LinkMeasure one;
      one.sent_bps = static_cast<std::int64_t>(sender.sent);
      if (options.adapts) one.available_bps = static_cast<std::int64_t>(std::max(sender.estimate, sender.sent));
      one.round_trip_ms = static_cast<std::int64_t>(40 + longer_ms[peer] + longest_queue_ms);
      const double lost = sender.sent > 0 ? sender.lost / sender.sent : 0;
      one.lost_per_mille = static_cast<std::int64_t>(1'000 * (lost + radio_loss[peer]));
      measures[peer] = one;
    }
    uplink.measure(now, measures);
  }

  std::map<UserId, Sender> senders_;
  SeededRandom random_;
  double queue_ = 0;
};

}  // namespace meetwire::support
