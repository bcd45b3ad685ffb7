#include "session/chat.hpp"

#include <algorithm>
#include <utility>

#include "core/bounds.hpp"

namespace meetwire::session {
namespace {

// A control character is up to six bytes in JSON.
std::size_t written_bytes(const std::string& text) {
  std::size_t bytes = text.size();
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_short = c == '"' || c == '\\' || (byte >= 0x08 && byte <= 0x0d && byte != 0x0b);
    bytes += is_short ? 1 : byte < 0x20 ? 5 : 0;
  }
  return bytes;
}

}  // namespace

void Chat::set_text_bytes_max(std::size_t bytes) {
  if (bytes != 0) limits_.chat_bytes_max = bytes;
}

std::optional<Failure> Chat::refusal(const event::ChatRequested& wanted, const roster::Roster& roster) const {
  if (wanted.text.empty()) return Failure{ErrorCode::InvalidArgument, "the text is empty"};
  if (wanted.text.size() > limits_.chat_bytes_max) {
    return too_long(ErrorCode::MessageTooLarge, "the text", wanted.text.size(), limits_.chat_bytes_max);
  }
  // One message has to fit into one envelope, of which the rest is little.
  constexpr std::size_t kEnvelopeBytes = 1'024;
  if (const std::size_t bytes = written_bytes(wanted.text) + kEnvelopeBytes; bytes > limits_.message_bytes_max) {
    return too_long(ErrorCode::MessageTooLarge, "the text as JSON", bytes, limits_.message_bytes_max);
  }
  if (!is_acceptable_id(wanted.id, limits_.id_bytes_max)) return Failure{ErrorCode::InvalidArgument, "the message id"};
  const bool doubled = std::any_of(pending_.begin(), pending_.end(),
                                   [&](const Pending& other) { return other.message.id == wanted.id; });
  if (doubled) return Failure{ErrorCode::InvalidArgument, "the message id is in use"};
  if (wanted.to == self_) return Failure{ErrorCode::InvalidArgument, "a message to oneself"};
  if (wanted.to && roster.find(*wanted.to) == nullptr) return Failure{ErrorCode::TargetUnknown};
  if (pending_.size() >= limits_.requests_pending_max) return Failure{ErrorCode::RateLimited, std::to_string(pending_.size()) + " messages wait for an answer already"};
  return std::nullopt;
}

bool Chat::request(Turn& turn, const event::ChatRequested& wanted, const roster::Roster& roster) {
  if (auto failure = refusal(wanted, roster)) {
    turn.settle(wanted.request, std::move(failure));
    return false;
  }
  pending_.push_back(Pending{wanted.request, {wanted.id, wanted.text, wanted.to, {}, ++counted_}, std::nullopt, false});
  return true;
}

std::vector<protocol::ChatSubmitted> Chat::submit(Millis now) {
  std::vector<protocol::ChatSubmitted> out;
  if (pending_.empty()) return out;
  const bool is_repeat = pending_.front().deadline.has_value();
  if (is_repeat && (!repeat_at_ || *repeat_at_ > now)) return out;
  std::size_t bytes = 0;
  for (Pending& waiting : pending_) {
    if (is_repeat && !waiting.deadline) break;
    bytes += waiting.bytes();
    if (!out.empty() && (bytes > limits_.chat_batch_bytes_max || out.size() == limits_.chat_batch_messages_max)) break;
    if (!waiting.deadline) waiting.deadline = now + limits_.request_deadline;
    out.push_back(waiting.message);
  }
  repeat_at_ = now + limits_.chat_repeat_after;
  return out;
}

void Chat::pause() {
  repeat_at_.reset();
  for (Pending& waiting : pending_) waiting.deadline.reset();
}

void Chat::restart() {
  counted_ = 0;
  for (Pending& waiting : pending_) waiting.message.count = ++counted_;
}

void Chat::settled(Turn& turn, const protocol::ChatSettled& outcome) {
  const auto at = std::find_if(pending_.begin(), pending_.end(),
                               [&](const Pending& waiting) { return waiting.message.id == outcome.id; });
  if (at == pending_.end()) return;  // answered before, or given up
  const Pending done = std::move(*at);
  pending_.erase(at);
  if (done.pages_know && outcome.error && outcome.error->code == ErrorCode::ServerIncompatible) {
    show(turn, {self_, done.message.id, done.message.text, done.message.to, 0});
    return turn.settle(done.request);
  }
  if (!outcome.error && remember(self_, done.message.id)) {
    show(turn, {self_, done.message.id, done.message.text, done.message.to, outcome.at});
  }
  turn.settle(done.request, outcome.error);
}

void Chat::delivered(Turn& turn, const ChatMessage& message) {
  // The echo of an own message is as good as its receipt.
  if (message.from == self_) return settled(turn, protocol::ChatSettled{message.id, message.at, std::nullopt});
  if (remember(message.from, message.id)) show(turn, message);
}

void Chat::told_pages(const std::string& id) {
  for (Pending& waiting : pending_) {
    if (waiting.message.id == id) waiting.pages_know = true;
  }
}

void Chat::heard(Turn& turn, const Participant& from, const std::string& text) {
  ChatMessage message;
  message.from = from.user;
  message.id = "page-" + std::to_string(++heard_);
  message.text = text;
  message.name = from.name;
  show(turn, std::move(message));
}

void Chat::recall(Turn& turn, const std::vector<ChatMessage>& history) {
  const bool is_new_here = remembered_.count(self_) == 0;
  for (const ChatMessage& message : history) {
    const bool waits = std::any_of(pending_.begin(), pending_.end(), [&](const Pending& one) { return one.message.id == message.id; });
    if (message.from != self_ || waits) {
      delivered(turn, message);
    } else if (is_new_here && remember(self_, message.id)) {
      show(turn, message);
    }
  }
}

void Chat::elapsed(Turn& turn) {
  // All deadlines are as long as one another: the first in the row is the earliest.
  while (!pending_.empty() && pending_.front().deadline && turn.now >= *pending_.front().deadline) {
    turn.settle(pending_.front().request, Failure{ErrorCode::ServerTimeout, "no receipt"});
    pending_.erase(pending_.begin());
  }
}

void Chat::finish(Turn& turn, const Failure& why) {
  for (const Pending& waiting : std::exchange(pending_, {})) turn.settle(waiting.request, why);
}

std::optional<Millis> Chat::deadline() const {
  if (pending_.empty() || !pending_.front().deadline) return std::nullopt;
  return earlier(pending_.front().deadline, repeat_at_);
}

bool Chat::remember(const UserId& from, const std::string& id) {
  if (remembered_.count(from) == 0 && remembered_.size() > 2 * limits_.roster_members_max) {
    // Senders come and go; the one who has been silent the longest is forgotten.
    const auto oldest = std::min_element(remembered_.begin(), remembered_.end(), [](const auto& a, const auto& b) {
      return a.second.used < b.second.used;
    });
    remembered_.erase(oldest);
  }
  Memory& memory = remembered_[from];
  memory.used = ++uses_;
  if (std::find(memory.ids.begin(), memory.ids.end(), id) != memory.ids.end()) return false;
  memory.ids.push_back(id);
  if (memory.ids.size() > limits_.chat_ids_remembered_max) memory.ids.erase(memory.ids.begin());
  return true;
}

void Chat::show(Turn& turn, ChatMessage message) { turn.say(command::ChatReceived{std::move(message)}); }

}  // namespace meetwire::session
