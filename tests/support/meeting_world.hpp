// A small world: real client sessions, the real switchboard, modelled browsers, and a network between them, over
// virtual time. What a whole meeting does when each part is the real one.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "room/switchboard.hpp"
#include "session/session.hpp"
#include "support/deliveries.hpp"
#include "support/model_browser.hpp"
#include "support/timeline.hpp"

namespace meetwire::support {

// What the application has been told, as an application would keep it.
struct Shown {
  std::optional<MeetingState> state;
  std::optional<Failure> error;
  DialectName dialect = DialectName::Auto;
  std::map<UserId, Participant> participants;
  int gone = 0;  // how often anybody has left
  std::map<UserId, LinkState> links;
  std::map<Source, SourceState> sources;
  std::vector<ChatMessage> chat;
  std::vector<Call> call_changes;
  std::map<CallId, Call> calls;  // each as it was told last; one that another stands for is not there
  std::map<RequestId, std::optional<Failure>> settled;
  std::vector<Failure> problems;
  std::vector<std::string> violations;  // of the order in which applications may be told things
};

class Person {
 public:
  UserId user;
  Shown shown;
  std::unique_ptr<session::Session> session;
  std::unique_ptr<ModelBrowser> browser;
  std::optional<Millis> wake_at;
  std::optional<ConnectionId> connection;
  std::uint32_t attempt = 0;
  RequestId requests = 0;
};

class MeetingWorld {
 public:
  explicit MeetingWorld(RoomOptions options = {}) : server_(std::move(options)) {}

  Timeline time;
  std::deque<Person> people;  // stable addresses
  Millis network_takes{20};
  int frames_to_server = 0;
  int frames_to_clients = 0;
  // False: the frame is lost on its way (with its socket still up).
  std::function<bool(const Person&, bool to_server, const std::string& name, const std::string& body)> passes;

  Person& add(const std::string& user, const std::string& room = "standup",
              std::function<void(ClientOptions&)> adjust = nullptr) {
    Person& person = people.emplace_back();
    person.user = UserId{user};
    ClientOptions options;
    options.room = RoomId{room};
    options.user = person.user;
    options.name = user;
    options.seed = static_cast<std::uint32_t>(people.size());
    if (adjust) adjust(options);
    person.session = std::make_unique<session::Session>(options);
    person.browser = std::make_unique<ModelBrowser>(
        user, [] { return Millis{5}; }, [this](Millis delay, std::function<void()> what) { time.later(delay, std::move(what)); },
        [this, &person](const ClientEvent& event) { handle(person, event); }, [this] { look_at_ice(); });
    return person;
  }

  void join(Person& person) { handle(person, event::JoinRequested{}); }
  void leave(Person& person) { handle(person, event::LeaveRequested{}); }
  RequestId want(Person& person, Source source, Wanted wanted) {
    handle(person, event::SourceRequested{++person.requests, source, wanted, std::nullopt});
    return person.requests;
  }
  RequestId say(Person& person, const std::string& text, std::optional<UserId> to = std::nullopt) {
    const std::string id = person.user.value + "-" + std::to_string(++person.requests);
    handle(person, event::ChatRequested{person.requests, id, text, std::move(to)});
    return person.requests;
  }

  // Gives the call's id, for which there is a prefix of one's own.
  CallId ring(Person& person, const Person& callee, std::uint32_t timeout_ms = 0) {
    const CallId id{person.user.value + "-call-" + std::to_string(++person.requests)};
    handle(person, event::CallRequested{person.requests, id, callee.user, timeout_ms});
    return id;
  }
  void accept(Person& person, const CallId& id) { handle(person, event::CallAccepted{++person.requests, id}); }
  void end(Person& person, const CallId& id) { handle(person, event::CallEnded{++person.requests, id, ""}); }

  // The socket breaks; the server sees it, or finds out only later.
  void cut(Person& person, Millis server_notices = Millis{0}) {
    if (!person.connection) return;
    const ConnectionId connection = *person.connection;
    person.connection.reset();
    time.later(server_notices, [this, connection] { tell_server(event::ConnectionClosed{connection, false}); });
    handle(person, event::TransportClosed{person.attempt, "transport close"});
  }

