// meetwire/1 on the wire: every message there and back, bounds, and what is malformed.
#include <string>

#include "protocol/dialects/meetwire1.hpp"
#include "protocol/json.hpp"
#include "support/catch.hpp"

namespace meetwire1_test {

using namespace meetwire;
using namespace meetwire::protocol;

namespace {

struct Wire {
  std::unique_ptr<ClientDialect> client = make_meetwire_client(kDefaultLimits);
  std::unique_ptr<ServerDialect> server = make_meetwire_server(kDefaultLimits);

  template <class Message>
  Message to_server(Message message, std::uint64_t received = 0) {
    const auto frames = client->encode({ClientMessage{std::move(message)}}, received);
    REQUIRE(frames.size() == 1);
    const auto decoded = server->decode(frames[0].name, frames[0].body);
    CHECK(decoded.failures.empty());
    CHECK(decoded.received == received);
    REQUIRE(decoded.messages.size() == 1);
    REQUIRE(std::holds_alternative<Message>(decoded.messages[0]));
    return std::get<Message>(decoded.messages[0]);
  }

  template <class Message>
  Message to_client(Message message, std::uint64_t number = 0) {
    const auto frames = server->encode({ServerMessage{std::move(message)}}, number);
    REQUIRE(frames.size() == 1);
    const auto decoded = client->decode(frames[0].name, frames[0].body);
    CHECK(decoded.failures.empty());
    CHECK(decoded.first_number == number);
    REQUIRE(decoded.messages.size() == 1);
    REQUIRE(std::holds_alternative<Message>(decoded.messages[0]));
    return std::get<Message>(decoded.messages[0]);
  }

