// The codelab dialect, both directions: any frame ends in messages and typed errors, what is told to pages is JSON, and our
// client never asks twice for one socket, nor knows of more than one other.
#include <cstdint>
#include <string>

#include "fuzz/dialects.hpp"
#include "protocol/dialects/codelab.hpp"
#include "protocol/json.hpp"

namespace {

using namespace meetwire;
using namespace meetwire::protocol;
using fuzz::promise;

constexpr std::array<std::pair<char, std::string_view>, 9> kEvents{{{'c', "create or join"},
                                                                    {'C', "created"},
                                                                    {'J', "joined"},
                                                                    {'j', "join"},
                                                                    {'r', "ready"},
                                                                    {'f', "full"},
                                                                    {'m', "message"},
                                                                    {'b', "bye"},
                                                                    {'l', "log"}}};

std::string event_of(char letter) {
  for (const auto& [known, name] : kEvents) {
    if (known == letter) return std::string(name);
  }
  return std::string(1, letter);
}

// Who is there, as the client tells it: a rumour takes nobody away.
struct Client {
  std::unique_ptr<ClientDialect> dialect;
  std::size_t others = 0;

  void hear(const std::string& name, const std::string& body) {
    const auto heard = dialect->decode(name, body);
    promise(heard.messages.size() + heard.failures.size() <= 2, "more came of a frame than it can hold");
    promise(heard.failures.empty() || heard.messages.empty(), "a frame has one outcome");
    for (const ServerMessage& message : heard.messages) {
      if (const auto* welcome = std::get_if<Welcome>(&message)) others = welcome->members.size();
      if (std::holds_alternative<MemberJoined>(message)) promise(++others == 1, "a second other one");
      const auto* left = std::get_if<MemberLeft>(&message);
      if (left != nullptr && left->reason != LeaveReason::Lost) promise(others-- == 1, "nobody has left");
      if (std::holds_alternative<SignalFrom>(message)) promise(others == 1, "a word of nobody's");
    }
    for (const Frame& frame : dialect->ask_again()) promise(frame.name == "message", "it asks twice");
  }
};

void serve(ServerDialect& server, const std::string& name, const std::string& body) {
  const auto decoded = server.decode(name, body);
  promise(decoded.messages.size() + decoded.failures.size() + decoded.unknown <= 1, "a frame has one outcome");
  std::vector<ServerMessage> told;
  for (const ClientMessage& message : decoded.messages) {
    if (std::holds_alternative<Hello>(message)) told.push_back(Welcome{});
    if (const auto* relay = std::get_if<RelayTo>(&message)) told.push_back(RelayFrom{relay->kind, UserId{"b"}, relay->payload});
    if (const auto* signal = std::get_if<SignalTo>(&message)) {
      promise(signal->to.value == "b", "a word to somebody who is not there");
      told.push_back(SignalFrom{UserId{"b"}, {}, signal->pair, signal->original});
      told.push_back(SignalFrom{UserId{"b"}, {}, signal->pair, ""});
    }
  }
  for (const Frame& frame : server.encode(told, 0)) fuzz::promise_json(frame);
}

// What a server tells its page, or our client says, so that what both remember is met.
void happen(char letter, Client& client, ServerDialect& server) {
  Participant other;
  other.user = UserId{"b"};
  if (letter == '1') other.dialect = DialectName::Codelab;
  std::vector<ServerMessage> told;
  if (letter == '0' || letter == '1') told.push_back(MemberJoined{other});
  if (letter == '2') told.push_back(MemberLeft{other.user, {}, LeaveReason::Left});
  if (letter == '3') told.push_back(Refused{Failure{ErrorCode::RoomFull}});
  for (const Frame& frame : server.encode(told, 0)) {
    fuzz::promise_json(frame);
    client.hear(frame.name, frame.body);
  }
  std::vector<ClientMessage> said;
  if (letter == '4') said.push_back(Hello{});
  if (letter == '5') said.push_back(Leave{});
  if (letter == '6') said.push_back(SignalTo{UserId{"guest"}, {}, PairMessage{.rank = "r", .body = Offer{"v=0\n", {}}}, ""});
  for (const Frame& frame : client.dialect->encode(said, 0)) {
    fuzz::promise_json(frame);
    serve(server, frame.name, frame.body);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  Limits limits;
  Client client{make_codelab_client(RoomId{"r"}, UserId{"ada"}, "Ada", limits)};
  const auto server = make_codelab_server(SessionId{"s"}, limits);
  while (!bytes.empty()) {
    const std::string line = bytes.line();
    const char letter = line.empty() ? '\0' : line[0];
    if (letter >= '0' && letter <= '6') {
      happen(letter, client, *server);
      continue;
    }
    const std::string name = event_of(letter);
    const std::string body = line.empty() ? "" : line.substr(1);
    client.hear(name, body);
    serve(*server, name, body);
  }
  return 0;
}
