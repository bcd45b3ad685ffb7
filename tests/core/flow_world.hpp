// Two flow machines with a modelled host each: control messages in order, streams that both ends have to make, files as
// mere counts of bytes. For the tests of the flow machine.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "flow/flow.hpp"
#include "flow/wire.hpp"
#include "support/catch.hpp"

namespace meetwire::flow {

struct FlowEnd {
  explicit FlowEnd(const std::string& name, const std::string& other, const std::string& instance)
      : self{name}, peer{other}, machine(FlowOptions{UserId{name}, instance}) {}

  UserId self;
  UserId peer;
  Flow machine;
  std::optional<Millis> wake_at;
  std::deque<FlowEvent> waiting;      // what the host will say
  std::deque<std::string> line;       // control messages on their way to the other one
  std::set<StreamId> streams;         // made, as far as this end goes
  std::set<StreamId> refused;         // the browser will not make these
  std::map<std::string, ChannelState> channels;
  std::map<std::string, StreamId> stream_of;
  std::vector<FlowCommand> told;      // all else, in order
  std::uint32_t streams_made = 0;
  std::uint32_t said = 0;

  template <class Command>
  std::vector<Command> all() const {
    std::vector<Command> found;
    for (const FlowCommand& each : told) {
      if (const auto* one = std::get_if<Command>(&each)) found.push_back(*one);
    }
    return found;
  }
  template <class Command>
  Command only() const {
    const auto found = all<Command>();
    REQUIRE(found.size() == 1);
    return found.front();
  }
};

struct FlowWorld {
  FlowEnd ada{"ada", "ben", "a1"};
  FlowEnd ben{"ben", "ada", "b1"};
  Millis now{1'000};
  bool up = false;

  FlowEnd& other(const FlowEnd& end) { return &end == &ada ? ben : ada; }

  void tell(FlowEnd& end, const FlowEvent& event) {
    Step<FlowCommand> step = end.machine.handle(now, event);
    end.wake_at = step.wake_at;
    for (FlowCommand& each : step.commands) carry_out(end, std::move(each));
  }

  void carry_out(FlowEnd& end, FlowCommand command) {
    if (const auto* send = std::get_if<command::SendControl>(&command)) {
      ++end.said;
      if (up) end.line.push_back(send->text);
    } else if (const auto* open = std::get_if<command::OpenStream>(&command)) {
      REQUIRE(end.streams.count(open->stream) == 0);
      if (end.refused.count(open->stream) > 0) {
        end.waiting.push_back(event::StreamLost{end.peer, open->stream});
      } else {
        end.streams.insert(open->stream);
        ++end.streams_made;
        end.waiting.push_back(event::StreamMade{end.peer, open->stream, 0});
      }
    } else if (const auto* close = std::get_if<command::CloseStream>(&command)) {
      end.streams.erase(close->stream);
    } else if (const auto* changed = std::get_if<command::ChannelChanged>(&command)) {
      const std::string key = changed->purpose == Purpose::Files ? "(files)" : changed->label;
      end.channels[key] = changed->state;
      end.stream_of[key] = changed->stream;
    } else {
      end.told.push_back(std::move(command));
    }
  }

  // One thing that can happen at this end; false: nothing.
  bool host_step(FlowEnd& end) {
    if (end.waiting.empty()) return false;
    const FlowEvent event = end.waiting.front();
    end.waiting.pop_front();
    tell(end, event);
    return true;
  }
  bool deliver(FlowEnd& from) {
    if (from.line.empty()) return false;
    const std::string text = from.line.front();
    from.line.pop_front();
    FlowEnd& to = other(from);
    tell(to, event::ControlArrived{to.peer, text});
    return true;
  }
  void settle() {
    while (host_step(ada) || host_step(ben) || deliver(ada) || deliver(ben)) {}
  }
  // Time passes, and who wants to be woken is.
  void pass(Millis time) {
    const Millis end = now + time;
    for (;;) {
      settle();
      const auto next = earlier(ada.wake_at, ben.wake_at);
      if (!next || end < *next) break;
      now = std::max(now, *next);
      for (FlowEnd* each : {&ada, &ben}) {
        if (each->wake_at && *each->wake_at <= now) tell(*each, event::TimePassed{});
      }
    }
    now = end;
  }

  void connect() {
    up = true;
    tell(ada, event::LinkOpened{ada.peer});
    tell(ben, event::LinkOpened{ben.peer});
  }
  void cut() {
    up = false;
    for (FlowEnd* each : {&ada, &ben}) {
      each->line.clear();
      each->waiting.clear();
      each->streams.clear();
      tell(*each, event::LinkClosed{each->peer, false});
      each->waiting.clear();
    }
  }
  void open(FlowEnd& end, const std::string& label) { tell(end, event::ChannelRequested{label, true, std::nullopt}); }

  // Open on both sides, over one and the same stream, and nothing else is left open.
  void require_one(const std::string& label) {
    CHECK(ada.channels[label] == ChannelState::Open);
    CHECK(ben.channels[label] == ChannelState::Open);
    CHECK(ada.stream_of[label] == ben.stream_of[label]);
    CHECK(ada.streams == ben.streams);
    CHECK(ada.streams.count(ada.stream_of[label]) == 1);
  }
};

}  // namespace meetwire::flow
