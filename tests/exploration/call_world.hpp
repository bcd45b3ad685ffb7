// The world of a few users who call one another, for exhaustive exploration: the real machine of each client, the real
// authority of the server, and between them all that may happen, at every moment.
//
// What is abstracted:
// - The wire: words to the server travel in order, and are lost with the socket. What the server tells is numbered and
//   repeated after a resume, so it comes in order and once, however often the socket is lost.
// - Time: a ring may time out at any moment. A client's deadline comes when nothing of its own is under way.
// - Faults have budgets: sockets lost, places given up meanwhile, words lost with the socket up, users who leave.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "call/calls.hpp"
#include "room/calls.hpp"

namespace meetwire::exploration {

struct CallBudget {
  std::vector<int> rings;  // of each user; absent: one
  int cuts = 0;
  int give_ups = 0;
  int losses = 0;
  int leaves = 0;
};

struct CallEnd {
  CallEnd(const UserId& who, int rings) : user(who), calls(kDefaultLimits, who), rings_left(rings) {}

  UserId user;
  call::Calls calls;
  bool up = true;       // the socket
  bool present = true;  // the place at the server
  bool left = false;
  int rings_left;
  int rung = 0;
  std::deque<std::optional<protocol::CallSubmitted>> to_server;  // none: the last word, "I leave"
  std::deque<Call> to_client;
  std::map<CallId, Call> shown;  // as the application knows it
  std::set<CallId> replaced;
};

struct CallWorldState {
  std::vector<CallEnd> ends;
  room::Calls server;
  CallBudget left;
  std::string wrong;  // the first thing that must not be
};

enum class CallStep : std::uint8_t {
  // what the world does by itself
  ServerHears, ClientHears, Resumes, StaysAway, DeadlineComes, RingsOut,
  // what users do
  Rings, Accepts, Ends, Leaves,
  // faults
  Cut, PlaceGivenUp, WordLost,
};
constexpr auto names_of(CallStep) {
  return std::array<std::string_view, 13>{"server hears", "hears",  "is back", "does not come back", "waited enough", "rings out",      "rings",
                                          "accepts",      "wants no more", "leaves",  "is cut off",    "loses its place", "word is lost"};
}

struct CallActed {
  CallStep step = CallStep::Rings;
  std::size_t end = 0;
  std::size_t other = 0;  // who is rung
};

class CallWorld {
 public:
  using State = CallWorldState;
  using Acted = CallActed;

  CallWorld(std::vector<std::string> users, CallBudget budget) : users_(std::move(users)), budget_(budget) {}

  CallWorldState initial() const {
    CallWorldState state;
    for (std::size_t i = 0; i < users_.size(); ++i) {
      state.ends.emplace_back(UserId{users_[i]}, i < budget_.rings.size() ? budget_.rings[i] : 1);
    }
    state.left = budget_;
    return state;
  }

  static bool is_of_world(const CallActed& acted) { return acted.step <= CallStep::RingsOut; }

  std::vector<CallActed> actions(const CallWorldState& state) const {
    std::vector<CallActed> may;
    for (std::size_t i = 0; i < state.ends.size(); ++i) {
      const CallEnd& end = state.ends[i];
      if (end.up && !end.to_server.empty()) may.push_back({CallStep::ServerHears, i});
      if (end.up && !end.to_client.empty()) may.push_back({CallStep::ClientHears, i});
      if (!end.up && !end.left) may.push_back({CallStep::Resumes, i});
      if (!end.up && end.left && end.present) may.push_back({CallStep::StaysAway, i});
      const bool idle = end.to_server.empty() && end.to_client.empty();
      if (end.up && idle && end.calls.deadline() && !rings_well(state, end)) may.push_back({CallStep::DeadlineComes, i});
      if (end.left) continue;
      for (std::size_t to = 0; to < state.ends.size(); ++to) {
        if (to != i && end.rings_left > 0 && end.calls.live().empty()) may.push_back({CallStep::Rings, i, to});
      }
      for (const auto& live : end.calls.live()) {
        if (live.hidden) continue;  // what the application does not know it can do nothing about
        if (live.phase == call::Phase::Ringing) may.push_back({CallStep::Accepts, i});
        if (live.phase != call::Phase::Ending) may.push_back({CallStep::Ends, i});
      }
      if (state.left.leaves > 0) may.push_back({CallStep::Leaves, i});
      if (end.up && state.left.cuts > 0) may.push_back({CallStep::Cut, i});
      if (!end.up && end.present && state.left.give_ups > 0) may.push_back({CallStep::PlaceGivenUp, i});
      if (end.up && !end.to_server.empty() && state.left.losses > 0) may.push_back({CallStep::WordLost, i});
    }
    if (any_rings(state)) may.push_back({CallStep::RingsOut});
    return may;
  }