  void run_for(Millis duration) {
    const Millis end = time.now + duration;
    for (auto next = next_time(); next && *next <= end; next = next_time()) {
      time.now = std::max(time.now, *next);
      step_at_now();
    }
    time.now = end;
  }

  void handle(Person& person, const ClientEvent& event) {
    auto step = person.session->handle(time.now, event);
    person.wake_at = step.wake_at;
    for (const ClientCommand& command : step.commands) {
      std::visit([&](const auto& value) { carry_out(person, value); }, command);
      person.browser->perform(command);
    }
  }

  void tell_server(const RoomEvent& event) {
    auto step = server_.handle(time.now, event);
    server_wake_at_ = step.wake_at;
    for (RoomCommand& command : test::one_by_one(step.commands)) {
      if (const auto* deliver = std::get_if<command::Deliver>(&command)) {
        to_client(*deliver);
      } else if (const auto* close = std::get_if<command::CloseConnection>(&command)) {
        close_by_server(close->connection);
      }
    }
  }

  std::size_t held_by_server() const { return server_.held(); }

  // Every two of them are linked by one stable, joined connection, and each has the other in its list.
  bool all_linked(const std::vector<Person*>& group) {
    for (Person* a : group) {
      for (Person* b : group) {
        if (a != b && !linked(*a, *b)) return false;
      }
    }
    return violations().empty();
  }
  bool linked(Person& a, Person& b) {
    const auto of_a = a.browser->live(b.user);
    const auto of_b = b.browser->live(a.user);
    if (!of_a || !of_b || a.shown.participants.count(b.user) == 0) return false;
    const ModelPeer& pa = a.browser->peers.at({b.user, *of_a});
    const ModelPeer& pb = b.browser->peers.at({a.user, *of_b});
    const auto state = a.shown.links.find(b.user);
    return ModelBrowser::joined(pa, pb) && pa.signaling == SignalingState::Stable &&
           pa.agreed_lines() == pb.agreed_lines() && state != a.shown.links.end() &&
           state->second == LinkState::Connected;
  }
  std::optional<TrackId> sends(Person& from, Person& to, Slot slot) {
    const auto live = from.browser->live(to.user);
    return live ? from.browser->peers.at({to.user, *live}).sends(slot) : std::nullopt;
  }

  std::vector<std::string> violations() const {
    std::vector<std::string> all;
    for (const Person& person : people) {
      for (const auto& violation : person.browser->all_violations()) all.push_back(violation);
      for (const auto& violation : person.shown.violations) all.push_back(person.user.value + ": " + violation);
    }
    return all;
  }

 private:
  void look_at_ice() {
    for (Person& a : people) {
      for (Person& b : people) {
        if (&a < &b) ModelBrowser::connect_if_joined(*a.browser, b.user, *b.browser, a.user);
      }
    }
  }

  // ---- the client's socket

  void carry_out(Person& person, const command::OpenTransport& open) {
    person.attempt = open.attempt;
    const std::uint32_t attempt = open.attempt;
    const ConnectionId connection{"c" + std::to_string(++connections_)};
    time.later(network_takes, [this, &person, attempt, connection] {
      if (person.attempt != attempt || person.shown.state == MeetingState::Left) return;
      person.connection = connection;
      event::ConnectionOpened opened;
      opened.connection = connection;
      opened.session = SessionId{"s" + connection.value};
      opened.secret = "the-secret-of-place-" + connection.value;
      tell_server(opened);
      handle(person, event::TransportOpened{attempt});
    });
  }
  void carry_out(Person& person, const command::CloseTransport&) {
    if (!person.connection) return;
    const ConnectionId connection = *person.connection;
    person.connection.reset();
    time.later(network_takes, [this, connection] { tell_server(event::ConnectionClosed{connection, true}); });
  }
  void carry_out(Person& person, const command::Send& send) {
    if (!person.connection || (passes && !passes(person, true, send.name, send.body))) return;
    ++frames_to_server;
    time.later(network_takes, [this, connection = *person.connection, send] {
      tell_server(event::FrameArrived{connection, send.name, send.body});
    });
  }

