// What members say and whom it reaches: stamped, inside the room, once.
#include "support/server_world.hpp"

namespace room_routing_test {

namespace {

using namespace meetwire;
using namespace meetwire::test;

TEST_CASE("S7: a signal reaches its target and nobody else, stamped with the sender's user and session", "[P10]") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.join("eve", "r");
  world.clear();
  world.say("ada", offer_to("bob", "v=0 mine"));
  const SignalFrom signal = world.only<SignalFrom>("bob");
  REQUIRE(signal.from.value == "ada");
  REQUIRE(signal.session.value == "session-ada");
  REQUIRE(signal.pair.incarnation == 1);
  REQUIRE(std::get<Offer>(signal.pair.body).sdp == "v=0 mine");
  REQUIRE(world.at("eve").frames.empty());
  REQUIRE(world.at("ada").frames.empty());
}

TEST_CASE("L1: a sender that the client sets is overwritten", "[P11]") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.say_raw("ada", "meetwire",
                R"({"messages":[{"type":"signal","from":"eve","userId":"eve","session":"","to":"bob","acknowledge":true}]})");
  REQUIRE(world.only<SignalFrom>("bob").from.value == "ada");
  world.say_raw("ada", "meetwire", R"({"messages":[{"type":"chat","from":"eve","id":"k","text":"hi"}]})");
  REQUIRE(world.only<ChatDelivered>("bob").message.from.value == "ada");
}

TEST_CASE("L2: someone in another room and someone who does not exist are refused in the same words") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "elsewhere");
  world.clear();
  world.say("ada", offer_to("bob"));
  const std::string exists = world.frames("ada");
  world.clear();
  world.say("ada", offer_to("nobody"));
  REQUIRE(world.frames("ada") == exists);
  REQUIRE(world.error<Problem>("ada") == ErrorCode::TargetUnknown);
  REQUIRE(world.at("bob").frames.empty());
}

TEST_CASE("L2: before joining and after leaving nothing is passed on") {
  ServerWorld world;
  world.join("bob", "r");
  world.open("ada");
  world.say("ada", offer_to("bob"));
  world.say("ada", chat("k", "hi"));
  REQUIRE(world.heard<Problem>("ada").size() == 2);
  REQUIRE(world.heard<Problem>("ada").at(0).error.code == ErrorCode::NotJoined);
  REQUIRE(world.heard<SignalFrom>("bob").empty());
  REQUIRE(world.heard<ChatDelivered>("bob").empty());

  world.say("ada", ServerWorld::hello("ada", "r"));
  world.say("ada", Leave{});
  REQUIRE(world.at("ada").closed);
  world.clear();
  world.say("ada", offer_to("bob"));
  REQUIRE(world.at("bob").frames.empty());
}

TEST_CASE("G10: to oneself is refused: signal and chat") {
  ServerWorld world;
  world.join("ada", "r");
  world.say("ada", offer_to("ada"));
  REQUIRE(world.error<Problem>("ada") == ErrorCode::TargetUnknown);
  REQUIRE(world.heard<SignalFrom>("ada").empty());
  world.say("ada", chat("k", "me", "ada"));
  REQUIRE(world.only<ChatSettled>("ada").error->code == ErrorCode::TargetUnknown);
}

TEST_CASE("room: what is meant for an earlier session of somebody does not reach the later one") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.say("bob", Leave{});
  world.join_as("bob2", "bob", "r");
  world.clear();
  SignalTo stale = offer_to("bob");
  stale.session = SessionId{"session-bob"};
  world.say("ada", stale);
  REQUIRE(world.at("bob2").frames.empty());
  REQUIRE(world.error<Problem>("ada") == ErrorCode::TargetUnknown);
  stale.session = SessionId{"session-bob2"};
  world.say("ada", stale);
  REQUIRE(world.heard<SignalFrom>("bob2").size() == 1);
}

TEST_CASE("chat: to all reaches all but the sender, who gets its receipt, with one time for everybody") {
  ServerWorld world;
  for (const char* user : {"ada", "bob", "eve"}) world.join(user, "r");
  world.join("far", "elsewhere");
  world.clear();
  world.say("ada", chat("k1", "hello all"));
  REQUIRE(world.heard<ChatDelivered>("ada").empty());
  REQUIRE_FALSE(world.only<ChatSettled>("ada").error.has_value());
  for (const char* user : {"bob", "eve"}) {
    const ChatMessage message = world.only<ChatDelivered>(user).message;
    REQUIRE(message.text == "hello all");
    REQUIRE(message.id == "k1");
    REQUIRE(message.at == world.now.value);
    REQUIRE(message.at == world.only<ChatSettled>("ada").at);
  }
  REQUIRE(world.at("far").frames.empty());
}

