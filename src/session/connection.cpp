#include "session/connection.hpp"

#include <algorithm>
#include <cstddef>

namespace meetwire::session {
namespace {

using P = ConnectionPhase;
using I = ConnectionInput;
using A = ConnectionAction;

struct Row {
  P phase;
  I input;
  P next;
  A action;
};

constexpr Row kTransitions[] = {
    {P::Idle, I::JoinRequested, P::Opening, A::Open},
    {P::Idle, I::Rejected, P::Over, A::End},  // our own ids are no ids
    {P::Idle, I::LeaveRequested, P::Over, A::Leave},

    {P::Opening, I::Opened, P::Greeting, A::Greet},
    {P::Opening, I::Closed, P::Resting, A::Abandon},
    {P::Opening, I::Elapsed, P::Opening, A::Open},  // nothing was refused, so there is nothing to rest from
    {P::Opening, I::Rejected, P::Over, A::End},  // by the handshake of the socket
    {P::Opening, I::Exhausted, P::Over, A::FailUnreached},
    {P::Opening, I::LeaveRequested, P::Over, A::Leave},

    {P::Greeting, I::Closed, P::Resting, A::Abandon},
    {P::Greeting, I::Held, P::Knocking, A::Wait},
    {P::Greeting, I::Welcomed, P::Joined, A::Admit},
    {P::Greeting, I::Rejected, P::Over, A::End},
    {P::Greeting, I::Dropped, P::Resting, A::Abandon},
    {P::Greeting, I::Elapsed, P::Over, A::FailUnanswered},
    {P::Greeting, I::Exhausted, P::Over, A::FailUnreached},
    {P::Greeting, I::LeaveRequested, P::Over, A::Leave},

    {P::Resting, I::Closed, P::Resting, A::Ignore},
    {P::Resting, I::Elapsed, P::Opening, A::Open},
    {P::Resting, I::Exhausted, P::Over, A::FailUnreached},
    {P::Resting, I::LeaveRequested, P::Over, A::Leave},

    {P::Knocking, I::Closed, P::Pausing, A::Lose},
    {P::Knocking, I::Held, P::Knocking, A::Ignore},
    {P::Knocking, I::Welcomed, P::Joined, A::Admit},
    {P::Knocking, I::Rejected, P::Over, A::End},
    {P::Knocking, I::Dropped, P::Pausing, A::Lose},
    {P::Knocking, I::LeaveRequested, P::Over, A::Leave},

    {P::Joined, I::Closed, P::Pausing, A::Lose},
    {P::Joined, I::Welcomed, P::Joined, A::Refresh},
    {P::Joined, I::Rejected, P::Over, A::End},
    {P::Joined, I::Dropped, P::Pausing, A::Lose},
    {P::Joined, I::LeaveRequested, P::Over, A::Leave},

    {P::Pausing, I::Closed, P::Pausing, A::Ignore},
    {P::Pausing, I::Elapsed, P::Reopening, A::Open},
    {P::Pausing, I::Exhausted, P::Over, A::FailLost},
    {P::Pausing, I::LeaveRequested, P::Over, A::Leave},

    {P::Reopening, I::Opened, P::Regreeting, A::Greet},
    {P::Reopening, I::Closed, P::Pausing, A::Abandon},
    {P::Reopening, I::Elapsed, P::Pausing, A::Abandon},
    {P::Reopening, I::Exhausted, P::Over, A::FailLost},
    {P::Reopening, I::LeaveRequested, P::Over, A::Leave},

    {P::Regreeting, I::Closed, P::Pausing, A::Abandon},
    {P::Regreeting, I::Held, P::Knocking, A::Wait},
    {P::Regreeting, I::Welcomed, P::Joined, A::Readmit},
    {P::Regreeting, I::Rejected, P::Over, A::End},
    {P::Regreeting, I::Dropped, P::Pausing, A::Abandon},
    {P::Regreeting, I::Elapsed, P::Pausing, A::Abandon},
    {P::Regreeting, I::Exhausted, P::Over, A::FailLost},
    {P::Regreeting, I::LeaveRequested, P::Over, A::Leave},
};

constexpr std::size_t kPhases = names_of(P{}).size();
constexpr std::size_t kInputs = names_of(I{}).size();
using Table = std::array<std::array<ConnectionEntry, kInputs>, kPhases>;

constexpr Table make_table() {
  Table table{};
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    for (std::size_t input = 0; input < kInputs; ++input) {
      // Once over, all of it may still happen, and none of it matters.
      const bool over = static_cast<P>(phase) == P::Over;
      table[phase][input] = {static_cast<P>(phase), over ? A::Ignore : A::Missing};
    }
  }
  for (const Row& row : kTransitions) {
    table[static_cast<std::size_t>(row.phase)][static_cast<std::size_t>(row.input)] = {row.next, row.action};
  }
  return table;
}

constexpr Table kTable = make_table();

}  // namespace

