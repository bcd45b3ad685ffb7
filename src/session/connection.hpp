// The way to the server and back to it: which phase the connection is in, when to try again, when to give up.
// A table decides; its owner carries the actions out.
// Must not know: frames, rosters, media.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/limits.hpp"
#include "core/random.hpp"
#include "core/time.hpp"

namespace meetwire::session {

enum class ConnectionPhase : std::uint8_t {
  Idle,        // join has not been asked for
  Opening,     // the first socket is being opened
  Greeting,    // hello is out, nobody has answered yet
  Resting,     // the first join waits before it tries again
  Knocking,    // in the lobby, until a host has decided
  Joined,      // the server has let us in
  Pausing,     // the socket was lost; waits before it tries again
  Reopening,   // a socket is being opened again
  Regreeting,  // hello, with the resume secret, is out
  Over,        // left, for whatever reason; for good
};
constexpr auto names_of(ConnectionPhase) {
  return std::array<std::string_view, 10>{"idle",   "opening", "greeting",  "resting",    "knocking",
                                          "joined", "pausing", "reopening", "regreeting", "over"};
}

enum class ConnectionInput : std::uint8_t {
  JoinRequested,
  Opened,
  Closed,
  Held,      // nobody gets in without a host's word
  Welcomed,
  Rejected,  // refused, removed, replaced: there is no point in trying again
  Dropped,   // this socket is of no use any more: there is
  Elapsed,   // the phase's own deadline
  Exhausted, // the deadline of all attempts together
  LeaveRequested,
};
constexpr auto names_of(ConnectionInput) {
  return std::array<std::string_view, 10>{"join-requested", "opened",  "closed",  "held",      "welcomed",
                                          "rejected",       "dropped", "elapsed", "exhausted", "leave-requested"};
}

enum class ConnectionAction : std::uint8_t {
  Missing,        // the table has no entry: whoever caused the input did what cannot be
  Ignore,         // known to happen, and harmless
  Open,           // open a socket
  Greet,          // say hello
  Wait,           // tell that one waits; whatever there was before is over
  Admit,          // take the welcome
  Readmit,        // take the welcome of a later socket
  Refresh,        // take a further roster
  Lose,           // tell that the connection is lost; media goes on
  Abandon,        // close this attempt's socket, if it has one; wait for the next
  FailUnreached,  // end: the server could not be reached
  FailUnanswered, // end: nobody answered the hello
  FailLost,       // end: not back in time
  End,            // end, for the reason that came with the input
  Leave,          // end, as was asked for
};
constexpr auto names_of(ConnectionAction) {
  return std::array<std::string_view, 15>{"missing", "ignore",  "open",           "greet",           "wait", "admit",
                                          "readmit", "refresh", "lose",           "abandon",         "fail-unreached",
                                          "fail-unanswered",    "fail-lost",      "end",             "leave"};
}

struct ConnectionEntry {
  ConnectionPhase next;
  ConnectionAction action;
};

// The whole machine: phase × input. The diagram in the documents is drawn from it.
ConnectionEntry connection_entry(ConnectionPhase phase, ConnectionInput input);

class Connection {
 public:
  Connection(const Limits& limits, std::uint64_t seed) : limits_(limits), random_(seed) {}

  ConnectionAction handle(Millis now, ConnectionInput input);
  // The server has been heard on the socket that is being opened.
  void answered(Millis now);
  // Whether anybody is still seen and heard past the server. As long as that is so nothing is given up.
  void note_flow(Millis now, bool flows);
  // Waits for the next try, and for nothing else.
  bool is_waiting() const { return phase_ == ConnectionPhase::Pausing || phase_ == ConnectionPhase::Resting; }
  // Elapsed or exhausted, if either is due.
  std::optional<ConnectionInput> due(Millis now) const;
  std::optional<Millis> deadline() const;

  ConnectionPhase phase() const { return phase_; }
  // The server has been told who we are, and has not let us in.
  bool is_before_door() const { return is_greeting() || phase_ == ConnectionPhase::Knocking; }
  bool is_greeting() const { return phase_ == ConnectionPhase::Greeting || phase_ == ConnectionPhase::Regreeting; }
  // Of the newest socket. Events of older ones are nobody's.
  std::uint32_t attempt() const { return attempt_; }
  // Of the newest socket: every second one of a series goes the other way.
  bool goes_other_way() const { return tries_ % 2 == 0; }
  // The server keeps a lost place for so long: trying for less would give it away.
  void set_resume_window(Millis window) { resume_window_ = window; }

 private:
  void enter(Millis now, ConnectionEntry entry);
  Millis next_delay();
  // How long to try without anybody: not less than the server keeps the place.
  Millis patience() const;
  bool is_opening() const { return phase_ == ConnectionPhase::Opening || phase_ == ConnectionPhase::Reopening; }
  bool gives_up_by_deadline() const;

  Limits limits_;
  SeededRandom random_;
  ConnectionPhase phase_ = ConnectionPhase::Idle;
  std::uint32_t attempt_ = 0;
  std::uint32_t tries_ = 0;  // sockets opened since the join, or since the loss
  Millis opened_at_{0};      // when the newest socket was asked for
  bool answered_ = false;    // the server was heard on it
  bool flows_ = false;       // links do, whatever the server does
  Millis resume_window_{0};
  std::optional<Millis> phase_deadline_;
  std::optional<Millis> give_up_at_;
};

}  // namespace meetwire::session