  ErrorCode refusal(const std::string& message) {
    const auto decoded = server->decode("meetwire", "{\"messages\":[" + message + "]}");
    CHECK(decoded.messages.empty());
    REQUIRE(decoded.failures.size() == 1);
    return decoded.failures[0].code;
  }
};

Participant ada() {
  Participant row;
  row.user = UserId{"ada"};
  row.session = SessionId{"s1"};
  row.name = "Ada";
  row.role = Role::Host;
  row.media.camera = Wanted::On;
  row.media.microphone = Wanted::Muted;
  row.version = 3;
  return row;
}

std::string signal_with(const std::string& body) {
  return R"({"type":"signal","to":"bob","incarnation":1,"believed":0,"sequence":1,"acknowledged":0,)" + body + "}";
}

}  // namespace

TEST_CASE("meetwire/1: hello there and back") {
  Wire wire;
  Hello hello;
  hello.room = RoomId{"standup"};
  hello.user = UserId{"ada"};
  hello.name = "Ada";
  hello.token = "token";
  hello.media.camera = Wanted::On;
  hello.resume = "secret";
  hello.received = 17;
  hello.session = SessionId{"s-before"};
  const Hello back = wire.to_server(hello, 17);
  CHECK(back.version_min == kVersion);
  CHECK(back.version_max == kVersion);
  CHECK(back.room == hello.room);
  CHECK(back.user == hello.user);
  CHECK(back.name == hello.name);
  CHECK(back.token == hello.token);
  CHECK(back.media == hello.media);
  CHECK(back.resume == hello.resume);
  CHECK(back.received == 17);
  CHECK(back.session == hello.session);
}

TEST_CASE("meetwire/1: welcome there and back: one reply holds all that the first offers need") {
  Wire wire;
  Welcome welcome;
  welcome.self = ada();
  Participant bob = ada();
  bob.user = UserId{"bob"};
  bob.dialect = DialectName::Classic;
  welcome.members = {bob};
  welcome.ice_servers = R"([{"urls":"stun:stun.example.org"}])";
  welcome.secret = "secret";
  welcome.limits.chat_bytes_max = 5;
  welcome.limits.resume_window_ms = 30'000;
  welcome.resumed = true;
  const Welcome back = wire.to_client(welcome);
  CHECK(back.self == welcome.self);
  CHECK(back.members == welcome.members);
  CHECK(back.ice_servers == welcome.ice_servers);
  CHECK(back.secret == "secret");
  CHECK(back.resumed);
  CHECK(back.limits.chat_bytes_max == 5);
  CHECK(back.limits.resume_window_ms == 30'000);
}

TEST_CASE("meetwire/1: pair messages of every kind there and back") {
  Wire wire;
  Candidate candidate;
  candidate.candidate = "candidate:1 1 udp 2122260223 192.0.2.1 61000 typ host";
  candidate.sdp_mid = "0";
  candidate.sdp_mline_index = 0;
  candidate.username_fragment = "uf";
  const std::vector<PairBody> bodies{
      Offer{"v=0\r\n", {{"0", Slot::Microphone}, {"1", Slot::Camera}, {"2", Slot::ScreenAudio}}},
      Answer{4, "v=0\r\n", {{"0", Slot::Microphone}}}, Candidates{{candidate}}, Replay{7}, Acknowledge{}};
  for (const PairBody& body : bodies) {
    SignalTo signal;
    signal.to = UserId{"bob"};
    signal.session = SessionId{"s2"};
    signal.pair = {2, 2, 5, 4, "", body};
    const SignalTo back = wire.to_server(signal);
    CHECK(back.to == signal.to);
    CHECK(back.session == signal.session);
    const SignalFrom delivered = wire.to_client(SignalFrom{UserId{"ada"}, SessionId{"s1"}, back.pair}, 9);
    CHECK(delivered.from.value == "ada");
    CHECK(delivered.pair.incarnation == 2);
    CHECK(delivered.pair.believed == 2);
    CHECK(delivered.pair.sequence == 5);
    CHECK(delivered.pair.acknowledged == 4);
    CHECK(delivered.pair.body.index() == body.index());
  }
  SignalTo signal;
  signal.to = UserId{"bob"};
  signal.pair = {1, 0, 1, 0, "", bodies[0]};
  CHECK(std::get<Offer>(wire.to_server(signal).pair.body).slots == std::get<Offer>(bodies[0]).slots);
  signal.pair.body = bodies[2];
  CHECK(std::get<Candidates>(wire.to_server(signal).pair.body).candidates[0] == candidate);
}

TEST_CASE("meetwire/1: the other messages there and back") {
  Wire wire;
  const auto chat = wire.to_server(ChatSubmitted{"id-1", "hello \xE2\x9C\x93", UserId{"bob"}});
  CHECK(chat.id == "id-1");
  CHECK(chat.text == "hello \xE2\x9C\x93");
  CHECK(chat.to == UserId{"bob"});
  MediaState media;
  media.screen = Wanted::On;
  CHECK(wire.to_server(MediaAnnounced{media}).media == media);
  wire.to_server(Leave{});
  CHECK(wire.to_server(Received{}, 12).number == 12);
  CHECK(wire.to_client(MemberJoined{ada()}, 1).member == ada());
  CHECK(wire.to_client(MemberChanged{ada()}, 1).member == ada());
  const auto left = wire.to_client(MemberLeft{UserId{"ada"}, SessionId{"s1"}, LeaveReason::Lost}, 1);
  CHECK(left.reason == LeaveReason::Lost);
  const auto delivered = wire.to_client(ChatDelivered{{UserId{"ada"}, "id-1", "hi", std::nullopt, 1'700'000'000'000}}, 2);
  CHECK(delivered.message.at == 1'700'000'000'000);
  const auto settled = wire.to_client(ChatSettled{"id-1", 5, Failure{ErrorCode::TargetUnknown}}, 3);
  CHECK(settled.error->code == ErrorCode::TargetUnknown);
  CHECK(wire.to_client(Refused{Failure{ErrorCode::RoomFull, "12"}}).error == Failure{ErrorCode::RoomFull, "12"});
  CHECK(wire.to_client(Ended{Failure{ErrorCode::Replaced}}).error.code == ErrorCode::Replaced);
  CHECK(wire.to_client(Problem{Failure{ErrorCode::RateLimited}}).error.code == ErrorCode::RateLimited);
}

TEST_CASE("meetwire/1: messages of one moment travel in one envelope, split at the bounds, numbered through") {
  Wire wire;
  std::vector<ServerMessage> many;
  for (int i = 0; i < 100; ++i) many.push_back(MemberChanged{ada()});
  auto frames = wire.server->encode(many, 10);
  REQUIRE(frames.size() == 2);
  CHECK(wire.client->decode("meetwire", frames[1].body).first_number == 10 + kDefaultLimits.batch_messages_max);

  std::vector<ClientMessage> offers;
  for (int i = 0; i < 11; ++i) {
    offers.push_back(SignalTo{UserId{"bob"}, {}, {1, 0, 1, 0, {}, Offer{std::string(9'000, 'x'), {}}}});
  }
  frames = wire.client->encode(offers, 0);
  CHECK(frames.size() == 2);
  std::size_t total = 0;
  for (const Frame& frame : frames) {
    CHECK(frame.body.size() <= kDefaultLimits.message_bytes_max);
    total += wire.server->decode(frame.name, frame.body).messages.size();
  }
  CHECK(total == 11);
}

TEST_CASE("meetwire/1: what is malformed is refused with a typed failure") {
  Wire wire;
  const std::string no_numbers = R"({"type":"signal","to":"bob","incarnation":1,"offer":{"sdp":"v=0"}})";
  for (const std::string& message :
       {std::string("1"), std::string("{}"), std::string(R"({"type":7})"), std::string(R"({"type":"hello"})"),
        std::string(R"({"type":"hello","versions":[1],"room":"r","user":"u"})"),
        std::string(R"({"type":"hello","versions":[1,1],"room":1,"user":"u"})"),
        std::string(R"({"type":"hello","versions":[1,1],"room":"r","user":"u","media":7})"),
        std::string(R"({"type":"chat","id":"","text":"x"})"), std::string(R"({"type":"chat","id":"i"})"),
        std::string(R"({"type":"media","media":{"camera":"sideways"}})"), no_numbers, signal_with(R"("offer":{})"),
        signal_with(R"("offer":"v=0")"), signal_with(R"("answer":{"sdp":"v=0"})"), signal_with(R"("candidates":7)"),
        signal_with(R"("candidates":[{"candidate":7,"sdpMid":"0"}])"), signal_with(R"("something":1)")}) {
    INFO(message);
    CHECK(wire.refusal(message) == ErrorCode::MessageMalformed);
  }
  CHECK(wire.refusal(R"({"type":"dance"})") == ErrorCode::MessageUnknown);
}

TEST_CASE("meetwire/1: envelopes that are none are refused whole") {
  Wire wire;
  for (const char* body : {"", "[]", "{}", R"({"messages":{}})", "{\"messages\":[", "null"}) {
    INFO(body);
    const auto decoded = wire.server->decode("meetwire", body);
    CHECK(decoded.messages.empty());
    REQUIRE(decoded.failures.size() == 1);
    CHECK(decoded.failures[0].code == ErrorCode::MessageMalformed);
  }
  CHECK(wire.server->decode("other", "{}").failures[0].code == ErrorCode::MessageUnknown);
  CHECK(wire.server->decode("meetwire", std::string(70'000, ' ')).failures[0].code == ErrorCode::MessageTooLarge);
  CHECK(wire.server->decode("meetwire", std::string(50'000, '[')).failures[0].code == ErrorCode::MessageTooDeep);
}

TEST_CASE("meetwire/1: one bad message costs only itself, and keeps its number") {
  Wire wire;
  const auto decoded = wire.server->decode("meetwire", R"({"messages":[{"type":"dance"},{"type":"leave"}]})");
  CHECK(decoded.messages.size() == 1);
  CHECK(decoded.unknown == 1);
  const auto at_client = wire.client->decode(
      "meetwire", R"({"number":5,"messages":[{"type":"dance"},{"type":"left","user":"bob","session":"s"}]})");
  REQUIRE(at_client.messages.size() == 2);
  CHECK(std::holds_alternative<Problem>(at_client.messages[0]));
  CHECK(std::holds_alternative<MemberLeft>(at_client.messages[1]));
  CHECK(at_client.unknown == 1);
}

TEST_CASE("B6: a candidate with neither mid nor index is refused; either is enough", "[P31]") {
  Wire wire;
  CHECK(wire.refusal(signal_with(R"("candidates":[{"candidate":"candidate:1"}])")) == ErrorCode::MessageMalformed);
  for (const char* place : {R"("sdpMid":"0")", R"("sdpMLineIndex":0)", R"("sdpMid":"0","sdpMLineIndex":1)"}) {
    const auto decoded = wire.server->decode(
        "meetwire", "{\"messages\":[" + signal_with(std::string(R"("candidates":[{"candidate":"candidate:1",)") + place + "}]") + "]}");
    CHECK(decoded.messages.size() == 1);
  }
}

TEST_CASE("B8: mDNS, link-local and TCP candidates pass; over 1 KB, or more than a generation holds, is refused") {
  Wire wire;
  for (const char* line : {"candidate:1 1 udp 1 4c2b7d3a-0000-4000-8000-000000000001.local 50000 typ host",
                           "candidate:2 1 udp 1 fe80::1 50000 typ host",
                           "candidate:3 1 tcp 1 192.0.2.1 9 typ host tcptype active"}) {
    const auto decoded = wire.server->decode(
        "meetwire", "{\"messages\":[" + signal_with(std::string(R"("candidates":[{"sdpMid":"0","candidate":")") + line + "\"}]") + "]}");
    CHECK(decoded.messages.size() == 1);
  }
  const auto one = [](std::size_t bytes) {
    return R"({"sdpMid":"0","candidate":")" + std::string(bytes, 'x') + "\"}";
  };
  CHECK(wire.refusal(signal_with("\"candidates\":[" + one(1025) + "]")) == ErrorCode::MessageTooLarge);
  std::string many = one(8);
  for (int i = 0; i < 256; ++i) many += "," + one(8);
  CHECK(wire.refusal(signal_with("\"candidates\":[" + many + "]")) == ErrorCode::MessageTooLarge);
}

TEST_CASE("meetwire/1: slots of a newer version are left out, not refused") {
  Wire wire;
  const auto decoded = wire.server->decode(
      "meetwire", "{\"messages\":[" + signal_with(R"("offer":{"sdp":"v=0","slots":{"0":"microphone","1":"hologram"}})") + "]}");
  REQUIRE(decoded.messages.size() == 1);
  const auto& offer = std::get<Offer>(std::get<SignalTo>(decoded.messages[0]).pair.body);
  CHECK(offer.slots == SlotsByMid{{"0", Slot::Microphone}});
}

TEST_CASE("L23: rows of a hostile roster are skipped, the rest counts") {
  Wire wire;
  const auto decoded = wire.client->decode("meetwire", R"({"messages":[{"type":"welcome","version":1,"secret":"s",
    "self":{"user":"ada","session":"s1"},
    "members":[{"user":"__proto__","session":"x"},{"user":""},7,{"user":{"a":1}},{"user":"bob","session":"s2","name":"Bob"}]}]})");
  REQUIRE(decoded.messages.size() == 1);
  const auto& welcome = std::get<Welcome>(decoded.messages[0]);
  REQUIRE(welcome.members.size() == 1);
  CHECK(welcome.members[0].user.value == "bob");
}

TEST_CASE("meetwire1: mids and fragments are bounded, as they are kept for members that are away") {
  Wire wire;
  const auto outcome = [&](PairBody body) {
    const auto frames = wire.client->encode({SignalTo{UserId{"bob"}, {}, PairMessage{.body = std::move(body)}, {}}}, 0);
    const auto decoded = wire.server->decode(frames.at(0).name, frames.at(0).body);
    return decoded.failures.empty() ? std::nullopt : std::optional(decoded.failures.front().code);
  };
  const std::string most(128, 'm');
  CHECK_FALSE(outcome(Offer{"v=0", {{most, Slot::Camera}}}));
  CHECK(outcome(Offer{"v=0", {{most + "m", Slot::Camera}}}) == ErrorCode::MessageTooLarge);
  CHECK(outcome(Answer{0, "v=0", {{most + "m", Slot::Camera}}}) == ErrorCode::MessageTooLarge);
  CHECK_FALSE(outcome(Candidates{{{"x", std::string(1000, 'm'), 0, std::string(23, 'u')}}}));
  CHECK(outcome(Candidates{{{"x", std::string(1000, 'm'), 0, std::string(24, 'u')}}}) == ErrorCode::MessageTooLarge);
}

TEST_CASE("meetwire1: a chat message's ids are bounded at the client too, as it remembers them") {
  Wire wire;
  const auto is_chat = [&](std::size_t from_bytes, std::size_t id_bytes) {
    const ChatDelivered chat{{UserId{std::string(from_bytes, 'f')}, std::string(id_bytes, 'i'), "x", {}, 1}, "", ""};
    const auto frames = wire.server->encode({chat}, 1);
    const auto decoded = wire.client->decode(frames.at(0).name, frames.at(0).body);
    return std::holds_alternative<ChatDelivered>(decoded.messages.at(0));
  };
  CHECK(is_chat(128, 128));
  CHECK_FALSE(is_chat(129, 1));
  CHECK_FALSE(is_chat(1, 129));
}

TEST_CASE("meetwire/1: a reason that is not known, or not a server's to give, ends the meeting all the same") {
  const auto client = make_meetwire_client(kDefaultLimits);
  for (const char* code : {"of-a-newer-server", "internal"}) {
    const std::string error = std::string(R"({"code":")") + code + R"(","blame":"local","retryable":false,"message":"x"})";
    for (const char* type : {"refused", "ended"}) {
      const auto decoded = client->decode("meetwire", std::string(R"({"messages":[{"type":")") + type + R"(","error":)" + error + "}]}");
      REQUIRE(decoded.messages.size() == 1);
      const auto* refused = std::get_if<Refused>(&decoded.messages[0]);
      const auto* ended = std::get_if<Ended>(&decoded.messages[0]);
      REQUIRE((refused != nullptr) != (ended != nullptr));
      CHECK((refused != nullptr ? refused->error : ended->error).code == ErrorCode::ServerIncompatible);
    }
  }
}

}  // namespace meetwire1_test
