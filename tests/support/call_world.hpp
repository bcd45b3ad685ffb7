// Three in a room of the real server, and the words that clients have about calls.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "support/server_world.hpp"

namespace meetwire::test {

inline CallSubmitted word(CallAction action, const std::string& id) {
  CallSubmitted word;
  word.id = CallId{id};
  word.action = action;
  return word;
}
inline CallSubmitted ring(const std::string& to, const std::string& id, std::uint32_t timeout_ms = 0) {
  CallSubmitted asked = word(CallAction::Request, id);
  asked.to = UserId{to};
  asked.timeout_ms = timeout_ms;
  return asked;
}
inline CallSubmitted accept(const std::string& id) { return word(CallAction::Accept, id); }
inline CallSubmitted ask(const std::string& id) { return word(CallAction::Ask, id); }
inline CallSubmitted end(const std::string& id, const std::string& reason = "") {
  CallSubmitted ended = word(CallAction::End, id);
  ended.reason = reason;
  return ended;
}

// Ada, Ben and Cid in one room.
struct Trio : ServerWorld {
  explicit Trio(Limits limits = kDefaultLimits) : ServerWorld({}, limits) {
    for (const char* user : {"ada", "ben", "cid"}) join(user, "standup");
    clear();
  }
  Call told(const std::string& user) {
    const Call call = only<CallTold>(user).call;
    at(user).heard.clear();
    return call;
  }
  // Both were told the same, and once each.
  Call both(const std::string& a, const std::string& b) {
    const Call of_a = told(a);
    CHECK(of_a == told(b));
    return of_a;
  }
  void connect(const std::string& from, const std::string& to, const std::string& id) {
    say(from, ring(to, id));
    say(to, accept(id));
    clear();
  }
  bool silent(const std::string& user) { return heard<CallTold>(user).empty(); }
  CallOutcome outcome(const std::string& user) { return told(user).outcome; }
};

// Online, in no room.
inline void go_online(ServerWorld& world, const std::string& user) {
  world.open(user);
  Hello hello = ServerWorld::hello(user, "");
  hello.room.reset();
  world.say(user, hello);
}

}  // namespace meetwire::test
