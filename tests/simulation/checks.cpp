// The promises: after every event of a participant (S…), and once nothing goes wrong any more (L…).
#include <algorithm>
#include <set>

#include "simulation/meeting.hpp"

namespace meetwire::simulation {
namespace {

std::string pair_of(const Person& a, const Person& b) { return a.user.value + " and " + b.user.value; }

}  // namespace

void Meeting::violate(const std::string& what) {
  if (result_.violation) return;
  result_.violation = std::to_string((schedule_.now - begun_).value) + " ms: " + what;
}

Person* Meeting::person_of(const UserId& user) {
  for (Person& person : people_) {
    if (person.user == user) return &person;
  }
  return nullptr;
}

void Meeting::check_after(Person& person) {
  const Application& seen = person.application;
  if (!seen.violations.empty()) return violate(person.user.value + ": " + seen.violations.front());
  const auto wrong = person.browser->first_violation([](const UserId& peer, const std::string& what) {
    // An answer that it has from others looks like one of its own; and a mid that its offer lacks is reported, no more.
    return peer == Intruder::user() && (what.find("S4: ") == 0 || what.find("bind_slot: ") == 0);
  });
  if (wrong) return violate(person.user.value + ": S3: " + *wrong);
  if (seen.state == MeetingState::Left) return check_left(person);
  const auto camera = seen.sources.find(Source::Camera);
  const bool shown = camera != seen.sources.end() && camera->second == SourceState::On;
  bool live = false;
  for (const TrackId& track : person.browser->live_tracks) live = live || track.value.find("-camera-") != std::string::npos;
  // A capture that has just ended, and that the core has not been told of, is not for it to show.
  if (shown != live && person.missed.empty()) violate(person.user.value + ": S13: the camera is shown as " + (shown ? "on" : "not on") + " and is " + (live ? "live" : "not live"));
}

void Meeting::check_left(const Person& person) {
  if (person.wake_at) violate(person.user.value + ": S11: a timer after leaving");
  // A capture that has just ended, and that the core has not been told of, is not for it to give back yet.
  if (!person.browser->live_tracks.empty() && person.missed.empty()) violate(person.user.value + ": S11: a live track after leaving");
  for (const auto& [key, peer] : person.browser->peers) {
    if (!peer.closed) violate(person.user.value + ": S11: a connection to " + key.first.value + " after leaving");
  }
}

// S5: what the other end has answered must not be taken back.
void Meeting::check_rollback(const Person& person, const command::RollBack& back) {
  const support::ModelPeer* own = person.browser->find(back.peer, back.incarnation);
  Person* other = person_of(back.peer);
  if (own == nullptr || other == nullptr || !other->browser) return;
  const support::ModelPeer* there = other->browser->find(person.user, back.incarnation);
  if (there == nullptr || there->remote_fingerprint != own->fingerprint()) return;
  if (there->offers_answered.count(own->newest_offer) > 0) violate(person.user.value + ": S5: rolls back an offer that is answered");
}

// S6, S7: a description comes from the peer that it is set for, was made for this participant, and for this incarnation.
// (The modelled browsers' certificates say all that.)
void Meeting::check_description(const Person& person, const command::SetRemoteDescription& set) {
  if (set.peer == Intruder::user()) return;
  const std::string beginning = "a=fingerprint:sha-256 " + set.peer.value + "~";
  const std::string ending = ">" + person.user.value + "/" + std::to_string(set.incarnation) + "#";
  const auto at = set.description.sdp.find(beginning);
  const auto line_end = set.description.sdp.find("\r\n", at);
  const auto end = set.description.sdp.find(ending, at);
  if (at == std::string::npos || end == std::string::npos || end > line_end) {
    violate(person.user.value + ": S6: a description of another connection is set for " + set.peer.value + "/" + std::to_string(set.incarnation));
  }
}

// L6: nobody begins anew without a reason, or with somebody who is away and would not notice.
void Meeting::check_opening(const Person& person, const command::OpenPeer& open) {
  if (open.peer == Intruder::user()) return;
  const bool follower = follows(person, open);
  if (follower && !is_fair_) return;
  if (++connections_[{person.user, open.peer}] == 1) return;
  const std::string what = "L6: " + person.user.value + " begins anew with " + open.peer.value;
  if (is_fair_) return violate(what + ", on a fair day");
  // What was said before may still be heard and followed.
  if (person.is_hearing) return;
  const auto row = person.application.participants.find(open.peer);
  if (row != person.application.participants.end() && row->second.away) violate(what + ", who is away");
}

// S8: to the server nobody leaves who only lost the socket, or closed it to come back. The intruder does, under any name.
void Meeting::check_departure(const command::Log& line) {
  if (line.message != "left" || line.detail != std::string(name_of(LeaveReason::Left))) return;
  if (person_of(*line.user) != nullptr && leavers_.count(*line.user) == 0) violate("S8: the server lets " + line.user->value + " go, who has not left");
}

// In one room, or in no room and in a call.
bool Meeting::are_together(const Person& a, const Person& b) const {
  return a.room == b.room && (!a.room.empty() || ledger_.are_talking(a.user, b.user));
}

// L1: each pair of one room has one stable connection, and what both want is on it.
void Meeting::check_linked() {
  for (Person& a : people_) {
    if (!a.is_in()) return violate("L1: " + a.user.value + " is not in the meeting: " + (a.application.error ? std::string(name_of(a.application.error->code)) : ""));
    for (Person& b : people_) {
      if (&a == &b || !are_together(a, b)) continue;
      const auto of_a = a.browser->live(b.user);
      const auto of_b = b.browser->live(a.user);
      if (!of_a || !of_b) return violate("L1: no connection between " + pair_of(a, b));
      const support::ModelPeer& at_a = a.browser->peers.at({b.user, *of_a});
      const support::ModelPeer& at_b = b.browser->peers.at({a.user, *of_b});
      if (!support::ModelBrowser::joined(at_a, at_b)) return violate("L1: the connections do not belong together, of " + pair_of(a, b));
      if (at_a.signaling != SignalingState::Stable) return violate("L1: not stable: " + pair_of(a, b));
      if (at_a.agreed_lines() != at_b.agreed_lines()) return violate("L1: the m-lines differ, of " + pair_of(a, b));
      const auto state = a.application.links.find(b.user);
      if (state == a.application.links.end() || state->second != LinkState::Connected) return violate("L1: not connected: " + pair_of(a, b));
      for (const Slot slot : kSlots) {
        const Source source = source_of(slot);
        const bool wanted = a.application.sources[source] == SourceState::On;
        const auto sent = at_a.sends(slot);
        if (!wanted && sent) return violate("L1: " + a.user.value + " still sends " + std::string(name_of(slot)) + " to " + b.user.value);
        const auto& tracks = a.application.tracks[source];
        const bool has = std::any_of(tracks.begin(), tracks.end(), [&](const TrackId& track) {
          return track.value.find("-" + std::string(name_of(slot)) + "-") != std::string::npos;
        });
        if (wanted && has && (!sent || std::find(tracks.begin(), tracks.end(), *sent) == tracks.end())) {
          return violate("L1: " + a.user.value + " does not send its " + std::string(name_of(slot)) + " to " + b.user.value);
        }
      }
    }
  }
}

// L2: everybody's list is everybody else of the room, with what they show.
void Meeting::check_rosters() {
  for (Person& person : people_) {
    std::set<UserId> expected;
    for (const Person& other : people_) {
      if (&other != &person && are_together(person, other)) expected.insert(other.user);
    }
    for (const auto& [user, row] : person.application.participants) {
      // Somebody whose tab crashed is shown as away until its place is given up.
      if (expected.erase(user) == 0 && !row.away) return violate("L2: " + person.user.value + " still sees " + user.value);
      const Person* other = person_of(user);
      if (other == nullptr) continue;
      for (const Source source : kSources) {
        const auto state = other->application.sources.find(source);
        const bool on = state != other->application.sources.end() && state->second == SourceState::On;
        if (on != (row.media.of(source) == Wanted::On)) {
          return violate("L2: " + person.user.value + " sees another " + std::string(name_of(source)) + " of " + user.value + " than it has");
        }
      }
    }
    if (!expected.empty()) return violate("L2: " + person.user.value + " does not see " + expected.begin()->value);
  }
}

// S9, L4: what is acknowledged has reached everybody who was there throughout.
void Meeting::check_chats() {
  for (const Person& sender : people_) {
    for (const SentChat& chat : sender.sent) {
      const auto settled = sender.application.settled.find(chat.request);
      if (settled == sender.application.settled.end()) return violate("L4: never settled: " + chat.text);
      if (settled->second) continue;
      for (const Person& receiver : people_) {
        if (&receiver == &sender || receiver.room != sender.room) continue;
        if (chat.to && *chat.to != receiver.user) continue;
        if (!chat.to && sender.room.empty()) continue;  // to whom it was talking then
        const bool throughout = receiver.present_since && *receiver.present_since < chat.at;
        if (throughout && receiver.application.chats.count(chat.text) == 0) {
          return violate("L4: acknowledged, and never reached " + receiver.user.value + ": " + chat.text);
        }
      }
    }
  }
}

// L3: each call is over or stands, to both sides and to the server alike.
void Meeting::check_calls() {
  std::set<UserId> people;
  for (const Person& person : people_) people.insert(person.user);
  for (const Person& person : people_) {
    if (const auto complaint = ledger_.check_settled(person.user, person.application.calls)) return violate(*complaint);
  }
  if (const auto complaint = ledger_.check_nobody_else(people)) violate(*complaint);
}

// One who catches up with connections that the other end has tried meanwhile decides nothing: they count there.
bool Meeting::follows(const Person& person, const command::OpenPeer& open) {
  const Person* other = person_of(open.peer);
  if (other == nullptr || !other->browser) return false;
  const auto there = other->browser->live(person.user);
  return there && *there >= open.incarnation;
}

// L6: what was broken is mended with at most two new connections a pair.
void Meeting::check_restarts() {
  for (const auto& [pair, count] : connections_) {
    if (person_of(pair.second) == nullptr) continue;  // one whose tab has crashed
    if (count > 3) violate("L6: " + std::to_string(count) + " connections from " + pair.first.value + " to " + pair.second.value + " after the last fault");
  }
}

// L5: nobody has anything left to try again.
void Meeting::check_quiet() {
  for (const Person& person : people_) {
    if (person.wake_at) violate("L5: " + person.user.value + " still has a timer, due in " + std::to_string((*person.wake_at - schedule_.now).value) + " ms");
  }
  if (schedule_.now - signalling_.last_frame() < Millis{10'000}) violate("L5: the last frame was a moment ago");
}

}  // namespace meetwire::simulation
