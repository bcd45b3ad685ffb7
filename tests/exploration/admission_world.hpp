// The world of one room's door, for exhaustive exploration: the real room, and a few tabs that come, are cut off, come
// back, and go. Tabs of the same user compete for one place.
//
// What is abstracted:
// - The wire: each socket keeps its order. A socket that is cut loses all that is under way on it; the server notices at
//   any later moment, or never before the client is back. What the room numbers is taken in order, as the real session
//   does; a gap would be a bad state, as nothing is lost while a socket lives.
// - Time: whoever is away longest loses its place first, at any moment.
// - Tokens, rates, dialects without secrets: they are the switchboard's.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "roster/roster.hpp"
#include "room/room.hpp"

namespace meetwire::exploration {

struct AdmissionBudget {
  std::vector<std::string> tabs;  // the user of each
  std::size_t places = 2;
  std::size_t kept_messages = 100;  // for whoever is away
  int joins = 1;                    // of each tab
  int cuts = 0;
  int leaves = 0;
};

// What the client of a socket says.
struct DoorWord {
  std::optional<room::Admission> hello;  // none: leave, or
  bool heard = false;                    // that the welcome has come in
};
// What it hears; none: the server has closed the socket.
using DoorAnswer = std::optional<room::Numbered>;

struct DoorSocket {
  ConnectionId id;
  std::size_t tab = 0;
  bool client_up = true;
  bool server_up = true;
  bool seated = false;
  bool ends_late = false;  // closed by the server; that it has ended is still to be reported
  std::deque<DoorWord> to_server;
  std::deque<DoorAnswer> to_client;
};

enum class TabPhase : std::uint8_t { Out, Greeting, In, Lost };

struct Tab {
  explicit Tab(const AdmissionBudget& budget, UserId who) : user(std::move(who)), roster(kDefaultLimits), joins_left(budget.joins) {}

  UserId user;
  TabPhase phase = TabPhase::Out;
  SessionId session;
  std::string secret;
  std::uint64_t received = 0;
  std::uint64_t as_of = 0;
  roster::Roster roster;
  int joins_left;
  int sockets = 0;
};

struct AdmissionState {
  room::Room room;
  Millis now{0};
  std::vector<Tab> tabs;
  std::vector<DoorSocket> sockets;
  std::vector<UserId> away;  // the longest first
  int cuts_left = 0;
  int leaves_left = 0;
  std::string wrong;
};

enum class DoorStep : std::uint8_t {
  // what the world does by itself
  ServerHears, ServerMisses, ClientHears, ComesBack, PlaceExpires,
  // users, faults
  Joins, Leaves, Cut,
};
constexpr auto names_of(DoorStep) {
  return std::array<std::string_view, 8>{"the server hears", "the server misses", "hears", "comes back",
                                         "the longest away loses its place", "joins", "leaves", "is cut off"};
}

struct DoorActed {
  DoorStep step = DoorStep::Joins;
  std::size_t at = 0;  // the socket, or the tab
  std::size_t tab = 0;
};

class AdmissionWorld {
 public:
  using State = AdmissionState;
  using Acted = DoorActed;

  explicit AdmissionWorld(AdmissionBudget budget) : budget_(std::move(budget)) {
    room::RoomPolicy policy;
    policy.limits.participants_max = budget_.places;
    policy.limits.resume_messages_max = budget_.kept_messages;
    policy_ = std::make_shared<const room::RoomPolicy>(policy);
  }

  State initial() const {
    State state{room::Room{RoomId{"r"}, policy_}};
    for (const std::string& user : budget_.tabs) state.tabs.emplace_back(budget_, UserId{user});
    state.cuts_left = budget_.cuts;
    state.leaves_left = budget_.leaves;
    return state;
  }

  static bool is_of_world(const Acted& acted) { return acted.step <= DoorStep::PlaceExpires; }

  std::vector<Acted> actions(const State& state) const {
    std::vector<Acted> may;
    for (std::size_t i = 0; i < state.sockets.size(); ++i) {
      const DoorSocket& one = state.sockets[i];
      if (one.server_up && !one.to_server.empty()) may.push_back({DoorStep::ServerHears, i, one.tab});
      if (one.ends_late || (one.server_up && !one.client_up && one.to_server.empty())) may.push_back({DoorStep::ServerMisses, i, one.tab});
      if (one.client_up && !one.to_client.empty()) may.push_back({DoorStep::ClientHears, i, one.tab});
    }
    for (std::size_t i = 0; i < state.tabs.size(); ++i) {
      if (state.tabs[i].phase == TabPhase::Lost) may.push_back({DoorStep::ComesBack, i, i});
    }
    if (state.room.wake_at()) may.push_back({DoorStep::PlaceExpires});
    for (std::size_t i = 0; i < state.tabs.size(); ++i) {
      const Tab& tab = state.tabs[i];
      if (tab.phase == TabPhase::Out && tab.joins_left > 0) may.push_back({DoorStep::Joins, i, i});
      if (tab.phase != TabPhase::Out && state.leaves_left > 0) may.push_back({DoorStep::Leaves, i, i});
      const bool up = tab.phase == TabPhase::Greeting || tab.phase == TabPhase::In;
      if (up && state.cuts_left > 0) may.push_back({DoorStep::Cut, i, i});
    }
    return may;
  }