  void to_client(const command::Deliver& deliver) {
    time.later(network_takes, [this, deliver] {
      Person* person = person_at(deliver.connection);
      if (person == nullptr || (passes && !passes(*person, false, deliver.name, deliver.body))) return;
      ++frames_to_clients;
      handle(*person, event::MessageArrived{person->attempt, deliver.name, deliver.body});
    });
  }
  void close_by_server(const ConnectionId& connection) {
    time.later(network_takes, [this, connection] {
      Person* person = person_at(connection);
      if (person == nullptr) return;
      person->connection.reset();
      handle(*person, event::TransportClosed{person->attempt, "io server disconnect"});
    });
  }
  Person* person_at(const ConnectionId& connection) {
    for (Person& person : people) {
      if (person.connection == connection) return &person;
    }
    return nullptr;
  }

  // ---- the application

  void carry_out(Person& person, const command::MeetingChanged& changed) {
    person.shown.state = changed.state;
    person.shown.error = changed.error;
    person.shown.dialect = changed.dialect;
    if (changed.state == MeetingState::Left) {
      person.shown.participants.clear();
      person.shown.links.clear();
    }
  }
  void carry_out(Person& person, const command::ParticipantJoined& joined) {
    const auto [at, is_new] = person.shown.participants.emplace(joined.participant.user, joined.participant);
    if (!is_new) person.shown.violations.push_back("S10: joined twice: " + at->first.value);
  }
  void carry_out(Person& person, const command::ParticipantChanged& changed) {
    const auto at = person.shown.participants.find(changed.participant.user);
    if (at == person.shown.participants.end()) {
      person.shown.violations.push_back("S10: changed, but is not there: " + changed.participant.user.value);
    } else {
      at->second = changed.participant;
    }
  }
  void carry_out(Person& person, const command::ParticipantLeft& left) {
    ++person.shown.gone;
    person.shown.links.erase(left.user);
    if (person.shown.participants.erase(left.user) == 0) {
      person.shown.violations.push_back("S10: left, but was not there: " + left.user.value);
    }
  }
  void carry_out(Person& person, const command::LinkChanged& changed) { person.shown.links[changed.peer] = changed.state; }
  void carry_out(Person& person, const command::SourceChanged& changed) {
    person.shown.sources[changed.source] = changed.state;
  }
  void carry_out(Person& person, const command::ChatReceived& received) { person.shown.chat.push_back(received.message); }
  void carry_out(Person& person, const command::CallChanged& changed) {
    const Call& call = changed.call;
    const auto known = person.shown.calls.find(call.id);
    const bool is_news = known == person.shown.calls.end() || known->second.state < call.state ||
                         (known->second.state == call.state && known->second.replaces != call.replaces);
    if (!is_news) {
      person.shown.violations.push_back("call told twice, or backwards: " + call.id.value);
    }
    if (!call.replaces.empty()) person.shown.calls.erase(call.replaces);
    person.shown.calls[call.id] = call;
    person.shown.call_changes.push_back(call);
  }
  void carry_out(Person& person, const command::SettleRequest& settle) {
    if (!person.shown.settled.emplace(settle.request, settle.error).second) {
      person.shown.violations.push_back("settled twice: " + std::to_string(settle.request));
    }
  }
  void carry_out(Person& person, const command::ReportProblem& report) { person.shown.problems.push_back(report.error); }
  template <class Other>
  void carry_out(Person&, const Other&) {}

  // ---- time

  std::optional<Millis> next_time() const {
    auto next = earlier(time.next(), server_wake_at_);
    for (const Person& person : people) next = earlier(next, person.wake_at);
    return next;
  }
  void step_at_now() {
    if (time.step()) return;
    if (server_wake_at_ && *server_wake_at_ <= time.now) {
      server_wake_at_.reset();
      return tell_server(event::TimePassed{});
    }
    for (Person& person : people) {
      if (person.wake_at && *person.wake_at <= time.now) {
        person.wake_at.reset();
        return handle(person, event::TimePassed{});
      }
    }
  }

  room::Switchboard server_;
  std::optional<Millis> server_wake_at_;
  int connections_ = 0;
};

}  // namespace meetwire::support