ConnectionEntry connection_entry(ConnectionPhase phase, ConnectionInput input) {
  return kTable[static_cast<std::size_t>(phase)][static_cast<std::size_t>(input)];
}

ConnectionAction Connection::handle(Millis now, ConnectionInput input) {
  const bool first = phase_ == P::Opening || phase_ == P::Greeting;
  const bool silent = phase_ == P::Opening && input == I::Elapsed;
  if (first && (input == I::Closed || input == I::Dropped || silent) && tries_ >= limits_.first_join_tries_max) {
    input = I::Exhausted;
  }
  const ConnectionEntry entry = connection_entry(phase_, input);
  if (entry.action != A::Missing && entry.action != A::Ignore && entry.action != A::Refresh) enter(now, entry);
  return entry.action;
}

void Connection::enter(Millis now, ConnectionEntry entry) {
  if (entry.action == A::Lose) {
    tries_ = 0;
    give_up_at_ = now + patience();
  }
  if (entry.action == A::Open) {
    ++attempt_;
    ++tries_;
    opened_at_ = now;
    answered_ = false;
    if (phase_ == P::Idle) give_up_at_ = now + limits_.transport_deadline;
  }
  phase_ = entry.next;
  phase_deadline_.reset();
  switch (phase_) {
    case P::Greeting:
    case P::Regreeting:
      phase_deadline_ = now + limits_.hello_deadline;
      break;
    case P::Opening:
    case P::Reopening:
      // The first join's later sockets have what is left of the whole.
      if (tries_ == 1) phase_deadline_ = now + limits_.transport_first_deadline;
      else if (phase_ == P::Reopening) phase_deadline_ = now + limits_.transport_deadline;
      break;
    case P::Resting:
    case P::Pausing:
      phase_deadline_ = now + next_delay();
      break;
    case P::Knocking:
    case P::Joined:
    case P::Over:
      give_up_at_.reset();
      break;
    case P::Idle:
      break;
  }
}

// On a slow line the rest may take as long as this did; on a quick one something is wrong soon.
void Connection::answered(Millis now) {
  if (!is_opening() || answered_) return;
  answered_ = true;
  const Millis took = now - opened_at_;
  const Millis rest = std::max(limits_.transport_first_deadline, took * std::int64_t{limits_.transport_rest_factor});
  phase_deadline_ = now + rest;
  if (phase_ == P::Opening && give_up_at_) give_up_at_ = std::max(*give_up_at_, *phase_deadline_);
}

Millis Connection::patience() const {
  return std::max(limits_.rejoin_deadline, resume_window_ + limits_.reconnect_delay_max);
}

void Connection::note_flow(Millis now, bool flows) {
  if (flows_ && !flows && give_up_at_) give_up_at_ = std::max(*give_up_at_, now + patience());
  flows_ = flows;
}

// Grows with each try, so that a server that is down is not pressed; with jitter, so that all its clients do not
// come back in the same instant.
Millis Connection::next_delay() {
  Millis delay = limits_.reconnect_delay_min;
  for (std::uint32_t i = 1; i < tries_ && delay < limits_.reconnect_delay_max; ++i) delay = delay + Millis{delay.value / 2};
  return random_.scatter(std::min(delay, limits_.reconnect_delay_max));
}

// A hello that is out may use its own deadline up: the server has been reached.
bool Connection::gives_up_by_deadline() const { return phase_ != P::Greeting && !flows_; }

std::optional<ConnectionInput> Connection::due(Millis now) const {
  if (give_up_at_ && gives_up_by_deadline() && now >= *give_up_at_) return I::Exhausted;
  if (phase_deadline_ && now >= *phase_deadline_) return I::Elapsed;
  return std::nullopt;
}

std::optional<Millis> Connection::deadline() const {
  return gives_up_by_deadline() ? earlier(phase_deadline_, give_up_at_) : phase_deadline_;
}

}  // namespace meetwire::session