  void apply(State& state, const Acted& acted) const {
    Tab& tab = state.tabs[acted.tab];
    switch (acted.step) {
      case DoorStep::ServerHears: server_hears(state, acted.at); break;
      case DoorStep::ServerMisses: {
        const DoorSocket gone = state.sockets[acted.at];
        state.sockets[acted.at].server_up = state.sockets[acted.at].ends_late = false;
        if (gone.seated || gone.ends_late) {
          decide(state, &gone, gone.tab, [&](room::Room& room) { return room.lose(state.now = state.now + Millis{1}, tab.user, gone.id); });
        }
        break;
      }
      case DoorStep::ClientHears: {
        const DoorAnswer heard = std::move(state.sockets[acted.at].to_client.front());
        state.sockets[acted.at].to_client.pop_front();
        client_hears(state, acted.at, heard);
        break;
      }
      case DoorStep::ComesBack: greet(state, acted.tab, /*again=*/true); break;
      case DoorStep::PlaceExpires:
        state.now = *state.room.wake_at();
        decide(state, nullptr, acted.tab, [&](room::Room& room) { return room.fold(state.now, room::entry::Elapsed{}); });
        break;
      case DoorStep::Joins:
        --tab.joins_left;
        greet(state, acted.tab, /*again=*/false);
        break;
      case DoorStep::Leaves:
        --state.leaves_left;
        // What was said before the socket was closed in good order arrives.
        if (DoorSocket* own = socket_of(state, acted.tab)) {
          own->to_server.push_back({});
          own->client_up = false;
        }
        end(tab);
        break;
      case DoorStep::Cut:
        --state.cuts_left;
        if (DoorSocket* own = socket_of(state, acted.tab)) {
          own->client_up = false;
          own->to_server.clear();
        }
        lose(tab);
        break;
    }
    auto& sockets = state.sockets;
    sockets.erase(std::remove_if(sockets.begin(), sockets.end(),
                                 [](const DoorSocket& one) { return !one.server_up && !one.ends_late && (!one.client_up || one.to_client.empty()); }),
                  sockets.end());
  }

  std::string encode(const State& state) const;
  std::string check(const State& state) const;
  std::string goal(const State& state) const;

  std::string describe(const Acted& acted) const {
    if (acted.step == DoorStep::PlaceExpires) return std::string(name_of(acted.step));
    return budget_.tabs[acted.tab] + "'s tab " + std::to_string(acted.tab) + ": " + std::string(name_of(acted.step));
  }

 private:
  static DoorSocket* socket_of(State& state, std::size_t tab) {
    for (DoorSocket& one : state.sockets) {
      if (one.tab == tab && one.client_up) return &one;
    }
    return nullptr;
  }
  static void end(Tab& tab) {
    tab.phase = TabPhase::Out;
    tab.secret.clear();
    tab.session = {};
    tab.received = tab.as_of = 0;
    tab.roster = roster::Roster(kDefaultLimits);
  }
  // Who has not been in has no secret of a place, and tries again as one who is new.
  static void lose(Tab& tab) { tab.phase = TabPhase::Lost; }

  void greet(State& state, std::size_t number, bool again) const {
    Tab& tab = state.tabs[number];
    const std::string name = std::to_string(number) + "." + std::to_string(++tab.sockets);
    room::Admission hello;
    hello.connection = ConnectionId{"c" + name};
    hello.user = tab.user;
    hello.session = SessionId{"s" + name};
    hello.secret = "x" + name;
    if (again && !tab.secret.empty()) hello.resume = tab.secret;
    hello.received = tab.received;
    DoorSocket socket;
    socket.id = hello.connection;
    socket.tab = number;
    socket.to_server.push_back({std::move(hello)});
    state.sockets.push_back(std::move(socket));
    tab.phase = TabPhase::Greeting;
  }

