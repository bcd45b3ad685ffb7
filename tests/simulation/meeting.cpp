#include "simulation/meeting.hpp"

#include <algorithm>
#include <utility>

#include "trace/codec.hpp"

namespace meetwire::simulation {
namespace {

constexpr std::size_t kCommandsMax = 5'000;
// A server's pings miss a machine that stands still for this long.
constexpr Millis kPingTimeout{25'000};
// From the last fault until everything is as it should be (L1).
constexpr Millis kHealsWithin{30'000};
// Kept places, backoffs and acknowledgements are all over after this.
constexpr Millis kQuietAfter{120'000};

bool is_end_of_meeting(const std::vector<ClientCommand>& commands) {
  return std::any_of(commands.begin(), commands.end(), [](const ClientCommand& command) {
    const auto* changed = std::get_if<command::MeetingChanged>(&command);
    return changed != nullptr && changed->state == MeetingState::Left;
  });
}

}  // namespace

Meeting::Meeting(const Script& script, Recorder& recorder)
    : script_(script),
      is_fair_(script.is_fair()),
      recorder_(recorder),
      choices_(script.seed ^ 0x6d656574696e67ULL),
      weather_(script.weather),
      people_(static_cast<std::size_t>(script.people)),
      signalling_(
          schedule_, choices_, weather_, recorder,
          [this](int who, int life, const ClientEvent& event) {
            if (who == script_.people) return intruder_.hear(life, event);
            Person& person = people_[static_cast<std::size_t>(who)];
            if (person.life == life) tell(person, event);
          },
          [this](const std::string& what) { violate(what); }),
      paths_(schedule_, choices_, people_),
      intruder_(script, signalling_, people_),
      begun_(schedule_.now) {
  signalling_.has_tokens = script.has_tokens;
  signalling_.keeps_logs = script.keeps_logs;
  if (script.has_intruder) {
    signalling_.intruder = script.people;
    if (script.intruder_inside) signalling_.intruder_name = Intruder::user().value;
    signalling_.overhear = [this](const command::Send& send) { intruder_.overhear(send); };
  }
  signalling_.begin();
  signalling_.watch_log = [this](const command::Log& line) { check_departure(line); };
  signalling_.watch_calls = [this](const room::Switchboard* server) {
    if (const auto complaint = ledger_.see_server(schedule_.now, server)) violate(*complaint);
  };
  for (int index = 0; index < script.people; ++index) {
    Person& person = people_[static_cast<std::size_t>(index)];
    person.index = index;
    person.user = UserId{"p" + std::to_string(index)};
    if (index < script.people - script.online) person.room = RoomId{"room-" + std::to_string(index % script.rooms)};
    person.browser_kind = script.browsers[static_cast<std::size_t>(index)];
  }
}

Result Meeting::run() {
  for (const Action& action : script_.actions) {
    schedule_.later(action.at, [this, &action] { act(action); });
  }
  run_until(begun_ + script_.calm_after);
  if (!result_.violation) calm_down();
  run_until(begun_ + script_.calm_after + kHealsWithin);
  if (!result_.violation) check_linked();
  if (!result_.violation) check_rosters();
  run_until(begun_ + script_.calm_after + kQuietAfter);
  if (!result_.violation) check_linked();
  if (!result_.violation) check_chats();
  if (!result_.violation) check_calls();
  if (!result_.violation) check_restarts();
  if (!result_.violation) check_quiet();
  result_.events += signalling_.events();
  return result_;
}

void Meeting::run_until(Millis end) {
  while (!result_.violation && schedule_.next() && *schedule_.next() <= end) schedule_.step();
  if (schedule_.now < end) schedule_.now = end;
}

// ---- what people do, and what happens to them

void Meeting::act(const Action& action) {
  Person& person = people_[static_cast<std::size_t>(action.who)];
  if (recorder_.is_on()) recorder_.note(schedule_.now, "====", describe(action));
  const Millis lasts = std::min(action.lasts, begun_ + script_.calm_after - schedule_.now);
  const bool awake = person.asleep_until <= schedule_.now;
  switch (action.kind) {
    case ActionKind::Join: return join(person);
    case ActionKind::Leave:
      if (!awake) return;
      leavers_.insert(person.user);
      return request(person, event::LeaveRequested{});
    case ActionKind::Want:
      return request(person, event::SourceRequested{++person.requests, action.source, action.wanted, std::nullopt});
    case ActionKind::Chat: return say(person, action.with);
    case ActionKind::Reload:
      if (!awake || !person.session) return;
      leavers_.insert(person.user);
      request(person, event::LeaveRequested{});
      signalling_.close(person.index, person.life);
      retire(person);
      schedule_.later(choices_.between({50}, {2'000}), [this, &person] { join(person); });
      return;
    case ActionKind::Crash: return crash(person);
    case ActionKind::EndTrack: return end_track(person, action.source);
    case ActionKind::Call: return call(person, action);
    case ActionKind::Answer: return answer(person);
    case ActionKind::EndCall: return end_call(person);
    case ActionKind::Intrude:
      for (auto times = 1 + action.at.value % 5; times > 0; --times) intruder_.act();
      return;
    case ActionKind::CutSocket: return signalling_.cut(person.index, lasts);
    case ActionKind::HalfOpen: return signalling_.half_open(person.index, lasts);
    case ActionKind::RestartServer: return signalling_.restart_server(lasts);
    case ActionKind::BreakPath: return paths_.break_until(action.who, action.with, schedule_.now + lasts);
    case ActionKind::MoveAddress: return paths_.move_address(action.who);
    case ActionKind::Sleep: return sleep(person, lasts);
  }
}

void Meeting::join(Person& person) {
  if (person.session && person.application.state != MeetingState::Left) return;
  retire(person);
  ClientOptions options;
  if (!person.room.empty()) options.room = person.room;
  options.user = person.user;
  options.name = person.user.value;
  options.dialect = DialectName::Meetwire;
  options.seed = static_cast<std::uint32_t>(choices_.next());
  options.secret = "own-secret-" + std::to_string(choices_.next());
  if (script_.has_tokens) options.token = token_of(person.user);
  person.application = Application{};
  person.application.self = person.user;
  person.application.intruder = Intruder::user();
  person.present_since.reset();
  std::erase_if(connections_, [&person](const auto& each) { return each.first.first == person.user; });
  person.session = std::make_unique<session::Session>(options);
  person.browser = make_browser(person);
  tell(person, event::JoinRequested{});
}

std::unique_ptr<support::ModelBrowser> Meeting::make_browser(Person& person) {
  const int life = person.life;
  auto browser = std::make_unique<support::ModelBrowser>(
      person.user.value + "~" + std::to_string(life),
      [this] { return choices_.between(weather_.operation_takes_least, weather_.operation_takes_most); },
      [this](Millis delay, std::function<void()> what) { schedule_.later(delay, std::move(what)); },
      [this, &person, life](const ClientEvent& event) {
        if (person.life == life) tell(person, event);
      },
      [this, &person, life] {
        if (person.life == life) paths_.look(person.index);
      });
  browser->quirks = support::quirks_of(person.browser_kind);
  browser->explicit_only = person.browser_kind == support::BrowserKind::ExplicitOnly;
  browser->accept = [this](const ClientCommand& command) {
    // A track that is refused is reported and costs only itself: nothing to heal.
    return std::holds_alternative<command::SetTrack>(command) || !choices_.per_mille(weather_.operations_refused);
  };
  browser->refuses_capture = [this]() -> std::optional<std::string> {
    if (choices_.per_mille(weather_.captures_refused)) return "NotReadableError";
    return std::nullopt;
  };
  return browser;
}

void Meeting::request(Person& person, const ClientEvent& event) {
  if (person.session && person.asleep_until <= schedule_.now) tell(person, event);
}

// The page is gone, with everything in it.
void Meeting::retire(Person& person) {
  if (person.browser) paths_.end(person);
  if (person.browser) retired_.push_back(std::move(person.browser));
  person.browser.reset();
  person.session.reset();
  person.wake_at.reset();
  person.missed.clear();
  person.sent.clear();
  person.present_since.reset();
  ++person.life;
  ++person.wake_token;
}

void Meeting::crash(Person& person) {
  if (!person.session) return;
  signalling_.vanish(person.index);
  join_as_another(person);
}

// Put out of the meeting: anybody would try again.
void Meeting::come_back(Person& person) {
  if (person.application.error->code == ErrorCode::IdTaken) return join_as_another(person);
  retire(person);
  schedule_.later(choices_.between({300}, {2'000}), [this, &person] { join(person); });
}

// The old id is kept for one who was lost, and nobody has its secret any more.
void Meeting::join_as_another(Person& person) {
  retire(person);
  person.user = UserId{"p" + std::to_string(person.index) + "." + std::to_string(person.life)};
  schedule_.later(choices_.between({50}, {2'000}), [this, &person] { join(person); });
}

void Meeting::say(Person& person, int with) {
  if (!person.session || person.asleep_until > schedule_.now) return;
  std::optional<UserId> to;
  if (with != person.index) to = people_[static_cast<std::size_t>(with)].user;
  const std::string addressee = to ? to->value : "";
  const std::string number = std::to_string(++person.chats);
  SentChat chat{++person.requests, person.user.value + "|" + addressee + "|" + number, to, schedule_.now};
  person.sent.push_back(chat);
  tell(person, event::ChatRequested{chat.request, person.user.value + "-" + std::to_string(person.life) + "-" + number, chat.text, to});
}

void Meeting::end_track(Person& person, Source source) {
  if (!person.session || person.application.tracks[source].empty()) return;
  const TrackId track = person.application.tracks[source].front();
  tell(person, event::TrackEnded{track});
}

// With oneself in the script: somebody who is not there.
void Meeting::call(Person& person, const Action& action) {
  const Person& callee = people_[static_cast<std::size_t>(action.with)];
  event::CallRequested wanted;
  wanted.request = ++person.requests;
  wanted.id = CallId{"call-" + person.user.value + "-" + std::to_string(person.life) + "-" + std::to_string(++person.calls)};
  wanted.to = &callee == &person ? UserId{"nobody"} : callee.user;
  wanted.timeout_ms = static_cast<std::uint32_t>(action.lasts.value);
  ledger_.asked(wanted.id, wanted.timeout_ms);
  request(person, wanted);
}

void Meeting::answer(Person& person) {
  for (const auto& [id, call] : person.application.calls) {
    if (call.state == CallState::Ringing && call.to == person.user) return request(person, event::CallAccepted{++person.requests, id});
  }
}

void Meeting::end_call(Person& person) {
  for (const auto& [id, call] : person.application.calls) {
    if (call.state != CallState::Ended) return request(person, event::CallEnded{++person.requests, id, "enough"});
  }
}

void Meeting::sleep(Person& person, Millis lasts) {
  if (!person.session || person.asleep_until > schedule_.now || lasts.value == 0) return;
  person.asleep_until = schedule_.now + lasts;
  for (const Person& other : people_) {
    if (&other != &person) paths_.break_until(person.index, other.index, person.asleep_until);
  }
  if (lasts > kPingTimeout) signalling_.half_open(person.index, kPingTimeout);
  schedule_.later(lasts, [this, &person] {
    person.missed.push_back(event::TimePassed{});
    catch_up(person);
  });
}

void Meeting::calm_down() {
  if (!is_fair_) connections_.clear();
  weather_ = Weather{};
  signalling_.calm_down();
  intruder_.go();
  for (Person& person : people_) {
    if (!person.session || person.application.state == MeetingState::Left) join(person);
  }
}

// ---- one event of one core

// Events come one at a time: one that a command causes waits until all commands are carried out.
void Meeting::tell(Person& person, const ClientEvent& event) {
  if (!person.session) return;
  person.missed.push_back(event);
  catch_up(person);
}

void Meeting::catch_up(Person& person) {
  while (!person.is_busy && !person.missed.empty() && person.session && person.asleep_until <= schedule_.now && !result_.violation) {
    const ClientEvent event = std::move(person.missed.front());
    person.missed.pop_front();
    person.is_busy = true;
    handle(person, event);
    person.is_busy = false;
    if (person.application.state == MeetingState::Left && person.application.error) come_back(person);
  }
}

void Meeting::handle(Person& person, const ClientEvent& event) {
  ++result_.events;
  auto step = person.session->handle(schedule_.now, event);
  if (recorder_.is_on()) {
    recorder_.note(schedule_.now, person.user.value + " <-", trace::write(event));
    for (const ClientCommand& command : step.commands) recorder_.note(schedule_.now, person.user.value + " ->", trace::write(command));
  }
  const auto* message = std::get_if<event::MessageArrived>(&event);
  person.is_hearing = message != nullptr;
  if (message != nullptr) {
    // Words of the server's own: nobody else can say "welcome".
    if (message->body.find("\"type\":\"welcome\"") != std::string::npos &&
        (message->body.find("\"resumed\":false") != std::string::npos || !person.present_since)) {
      person.present_since = schedule_.now;
    }
  }
  if (step.commands.size() > kCommandsMax) violate("S12: a client asks for " + std::to_string(step.commands.size()) + " things at once");
  if (step.wake_at != person.wake_at) {
    person.wake_at = step.wake_at;
    ++person.wake_token;
    schedule_wake(person);
  }
  const int life = person.life;
  const bool is_leaving = is_end_of_meeting(step.commands);
  for (const ClientCommand& command : step.commands) {
    if (const auto* told = std::get_if<command::CallChanged>(&command)) {
      if (const auto complaint = ledger_.see_told(person.user, told->call, person.application.calls, is_leaving)) violate(person.user.value + ": " + *complaint);
    }
    if (person.life != life || result_.violation) return;
    carry_out(person, command);
  }
  check_after(person);
}

void Meeting::schedule_wake(Person& person) {
  if (!person.wake_at) return;
  const Millis delay = std::max(*person.wake_at - schedule_.now, Millis{0}) + choices_.between({0}, weather_.timer_late_most);
  schedule_.later(delay, [this, &person, token = person.wake_token] {
    if (token != person.wake_token) return;
    person.wake_at.reset();
    tell(person, event::TimePassed{});
  });
}

void Meeting::carry_out(Person& person, const ClientCommand& command) {
  person.application.see(command);
  if (const auto* open = std::get_if<command::OpenTransport>(&command)) {
    return signalling_.open(person.index, person.life, open->attempt);
  }
  if (std::holds_alternative<command::CloseTransport>(command)) return signalling_.close(person.index, person.life);
  if (const auto* send = std::get_if<command::Send>(&command)) return signalling_.send(person.index, person.life, *send);
  if (const auto* back = std::get_if<command::RollBack>(&command)) check_rollback(person, *back);
  if (const auto* set = std::get_if<command::SetRemoteDescription>(&command)) check_description(person, *set);
  // Another session of the peer's is another link.
  if (const auto* joined = std::get_if<command::ParticipantJoined>(&command)) connections_.erase({person.user, joined->participant.user});
  if (const auto* open = std::get_if<command::OpenPeer>(&command)) check_opening(person, *open);
  person.browser->perform(command);
  if (std::holds_alternative<command::ClosePeer>(command)) paths_.look(person.index);
}

}  // namespace meetwire::simulation
