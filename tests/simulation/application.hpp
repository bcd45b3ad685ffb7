// What one participant's application has been told, as an application would keep it, and the promises that this telling
// has to keep (S7, S9, S10, S11, and that a call only goes forward).
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/client_commands.hpp"

namespace meetwire::simulation {

class Application {
 public:
  UserId self;
  UserId intruder;  // may say anything, in its own name
  std::optional<MeetingState> state;
  std::optional<Failure> error;
  std::map<UserId, Participant> participants;
  std::map<UserId, std::vector<SessionId>> sessions;  // that each has had, the newest last
  std::map<UserId, LinkState> links;
  std::map<Source, SourceState> sources;
  std::map<Source, std::vector<TrackId>> tracks;
  std::map<std::string, std::int64_t> last_chat;  // by sender and addressee: the number in its text
  std::map<std::string, bool> chats;              // every text that came
  std::map<RequestId, std::optional<Failure>> settled;
  std::map<CallId, Call> calls;                   // as each was told last; not those that another one stands for
  std::vector<std::string> violations;

  void see(const ClientCommand& command) {
    std::visit([this](const auto& value) { on(value); }, command);
  }

 private:
  void on(const command::MeetingChanged& changed) {
    if (state == MeetingState::Left) violations.push_back("S11: told something after it was left");
    state = changed.state;
    error = changed.error;
    if (changed.state != MeetingState::Left) return;
    for (const auto& [id, call] : calls) {
      if (call.state != CallState::Ended) violations.push_back("S11: left, and a call goes on: " + id.value);
    }
    participants.clear();
    links.clear();
  }
  void on(const command::ParticipantJoined& joined) {
    if (!participants.emplace(joined.participant.user, joined.participant).second) {
      violations.push_back("S10: joined twice: " + joined.participant.user.value);
    }
    note_session(joined.participant);
  }
  void on(const command::ParticipantChanged& changed) {
    const auto at = participants.find(changed.participant.user);
    if (at == participants.end()) return violations.push_back("S10: changed, but not there: " + changed.participant.user.value);
    at->second = changed.participant;
    note_session(changed.participant);
  }
  void on(const command::ParticipantLeft& left) {
    links.erase(left.user);
    if (participants.erase(left.user) == 0) violations.push_back("S10: left, but was not there: " + left.user.value);
  }
  void on(const command::LinkChanged& changed) {
    if (participants.count(changed.peer) == 0) violations.push_back("S10: a link to nobody: " + changed.peer.value);
    links[changed.peer] = changed.state;
  }
  void on(const command::SourceChanged& changed) {
    sources[changed.source] = changed.state;
    tracks[changed.source] = changed.tracks;
  }
  // The simulator's texts are "sender|addressee|number".
  void on(const command::ChatReceived& received) {
    if (received.message.from == intruder) return;
    const std::string& text = received.message.text;
    const auto first = text.find('|');
    const auto second = text.rfind('|');
    if (text.substr(0, first) != received.message.from.value) violations.push_back("S7: chat under another name: " + text);
    std::int64_t& last = last_chat[text.substr(0, second)];
    const std::int64_t number = std::stoll(text.substr(second + 1));
    if (number <= last) violations.push_back("S9: chat twice or out of order: " + text);
    last = number;
    chats[text] = true;
  }
  void on(const command::SettleRequest& settle) {
    if (!settled.emplace(settle.request, settle.error).second) {
      violations.push_back("settled twice: request " + std::to_string(settle.request));
    }
  }
  void on(const command::CallChanged& changed) {
    const Call& call = changed.call;
    const auto complain = [&](const std::string& what) { violations.push_back(what + ": " + call.id.value + ", " + std::string(name_of(call.state))); };
    if (call.from != self && call.to != self) return complain("S7: told of a call of others");
    const auto known = calls.find(call.id);
    if (known == calls.end()) {
      if (call.from == self && call.state != CallState::Calling) complain("S1: a call of one's own that nobody asked for");
      if (call.from != self && call.state != CallState::Ringing && call.replaces.empty()) complain("S1: a call that never rang");
    } else {
      if (known->second.from != call.from || known->second.to != call.to) complain("S7: a call changes hands");
      const bool again = known->second.state == call.state && known->second.replaces != call.replaces;
      if (call.state <= known->second.state && !again) complain("S1: a call is told twice, or goes backwards");
      if (known->second.state == CallState::Ended) complain("S1: told of a call that is over");
    }
    const bool pending = call.state < CallState::Connected;
    if (pending != (call.outcome == CallOutcome::Pending) || (call.state == CallState::Connected) != (call.outcome == CallOutcome::Accepted)) {
      complain("S1: an outcome that does not belong to the state: " + std::string(name_of(call.outcome)));
    }
    if (!call.replaces.empty()) calls.erase(call.replaces);
    calls[call.id] = call;
  }
  template <class Other>
  void on(const Other&) {}

  void note_session(const Participant& row) {
    std::vector<SessionId>& known = sessions[row.user];
    if (!known.empty() && known.back() == row.session) return;
    if (std::find(known.begin(), known.end(), row.session) != known.end()) {
      violations.push_back("S8: back in a session that was over: " + row.user.value);
    }
    known.push_back(row.session);
  }
};

}  // namespace meetwire::simulation
