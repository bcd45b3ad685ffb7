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

void Announcement::seen(const MediaState& media) {
  if (media == said_) repeat_at_.reset();
}

}  // namespace meetwire::session
