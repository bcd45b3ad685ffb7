#include "session/typing.hpp"

#include <vector>

namespace meetwire::session {

bool Typing::report(Millis now, bool typing) {
  if (!typing) {
    const bool news = said_;
    said_ = false;
    return news;
  }
  const Millis wait = said_ ? limits_.typing_repeat_after : limits_.typing_interval_min;
  if (said_at_ && now - *said_at_ < wait) return false;
  said_ = true;
  said_at_ = now;
  return true;
}

void Typing::heard(Turn& turn, const UserId& user, bool on) {
  const bool was = others_.erase(user) != 0;
  if (on) others_.emplace(user, turn.now + limits_.typing_shown_for);
  if (on != was) turn.say(command::TypingChanged{user, on});
}

void Typing::elapsed(Turn& turn) {
  std::vector<UserId> over;
  for (const auto& [user, until] : others_) {
    if (turn.now >= until) over.push_back(user);
  }
  for (const UserId& user : over) stopped(turn, user);
}

std::optional<Millis> Typing::deadline() const {
  std::optional<Millis> first;
  for (const auto& [user, until] : others_) first = earlier(first, until);
  return first;
}

}  // namespace meetwire::session
