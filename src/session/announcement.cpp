#include "session/announcement.hpp"

namespace meetwire::session {

void Announcement::said_with_hello(const MediaState& media) {
  said_ = media;
  repeat_at_.reset();
}

bool Announcement::is_due(Millis now, const MediaState& media, bool confirms) {
  const bool is_news = media != said_;
  if (!is_news && (!repeat_at_ || *repeat_at_ > now)) return false;
  said_ = media;
  repeats_ = is_news ? 0 : repeats_ + 1;
  repeat_at_.reset();
  if (confirms && repeats_ < limits_.announcement_repeats_max) repeat_at_ = now + limits_.announcement_repeat_after;
  return true;
}

// What is said twice, with something else between, is confirmed by the row of the first one already: whether the last has
// come in is known when the row of the one between has come, and another after it or not.
void Announcement::seen(Millis now, const MediaState& media) {
  if (media == said_) {
    repeat_at_.reset();
  } else if (!repeat_at_ && repeats_ < limits_.announcement_repeats_max) {
    repeat_at_ = now + limits_.announcement_repeat_after;
  }
}

}  // namespace meetwire::session
