// What the server has been told of one's own media: said again until its answer shows that it has come in.
#include "session/announcement.hpp"
#include "support/catch.hpp"

namespace announcement_test {

using namespace meetwire;
using session::Announcement;

namespace {

constexpr Millis kNow{1'000};
const MediaState kSilent{};
const MediaState kShown{Wanted::On, Wanted::Off, Wanted::Off};

}  // namespace

TEST_CASE("an announcement is confirmed by the own row that has it, and only then not made again") {
  Announcement announcement(kDefaultLimits);
  REQUIRE(announcement.is_due(kNow, kShown, true));
  CHECK(announcement.deadline() == kNow + kDefaultLimits.announcement_repeat_after);
  announcement.seen(kNow, kShown);
  CHECK_FALSE(announcement.deadline());
}

// On, off, and on again, which is lost: the row of the first must not be taken for the answer to the last.
TEST_CASE("the row of an earlier announcement of the same does not hide that the last was lost") {
  Announcement announcement(kDefaultLimits);
  REQUIRE(announcement.is_due(kNow, kShown, true));
  REQUIRE(announcement.is_due(kNow, kSilent, true));
  REQUIRE(announcement.is_due(kNow, kShown, true));
  announcement.seen(kNow, kShown);
  announcement.seen(kNow, kSilent);
  REQUIRE(announcement.deadline());
  CHECK(announcement.is_due(*announcement.deadline(), kShown, true));
}

TEST_CASE("against a server that has another opinion for good, an announcement is not made for ever") {
  Announcement announcement(kDefaultLimits);
  REQUIRE(announcement.is_due(kNow, kShown, true));
  std::uint32_t said = 0;
  for (Millis now = kNow; announcement.deadline() && said < 100; ++said) {
    now = *announcement.deadline();
    REQUIRE(announcement.is_due(now, kShown, true));
    announcement.seen(now, kSilent);
  }
  CHECK(said == kDefaultLimits.announcement_repeats_max);
}

}  // namespace announcement_test
