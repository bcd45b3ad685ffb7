// The world of one room's door, continued: what a tab makes of what it hears, which states are the same, and which are bad.
#pragma once

#include <map>
#include <string>

#include "exploration/admission_world.hpp"

namespace meetwire::exploration {

inline void AdmissionWorld::client_hears(State& state, std::size_t at, const DoorAnswer& heard) const {
  Tab& tab = state.tabs[state.sockets[at].tab];
  const auto drop = [&] { state.sockets[at].client_up = false; };
  if (!heard) {
    drop();
    return lose(tab);
  }
  const protocol::ServerMessage& message = *heard->message;
  if (const auto* welcome = std::get_if<protocol::Welcome>(&message)) {
    if (!welcome->resumed) tab.received = 0;
    if (welcome->resumed && welcome->secret != tab.secret) state.sockets[at].to_server.push_back({std::nullopt, /*heard=*/true});
    tab.phase = TabPhase::In;
    tab.session = welcome->self.session;
    tab.secret = welcome->secret;
    tab.as_of = welcome->as_of;
    (void)tab.roster.reconcile(tab.user, welcome->members);
    return;
  }
  if (std::holds_alternative<protocol::Refused>(message) || std::holds_alternative<protocol::Ended>(message)) {
    drop();
    return end(tab);
  }
  if (heard->number <= tab.received) return;
  if (heard->number != tab.received + 1) state.wrong = "a gap, where nothing was lost";
  tab.received = heard->number;
  if (heard->number <= tab.as_of) return;
  if (const auto* joined = std::get_if<protocol::MemberJoined>(&message)) (void)tab.roster.join(joined->member);
  if (const auto* left = std::get_if<protocol::MemberLeft>(&message)) {
    (void)tab.roster.leave(left->user, left->session, left->reason);
  }
  if (const auto* changed = std::get_if<protocol::MemberChanged>(&message)) {
    if (changed->member.user != tab.user) (void)tab.roster.change(changed->member);
  }
}

namespace door {

inline void write(std::string& text, const Participant& row) {
  text += row.user.value + row.session.value + "v" + std::to_string(row.version) + (row.away ? "a" : "h") +
          std::to_string(static_cast<int>(row.role)) + ",";
}
inline void write(std::string& text, const room::Numbered& one) {
  text += std::to_string(one.number) + ":" + std::to_string(one.message->index());
  if (const auto* joined = std::get_if<protocol::MemberJoined>(&*one.message)) write(text, joined->member);
  if (const auto* changed = std::get_if<protocol::MemberChanged>(&*one.message)) write(text, changed->member);
  if (const auto* left = std::get_if<protocol::MemberLeft>(&*one.message)) text += left->session.value;
  if (const auto* welcome = std::get_if<protocol::Welcome>(&*one.message)) {
    text += welcome->secret + (welcome->resumed ? "r" : "n") + std::to_string(welcome->as_of);
    write(text, welcome->self);
    for (const Participant& row : welcome->members) write(text, row);
  }
  text += ";";
}

}  // namespace door

// All that decides what follows. Times are left out but for who is away longest.
inline std::string AdmissionWorld::encode(const State& state) const {
  std::string text = std::to_string(state.cuts_left) + "," + std::to_string(state.leaves_left);
  for (const UserId& user : state.away) text += user.value;
  for (const Tab& tab : state.tabs) {
    text += "|" + std::to_string(static_cast<int>(tab.phase)) + tab.session.value + tab.secret + std::to_string(tab.received) + "," +
            std::to_string(tab.as_of) + "," + std::to_string(tab.joins_left) + std::to_string(tab.sockets);
    for (const auto& [user, row] : tab.roster.rows()) door::write(text, row);
  }
  for (const DoorSocket& one : state.sockets) {
    text += "/" + one.id.value + (one.client_up ? "u" : "d") + (one.server_up ? "u" : "d") + (one.seated ? "s" : one.ends_late ? "e" : "-");
    for (const DoorWord& word : one.to_server) text += word.hello ? "h" + word.hello->resume.value_or("") + std::to_string(word.hello->received) : word.heard ? "w" : "l";
    text += ">";
    for (const DoorAnswer& answer : one.to_client) {
      if (answer) door::write(text, *answer);
      else text += "x";
    }
  }
  std::map<std::uint64_t, std::string> order;
  state.room.each_place([&](const Participant& row, std::uint64_t joined, const room::PlaceKeys& keys, const room::Outbox& outbox) {
    std::string& place = order[joined];
    door::write(place, row);
    place += keys.secret + "," + keys.next;
    for (const room::Numbered& kept : outbox.after(0)) door::write(place, kept);
  });
  for (const auto& [joined, place] : order) text += "#" + place;
  return text;
}

inline std::string AdmissionWorld::check(const State& state) const {
  if (!state.wrong.empty()) return state.wrong;
  if (state.room.size() > budget_.places) return "more members than places";
  std::map<UserId, int> seated;
  for (const DoorSocket& one : state.sockets) {
    if (!one.server_up || !one.seated) continue;
    const UserId& user = state.tabs[one.tab].user;
    if (++seated[user] > 1) return "two sockets hold one place";
    if (state.room.connection_of(user) != one.id) return "a socket thinks that it holds a place, and the room does not";
  }
  int hosts = 0;
  for (const Participant& row : state.room.roster()) {
    hosts += row.role == Role::Host ? 1 : 0;
    if (row.away == state.room.connection_of(row.user).has_value()) return row.user.value + " is away and here";
    if (!row.away && seated.count(row.user) == 0) return row.user.value + "'s place is held by a socket that is gone";
  }
  if (hosts != (state.room.size() == 0 ? 0 : 1)) return std::to_string(hosts) + " hosts";
  return {};
}

inline std::string AdmissionWorld::goal(const State& state) const {
  std::vector<Participant> rows = state.room.roster();
  std::size_t in = 0;
  for (const Tab& tab : state.tabs) {
    if (tab.phase == TabPhase::Out) continue;
    if (tab.phase != TabPhase::In) return tab.user.value + " is left in between";
    ++in;
    std::size_t agreed = 0;
    for (const Participant& row : rows) {
      if (row.user == tab.user) {
        if (row.session != tab.session) return tab.user.value + " is in with a session that the room does not know";
        continue;
      }
      const Participant* known = tab.roster.find(row.user);
      if (known == nullptr || *known != row) return tab.user.value + " does not see " + row.user.value + " as it is";
      ++agreed;
    }
    if (tab.roster.rows().size() != agreed) return tab.user.value + " sees somebody who is not there";
  }
  if (in != rows.size()) return "the room has a row of nobody";
  return {};
}

}  // namespace meetwire::exploration
