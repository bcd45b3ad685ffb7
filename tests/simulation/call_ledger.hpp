// Every call of a simulated meeting, as the server has had it and as both sides were told of it, and the promises about
// that: S1, S7, G5, G8, L3. Knows nothing of sockets or scripts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/call.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"
#include "room/switchboard.hpp"

namespace meetwire::simulation {

class CallLedger {
 public:
  // `ignored`: what is called as here is somebody else's there. Of the intruder nobody knows for how long it lets it ring.
  CallLedger(RoomId ignored, UserId intruder) : ignored_(std::move(ignored)), intruder_(std::move(intruder)) {}

  using Complaint = std::optional<std::string>;

  // Somebody asks for it: it may ring for so long.
  void asked(const CallId& id, std::uint32_t timeout_ms) { records_[id].timeout_ms = timeout_ms; }

  // The server as it is now; none: it has just lost all that it knew.
  Complaint see_server(Millis now, const room::Switchboard* server);

  // An application that shows these is told. `is_leaving`: by its own core, which gives the meeting up.
  Complaint see_told(const UserId& who, const Call& call, const std::map<CallId, Call>& shown, bool is_leaving);

  // Of the two the server says that they talk to each other.
  bool are_talking(const UserId& a, const UserId& b) const;

  // Once it has been quiet for long: this is what an application knows of its calls.
  Complaint check_settled(const UserId& who, const std::map<CallId, Call>& shown) const;
  // And nobody else is in a call, as far as the server knows.
  Complaint check_nobody_else(const std::set<UserId>& people) const;

 private:
  struct Side {
    std::optional<CallOutcome> outcome;
    bool by_leaving = false;
  };
  struct Record {
    std::uint32_t timeout_ms = 0;
    std::optional<Call> at_server;  // now
    bool was_at_server = false;
    bool forgotten = false;         // the server has lost it meanwhile, once or more often
    Millis rang_at{0};
    std::set<std::pair<CallState, CallOutcome>> decided;  // what the server has ever made of it
    Side of_caller, of_callee;
  };

  Complaint see(Millis now, const room::Room& room, const Call& call);
  Complaint see_new(const room::Room& room, const Call& call) const;

  RoomId ignored_;
  UserId intruder_;
  std::map<CallId, Record> records_;
};

}  // namespace meetwire::simulation
