#include "session/requests.hpp"

#include <algorithm>
#include <utility>

#include "core/bounds.hpp"

namespace meetwire::session {

void Requests::request(Turn& turn, const event::RoomRequested& wanted) {
  const std::size_t bytes = wanted.name.size() + wanted.text.size() + wanted.user.value.size() + bytes_of(wanted.values);
  if (bytes > limits_.request_bytes_max) {
    return turn.settle(wanted.request, too_long(ErrorCode::MessageTooLarge, "all texts together", bytes, limits_.request_bytes_max));
  }
  if (pending_.size() >= limits_.requests_pending_max) {
    return turn.settle(wanted.request, Failure{ErrorCode::RateLimited, std::to_string(pending_.size()) + " requests wait for an answer already"});
  }
  pending_.push_back({wanted.request,
                      {wanted.id, wanted.action, wanted.user, wanted.name, wanted.text, wanted.values, wanted.role, wanted.source, ++counted_},
                      std::nullopt});
}

std::vector<protocol::RequestSubmitted> Requests::submit(Millis now) {
  std::vector<protocol::RequestSubmitted> out;
  if (pending_.empty()) return out;
  const bool is_repeat = pending_.front().deadline.has_value();
  if (is_repeat && (!repeat_at_ || *repeat_at_ > now)) return out;
  std::size_t bytes = 0;
  for (Pending& waiting : pending_) {
    if (is_repeat && !waiting.deadline) break;
    bytes += waiting.wish.name.size() + waiting.wish.text.size() + bytes_of(waiting.wish.values);
    if (!out.empty() && (bytes > limits_.chat_batch_bytes_max || out.size() == limits_.chat_batch_messages_max)) break;
    if (!waiting.deadline) waiting.deadline = now + limits_.request_deadline;
    out.push_back(waiting.wish);
  }
  repeat_at_ = now + limits_.chat_repeat_after;
  return out;
}

void Requests::pause() {
  repeat_at_.reset();
  for (Pending& waiting : pending_) waiting.deadline.reset();
}

void Requests::restart() {
  counted_ = 0;
  for (Pending& waiting : pending_) waiting.wish.count = ++counted_;
}

void Requests::settled(Turn& turn, const protocol::RequestSettled& outcome) {
  const auto at = std::find_if(pending_.begin(), pending_.end(),
                               [&](const Pending& waiting) { return waiting.wish.id == outcome.id; });
  if (at == pending_.end()) return;  // answered before, or given up
  const RequestId request = at->request;
  pending_.erase(at);
  turn.settle(request, outcome.error);
}

void Requests::elapsed(Turn& turn) {
  // All deadlines are as long as one another: the first in the row is the earliest.
  while (!pending_.empty() && pending_.front().deadline && turn.now >= *pending_.front().deadline) {
    turn.settle(pending_.front().request, Failure{ErrorCode::ServerTimeout, "no receipt"});
    pending_.erase(pending_.begin());
  }
}

void Requests::finish(Turn& turn, const Failure& why) {
  for (const Pending& waiting : std::exchange(pending_, {})) turn.settle(waiting.request, why);
}

std::optional<Millis> Requests::deadline() const {
  if (pending_.empty() || !pending_.front().deadline) return std::nullopt;
  return earlier(pending_.front().deadline, repeat_at_);
}

}  // namespace meetwire::session
