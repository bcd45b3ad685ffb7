// A server in a test, and members who ask things of a room.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "support/server_world.hpp"

namespace meetwire::test {

class PeopleWorld : public ServerWorld {
 public:
  using ServerWorld::ServerWorld;

  // Asks with an id of its own, and gives the answer: none, it was done.
  std::optional<ErrorCode> ask(const std::string& who, RequestSubmitted wish) {
    if (wish.id.empty()) wish.id = "q" + std::to_string(++asked_);
    const std::size_t before = heard<RequestSettled>(who).size();
    const std::string id = wish.id;
    say(who, std::move(wish));
    const auto answers = heard<RequestSettled>(who);
    REQUIRE(answers.size() == before + 1);
    REQUIRE(answers.back().id == id);
    const auto& error = answers.back().error;
    return error ? std::optional(error->code) : std::nullopt;
  }
  std::optional<ErrorCode> ask(const std::string& who, RoomAction action, const std::string& user = {}) {
    return ask(who, wish(action, user));
  }
  static RequestSubmitted wish(RoomAction action, const std::string& user = {}) {
    RequestSubmitted wish;
    wish.action = action;
    wish.user = UserId{user};
    return wish;
  }
  static RequestSubmitted text(RoomAction action, const std::string& text) {
    RequestSubmitted wish;
    wish.action = action;
    (action == RoomAction::SetName ? wish.name : wish.text) = text;
    return wish;
  }
  static RequestSubmitted values(RoomAction action, Attributes values) {
    RequestSubmitted wish;
    wish.action = action;
    wish.values = std::move(values);
    return wish;
  }
  static RequestSubmitted role(const std::string& user, Role role) {
    RequestSubmitted wish;
    wish.action = RoomAction::GiveRole;
    wish.user = UserId{user};
    wish.role = role;
    return wish;
  }

  // A newcomer, or one who comes back, with what it knows of a place.
  TestClient& knock(const std::string& id, const std::string& user, const std::string& claim = {}, bool viewer = false) {
    open(id);
    Hello greeting = hello(user, "r");
    if (!claim.empty()) greeting.resume = as_secret(claim);
    greeting.viewer = viewer;
    say(id, greeting);
    return clients[id];
  }
  TestClient& join_viewer(const std::string& id) { return knock(id, id, {}, true); }

  // The row as this client was told of it last: by a welcome, by joined or changed.
  std::optional<Participant> row(const std::string& id, const std::string& user) {
    std::optional<Participant> found;
    const auto see = [&](const Participant& one) {
      if (one.user.value == user) found = one;
    };
    for (const ServerMessage& message : clients.at(id).heard) {
      if (const auto* welcome = std::get_if<Welcome>(&message)) {
        see(welcome->self);
        for (const Participant& one : welcome->members) see(one);
      }
      if (const auto* joined = std::get_if<MemberJoined>(&message)) see(joined->member);
      if (const auto* changed = std::get_if<MemberChanged>(&message)) see(changed->member);
    }
    return found;
  }

 private:
  std::uint64_t asked_ = 0;
};

}  // namespace meetwire::test
