// Prints the state diagrams of the documents, as Mermaid text, from the very tables that the machines look up:
//   {"name": "stateDiagram-v2 …", …}
// A further table is one more line in `everything`. `npm run diagrams` puts the texts into src/STATES.md.

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "call/ringing.hpp"
#include "core/call.hpp"
#include "core/names.hpp"
#include "flow/channel_table.hpp"
#include "flow/transfer_table.hpp"
#include "insight/speaking.hpp"
#include "link/signaling_table.hpp"
#include "protocol/text.hpp"
#include "room/calls.hpp"
#include "room/connection.hpp"
#include "session/connection.hpp"
#include "session/sources.hpp"

namespace {

using namespace meetwire;

struct Arrow {
  std::string from;
  std::string to;
  std::string label;
};

// Mermaid takes no hyphens in the names of states.
std::string id_of(std::string_view name) {
  std::string id(name);
  for (char& c : id) {
    if (c == '-') c = '_';
  }
  return id;
}

template <NamedEnum State>
class Diagram {
 public:
  // What leads from one state to the same other one shares an arrow.
  void add(State from, State to, std::string label) {
    for (Arrow& arrow : arrows_) {
      if (arrow.from != name_of(from) || arrow.to != name_of(to)) continue;
      arrow.label += "<br>" + label;
      return;
    }
    arrows_.push_back({std::string(name_of(from)), std::string(name_of(to)), std::move(label)});
  }

  std::string text(State first) const {
    std::string out = "stateDiagram-v2\n";
    for (const std::string_view name : names_of(State{})) {
      if (is_used(name)) out += "    state \"" + std::string(name) + "\" as " + id_of(name) + "\n";
    }
    out += "    [*] --> " + id_of(name_of(first)) + "\n";
    for (const Arrow& arrow : arrows_) {
      out += "    " + id_of(arrow.from) + " --> " + id_of(arrow.to) + ": " + arrow.label + "\n";
    }
    return out;
  }

 private:
  bool is_used(std::string_view name) const {
    for (const Arrow& arrow : arrows_) {
      if (arrow.from == name || arrow.to == name) return true;
    }
    return false;
  }