  void apply(CallWorldState& state, const CallActed& acted) const {
    CallEnd& end = state.ends[acted.end];
    call::Outputs out;
    const Millis now{0};
    switch (acted.step) {
      case CallStep::ServerHears: return server_hears(state, end);
      case CallStep::ClientHears: {
        const Call told = end.to_client.front();
        end.to_client.pop_front();
        if (end.calls.told(now, told, out)) state.wrong = "a client refuses the server's word";
        end.calls.announce(out);
        break;
      }
      case CallStep::Resumes:
        end.calls.resume(now, end.present, out);
        end.up = end.present = true;
        break;
      // Who has left without a word comes never again: its place's time runs out.
      case CallStep::StaysAway: return give_up(state, end);
      case CallStep::DeadlineComes: end.calls.elapsed(*end.calls.deadline(), out); break;
      case CallStep::RingsOut: return tell(state, state.server.elapsed(kDefaultLimits.call_ring_time, kDefaultLimits));
      case CallStep::Rings: {
        --end.rings_left;
        const CallId id{end.user.value + std::to_string(++end.rung)};
        if (end.calls.request(now, {0, id, state.ends[acted.other].user, 0}, out)) state.wrong = "a request is refused";
        break;
      }
      case CallStep::Accepts: (void)end.calls.accept(now, chosen(end, call::Phase::Ringing), out); break;
      case CallStep::Ends: (void)end.calls.end(now, chosen(end, std::nullopt), "", out); break;
      case CallStep::Leaves:
        --state.left.leaves;
        end.calls.finish(out);
        end.left = true;
        if (end.up) end.to_server.push_back(std::nullopt);
        end.to_client.clear();
        break;
      case CallStep::Cut:
        --state.left.cuts;
        end.up = false;
        end.to_server.clear();
        end.calls.pause();
        return;
      case CallStep::PlaceGivenUp:
        --state.left.give_ups;
        return give_up(state, end);
      case CallStep::WordLost:
        --state.left.losses;
        // "I leave" is followed by the socket's end, which is as good.
        if (end.to_server.front()) end.to_server.pop_front();
        return;
    }
    show(state, end, out);
  }

  // What is the same state to all that follows. Times are left out: they decide nothing here.
  std::string encode(const CallWorldState& state) const {
    std::string text = std::to_string(state.left.cuts) + std::to_string(state.left.give_ups) +
                       std::to_string(state.left.losses) + std::to_string(state.left.leaves);
    for (const CallEnd& end : state.ends) {
      text += "|";
      text += std::to_string(end.rings_left) + (end.up ? "u" : "d") + (end.present ? "p" : "a") + (end.left ? "l" : "h");
      for (const auto& live : end.calls.live()) {
        write(text, live.call);
        text += std::to_string(static_cast<int>(live.phase)) + (live.deadline ? "t" : "f") + (live.unheard ? "n" : "h") + (live.hidden ? "-" : "");
      }
      text += ">";
      for (const auto& word : end.to_server) {
        text += word ? word->id.value + std::to_string(static_cast<int>(word->action)) + word->to.value : "leave";
        text += ",";
      }
      text += "<";
      for (const Call& told : end.to_client) write(text, told);
      text += "=";
      for (const auto& [id, call] : end.shown) write(text, call);
    }
    text += "#";
    for (const auto& [id, call] : state.server.all()) write(text, call);
    return text;
  }

  // What must never be: an outcome shown that is not the server's.
  std::string check(const CallWorldState& state) const {
    if (!state.wrong.empty()) return state.wrong;
    for (const CallEnd& end : state.ends) {
      int standing = 0;
      for (const auto& [id, call] : end.shown) {
        standing += call.state == CallState::Connected ? 1 : 0;
        const auto known = state.server.all().find(id);
        if (call.state == CallState::Ended && !end.left && known != state.server.all().end() &&
            (known->second.state != CallState::Ended || known->second.outcome != call.outcome)) {
          return end.user.value + " shows " + std::string(name_of(call.outcome)) + " of " + id.value + ", the server has " +
                 std::string(name_of(known->second.outcome));
        }
      }
      if (standing > 1) return "two calls stand at " + end.user.value;
      // Two who call each other see one call: whoever takes it, and whatever is lost.
      for (const auto& ours : end.shown) {
        const auto crosses = [&ours](const auto& theirs) {
          return theirs.second.from == ours.second.to && theirs.second.to == ours.second.from && theirs.second.state != CallState::Ended;
        };
        if (ours.second.state != CallState::Ended && std::any_of(end.shown.begin(), end.shown.end(), crosses)) {
          return end.user.value + " is shown two calls that cross";
        }
      }
    }
    std::map<UserId, int> live;
    for (const auto& [id, call] : state.server.all()) {
      if (call.state != CallState::Ended && (++live[call.from] > 1 || ++live[call.to] > 1)) return "two live calls of one user";
    }
    return {};
  }

