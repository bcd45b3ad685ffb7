#include "link/recovery.hpp"

#include <algorithm>

namespace meetwire::link {

void Recovery::connection_begun(Millis now) {
  connect_by_ = now + random_.spread(limits_.connect_deadline) + handicap();
  answer_by_.reset();
  restart_ice_at_.reset();
  new_incarnation_at_.reset();
  stable_at_.reset();
}

void Recovery::connection_changed(Millis now, ConnectionState state) {
  switch (state) {
    case ConnectionState::Connected:
      connect_by_.reset();
      restart_ice_at_.reset();
      if (restarts_ > 0) stable_at_ = now + limits_.stable_after;  // else there is nothing to forget
      return;
    case ConnectionState::Disconnected:
      stable_at_.reset();
      if (!restart_ice_at_) restart_ice_at_ = now + limits_.disconnected_grace + handicap();
      return;
    case ConnectionState::Failed:
      stable_at_.reset();
      restart_ice_at_ = now + handicap();
      return;
    case ConnectionState::Closed:
      give_up(now);
      return;
    case ConnectionState::New:
    case ConnectionState::Connecting:
      return;
  }
}

void Recovery::offer_sent(Millis now) { answer_by_ = now + random_.spread(limits_.offer_deadline); }
void Recovery::offer_progressed(Millis now) {
  if (answer_by_) offer_sent(now);
}
void Recovery::offer_settled() { answer_by_.reset(); }

void Recovery::ice_restarted(Millis now) {
  connect_by_ = now + random_.spread(limits_.ice_restart_deadline) + handicap();
  restart_ice_at_.reset();
}

void Recovery::new_incarnation_at(Millis when) {
  new_incarnation_at_ = earlier(new_incarnation_at_, when);
  connect_by_.reset();
  answer_by_.reset();
  restart_ice_at_.reset();
}

void Recovery::give_up(Millis now) {
  if (restarts_ == 0) return new_incarnation_at(now);
  Millis wait = limits_.restart_backoff_min;
  for (std::uint32_t i = 1; i < restarts_ && wait < limits_.restart_backoff_max; ++i) wait = wait * 2;
  new_incarnation_at(now + random_.spread(std::min(wait, limits_.restart_backoff_max)));
}

void Recovery::signalling_resumed(Millis now) {
  signalling_up_ = true;
  // What stood still gets its full time again.
  offer_progressed(now);
  if (connect_by_) connect_by_ = now + random_.spread(limits_.connect_deadline) + handicap();
}

Remedy Recovery::due(Millis now, bool works) {
  if (stable_at_ && *stable_at_ <= now) {
    stable_at_.reset();
    restarts_ = 0;
  }
  if (!signalling_up_) return Remedy::None;  // no remedy works without the peer
  if (works && answer_by_ && *answer_by_ <= now) {
    answer_by_.reset();
    return Remedy::TakeBack;
  }
  if ((answer_by_ && *answer_by_ <= now) || (connect_by_ && *connect_by_ <= now)) give_up(now);
  if (new_incarnation_at_ && *new_incarnation_at_ <= now) {
    new_incarnation_at_.reset();
    ++restarts_;
    return Remedy::NewIncarnation;
  }
  if (restart_ice_at_ && *restart_ice_at_ <= now) {
    restart_ice_at_.reset();
    return Remedy::RestartIce;
  }
  return Remedy::None;
}

std::optional<Millis> Recovery::wake_at() const {
  if (!signalling_up_) return stable_at_;
  auto at = earlier(earlier(connect_by_, answer_by_), earlier(restart_ice_at_, new_incarnation_at_));
  return earlier(at, stable_at_);
}

}  // namespace meetwire::link
