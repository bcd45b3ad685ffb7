// Our client's side of the classic dialect, against what classic servers, good and bad, send.
#include <nlohmann/json.hpp>

#include "protocol/dialects/classic.hpp"
#include "support/catch.hpp"

namespace classic_client_test {
namespace {
using namespace meetwire;
using Json = nlohmann::ordered_json;
using namespace meetwire::protocol;

class Client {
 public:
  explicit Client(const std::string& self = "me", Limits limits = kDefaultLimits, const std::string& room = "r")
      : dialect_(make_classic_client(RoomId{room}, UserId{self}, "My name", limits)) {}

  std::vector<Frame> ask_again() { return dialect_->ask_again(); }
  std::vector<Frame> say(ClientMessage message) { return dialect_->encode({std::move(message)}, 0); }
  Decoded<ServerMessage> hear(const std::string& event, const std::string& body) { return dialect_->decode(event, body); }
  // Past the first roster, with nobody in it.
  Client& welcomed() {
    say(Hello{});
    hear("roomUserList", "[]");
    return *this;
  }

 private:
  std::unique_ptr<ClientDialect> dialect_;
};

template <class Message>
std::vector<Message> all(const Decoded<ServerMessage>& decoded) {
  std::vector<Message> found;
  for (const ServerMessage& message : decoded.messages) {
    if (const auto* one = std::get_if<Message>(&message)) found.push_back(*one);
  }
  return found;
}
template <class Message>
Message only(const Decoded<ServerMessage>& decoded) {
  REQUIRE(decoded.messages.size() == 1);
  REQUIRE(std::holds_alternative<Message>(decoded.messages.front()));
  return std::get<Message>(decoded.messages.front());
}
std::vector<std::string> users(const Welcome& welcome) {
  std::vector<std::string> ids;
  for (const Participant& member : welcome.members) ids.push_back(member.user.value);
  return ids;
}
Json json_of(const Frame& frame) { return Json::parse(frame.body, nullptr, false); }
ChatSubmitted chat(const std::string& id, const std::string& text) {
  ChatSubmitted chat;
  chat.id = id;
  chat.text = text;
  return chat;
}

// ---- the roster

TEST_CASE("classic client: hello asks for the room's roster") {
  Client client;
  const auto frames = client.say(Hello{});
  REQUIRE(frames.size() == 1);
  REQUIRE(frames.at(0).name == "roomUserList");
  REQUIRE(frames.at(0).form == BodyForm::Json);
  REQUIRE(json_of(frames.at(0)) == Json{{"roomId", "r"}});
}

TEST_CASE("classic client: the first edition's roster: an object of rows as text") {
  Client client;
  client.say(Hello{});
  const Welcome welcome = only<Welcome>(client.hear(
      "roomUserList", R"({"me":"{\"userId\":\"me\",\"roomId\":\"r\"}","bob":"{\"userId\":\"bob\",\"roomId\":\"r\"}"})"));
  REQUIRE(users(welcome) == std::vector<std::string>{"bob"});
  REQUIRE(welcome.self.user.value == "me");
  REQUIRE(welcome.self.name == "My name");
  REQUIRE(welcome.members.at(0).dialect == DialectName::Classic);
  REQUIRE(welcome.members.at(0).session.empty());
  REQUIRE(welcome.secret.empty());
  REQUIRE(welcome.limits.resume_window_ms == 0);
}

TEST_CASE("classic client: the later edition's roster: an array with nicknames") {
  Client client;
  client.say(Hello{});
  const Welcome welcome = only<Welcome>(client.hear(
      "roomUserList",
      R"([{"userId":"bob","roomId":"r","nickname":"Bob","pub":null},{"userId":"me","roomId":"r","nickname":"x"}])"));
  REQUIRE(users(welcome) == std::vector<std::string>{"bob"});
  REQUIRE(welcome.members.at(0).name == "Bob");
}

TEST_CASE("L23: hostile rows are skipped, the good ones count, and a problem says so") {
  Client client;
  client.say(Hello{});
  const std::string long_id(129, 'x');
  const auto decoded = client.hear(
      "roomUserList", R"([{"userId":"bob"},7,null,"x",[],{},{"userId":{}},{"userId":""},{"userId":"__proto__"},)"
                      R"({"userId":"bob","nickname":"again"},{"userId":")" + long_id + R"("},{"userId":"eve","nickname":"a\u0001"}])");
  REQUIRE(users(all<Welcome>(decoded).at(0)) == std::vector<std::string>{"bob", "eve"});
  REQUIRE(all<Welcome>(decoded).at(0).members.at(1).name.empty());
  REQUIRE(decoded.failures.size() == 1);
  Client hash;
  hash.say(Hello{});
  const auto from_hash = hash.hear("roomUserList", R"({"__proto__":"{}","a":"{","b":"[]","c":"{}","d":7})");
  REQUIRE(users(all<Welcome>(from_hash).at(0)) == std::vector<std::string>{"c"});
}

TEST_CASE("L23: a roster of ten thousand is capped, and one that is too large changes nothing") {
  Client client;
  client.say(Hello{});
  std::string rows = "[";
  for (int i = 0; i < 2'000; ++i) rows += (i == 0 ? "" : ",") + std::string(R"({"userId":"u)") + std::to_string(i) + R"("})";
  const auto decoded = client.hear("roomUserList", rows + "]");
  REQUIRE(all<Welcome>(decoded).at(0).members.size() == kDefaultLimits.batch_messages_max);
  REQUIRE(decoded.failures.size() == 1);
  const auto huge = client.hear("roomUserList", "[\"" + std::string(100'000, 'x') + "\"]");
  REQUIRE(huge.messages.empty());
  REQUIRE(huge.failures.at(0).code == ErrorCode::MessageTooLarge);
  REQUIRE(client.hear("roomUserList", "\"text\"").messages.empty());
}

TEST_CASE("classic client: a roster that nobody asked for is older than what was said since, and changes nothing") {
  Client client;
  client.welcomed();
  REQUIRE(client.hear("roomUserList", R"([{"userId":"bob"}])").messages.empty());
  client.say(Hello{});
  REQUIRE(users(only<Welcome>(client.hear("roomUserList", R"([{"userId":"bob"}])"))) == std::vector<std::string>{"bob"});
}

TEST_CASE("classic client: a join that overtakes the roster is put on top of it, as someone who came later") {
  Client client;
  client.say(Hello{});
  REQUIRE(client.hear("msg", R"({"type":"join","msg":"eve join then room","status":200,"data":{"userId":"eve","nickname":"Eve"}})")
              .messages.empty());
  const auto decoded = client.hear("roomUserList", R"([{"userId":"bob"}])");
  REQUIRE(users(all<Welcome>(decoded).at(0)) == std::vector<std::string>{"bob"});
  REQUIRE(all<MemberJoined>(decoded).at(0).member.name == "Eve");
  // Whether the roster has it already or not.
  Client other;
  other.say(Hello{});
  other.hear("msg", R"({"type":"join","msg":"eve join then room","status":200,"data":null})");
  const auto both = other.hear("roomUserList", R"([{"userId":"eve"},{"userId":"bob"}])");
  REQUIRE(users(all<Welcome>(both).at(0)) == std::vector<std::string>{"bob"});
  REQUIRE(all<MemberJoined>(both).size() == 1);
}

TEST_CASE("classic client: a leave that overtakes the roster takes its row out") {
  Client client;
  client.say(Hello{});
  client.hear("msg", R"({"type":"leave","msg":"bob leave the room ","status":200,"data":null})");
  REQUIRE(users(only<Welcome>(client.hear("roomUserList", R"([{"userId":"bob"}])"))).empty());
}

TEST_CASE("classic client: an offer that overtakes the roster is held back, not lost") {
  Client client;
  client.say(Hello{});
  REQUIRE(client.hear("msg", R"({"type":"offer","status":200,"data":{"userId":"bob","targetUid":"me","offer":{"type":"offer","sdp":"v=0"}}})")
              .messages.empty());
  const auto decoded = client.hear("roomUserList", R"([{"userId":"bob"}])");
  REQUIRE(decoded.messages.size() == 2);
  REQUIRE(std::holds_alternative<Welcome>(decoded.messages.at(0)));
  REQUIRE(std::get<SignalFrom>(decoded.messages.at(1)).from.value == "bob");
}

TEST_CASE("classic client: nothing of an old connection counts after a new hello") {
  Client client;
  client.say(Hello{});
  client.hear("msg", R"({"type":"join","status":200,"data":{"userId":"eve"}})");
  client.say(Hello{});
  REQUIRE(client.hear("roomUserList", "[]").messages.size() == 1);
}

// ---- coming and going

TEST_CASE("classic client: join and leave, in both editions") {
  Client client;
  client.welcomed();
  REQUIRE(only<MemberJoined>(client.hear("msg", R"({"type":"join","msg":"bob join then room","status":200,"data":null})"))
              .member.user.value == "bob");
  REQUIRE(only<MemberJoined>(client.hear("msg", R"({"type":"join","msg":"x","status":200,"data":{"userId":"eve","nickname":"Eve"}})"))
              .member.name == "Eve");
  REQUIRE(only<MemberLeft>(client.hear("msg", R"({"type":"leave","msg":"bob leave the room ","status":200,"data":null})"))
              .user.value == "bob");
  REQUIRE(only<MemberLeft>(client.hear("msg", R"({"type":"leave","msg":"x","status":200,"data":{"userId":"eve"}})"))
              .user.value == "eve");
}

TEST_CASE("classic client: about oneself there is nothing to say, however the server spells the id") {
  for (const char* id : {"a/b=c", "a%2Fb%3Dc", "a/b"}) {
    Client client("a/b=c");
    client.say(Hello{});
    const std::string words = std::string(R"({"type":"join","msg":")") + id + R"( join then room","status":200,"data":null})";
    REQUIRE(client.hear("msg", words).messages.empty());
    REQUIRE(users(only<Welcome>(client.hear("roomUserList", std::string(R"([{"userId":")") + id + R"("}])"))).empty());
    // From then on it is called as the server has it: so others reach it.
    REQUIRE(json_of(client.say(RelayTo{RelayKind::Call, UserId{"bob"}, {}}).at(0)).at("userId") == id);
  }
}

TEST_CASE("classic client: joins of nobody are dropped") {
  Client client;
  client.welcomed();
  for (const char* bad : {R"({"type":"join","status":200,"data":null})", R"({"type":"join","msg":7,"status":200,"data":7})",
                          R"({"type":"join","msg":" join then room","status":200})",
                          R"({"type":"join","msg":"__proto__ join then room","status":200,"data":null})"}) {
    const auto decoded = client.hear("msg", bad);
    REQUIRE(decoded.messages.empty());
    REQUIRE(decoded.failures.size() == 1);
  }
}

// ---- pairs

TEST_CASE("classic client: offers, answers and candidates come in without numbers") {
  Client client;
  client.welcomed();
  const auto offer = only<SignalFrom>(client.hear(
      "msg", R"({"type":"offer","msg":"rtc offer","status":200,"data":{"userId":"bob","targetUid":"me","offer":{"type":"offer","sdp":"v=0 o"}}})"));
  REQUIRE(offer.from.value == "bob");
  REQUIRE(offer.session.empty());
  REQUIRE(offer.pair.incarnation == 0);
  REQUIRE(std::get<Offer>(offer.pair.body).sdp == "v=0 o");
  const auto answer = only<SignalFrom>(client.hear(
      "msg", R"({"type":"answer","status":200,"data":{"userId":"bob","answer":{"type":"answer","sdp":"v=0 a"}}})"));
  REQUIRE(std::get<Answer>(answer.pair.body).offer == 0);
  const auto candidate = only<SignalFrom>(client.hear(
      "msg", R"({"type":"candidate","status":200,"data":{"userId":"bob","candidate":{"candidate":"candidate:1","sdpMid":"0","sdpMLineIndex":0}}})"));
  REQUIRE(std::get<Candidates>(candidate.pair.body).candidates.at(0).sdp_mid == "0");
  // Ids that some clients make numbers of.
  REQUIRE(only<SignalFrom>(client.hear("msg", R"({"type":"answer","status":200,"data":{"userId":42,"answer":{"type":"answer","sdp":"v=0"}}})"))
              .from.value == "42");
}

TEST_CASE("classic client: relays that cannot be are dropped") {
  Client client;
  client.welcomed();
  const std::string long_sdp(kDefaultLimits.description_bytes_max + 1, 'x');
  const std::string long_candidate(kDefaultLimits.candidate_bytes_max + 1, 'x');
  for (const std::string& data :
       {std::string("null"), std::string(R"({"offer":{"type":"offer","sdp":"v=0"}})"),
        std::string(R"({"userId":"me","offer":{"type":"offer","sdp":"v=0"}})"), std::string(R"({"userId":"bob","offer":"v=0"})"),
        std::string(R"({"userId":"bob","offer":{"type":"answer","sdp":"v=0"}})"), std::string(R"({"userId":"bob","offer":{}})"),
        R"({"userId":"bob","offer":{"type":"offer","sdp":")" + long_sdp + R"("}})"}) {
    const auto decoded = client.hear("msg", R"({"type":"offer","status":200,"data":)" + data + "}");
    INFO(data.substr(0, 80));
    REQUIRE(decoded.messages.empty());
    REQUIRE(decoded.failures.size() == 1);
  }
  for (const std::string& candidate : {std::string(R"({"candidate":"c"})"), R"({"sdpMid":"0","candidate":")" + long_candidate + R"("})"}) {
    REQUIRE(client.hear("msg", R"({"type":"candidate","status":200,"data":{"userId":"bob","candidate":)" + candidate + "}}")
                .failures.size() == 1);
  }
}

TEST_CASE("classic client: pair messages go out in the protocol's shape, a frame for each candidate") {
  Client client;
  SignalTo signal;
  signal.to = UserId{"bob"};
  signal.pair = PairMessage{3, 3, 7, 2, {}, Offer{"v=0 o", {{"0", Slot::Camera}}}};
  const auto offer = client.say(signal);
  REQUIRE(offer.size() == 1);
  REQUIRE(offer.at(0).name == "offer");
  REQUIRE(json_of(offer.at(0)) == Json::parse(R"({"userId":"me","targetUid":"bob","offer":{"type":"offer","sdp":"v=0 o"}})"));
  signal.pair.body = Answer{7, "v=0 a", {}};
  REQUIRE(json_of(client.say(signal).at(0)) ==
          Json::parse(R"({"userId":"me","targetUid":"bob","answer":{"type":"answer","sdp":"v=0 a"}})"));
  signal.pair.body = Candidates{{{"candidate:1", "0", 0, "uf"}, {"", "0", 0, {}}, {"candidate:2", "1", 1, {}}}};
  const auto candidates = client.say(signal);
  REQUIRE(candidates.size() == 2);
  REQUIRE(json_of(candidates.at(0)) ==
          Json::parse(R"({"userId":"me","targetUid":"bob","candidate":{"candidate":"candidate:1","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"uf"}})"));
  for (const PairBody& body : {PairBody{Replay{1}}, PairBody{Acknowledge{}}}) {
    signal.pair.body = body;
    REQUIRE(client.say(signal).empty());
  }
  REQUIRE(client.say(MediaAnnounced{}).empty());
  REQUIRE(client.say(Leave{}).empty());
  REQUIRE(client.say(Received{}).empty());
}

// ---- chat

TEST_CASE("classic client: own chat is settled by its echo, and not delivered") {
  Client client;
  client.welcomed();
  const auto frames = client.say(chat("k1", "hi"));
  REQUIRE(frames.at(0).name == "msg");
  REQUIRE(json_of(frames.at(0)) == Json::parse(R"({"type":"chat","id":"k1","from":"me","name":"My name","text":"hi"})"));
  const auto settled = only<ChatSettled>(client.hear("msg", frames.at(0).body));
  REQUIRE(settled.id == "k1");
  REQUIRE_FALSE(settled.error.has_value());
}

TEST_CASE("classic client: chat of others, of whatever shape, is delivered where it has words") {
  Client client;
  client.welcomed();
  const auto ours = only<ChatDelivered>(client.hear("msg", R"({"type":"chat","id":"k","from":"bob","text":"hi","at":5})"));
  REQUIRE(ours.message.from.value == "bob");
  REQUIRE(ours.message.id == "k");
  REQUIRE(ours.message.at == 5);
  REQUIRE(only<ChatDelivered>(client.hear("msg", "\"bare\"")).message.text == "bare");
  REQUIRE(only<ChatDelivered>(client.hear("msg", R"({"msg":"a","userId":"bob"})")).message.from.value == "bob");
  REQUIRE(only<ChatDelivered>(client.hear("msg", R"({"text":"b"})")).message.text == "b");
  REQUIRE(only<ChatDelivered>(client.hear("msg", R"({"type":"im","content":"c"})")).message.text == "c");
  for (const char* wordless : {"7", "[1]", R"({"points":[1,2]})", R"({"text":7})"}) {
    const auto decoded = client.hear("msg", wordless);
    REQUIRE(decoded.messages.empty());
    REQUIRE(decoded.unknown == 1);
  }
  REQUIRE(client.hear("msg", "\"" + std::string(kDefaultLimits.chat_bytes_max + 1, 'x') + "\"").failures.at(0).code ==
          ErrorCode::MessageTooLarge);
}

TEST_CASE("classic client: the first edition loses chat: it fails, and is not taken for delivered") {
  Client client;
  client.welcomed();
  client.say(chat("k1", "hi"));
  client.say(chat("k2", "ho"));
  const auto lost = all<ChatSettled>(client.hear("msg", ""));
  REQUIRE(lost.size() == 2);
  REQUIRE(lost.at(0).id == "k1");
  REQUIRE(lost.at(0).error->code == ErrorCode::ServerIncompatible);
  // Somebody else's, lost the same way.
  const auto nothing = client.hear("msg", "null");
  REQUIRE(nothing.messages.empty());
  REQUIRE(nothing.unknown == 1);
}

TEST_CASE("classic client: a call, out and in; in no room there is nobody but who calls") {
  Client client;
  client.welcomed();
  const auto frames = client.say(RelayTo{RelayKind::Call, UserId{"bob"}, {}});
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].name == "call");
  CHECK(json_of(frames[0]) == Json::parse(R"({"userId":"me","targetUid":"bob"})"));
  CHECK(only<RelayFrom>(client.hear("msg", R"({"type":"call","status":200,"data":{"userId":"bob"}})")).from == UserId{"bob"});
  CHECK(client.hear("msg", R"({"type":"call","status":200,"data":{"userId":"me"}})").failures.size() == 1);
  CHECK(client.hear("msg", R"({"type":"call","status":200,"data":null})").failures.size() == 1);

  const auto online = make_classic_client(RoomId{}, UserId{"me"}, "", kDefaultLimits);
  online->encode({Hello{}}, 0);
  CHECK(users(only<Welcome>(online->decode("roomUserList", R"([{"userId":"bob","roomId":""}])"))).empty());
  CHECK(online->decode("msg", R"({"type":"join","status":200,"data":{"userId":"bob"}})").messages.empty());
}

TEST_CASE("classic client: what it has no use for is counted") {
  Client client;
  client.welcomed();
  for (const char* body : {R"({"type":"applyMic","status":200,"data":{}})",
                           R"({"type":"join","status":500,"data":{"userId":"bob"}})"}) {
    const auto decoded = client.hear("msg", body);
    REQUIRE(decoded.messages.empty());
    REQUIRE(decoded.unknown == 1);
  }
  REQUIRE(client.hear("elsewhere", "1").unknown == 1);
  REQUIRE(client.hear("msg", "{").failures.at(0).code == ErrorCode::MessageMalformed);
  REQUIRE(client.hear("msg", std::string(1'000, '[')).failures.at(0).code == ErrorCode::MessageTooDeep);
}

TEST_CASE("classic client: a refusal ends the joining; after the roster nobody can forge an end") {
  const std::string refused = R"({"type":"refused","msg":"x","status":409,"data":{"code":"id-taken"}})";
  Client client;
  client.say(Hello{});
  REQUIRE(only<Refused>(client.hear("msg", refused)).error.code == ErrorCode::IdTaken);
  client.welcomed();
  REQUIRE(only<Problem>(client.hear("msg", refused)).error.code == ErrorCode::IdTaken);
  REQUIRE(only<Problem>(client.hear("msg", R"({"type":"ended","status":503,"data":{"code":"removed"}})")).error.code ==
          ErrorCode::Removed);
  client.say(chat("k1", "hi"));
  const auto settled = only<ChatSettled>(client.hear("msg", R"({"type":"problem","status":413,"data":{"code":"message-too-large","id":"k1"}})"));
  REQUIRE(settled.error->code == ErrorCode::MessageTooLarge);
}

TEST_CASE("classic client: comings and goings before the roster are remembered up to a bound") {
  Limits limits;
  limits.early_messages_max = 3;
  Client client("me", limits);
  client.say(Hello{});
  const auto leave = [&](const std::string& user) {
    return client.hear("msg", R"({"type":"leave","status":200,"data":{"userId":")" + user + "\"}}").failures.size();
  };
  for (const char* user : {"a", "b", "c", "a"}) REQUIRE(leave(user) == 0);
  REQUIRE(leave("d") == 1);
  // Those that were remembered are still newer than the roster.
  const auto roster = client.hear("roomUserList", R"([{"userId":"a"},{"userId":"d"}])");
  REQUIRE(users(all<Welcome>(roster).at(0)) == std::vector<std::string>{"d"});
}

TEST_CASE("classic client: internal is no reason that a server can give") {
  Client client;
  client.say(Hello{});
  const auto refused = all<Refused>(client.hear("msg", R"({"type":"refused","status":500,"data":{"code":"internal"}})"));
  REQUIRE(refused.size() == 1);
  REQUIRE(refused.at(0).error.code == ErrorCode::ServerIncompatible);
}

}  // namespace
}  // namespace classic_client_test
