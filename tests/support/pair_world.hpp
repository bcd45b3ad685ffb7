// Two links, their modelled browsers and a network between them, over virtual time.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "link/link.hpp"
#include "support/model_browser.hpp"
#include "support/timeline.hpp"

namespace meetwire::support {

struct PairOptions {
  bool numbered = true;
  std::array<bool, 2> says_rank{};  // on a classic or plain server; a page does not
  bool overhears = false;           // on a codelab server
  std::array<bool, 2> may_not_listen{};  // the peer, on a plain server
  Millis operation_takes{5};
  Millis network_takes{20};
  int slow_end = 0;      // whose browser takes longer,
  Millis slower_by{0};   // by this
};

// One end of the pair.
struct End {
  std::unique_ptr<link::Link> link;
  std::unique_ptr<ModelBrowser> browser;
  OperationId operations = 0;
  std::optional<Millis> wake_at;
  std::vector<Failure> problems;
  std::vector<LinkState> states;
  std::vector<Slot> remote_slots;
  int commands_after_end = 0;
  bool ended = false;

  const UserId& other() const { return other_; }
  std::optional<Incarnation> live() const { return browser->live(other_); }
  ModelPeer& peer() { return browser->peers.at({other_, *live()}); }
  std::size_t connections() const { return browser->peers.size(); }

 private:
  UserId other_{"peer"};
};

class PairWorld {
 public:
  explicit PairWorld(PairOptions options = {}) : options_(options) {
    make_end(0, "alice", "session-b", "session-a", true);  // greater session: polite; the newcomer
    make_end(1, "bob", "session-a", "session-b", false);
  }

  // Decides a message's fate by its position in the order of sending: how many copies arrive, and how late.
  std::function<std::vector<Millis>(int position, int from, const protocol::PairMessage&)> fate;
  // False: the browser refuses the command.
  std::function<bool(int at, const ClientCommand&)> accept = [](int, const ClientCommand&) { return true; };

  // So many bytes more in each description that this end's browser makes.
  std::array<std::size_t, 2> description_bytes_more{};

  Timeline time;
  std::array<End, 2> ends;
  int messages_sent = 0;
  std::vector<std::pair<int, protocol::PairMessage>> log;  // sender, message
  bool signalling_up = true;

  void start() {
    handle(1, link::Started{});
    handle(0, link::Started{});
  }
  // From now on, in both browsers.
  void operations_take(Millis duration) { options_.operation_takes = duration; }
  void wish(int at, link::Wishes wishes) { handle(at, link::WishesChanged{std::move(wishes)}); }

  void handle(int at, link::LinkEvent event) {
    End& end = ends[static_cast<std::size_t>(at)];
    auto step = end.link->handle(time.now, event);
    end.wake_at = step.wake_at;
    if (std::holds_alternative<link::Ended>(event)) end.ended = true;
    for (auto& output : step.outputs) carry_out(at, std::move(output));
  }

  void later(Millis delay, std::function<void()> what) { time.later(delay, std::move(what)); }

