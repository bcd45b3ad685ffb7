// What pages of other kinds write over data channels of their own: heard from them, said to them, and to nobody else.
#include <string>
#include <variant>

#include "support/catch.hpp"
#include "support/pair_world.hpp"

namespace link_text_test {

using namespace meetwire;

namespace {

struct One {
  explicit One(const std::string& channel, bool numbered = false) : link(options_with(channel, numbered), operations) {
    link.handle(now, link::WishesChanged{{{Slot::Camera, TrackId{"cam"}}}});
    take(link.handle(now, link::Started{}));
  }
  static link::LinkOptions options_with(const std::string& channel, bool numbered) {
    link::LinkOptions options;
    options.peer = UserId{"page"};
    options.self_rank = "polite";
    options.offers_first = true;
    options.numbered = numbered;
    options.text_channel = channel;
    return options;
  }
  void take(link::LinkStep step) {
    for (auto& output : step.outputs) {
      if (const auto* text = std::get_if<link::TextHeard>(&output)) heard.push_back(text->text);
      if (const auto* problem = std::get_if<link::ProblemFound>(&output)) problems.push_back(problem->error.code);
      if (const auto* command = std::get_if<ClientCommand>(&output)) {
        if (const auto* text = std::get_if<command::SendText>(command)) sent.push_back(text->text);
        if (const auto* open = std::get_if<command::OpenPeer>(command)) channels.push_back(open->text_channel);
      }
    }
  }
  void say(const std::string& text) { take(link.handle(now, link::TextSaid{text})); }
  void arrive(const std::string& text, Incarnation of = 1) { take(link.handle(now, event::TextArrived{UserId{"page"}, of, text})); }
  void is_ours() {
    protocol::PairMessage offer;
    offer.rank = "ben";
    offer.body = protocol::Offer{"v=0\r\na=fingerprint:sha-256 x\r\nm=audio 9 X 0\r\na=mid:0\r\na=ice-ufrag:x.1\r\n", {}};
    take(link.handle(now, link::MessageReceived{offer}));
  }

  OperationId operations = 0;
  Millis now{5'000};
  link::Link link;
  std::vector<std::string> heard, sent, channels;
  std::vector<ErrorCode> problems;
};

}  // namespace

TEST_CASE("classic text: goes over the page's channel both ways, and the connection is opened with one") {
  One one("chat");
  REQUIRE(one.channels == std::vector<std::string>{"chat"});
  one.say("to the page");
  CHECK(one.sent == std::vector<std::string>{"to the page"});
  one.arrive("from the page");
  CHECK(one.heard == std::vector<std::string>{"from the page"});
}

TEST_CASE("classic text: one of ours on a classic server is told by the server alone, and so is a link without a channel") {
  One ours("ada-ben");
  ours.is_ours();
  One none("");
  One numbered("", /*numbered=*/true);
  for (One* one : {&ours, &none, &numbered}) {
    one->say("hello");
    one->arrive("hello");
    CHECK(one->sent.empty());
    CHECK(one->heard.empty());
    CHECK(one->problems.empty());
  }
}

TEST_CASE("classic text: of an older connection, empty, too long, or too much is not shown") {
  One one("chat");
  one.arrive("late", 0);
  one.arrive("early", 2);
  one.arrive("");
  CHECK(one.heard.empty());
  CHECK(one.problems.empty());
  one.arrive(std::string(kDefaultLimits.chat_bytes_max, 'x'));
  CHECK(one.heard.size() == 1);
  one.arrive(std::string(kDefaultLimits.chat_bytes_max + 1, 'x'));
  CHECK(one.heard.size() == 1);
  CHECK(one.problems == std::vector<ErrorCode>{ErrorCode::PeerMisbehaved});
  one.now = one.now + Millis{1'000};
  one.heard.clear();
  one.problems.clear();
  for (std::uint32_t i = 0; i < kDefaultLimits.rate_messages_per_second + 50; ++i) one.arrive("flood");
  CHECK(one.heard.size() == kDefaultLimits.rate_messages_per_second);
  CHECK(one.problems.size() == 1);
  one.now = one.now + Millis{1'000};
  one.arrive("later");
  CHECK(one.heard.back() == "later");
}

}  // namespace link_text_test