  std::vector<Arrow> arrows_;
};

// Calls visit(state) for each enumerator.
template <NamedEnum Enum, class Visit>
void for_each(Visit&& visit) {
  for (std::size_t at = 0; at < names_of(Enum{}).size(); ++at) visit(static_cast<Enum>(at));
}

// A table of state × input: `entry` gives {next, action} of each, `says` whether that is worth an arrow.
template <NamedEnum State, NamedEnum Input, class Entry, class Says>
std::string from_table(State first, const Entry& entry, const Says& says) {
  Diagram<State> diagram;
  for_each<State>([&](State state) {
    for_each<Input>([&](Input input) {
      const auto [next, action] = entry(state, input);
      if (says(action)) diagram.add(state, next, std::string(name_of(input)) + " / " + std::string(name_of(action)));
    });
  });
  return diagram.text(first);
}

std::string session_connection() {
  using session::ConnectionAction;
  return from_table<session::ConnectionPhase, session::ConnectionInput>(
      session::ConnectionPhase::Idle, session::connection_entry,
      [](ConnectionAction action) { return action != ConnectionAction::Missing && action != ConnectionAction::Ignore; });
}

std::string link_signaling() {
  Diagram<SignalingState> diagram;
  for (const link::SignalingTransition& row : link::kSignalingTable) {
    diagram.add(row.from, row.to, std::string(name_of(row.operation)));
  }
  return diagram.text(SignalingState::Stable);
}

// A table without next states: what an action brings about depends on more than itself. Those called `nothing` are left out.
template <NamedEnum State, NamedEnum Input, class Entry, class Action>
std::string actions_of(const Entry& entry, Action nothing) {
  std::string out = "|  |";
  for_each<Input>([&](Input input) { out += " " + std::string(name_of(input)) + " |"; });
  out += "\n|---|";
  for_each<Input>([&](Input) { out += "---|"; });
  out += "\n";
  for_each<State>([&](State state) {
    out += "| **" + std::string(name_of(state)) + "** |";
    for_each<Input>([&](Input input) {
      const Action action = entry(state, input);
      out += action == nothing ? " |" : " " + std::string(name_of(action)) + " |";
    });
    out += "\n";
  });
  return out;
}

std::string room_connection() {
  return actions_of<room::Stage, room::Input>(room::action_for, room::Action::Ignore);
}

std::string session_sources() {
  return actions_of<session::SourceStage, session::SourceInput>(session::source_deed, session::SourceDeed::Missing);
}

std::string call_ringing() {
  using call::Action;
  return from_table<call::Phase, call::Input>(call::Phase::New, call::entry_for, [](Action action) {
    return action != Action::Missing && action != Action::Ignore;
  });
}

std::string flow_channel() {
  using flow::ChannelAction;
  return from_table<flow::ChannelPhase, flow::ChannelInput>(
      flow::ChannelPhase::Closed, flow::channel_entry, [](ChannelAction action) { return action != ChannelAction::Ignore; });
}

std::string flow_sending() {
  using flow::SendPhase;
  Diagram<SendPhase> diagram;
  for_each<SendPhase>([&](SendPhase phase) {
    for_each<flow::SendInput>([&](flow::SendInput input) {
      const auto [next, action] = flow::send_entry(phase, input);
      if (phase == SendPhase::Ended || (action == flow::SendAction::Ignore && next == phase)) return;
      diagram.add(phase, next, std::string(name_of(input)) + " / " + std::string(name_of(action)));
    });
  });
  return diagram.text(SendPhase::Waiting);
}

std::string flow_receiving() {
  using flow::ReceiveAction;
  return from_table<flow::ReceivePhase, flow::ReceiveInput>(
      flow::ReceivePhase::Offered, flow::receive_entry, [](ReceiveAction action) { return action != ReceiveAction::Ignore; });
}

std::string room_calls() {
  Diagram<CallState> diagram;
  constexpr CallState kRows[] = {CallState::Ringing, CallState::Connected};
  for (std::size_t row = 0; row < room::kCallTable.size(); ++row) {
    for_each<room::CallInput>([&](room::CallInput input) {
      const room::CallEntry entry = room::kCallTable[row][static_cast<std::size_t>(input)];
      if (!entry.changes) return;
      diagram.add(kRows[row], entry.state, std::string(name_of(input)) + " / " + std::string(name_of(entry.outcome)));
    });
  }
  return diagram.text(CallState::Ringing);
}

std::string insight_voice() {
  using insight::VoiceStage;
  Diagram<VoiceStage> diagram;
  for_each<VoiceStage>([&](VoiceStage stage) {
    for_each<insight::Loudness>([&](insight::Loudness loudness) {
      const VoiceStage next = insight::kVoiceTable[static_cast<std::size_t>(stage)][static_cast<std::size_t>(loudness)];
      if (next != stage) diagram.add(stage, next, std::string(name_of(loudness)));
    });
  });
  return diagram.text(VoiceStage::Silent);
}

std::vector<std::pair<std::string_view, std::string>> everything() {
  return {
      {"session-connection", session_connection()},
      {"link-signaling", link_signaling()},
      {"room-connection", room_connection()},
      {"session-sources", session_sources()},
      {"call-ringing", call_ringing()},
      {"room-calls", room_calls()},
      {"flow-channel", flow_channel()},
      {"flow-sending", flow_sending()},
      {"flow-receiving", flow_receiving()},
      {"insight-voice", insight_voice()},
  };
}

}  // namespace

int main() {
  protocol::TextWriter writer;
  writer.open('{');
  for (const auto& [name, text] : everything()) {
    writer.key(name);
    writer.text(text);
  }
  writer.close('}');
  std::cout << writer.take() << '\n';
}