  // Until nothing happens any more, or the time is up. False when the time was up.
  bool run(Millis limit = Millis{600'000}) {
    const Millis end = time.now + limit;
    while (const auto next = next_time()) {
      if (*next > end) return false;
      time.now = std::max(time.now, *next);
      step_at_now();
    }
    return true;
  }
  void run_for(Millis duration) {
    const Millis end = time.now + duration;
    for (auto next = next_time(); next && *next <= end; next = next_time()) {
      time.now = std::max(time.now, *next);
      step_at_now();
    }
    time.now = end;
  }

  void connection_changed(int at, ConnectionState state) {
    End& end = ends[static_cast<std::size_t>(at)];
    if (const auto live = end.live()) end.browser->connection_changed(end.other(), *live, state);
  }

  // Both ends stable and connected with one another, over the same lines.
  bool settled() {
    End& a = ends[0];
    End& b = ends[1];
    if (!a.live() || !b.live()) return false;
    ModelPeer& pa = a.peer();
    ModelPeer& pb = b.peer();
    return pa.signaling == SignalingState::Stable && pb.signaling == SignalingState::Stable &&
           ModelBrowser::joined(pa, pb) && a.link->state() == LinkState::Connected &&
           b.link->state() == LinkState::Connected && pa.agreed_lines() == pb.agreed_lines() && violations().empty();
  }

  std::vector<std::string> violations() const {
    std::vector<std::string> all = ends[0].browser->all_violations();
    for (const auto& violation : ends[1].browser->all_violations()) all.push_back(violation);
    return all;
  }

  template <class Body>
  int count_sent() const {
    return static_cast<int>(std::count_if(log.begin(), log.end(), [](const auto& entry) {
      return std::holds_alternative<Body>(entry.second.body);
    }));
  }

 private:
  void make_end(int at, std::string name, std::string rank, std::string other_rank, bool first) {
    End& end = ends[static_cast<std::size_t>(at)];
    link::LinkOptions options;
    options.peer = end.other();
    options.self_rank = std::move(rank);
    options.peer_rank = std::move(other_rank);
    options.offers_first = first;
    options.numbered = options_.numbered;
    options.says_rank = options_.says_rank[static_cast<std::size_t>(at)];
    options.overhears = options_.overhears;
    options.may_not_listen = options_.may_not_listen[static_cast<std::size_t>(at)];
    options.seed = static_cast<std::uint64_t>(at) + 7;
    end.link = std::make_unique<link::Link>(options, end.operations);
    end.browser = std::make_unique<ModelBrowser>(
        std::move(name), [this, at] { return options_.operation_takes + (at == options_.slow_end ? options_.slower_by : Millis{0}); },
        [this](Millis delay, std::function<void()> what) { time.later(delay, std::move(what)); },
        [this, at](const ClientEvent& event) { raise(at, event); },
        [this] { ModelBrowser::connect_if_joined(*ends[0].browser, ends[0].other(), *ends[1].browser, ends[1].other()); });
    end.browser->accept = [this, at](const ClientCommand& command) { return accept(at, command); };
  }

  // The browser's events that a link knows.
  void raise(int at, const ClientEvent& event) {
    std::visit(
        [&](const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, event::LocalDescriptionSet>) {
            event::LocalDescriptionSet longer = value;
            longer.description.sdp += std::string(description_bytes_more[static_cast<std::size_t>(at)], ' ');
            handle(at, longer);
          } else if constexpr (std::is_constructible_v<link::LinkEvent, decltype(value)>) {
            handle(at, value);
          }
        },
        event);
  }

  std::optional<Millis> next_time() const { return earlier(time.next(), earlier(ends[0].wake_at, ends[1].wake_at)); }

  void step_at_now() {
    if (time.step()) return;
    for (int at = 0; at < 2; ++at) {
      End& end = ends[static_cast<std::size_t>(at)];
      if (end.wake_at && *end.wake_at <= time.now) {
        end.wake_at.reset();
        return handle(at, event::TimePassed{});
      }
    }
  }

  void carry_out(int at, link::Output output) {
    End& end = ends[static_cast<std::size_t>(at)];
    if (auto* sent = std::get_if<link::SendPair>(&output)) return transmit(at, std::move(sent->message));
    if (auto* state = std::get_if<link::StateChanged>(&output)) return end.states.push_back(state->state);
    if (auto* problem = std::get_if<link::ProblemFound>(&output)) return end.problems.push_back(problem->error);
    if (auto* slots = std::get_if<link::RemoteSlotsChanged>(&output)) {
      end.remote_slots = slots->sending;
      return;
    }
    const auto& command = std::get<ClientCommand>(output);
    if (end.ended && !std::holds_alternative<command::ClosePeer>(command)) ++end.commands_after_end;
    end.browser->perform(command);
  }

  void transmit(int from, protocol::PairMessage message) {
    log.emplace_back(from, message);
    const int position = messages_sent++;
    if (!signalling_up) return;
    const std::vector<Millis> arrivals =
        fate ? fate(position, from, message) : std::vector<Millis>{options_.network_takes};
    for (const Millis delay : arrivals) {
      time.later(delay, [this, from, message] {
        if (!ends[static_cast<std::size_t>(1 - from)].ended) handle(1 - from, link::MessageReceived{message});
      });
    }
  }

  PairOptions options_;
};

}  // namespace meetwire::support
