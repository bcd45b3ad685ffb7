// The way of media between any two browsers: ICE finds it once both ends have each other's newest credentials; it breaks,
// heals, or is gone for good with an address. Browsers report late, and of what has failed only new credentials help.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulation/choices.hpp"
#include "simulation/person.hpp"
#include "simulation/schedule.hpp"

namespace meetwire::simulation {

class Paths {
 public:
  Paths(Schedule& schedule, Choices& choices, std::vector<Person>& people)
      : schedule_(schedule), choices_(choices), people_(people) {}

  // Something about this person's connections may have changed.
  void look(int who);
  // The page of this one is gone, with its connections: the other ends find out as of a broken path.
  void end(const Person& who);
  // No media between the two until then.
  void break_until(int a, int b, Millis until);
  // What is connected now has to be found anew, with new credentials.
  void move_address(int who);

 private:
  struct Path {
    Millis broken_until{0};
    std::string dead;       // credentials that lead nowhere any more
    std::string known;      // credentials at the last look
    std::optional<Millis> down_since;
    bool connecting = false;
  };
  struct Ends {
    std::optional<Incarnation> of_a, of_b;
    std::string credentials;  // empty: the two do not know each other
  };

  Path& path(int a, int b) { return paths_[{std::min(a, b), std::max(a, b)}]; }
  Ends ends(const Person& a, const Person& b) const;
  void look_at(int a, int b);
  void connect(int a, int b);
  void look_later(int a, int b, Millis delay);
  void report_down(Person& from, const Person& to, std::optional<Incarnation> incarnation, Millis down_for, bool known);
  static void report(Person& from, const Person& to, Incarnation incarnation, ConnectionState state);

  Schedule& schedule_;
  Choices& choices_;
  std::vector<Person>& people_;
  std::map<std::pair<int, int>, Path> paths_;
};

}  // namespace meetwire::simulation
