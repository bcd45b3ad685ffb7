// Somebody hostile with raw connections to the server: garbage, words mutated and whole, other people's frames said again,
// other people's ids with wrong secrets and tokens; before admission, from a room of its own, from no room, and after the
// end. Where it is not among the people of the meeting, nothing of it may reach them; as a member of their room it may
// say what it likes, and it comes under its own name (S7, S8).
// Has a chance of its own, so that a script goes on as it did without some of what it does.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "protocol/dialects/dialect.hpp"
#include "simulation/choices.hpp"
#include "simulation/person.hpp"
#include "simulation/signalling.hpp"

namespace meetwire::simulation {

class Intruder {
 public:
  // `index`: as whom the sockets know it.
  Intruder(const Script& script, Signalling& signalling, const std::vector<Person>& people)
      : choices_(script.seed ^ 0x696e747275646572ULL), index_(script.people), has_tokens_(script.has_tokens),
        is_inside_(script.intruder_inside), signalling_(signalling), people_(people) {}

  static const UserId& user();
  static const RoomId& room();

  void act();
  // What it gets to know of others: all but how they prove who they are.
  void overhear(const command::Send& send);
  // Its socket is up, or gone.
  void hear(int life, const ClientEvent& event);
  void go();

 private:
  struct Socket {
    bool up = false;
    DialectName dialect = DialectName::Meetwire;
  };

  void open();
  void say(int life, std::string name, std::string body);
  void say_words(int life);
  void say_to_somebody(int life);
  void claim_somebody(int life);
  void flood(int life);
  std::string garbage();
  std::string mutated(std::string text);
  void encode(int life, const std::vector<protocol::ClientMessage>& messages, bool mutates);
  const Person& somebody() { return people_[choices_.below(people_.size())]; }

  Choices choices_;
  int index_;
  bool has_tokens_;
  bool is_inside_;
  Signalling& signalling_;
  const std::vector<Person>& people_;
  std::map<int, Socket> sockets_;  // by life: each opens one
  int lives_ = 0;
  std::deque<command::Send> overheard_;
};

}  // namespace meetwire::simulation
