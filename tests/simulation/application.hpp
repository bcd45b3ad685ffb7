// What one participant's application has been told, as an application would keep it, and the promises that this telling
// has to keep (S9, S10).
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
