// A whole simulated meeting: people, their browsers, the network and the server, one script of what they do and what goes
// wrong, and every promise checked after every event. Same script, same meeting, on every machine.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulation/call_ledger.hpp"
#include "simulation/choices.hpp"
#include "simulation/intruder.hpp"
#include "simulation/paths.hpp"
#include "simulation/person.hpp"
#include "simulation/recorder.hpp"
#include "simulation/schedule.hpp"
#include "simulation/script.hpp"
#include "simulation/signalling.hpp"

namespace meetwire::simulation {

struct Result {
  std::optional<std::string> violation;  // the first one, with its time
  std::uint64_t events = 0;              // handled by all cores
};

class Meeting {
 public:
  Meeting(const Script& script, Recorder& recorder);

  Result run();

 private:
  // ---- meeting.cpp: what happens
  void act(const Action& action);
  void join(Person& person);
  void request(Person& person, const ClientEvent& event);
  void crash(Person& person);
  void come_back(Person& person);
  void join_as_another(Person& person);
  void retire(Person& person);
  void say(Person& person, int with);
  void end_track(Person& person, Source source);
  void call(Person& person, const Action& action);
  void answer(Person& person);
  void end_call(Person& person);
  void sleep(Person& person, Millis lasts);
  void tell(Person& person, const ClientEvent& event);
  void catch_up(Person& person);
  void handle(Person& person, const ClientEvent& event);
  void carry_out(Person& person, const ClientCommand& command);
  void schedule_wake(Person& person);
  void calm_down();
  void run_until(Millis end);
  std::unique_ptr<support::ModelBrowser> make_browser(Person& person);

  // ---- checks.cpp: what must hold
  void violate(const std::string& what);
  void check_after(Person& person);
  void check_left(const Person& person);
  void check_rollback(const Person& person, const command::RollBack& back);
  bool follows(const Person& person, const command::OpenPeer& open);
  void check_description(const Person& person, const command::SetRemoteDescription& set);
  void check_opening(const Person& person, const command::OpenPeer& open);
  void check_departure(const command::Log& line);
  void check_linked();
  void check_rosters();
  void check_chats();
  void check_calls();
  bool are_together(const Person& a, const Person& b) const;
  void check_restarts();
  void check_quiet();
  Person* person_of(const UserId& user);

  Script script_;
  bool is_fair_;
  Recorder& recorder_;
  Choices choices_;
  Schedule schedule_;
  Weather weather_;  // fine, once it is calm
  std::vector<Person> people_;
  std::vector<std::unique_ptr<support::ModelBrowser>> retired_;  // late callbacks may still look for them
  Signalling signalling_;
  Paths paths_;
  Intruder intruder_;
  Millis begun_;
  // How often the first has begun anew with the second's session, since the last fault.
  std::map<std::pair<UserId, UserId>, int> connections_;
  CallLedger ledger_{Intruder::room(), Intruder::user()};
  std::set<UserId> leavers_;  // who has ever left of their own will
  Result result_;
};

}  // namespace meetwire::simulation