  void server_hears(State& state, std::size_t at) const {
    const DoorWord word = std::move(state.sockets[at].to_server.front());
    state.sockets[at].to_server.pop_front();
    const DoorSocket socket = state.sockets[at];
    const Tab& tab = state.tabs[socket.tab];
    if (word.heard) {
      if (!socket.seated) return;
      return decide(state, &socket, socket.tab,
                    [&](room::Room& room) { return room.receive(state.now, tab.user, socket.id, protocol::Received{0, true}); });
    }
    if (!word.hello) {
      state.sockets[at].server_up = false;
      if (!socket.seated) return;
      return decide(state, &socket, socket.tab,
                    [&](room::Room& room) { return room.receive(state.now, tab.user, socket.id, protocol::Leave{}); });
    }
    const room::Verdict verdict = state.room.judge(state.now, *word.hello);
    const bool sits = state.room.has(tab.user);
    const bool full = state.room.size() == budget_.places;
    const bool enters = verdict == room::Verdict::Enter, resumes = verdict == room::Verdict::Resume;
    // Who is here comes before who is away and has never said anything.
    const auto rows = state.room.roster();
    const bool gives_way = std::any_of(rows.begin(), rows.end(), [](const Participant& row) { return row.away; });
    const bool right = enters ? !sits && (!full || gives_way) : resumes ? sits && tab_of(state, tab.user) == socket.tab
                       : verdict == room::Verdict::Full ? !sits && full : verdict == room::Verdict::Taken && sits;
    if (!right) state.wrong = "a wrong verdict";
    if (!enters && !resumes) {
      const ErrorCode code = verdict == room::Verdict::Full ? ErrorCode::RoomFull : ErrorCode::IdTaken;
      state.sockets[at].to_client.push_back(room::Numbered{0, protocol::Refused{Failure{code}}});
      state.sockets[at].to_client.push_back(std::nullopt);
      state.sockets[at].server_up = false;
      return;
    }
    state.sockets[at].seated = true;
    decide(state, &socket, socket.tab, [&](room::Room& room) { return room.admit(state.now, *word.hello); });
  }

  // The tab whose place this user's row is: its session has the tab's number.
  static std::optional<std::size_t> tab_of(const State& state, const UserId& user) {
    for (const Participant& row : state.room.roster()) {
      if (row.user == user) return static_cast<std::size_t>(row.session.value[1] - '0');
    }
    return std::nullopt;
  }

  // `by`: the socket whose doing it is; none: time's.
  template <class Act>
  void decide(State& state, const DoorSocket* by, std::size_t tab, Act act) const {
    const std::vector<Participant> before = state.room.roster();
    const bool waits = by == nullptr;
    for (room::Output& output : act(state.room)) {
      if (auto* delivery = std::get_if<room::Delivery>(&output)) {
        DoorSocket* to = find(state, delivery->connection);
        if (to == nullptr) {
          if (by == nullptr || delivery->connection != by->id) state.wrong = "something is said to a socket that is closed";
        } else if (!to->seated) {
          state.wrong = "something is said to one who has no place";
        } else {
          to->to_client.push_back(room::Numbered{delivery->number, std::move(delivery->message)});
        }
      } else if (const auto* closing = std::get_if<room::Closing>(&output)) {
        if (DoorSocket* to = find(state, closing->connection)) {
          to->to_client.push_back(std::nullopt);
          to->server_up = to->seated = false;
          to->ends_late = true;
        }
      }
    }
    note_away(state);
    for (const Participant& row : before) {
      const auto after = state.room.roster();
      const bool stays = std::any_of(after.begin(), after.end(), [&](const Participant& one) { return one.session == row.session; });
      const bool own = static_cast<std::size_t>(row.session.value[1] - '0') == tab;
      // Of those away, messages beyond what is kept cost the place too.
      if (!stays && !own && !row.away) state.wrong = "a row is removed by another's session";
      if (!stays && waits && !row.away) state.wrong = "time removes a row that is not away";
    }
  }
  static DoorSocket* find(State& state, const ConnectionId& id) {
    for (DoorSocket& one : state.sockets) {
      if (one.id == id && one.server_up) return &one;
    }
    return nullptr;
  }
  static void note_away(State& state) {
    const auto rows = state.room.roster();
    const auto is_away = [&](const UserId& user) {
      return std::any_of(rows.begin(), rows.end(), [&](const Participant& row) { return row.user == user && row.away; });
    };
    auto& away = state.away;
    away.erase(std::remove_if(away.begin(), away.end(), [&](const UserId& user) { return !is_away(user); }), away.end());
    for (const Participant& row : rows) {
      if (row.away && std::find(away.begin(), away.end(), row.user) == away.end()) away.push_back(row.user);
    }
  }

  void client_hears(State& state, std::size_t at, const DoorAnswer& heard) const;

  AdmissionBudget budget_;
  std::shared_ptr<const room::RoomPolicy> policy_;
};

}  // namespace meetwire::exploration
