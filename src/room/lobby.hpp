// Who stands before a room's door: those who knock, with the answer that they may not have heard yet, and those who may
// not come again. A value, like the room that owns it. Must not know: members, roles, messages.
//
// A knock outlives its connection for as long as a place would, so that a bad network costs nobody his turn.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/limits.hpp"
#include "core/presence.hpp"
#include "core/time.hpp"
#include "room/admission.hpp"
#include "room/deadlines.hpp"
#include "room/ledger.hpp"

namespace meetwire::room {

// What a host has said to a knock whose connection was lost at that moment.
enum class KnockAnswer : std::uint8_t { None, Admitted, Denied };
constexpr auto names_of(KnockAnswer) { return std::array<std::string_view, 3>{"none", "admitted", "denied"}; }

// The lobby as a room's written form has it.
struct WaiterValue {
  Admission who;
  bool connected = true;
  Millis lost_at;
  std::uint64_t order = 0;
  KnockAnswer answer = KnockAnswer::None;
  std::optional<Millis> due;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("who", self.who);
    visit("connected", self.connected);
    visit("lostAt", self.lost_at);
    visit("order", self.order);
    visit("answer", self.answer);
    visit("due", self.due);
  }
};
struct BarValue {
  UserId user;
  std::uint64_t since = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("since", self.since);
  }
};
struct OverValue {
  UserId user;
  PlaceKeys keys;
  std::optional<Millis> due;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("keys", self.keys);
    visit("due", self.due);
  }
};
struct LobbyValue {
  std::vector<WaiterValue> waiting;
  std::vector<BarValue> barred;
  std::vector<OverValue> over;
  std::uint64_t knocked = 0;
  std::uint64_t bars = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("waiting", self.waiting);
    visit("barred", self.barred);
    visit("over", self.over);
    visit("knocked", self.knocked);
    visit("bars", self.bars);
  }
};

struct Waiter {
  Admission admission;
  bool connected = true;
  Millis lost_at{};        // when it is not
  std::uint64_t order = 0;  // of knocking
  KnockAnswer answer = KnockAnswer::None;
  Charge charge;
};

class Lobby {
 public:
  explicit Lobby(const Limits& limits) : limits_(limits) {}

  LobbyValue value() const;
  void restore(const LobbyValue& value, const std::shared_ptr<Tally>& room);

  const Waiter* find(const UserId& user) const;
  // The same one again, as far as can be known.
  bool is_same(const Admission& admission) const;
  // Those whose connection is gone give way.
  bool is_full() const { return waiting_.size() >= limits_.lobby_max && yielding() == nullptr; }
  // The one who is forgotten for the sake of a newcomer, if there has to be one.
  std::optional<UserId> make_place();
  bool is_connected() const;
  bool is_idle() const { return waiting_.empty() && over_.empty(); }

  // The connection that it takes the place of, if there is one.
  std::optional<ConnectionId> knock(const Admission& admission, const std::shared_ptr<Tally>& room);
  // It waits no longer, for whatever reason.
  void forget(const UserId& user);
  // Its connection is gone: the knock is kept for a while.
  void lose(Millis now, const UserId& user);
  void answer(Millis now, const UserId& user, KnockAnswer answer);
  // In the order of knocking, and without an answer yet.
  std::vector<UserId> waiting() const;
  std::vector<UserId> all() const;

  // Was put out: `removed_max` of them are remembered, as long as the room is there.
  void bar(const UserId& user, Charge charge = Charge());
  bool is_barred(const UserId& user) const { return barred_.count(user) > 0; }
  bool unbar(const UserId& user);
  void unbar_all() { barred_.clear(); }
  // Had a place in a meeting that was ended. Whoever comes back for it by then must not begin the next one unawares.
  void close_place(Millis now, const UserId& user, PlaceKeys keys, Charge charge);
  bool had_place(const Admission& admission) const;

  // Those whose knock is given up.
  std::vector<UserId> elapsed(Millis now);
  std::optional<Millis> wake_at() const { return earlier(due_.next(), over_due_.next()); }

  // What one entry of either list takes, beside its texts.
  static constexpr std::size_t kEntryBytes = 192;

 private:
  struct Bar {
    std::uint64_t since = 0;  // counted
    Charge charge;
  };
  struct Over {
    PlaceKeys keys;
    Charge charge;
  };
  const UserId* yielding() const;

  Limits limits_;
  std::map<UserId, Waiter> waiting_;
  Deadlines<UserId> due_;
  std::map<UserId, Bar> barred_;
  std::map<UserId, Over> over_;
  Deadlines<UserId> over_due_;
  std::uint64_t knocked_ = 0;
  std::uint64_t bars_ = 0;
};

}  // namespace meetwire::room
