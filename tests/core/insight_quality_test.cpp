// How good a link is: each figure counts, the worst decides, and one bad second changes nothing.
#include <string>

#include "core/names.hpp"
#include "insight/insight.hpp"
#include "insight/quality.hpp"
#include "support/catch.hpp"

namespace meetwire::insight::insight_quality_test {

namespace {

LinkFigures good() {
  return {.connected = true, .lost_down_per_mille = 0, .lost_up_per_mille = 0, .jitter_ms = 5, .round_trip_ms = 30, .frame_rate = 30};
}

// "4: loss 4, delay 4"
std::string words(const Score& score) {
  std::string out = std::to_string(score.score) + ":";
  for (const auto& [reason, worth] : score.reasons) out += " " + std::string(name_of(reason)) + " " + std::to_string(worth);
  return out;
}
template <class Change>
std::string with(Change&& change) {
  LinkFigures figures = good();
  change(figures);
  return words(score_of(figures));
}

}  // namespace

TEST_CASE("score: nothing is wrong, and what is not known counts as good") {
  CHECK(words(score_of(good())) == "5:");
  CHECK(words(score_of({.connected = true})) == "5:");
}

TEST_CASE("score: each figure lowers it by itself, with its reason") {
  CHECK(with([](auto& one) { one.connected = false; }) == "0: disconnected 0");
  CHECK(with([](auto& one) { one.lost_down_per_mille = 10; }) == "5:");
  CHECK(with([](auto& one) { one.lost_down_per_mille = 11; }) == "4: loss 4");
  CHECK(with([](auto& one) { one.lost_up_per_mille = 100; }) == "2: loss 2");
  CHECK(with([](auto& one) { one.lost_up_per_mille = 900; }) == "1: loss 1");
  CHECK(with([](auto& one) { one.round_trip_ms = 400; }) == "3: delay 3");
  CHECK(with([](auto& one) { one.jitter_ms = 100; }) == "2: jitter 2");
  CHECK(with([](auto& one) { one.frame_rate = 0; }) == "2: frozen 2");
  CHECK(with([](auto& one) { one.frame_rate = 7; }) == "3: low-frame-rate 3");
  CHECK(with([](auto& one) { one.limit = Limit::Bandwidth; }) == "4: bandwidth 4");
  CHECK(with([](auto& one) { one.limit = Limit::Processor; }) == "4: processor 4");
}

TEST_CASE("score: the worst decides, and stands first") {
  CHECK(with([](auto& one) {
          one.lost_down_per_mille = 20;
          one.round_trip_ms = 600;
          one.limit = Limit::Bandwidth;
        }) == "2: delay 2 loss 4 bandwidth 4");
}

TEST_CASE("quality: the first is told at once, one bad second is none yet, and it rises slowly") {
  Quality quality;
  LinkFigures lossy = good();
  lossy.lost_down_per_mille = 200;
  LinkFigures slow = good();
  slow.round_trip_ms = 300;

  CHECK(quality.measure(good()));
  CHECK_FALSE(quality.measure(lossy));
  CHECK_FALSE(quality.measure(good()));
  CHECK_FALSE(quality.measure(lossy));
  CHECK(words(quality.shown()) == "5:");
  CHECK(quality.measure(slow));  // two in a row: as far as both agree
  CHECK(words(quality.shown()) == "4: delay 4");
  CHECK_FALSE(quality.measure(lossy));
  CHECK(quality.measure(lossy));
  CHECK(words(quality.shown()) == "1: loss 1");
  for (int i = 0; i < 2; ++i) CHECK_FALSE(quality.measure(i == 1 ? slow : good()));
  CHECK(quality.measure(good()));
  CHECK(words(quality.shown()) == "4: delay 4");
}

TEST_CASE("quality: now better, now worse is neither") {
  Quality quality;
  LinkFigures lossy = good(), slow = good();
  lossy.lost_down_per_mille = 200;
  slow.round_trip_ms = 400;
  CHECK(quality.measure(slow));
  for (int i = 0; i < 10; ++i) CHECK_FALSE(quality.measure(i % 2 == 0 ? lossy : good()));
}

TEST_CASE("quality: that there is no connection is told at once, and so is another reason of the same score") {
  Quality quality;
  CHECK(quality.measure(good()));
  CHECK(quality.measure({}));
  CHECK(words(quality.shown()) == "0: disconnected 0");
  CHECK_FALSE(quality.measure({}));
  LinkFigures lossy = good(), slow = good();
  lossy.lost_up_per_mille = 20;
  slow.round_trip_ms = 300;
  Quality other;
  CHECK(other.measure(lossy));
  CHECK(other.measure(slow));
  CHECK(words(other.shown()) == "4: delay 4");
}

TEST_CASE("quality: a link that is forgotten begins anew") {
  Insight insight{InsightOptions{UserId{"me"}}};
  const auto measured = [&](const LinkFigures& figures) {
    return insight.handle(Millis{1}, event::LinkMeasured{UserId{"ada"}, figures}).commands.size();
  };
  CHECK(measured(good()) == 1);
  CHECK(measured(good()) == 0);
  insight.handle(Millis{1}, event::LinkForgotten{UserId{"ada"}});
  CHECK(measured(good()) == 1);
}

}  // namespace meetwire::insight::insight_quality_test
