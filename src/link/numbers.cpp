#include "link/numbers.hpp"

#include <algorithm>
#include <utility>

namespace meetwire::link {

using protocol::PairBody;
using protocol::PairMessage;

void PairNumbers::begin(Incarnation incarnation) {
  incarnation_ = incarnation;
  heard_ = false;
  next_out_ = next_in_ = 1;
  given_up_ = 0;
  kept_.clear();
  early_.clear();
  repeat_at_.reset();
  acknowledge_at_.reset();
  repeat_wait_ = limits_.pair_resend_after;
}

PairMessage PairNumbers::bare(PairBody body) const {
  PairMessage message;
  message.body = std::move(body);
  if (!numbered_) return message;
  message.incarnation = incarnation_;
  message.believed = heard_ ? incarnation_ : 0;
  message.acknowledged = next_in_ - 1;
  return message;
}

// A repetition says what is known by now, not what was when it was first sent.
PairMessage PairNumbers::dressed(const PairMessage& kept) const {
  PairMessage message = bare(kept.body);
  message.sequence = kept.sequence;
  return message;
}

PairMessage PairNumbers::stamp(Millis now, PairBody body) {
  PairMessage message = bare(std::move(body));
  if (!numbered_) return message;
  acknowledge_at_.reset();  // this one says it
  message.sequence = next_out_++;
  kept_.push_back(message);
  if (kept_.size() > limits_.pair_unacknowledged_max) {
    given_up_ = kept_.front().sequence;
    kept_.erase(kept_.begin());
  }
  if (!repeat_at_) repeat_at_ = now + repeat_wait_;
  return message;
}

PairNumbers::Intake PairNumbers::take(Millis now, PairMessage message) {
  Intake intake;
  if (!numbered_) {
    intake.ready.push_back(std::move(message));
    return intake;
  }
  const bool believes_rightly = message.believed == 0 || message.believed == message.incarnation;
  if (message.incarnation == 0 || !believes_rightly) {
    intake.verdict = Verdict::Misbehaved;
    return intake;
  }
  if (message.incarnation < incarnation_) return intake;
  if (message.incarnation > incarnation_) {
    // It cannot have heard us in a number that we never had.
    const bool possible =
        message.believed == 0 && message.incarnation - incarnation_ <= limits_.incarnation_leap_max;
    intake.verdict = possible ? Verdict::Newer : Verdict::Misbehaved;
    return intake;
  }
  return take_current(now, std::move(message));
}

PairNumbers::Intake PairNumbers::take_current(Millis now, PairMessage message) {
  Intake intake;
  if (message.acknowledged >= next_out_) {
    intake.verdict = Verdict::Misbehaved;
    return intake;
  }
  heard_ = true;
  intake.acknowledges = forget_acknowledged(now, message.acknowledged);
  if (const auto* request = std::get_if<protocol::Replay>(&message.body)) {
    if (!replay(now, request->from, intake.send)) intake.verdict = Verdict::OutOfReach;
    return intake;
  }
  if (std::holds_alternative<protocol::Acknowledge>(message.body)) return intake;
  if (message.sequence == 0) {
    intake.verdict = Verdict::Misbehaved;
    return intake;
  }
  if (!acknowledge_at_) acknowledge_at_ = now + limits_.pair_acknowledge_after;
  if (message.sequence < next_in_) {
    // Seen before. An offer seen before means that its answer may be lost.
    if (std::holds_alternative<protocol::Offer>(message.body)) intake.send = repeat_all(now);
    return intake;
  }
  if (message.sequence - next_in_ >= limits_.pair_reorder_max) {
    intake.verdict = Verdict::OutOfReach;
    return intake;
  }
  if (message.sequence > next_in_) {
    const bool gap_is_new = early_.empty();
    early_.emplace(message.sequence, std::move(message));
    if (gap_is_new) intake.send.push_back(bare(protocol::Replay{next_in_}));
    return intake;
  }
  intake.ready.push_back(std::move(message));
  ++next_in_;
  for (auto next = early_.find(next_in_); next != early_.end(); next = early_.find(next_in_)) {
    intake.ready.push_back(std::move(next->second));
    early_.erase(next);
    ++next_in_;
  }
  return intake;
}

bool PairNumbers::forget_acknowledged(Millis now, Sequence acknowledged) {
  bool progress = false;
  while (!kept_.empty() && kept_.front().sequence <= acknowledged) {
    kept_.erase(kept_.begin());
    progress = true;
  }
  if (acknowledged >= given_up_) given_up_ = 0;
  // The path carries again: the next loss is repeated as soon as the first one was.
  if (progress) repeat_wait_ = limits_.pair_resend_after;
  if (kept_.empty()) {
    repeat_at_.reset();
  } else if (progress) {
    repeat_at_ = now + repeat_wait_;
  }
  return progress;
}

bool PairNumbers::replay(Millis now, Sequence from, std::vector<PairMessage>& into) {
  if (from <= given_up_) return false;
  for (const PairMessage& kept : kept_) {
    if (kept.sequence >= from) into.push_back(dressed(kept));
  }
  if (!kept_.empty()) repeat_at_ = now + repeat_wait_;
  return true;
}

std::vector<PairMessage> PairNumbers::repeat_all(Millis now) {
  std::vector<PairMessage> out;
  for (const PairMessage& kept : kept_) out.push_back(dressed(kept));
  if (!kept_.empty()) {
    acknowledge_at_.reset();
    repeat_at_ = now + repeat_wait_;
  }
  return out;
}

std::vector<PairMessage> PairNumbers::due(Millis now) {
  std::vector<PairMessage> out;
  if (repeat_at_ && *repeat_at_ <= now) {
    repeat_wait_ = std::min(repeat_wait_ * 2, limits_.restart_backoff_max);
    out = repeat_all(now);
    // A gap that is still open is asked for again on the same beat.
    if (!early_.empty()) out.push_back(bare(protocol::Replay{next_in_}));
  }
  if (acknowledge_at_ && *acknowledge_at_ <= now) {
    acknowledge_at_.reset();
    // While a gap is open, the acknowledgement asks for what is missing as well.
    if (early_.empty()) {
      out.push_back(bare(protocol::Acknowledge{}));
    } else {
      out.push_back(bare(protocol::Replay{next_in_}));
      acknowledge_at_ = now + limits_.pair_resend_after;
    }
  }
  return out;
}

std::optional<Millis> PairNumbers::wake_at() const { return earlier(repeat_at_, acknowledge_at_); }

}  // namespace meetwire::link
