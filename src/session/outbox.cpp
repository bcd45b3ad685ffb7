#include "session/outbox.hpp"

#include <algorithm>
#include <utility>

namespace meetwire::session {

void Outbox::add(Millis now, protocol::ClientMessage message, Urgency urgency) {
  const Millis due = urgency == Urgency::Now ? now : now + limits_.candidate_batch_window;
  due_at_ = earlier(due_at_, due);
  if (std::holds_alternative<protocol::MediaAnnounced>(message)) {
    std::vector<protocol::ClientMessage> others;
    for (protocol::ClientMessage& waiting : messages_) {
      if (!std::holds_alternative<protocol::MediaAnnounced>(waiting)) others.push_back(std::move(waiting));
    }
    messages_ = std::move(others);
  }
  messages_.push_back(std::move(message));
}

// What was held has waited long enough for company.
void Outbox::release(Millis now) {
  held_until_.reset();
  if (!messages_.empty()) due_at_ = earlier(due_at_, now);
}

std::vector<protocol::ClientMessage> Outbox::take(Millis now) {
  if (held_until_ && now >= *held_until_) held_until_.reset();
  if (messages_.empty() || held_until_ || !due_at_ || now < *due_at_) return {};
  due_at_.reset();
  return std::exchange(messages_, {});
}

void Outbox::clear() {
  messages_.clear();
  due_at_.reset();
  held_until_.reset();
}

std::optional<Millis> Outbox::deadline() const {
  if (messages_.empty()) return std::nullopt;
  if (held_until_ && due_at_) return std::max(*held_until_, *due_at_);
  return due_at_;
}

}  // namespace meetwire::session
