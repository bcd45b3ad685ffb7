// The classic dialect, both directions and both editions: any frame ends in messages and typed errors; nothing that a
// member says can pose as somebody else's, and what is told to classic clients is JSON.
#include <cstdint>
#include <string>

#include "fuzz/dialects.hpp"
#include "protocol/dialects/classic.hpp"
#include "protocol/json.hpp"

namespace {

using namespace meetwire;
using namespace meetwire::protocol;
using fuzz::promise;

constexpr std::string_view kSelf = "ada=1";

// Whichever of two equal keys a reader believes: it reads the true sender.
void promise_stamp(const std::string& payload, bool always) {
  const auto parsed = parse_json(payload, Limits{.message_bytes_max = 1 << 20});
  promise(std::holds_alternative<Document>(parsed), "a payload passed on is not JSON");
  const Value root = std::get<Document>(parsed).root();
  if (!root.is_object()) return;
  for (const Value& member : root) {
    if (member.key() == "userId" || member.key() == "from") promise(member.string() == kSelf, "a member posed as another");
  }
  if (always) promise(find_string(root, "userId") == kSelf, "a payload without its sender");
}

void serve(ServerDialect& server, const std::string& name, const std::string& body) {
  const auto decoded = server.decode(name, body);
  promise(decoded.messages.size() + decoded.failures.size() == 1, "a frame has one outcome");
  std::vector<ServerMessage> told;
  for (const ClientMessage& message : decoded.messages) {
    if (const auto* relay = std::get_if<RelayTo>(&message)) {
      promise_stamp(relay->payload, relay->kind != RelayKind::Message);
      told.push_back(RelayFrom{relay->kind, UserId{std::string(kSelf)}, relay->payload});
    } else if (const auto* signal = std::get_if<SignalTo>(&message)) {
      promise_stamp(signal->original, true);
      told.push_back(SignalFrom{UserId{std::string(kSelf)}, {}, signal->pair, signal->original});
      told.push_back(SignalFrom{UserId{std::string(kSelf)}, {}, signal->pair, ""});
    } else if (const auto* chat = std::get_if<ChatSubmitted>(&message)) {
      if (!chat->original.empty()) promise_stamp(chat->original, false);
      promise(!chat->id.empty(), "a chat message without id");
      told.push_back(ChatDelivered{{UserId{std::string(kSelf)}, chat->id, chat->text, {}, 5}, "Ada", chat->original});
      told.push_back(ChatSettled{chat->id, 5, {}});
      told.push_back(ChatSettled{chat->id, 5, Failure{ErrorCode::RateLimited}});
    }
  }
  for (const Frame& frame : server.encode(told, 0)) fuzz::promise_json(frame);
}

// One of each, so that what a client remembers meets what a server says about it.
void say_something(ClientDialect& client, char letter) {
  ClientMessage message = Hello{};
  if (letter == '1') message = ChatSubmitted{"c1", "x", {}, ""};
  if (letter == '2') message = SignalTo{UserId{"bob"}, {}, PairMessage{.body = Offer{"v=0\n", {}}}, ""};
  for (const Frame& frame : client.encode({message}, 0)) fuzz::promise_json(frame);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  Limits limits;
  limits.roster_members_max = 4;
  limits.early_messages_max = 4;
  const auto client = make_classic_client(RoomId{"r"}, UserId{std::string(kSelf)}, "Ada", limits);
  const ClassicIdentity first{UserId{std::string(kSelf)}, RoomId{"r"}, SessionId{"s"}, std::nullopt};
  const ClassicIdentity later{UserId{std::string(kSelf)}, RoomId{"r"}, SessionId{"s"}, "Ada"};
  const auto first_server = make_classic_server(first, limits);
  const auto later_server = make_classic_server(later, limits);
  while (!bytes.empty()) {
    const std::string line = bytes.line();
    const char letter = line.empty() ? '\0' : line[0];
    if (letter >= '0' && letter <= '2') {
      say_something(*client, letter);
      continue;
    }
    const std::string name = fuzz::event_of(letter);
    const std::string body = line.empty() ? "" : line.substr(1);
    const auto heard = client->decode(name, body);
    promise(heard.messages.size() <= 1024 && heard.failures.size() <= 1024, "more came of a frame than it can hold");
    serve(*first_server, name, body);
    serve(*later_server, name, body);
  }
  return 0;
}