TEST_CASE("chat: to one reaches that one only; to someone outside it is refused, and a new one may be tried") {
  ServerWorld world;
  for (const char* user : {"ada", "bob", "eve"}) world.join(user, "r");
  world.clear();
  world.say("ada", chat("k1", "psst", "bob"));
  REQUIRE(world.only<ChatDelivered>("bob").message.to == UserId{"bob"});
  REQUIRE(world.at("eve").frames.empty());
  world.clear();
  world.say("ada", chat("k2", "psst", "zoe"));
  REQUIRE(world.only<ChatSettled>("ada").error->code == ErrorCode::TargetUnknown);
  world.join("zoe", "r");
  world.say("ada", chat("k3", "psst", "zoe"));
  REQUIRE(world.heard<ChatDelivered>("zoe").size() == 1);
}

TEST_CASE("chat: empty and over-long texts are refused, at the very byte") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.clear();
  world.say("ada", chat("k0", ""));
  world.say("ada", chat("k1", std::string(kDefaultLimits.chat_bytes_max + 1, 'x')));
  REQUIRE(world.heard<ChatSettled>("ada").at(0).error->code == ErrorCode::InvalidArgument);
  REQUIRE(world.heard<ChatSettled>("ada").at(1).error->code == ErrorCode::MessageTooLarge);
  REQUIRE(world.heard<ChatDelivered>("bob").empty());
  world.say("ada", chat("k2", std::string(kDefaultLimits.chat_bytes_max, 'x')));
  REQUIRE(world.heard<ChatDelivered>("bob").size() == 1);
}

TEST_CASE("S12: only so many chat ids are remembered a member, the latest ones") {
  Limits limits;
  limits.chat_ids_remembered_max = 3;
  limits.chat_kept_messages_max = 0;  // who is in what is kept for later is remembered by that
  ServerWorld world({}, limits);
  world.join("ada", "r");
  world.join("bob", "r");
  world.clear();
  for (int i = 0; i < 4; ++i) world.say("ada", chat("k" + std::to_string(i), "x"));
  world.say("ada", chat("k1", "x"));
  REQUIRE(world.heard<ChatDelivered>("bob").size() == 4);
  world.say("ada", chat("k0", "x"));
  REQUIRE(world.heard<ChatDelivered>("bob").size() == 5);
}

TEST_CASE("media: a change is told to the others in rising versions, no change to nobody; the one whose it is hears of both", "[P9]") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.clear();
  MediaState media;
  media.microphone = Wanted::Muted;
  world.say("ada", MediaAnnounced{media});
  const Participant row = world.only<MemberChanged>("bob").member;
  REQUIRE(row.media == media);
  REQUIRE(row.version == 2);
  // The confirmation: without it a client says it again, since its word may have been lost.
  REQUIRE(world.only<MemberChanged>("ada").member == row);
  world.clear();
  world.say("ada", MediaAnnounced{media});
  REQUIRE(world.at("bob").frames.empty());
  REQUIRE(world.only<MemberChanged>("ada").member == row);
  // A late joiner gets it with the roster.
  world.join("eve", "r");
  REQUIRE(world.only<Welcome>("eve").members.at(0).media == media);
}

TEST_CASE("G9: three join at once: each pair has exactly one newcomer") {
  ServerWorld world;
  for (const char* user : {"a", "b", "c"}) world.join(user, "r");
  std::size_t pairs = 0;
  for (const char* user : {"a", "b", "c"}) pairs += world.only<Welcome>(user).members.size();
  REQUIRE(pairs == 3);
}

TEST_CASE("G9: twelve in a second, each offering to all present: 66 offers arrive, none refused") {
  ServerWorld world;
  std::size_t offers = 0;
  for (int i = 0; i < 12; ++i) {
    const std::string user = "u" + std::to_string(i);
    world.join(user, "r");
    world.pass(80);
    std::vector<ClientMessage> batch;
    for (const Participant& member : world.only<Welcome>(user).members) batch.push_back(offer_to(member.user.value));
    offers += batch.size();
    world.say_all(user, batch);
  }
  REQUIRE(offers == 66);
  std::size_t arrived = 0;
  for (int i = 0; i < 12; ++i) {
    const std::string user = "u" + std::to_string(i);
    arrived += world.heard<SignalFrom>(user).size();
    REQUIRE(world.heard<Problem>(user).empty());
  }
  REQUIRE(arrived == 66);
  REQUIRE(world.counts.members == 12);
  world.join("u12", "r");
  REQUIRE(world.error<Refused>("u12") == ErrorCode::RoomFull);
}

TEST_CASE("batches: what one step has for one connection travels in one frame") {
  ServerWorld world;
  world.join("ada", "r");
  world.join("bob", "r");
  world.clear();
  world.say_all("ada", {chat("k1", "a"), chat("k2", "b"), offer_to("bob")});
  REQUIRE(world.at("bob").frames.size() == 1);
  REQUIRE(world.at("bob").heard.size() == 3);
  REQUIRE(world.at("ada").frames.size() == 1);
}

}  // namespace

}  // namespace room_routing_test