  // What must be when the world has nothing more to do: every call is over, or stands, for both sides alike.
  std::string goal(const CallWorldState& state) const {
    for (const CallEnd& end : state.ends) {
      if (end.left) continue;
      for (const auto& live : end.calls.live()) {
        if (live.phase != call::Phase::Connected) return end.user.value + " is left " + std::string(name_of(live.phase));
      }
      for (const auto& [id, call] : end.shown) {
        if (call.state != CallState::Ended && call.state != CallState::Connected) return id.value + " is left in between";
        const UserId& with = call.from == end.user ? call.to : call.from;
        const CallEnd& other = at(state, with);
        if (other.left) {
          if (call.state != CallState::Ended) return end.user.value + " is left alone in a call";
          continue;
        }
        const auto theirs = other.shown.find(id);
        if (theirs == other.shown.end()) {
          const bool alone = call.outcome == CallOutcome::Busy || call.outcome == CallOutcome::Unavailable ||
                             call.outcome == CallOutcome::Cancelled || call.outcome == CallOutcome::TimedOut ||
                             call.outcome == CallOutcome::Gone;
          if (!alone) return end.user.value + " alone knows of " + id.value;
        } else if (theirs->second.outcome != call.outcome || theirs->second.state != call.state) {
          return id.value + ": " + std::string(name_of(call.outcome)) + " here, " +
                 std::string(name_of(theirs->second.outcome)) + " there";
        }
      }
    }
    return {};
  }

  std::string describe(const CallActed& acted) const {
    std::string text = acted.step == CallStep::RingsOut ? "it" : users_[acted.end];
    text += ": ";
    text += name_of(acted.step);
    if (acted.step == CallStep::Rings) text += " " + users_[acted.other];
    return text;
  }

 private:
  static const CallEnd& at(const CallWorldState& state, const UserId& user) {
    return *std::find_if(state.ends.begin(), state.ends.end(), [&](const CallEnd& end) { return end.user == user; });
  }
  static bool any_rings(const CallWorldState& state) {
    const auto& all = state.server.all();
    return std::any_of(all.begin(), all.end(), [](const auto& one) { return one.second.state == CallState::Ringing; });
  }
  // To ask how a call stands that rings as one thinks it does brings nothing new.
  static bool rings_well(const CallWorldState& state, const CallEnd& end) {
    return std::all_of(end.calls.live().begin(), end.calls.live().end(), [&](const auto& live) {
      const auto known = state.server.all().find(live.call.id);
      return !live.deadline || (!call::awaits_answer(live.phase) && known != state.server.all().end() &&
                                known->second.state == CallState::Ringing);
    });
  }
  static CallId chosen(const CallEnd& end, std::optional<call::Phase> phase) {
    for (const auto& live : end.calls.live()) {
      if (live.hidden) continue;
      if (phase ? live.phase == *phase : live.phase != call::Phase::Ending) return live.call.id;
    }
    return {};
  }
  static void write(std::string& text, const Call& call) {
    text += call.id.value + "(" + call.from.value + call.to.value + std::to_string(static_cast<int>(call.state)) +
            std::to_string(static_cast<int>(call.outcome)) + call.replaces.value + ")";
  }

  void server_hears(CallWorldState& state, CallEnd& end) const {
    const auto word = end.to_server.front();
    end.to_server.pop_front();
    if (!word) return give_up(state, end);
    const bool reachable = !word->to.empty() && word->to != end.user && at(state, word->to).present;
    tell(state, state.server.handle(Millis{0}, kDefaultLimits, end.user, *word, reachable));
  }
  void give_up(CallWorldState& state, CallEnd& end) const {
    end.present = false;
    end.to_client.clear();
    tell(state, state.server.leave(Millis{0}, kDefaultLimits, end.user));
  }
  static void tell(CallWorldState& state, const room::Calls::Tellings& tellings) {
    for (const auto& one : tellings) {
      for (CallEnd& end : state.ends) {
        if (end.user == one.to && end.present && !end.left) end.to_client.push_back(one.call);
      }
    }
  }
  static void show(CallWorldState& state, CallEnd& end, const call::Outputs& out) {
    for (const ClientCommand& said : out.changed) {
      const Call& call = std::get<command::CallChanged>(said).call;
      const auto known = end.shown.find(call.id);
      const bool is_news = known == end.shown.end() || known->second.state < call.state ||
                           (known->second.state == call.state && known->second.replaces != call.replaces);
      if (!is_news) state.wrong = "a call is told twice, or backwards";
      if (!call.replaces.empty()) end.shown.erase(call.replaces);
      end.shown[call.id] = call;
    }
    if (!end.up) return end.calls.pause();
    for (const auto& word : out.submitted) end.to_server.push_back(std::get<protocol::CallSubmitted>(word));
  }

  std::vector<std::string> users_;
  CallBudget budget_;
};

}  // namespace meetwire::exploration
