#include "room/letter.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace meetwire::room {
namespace {

using namespace protocol;

// What a message takes beside its texts: in memory, and on the wire, with the work that a frame makes.
constexpr std::size_t kBytesHeld = sizeof(ServerMessage) + 128;
constexpr std::size_t kBytesSent = 256;
// A row of the roster without its texts.
constexpr std::size_t kBytesOfRow = 256;

// As TextWriter writes it. What is a character of one byte in memory may be six on the wire.
std::size_t written(std::string_view text) {
  std::size_t bytes = text.size();
  for (const char one : text) {
    const auto byte = static_cast<unsigned char>(one);
    if (byte < 0x20) {
      bytes += 5;
    } else if (byte == '"' || byte == '\\') {
      ++bytes;
    }
  }
  return bytes;
}

std::size_t written(const Attributes& attributes) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : attributes) bytes += 8 + written(key) + written(value);
  return bytes;
}

std::size_t written(const Participant& row) {
  return kBytesOfRow + written(row.user.value) + written(row.name) + written(row.attributes);
}

std::size_t written(const std::string& sdp, const SlotsByMid& slots) {
  std::size_t bytes = written(sdp);
  for (const auto& [mid, slot] : slots) bytes += 64 + written(mid);
  return bytes;
}

std::size_t written(const PairBody& body) {
  if (const auto* offer = std::get_if<Offer>(&body)) return written(offer->sdp, offer->slots);
  if (const auto* answer = std::get_if<Answer>(&body)) return written(answer->sdp, answer->slots);
  std::size_t bytes = 0;
  if (const auto* batch = std::get_if<Candidates>(&body)) {
    for (const Candidate& one : batch->candidates) {
      bytes += 128 + written(one.candidate) + written(one.sdp_mid.value_or("")) + written(one.username_fragment.value_or(""));
    }
  }
  return bytes;
}

std::size_t written(const ChatMessage& chat) { return 64 + written(chat.text) + written(chat.id) + written(chat.name) + written(chat.from.value); }

struct Texts {
  std::size_t operator()(const Welcome& welcome) const {
    std::size_t bytes = written(welcome.self) + welcome.ice_servers.size() + written(welcome.room.metadata);
    for (const Participant& row : welcome.members) bytes += written(row);
    for (const ChatMessage& chat : welcome.history) bytes += written(chat);
    for (const Knock& knock : welcome.knocks) bytes += 64 + written(knock.user.value) + written(knock.name);
    return bytes;
  }
  std::size_t operator()(const Renewed& renewed) const { return renewed.ice_servers.value_or("").size(); }
  std::size_t operator()(const SignalFrom& signal) const { return written(signal.pair.body) + written(signal.original); }
  // The dialect that has the original passes that on.
  std::size_t operator()(const ChatDelivered& chat) const { return written(chat.message) + chat.original.size(); }
  std::size_t operator()(const CallTold& told) const { return written(told.call.reason); }
  std::size_t operator()(const MemberJoined& joined) const { return written(joined.member); }
  std::size_t operator()(const MemberChanged& changed) const { return written(changed.member); }
  std::size_t operator()(const RoomChanged& changed) const { return written(changed.room.metadata); }
  std::size_t operator()(const RosterListed& listed) const {
    std::size_t bytes = 0;
    for (const auto& row : listed.rows) bytes += 64 + written(row.user.value) + written(row.name);
    return bytes;
  }
  std::size_t operator()(const RelayFrom& relay) const { return relay.payload.size(); }
  template <class Other>
  std::size_t operator()(const Other&) const {
    return 0;
  }
};

}  // namespace

std::shared_ptr<const Letter::Content> Letter::make(ServerMessage message, std::shared_ptr<Account> payer,
                                                    std::shared_ptr<Tally> room, bool for_many) {
  const std::size_t texts = std::visit(Texts{}, message);
  Charge charge(std::move(payer), std::move(room), kBytesHeld + texts);
  return std::make_shared<const Content>(Content{std::move(message), kBytesSent + texts, std::move(charge), for_many});
}

}  // namespace meetwire::room
