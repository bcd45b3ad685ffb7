// Who speaks: hysteresis of one voice, the active speaker among several, and talking while muted.
#include <optional>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "insight/insight.hpp"
#include "support/catch.hpp"

namespace meetwire::insight::insight_speaking_test {

namespace {

constexpr std::uint32_t kTalk = 1'500, kShout = 4'000, kMurmur = 150, kFan = 60;

// A meeting whose voices are given in steps; measured every `every`.
struct Table {
  Insight insight{InsightOptions{UserId{"me"}}};
  Millis now{1'000};
  Millis every{200};
  std::vector<std::string> said;  // what the machine has told, in words

  void hear(const std::vector<Level>& levels) {
    now = now + every;
    for (const auto& command : insight.handle(now, event::LevelsMeasured{levels}).commands) {
      if (const auto* one = std::get_if<command::SpeakingChanged>(&command)) {
        said.push_back(one->user.value + (one->speaking ? " speaks" : " is silent"));
      } else if (const auto* other = std::get_if<command::ActiveSpeakerChanged>(&command)) {
        said.push_back("active: " + (other->user ? other->user->value : "nobody"));
      } else if (const auto* muted = std::get_if<command::MutedTalkingChanged>(&command)) {
        said.push_back(muted->talking ? "muted talking" : "no muted talking");
      }
    }
  }
  void hear_for(Millis how_long, const std::vector<Level>& levels) {
    for (Millis passed{0}; passed < how_long; passed = passed + every) hear(levels);
  }
  std::vector<std::string> take() { return std::exchange(said, {}); }
};

using Words = std::vector<std::string>;
Level level(const char* user, std::uint32_t value, bool muted = false) { return {UserId{user}, value, muted}; }

}  // namespace

TEST_CASE("speaking: two loud measurements begin it, one knock does not, and a pause for breath does not end it") {
  Table table;
  table.every = Millis{GENERATE(100, 200, 1'000)};  // once a second: a page in the background
  CAPTURE(table.every.value);
  table.hear({level("ada", kFan)});
  table.hear({level("ada", kTalk)});
  table.hear_for(Millis{3'000}, {level("ada", kFan)});
  CHECK(table.take() == Words{});

  table.hear({level("ada", kTalk)});
  table.hear({level("ada", kTalk)});
  CHECK(table.take() == Words{"ada speaks", "active: ada"});
  table.hear_for(Millis{800}, {level("ada", kFan)});
  table.hear({level("ada", kTalk)});
  CHECK(table.take() == Words{});
  table.hear_for(Millis{2'000}, {level("ada", kFan)});
  CHECK(table.take() == Words{"ada is silent"});
}

TEST_CASE("speaking: between the two thresholds nothing begins and nothing ends") {
  Table table;
  table.hear_for(Millis{3'000}, {level("ada", kMurmur)});
  CHECK(table.take() == Words{});
  table.hear_for(Millis{400}, {level("ada", kTalk)});
  CHECK(table.take() == Words{"ada speaks", "active: ada"});
  table.hear_for(Millis{10'000}, {level("ada", kMurmur)});
  CHECK(table.take() == Words{});
}

TEST_CASE("active speaker: stays with the last who spoke, goes to whoever takes the floor, not to a short yes") {
  Table table;
  table.hear_for(Millis{2'000}, {level("ada", kTalk), level("ben", 0), level("me", 0)});
  CHECK(table.take() == Words{"ada speaks", "active: ada"});
  table.hear_for(Millis{5'000}, {level("ada", 0), level("ben", 0), level("me", 0)});
  CHECK(table.take() == Words{"ada is silent"});

  // A "yes" into the silence.
  table.hear_for(Millis{400}, {level("ada", 0), level("ben", kTalk), level("me", 0)});
  CHECK(table.take() == Words{"ben speaks"});
  table.hear_for(Millis{800}, {level("ada", 0), level("ben", kTalk), level("me", 0)});
  CHECK(table.take() == Words{"active: ben"});

  // Oneself too.
  table.hear_for(Millis{5'000}, {level("ada", 0), level("ben", 0), level("me", kTalk)});
  CHECK(table.take() == Words{"me speaks", "ben is silent", "active: me"});
}

TEST_CASE("active speaker: two at once do not flicker, but who outshouts the other for a while has the floor") {
  Table table;
  table.hear_for(Millis{1'000}, {level("ada", kTalk), level("ben", 0)});
  table.take();
  for (int i = 0; i < 50; ++i) {
    table.hear({level("ada", kTalk), level("ben", i % 4 < 2 ? kTalk : kTalk * 13 / 10)});
  }
  CHECK(table.take() == Words{"ben speaks"});
  table.hear_for(Millis{1'400}, {level("ada", kTalk), level("ben", kShout)});
  CHECK(table.take() == Words{});
  table.hear_for(Millis{2'000}, {level("ada", kTalk), level("ben", kShout)});
  CHECK(table.take() == Words{"active: ben"});
}

TEST_CASE("active speaker: who leaves is it no longer") {
  Table table;
  table.hear_for(Millis{1'000}, {level("ada", kTalk), level("ben", 0)});
  table.take();
  table.hear({level("ben", 0)});
  CHECK(table.take() == Words{"active: nobody"});
  // And somebody who speaks already has the floor at once.
  table.hear_for(Millis{1'000}, {level("ada", kShout), level("ben", kTalk)});
  CHECK(table.take() == Words{"ada speaks", "ben speaks", "active: ada"});
  table.hear({level("ben", kTalk)});
  CHECK(table.take() == Words{"active: ben"});
}

TEST_CASE("muted: one does not speak, and is told once that one talks") {
  Table table;
  table.hear_for(Millis{1'000}, {level("me", kTalk)});
  CHECK(table.take() == Words{"me speaks", "active: me"});
  table.hear({level("me", kTalk, true)});
  CHECK(table.take() == Words{"me is silent"});

  // A cough is not meant to be heard.
  table.hear({level("me", 0, true)});
  table.hear({level("me", kTalk, true)});
  table.hear_for(Millis{2'000}, {level("me", 0, true)});
  CHECK(table.take() == Words{});

  table.hear_for(Millis{1'200}, {level("me", kTalk, true)});
  CHECK(table.take() == Words{"muted talking"});
  table.hear_for(Millis{2'000}, {level("me", 0, true)});
  CHECK(table.take() == Words{"no muted talking"});
  // Not again at once, but after a while.
  table.hear_for(Millis{2'000}, {level("me", kTalk, true)});
  CHECK(table.take() == Words{});
  table.hear_for(Millis{6'000}, {level("me", kTalk, true)});
  CHECK(table.take() == Words{"muted talking"});
  // Unmuted: heard from now on.
  table.hear({level("me", kTalk)});
  CHECK(table.take() == Words{"no muted talking"});
  table.hear({level("me", kTalk)});
  CHECK(table.take() == Words{"me speaks"});
}

TEST_CASE("muted: whose microphone is off does not talk any more") {
  Table table;
  table.hear_for(Millis{1'200}, {level("me", kTalk, true)});
  CHECK(table.take() == Words{"muted talking"});
  table.hear({});
  CHECK(table.take() == Words{"no muted talking"});
}

TEST_CASE("muted: others who talk into their muted microphones concern only themselves") {
  Table table;
  table.hear_for(Millis{3'000}, {level("me", 0), level("ada", kTalk, true)});
  table.hear_for(Millis{3'000}, {level("ada", kTalk, true)});
  CHECK(table.take() == Words{});
}

TEST_CASE("measuring: levels four times a second, links every other second, however late the host comes") {
  Insight insight{InsightOptions{UserId{"me"}}};
  const auto measure = [&](std::int64_t at) {
    const auto step = insight.handle(Millis{at}, event::LevelsMeasured{});
    CHECK(step.wake_at == Millis{at + 250});
    return !step.commands.empty() && std::holds_alternative<command::MeasureLinks>(step.commands.back());
  };
  CHECK(measure(5'000));
  for (std::int64_t at = 5'250; at < 7'000; at += 250) CHECK_FALSE(measure(at));
  CHECK(measure(7'000));
  CHECK(measure(9'000));
}

}  // namespace meetwire::insight::insight_speaking_test
