// A session with a made-up server, made-up links and a clock, for the tests of the session alone.
// Messages cross as they are: frames are keys into a table of typed messages.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/dialects/plain.hpp"
#include "session/session.hpp"
#include "support/catch.hpp"

namespace world {

using namespace meetwire;
namespace p = meetwire::protocol;

struct Sent {
  DialectName dialect;
  std::vector<p::ClientMessage> messages;
  std::uint64_t received;
};

struct FakeLink {
  link::LinkOptions options;
  std::vector<link::LinkEvent> events;
  std::vector<link::Output> next;  // what it says to the next event
  std::optional<Millis> wake_at;
  bool ended = false;

  template <class T>
  std::size_t count() const {
    std::size_t n = 0;
    for (const auto& event : events) n += std::holds_alternative<T>(event) ? 1 : 0;
    return n;
  }
  const link::Wishes& wishes() const {
    const link::Wishes* last = nullptr;
    for (const auto& event : events) {
      if (const auto* changed = std::get_if<link::WishesChanged>(&event)) last = &changed->wishes;
    }
    REQUIRE(last != nullptr);
    return *last;
  }
};

struct Shared {
  std::vector<Sent> sent;
  std::map<std::string, p::Decoded<p::ServerMessage>> frames;
  std::vector<std::shared_ptr<FakeLink>> links;
  bool offers_at_start = true;
};

class FakePart final : public session::LinkPart {
 public:
  FakePart(std::shared_ptr<FakeLink> link, Shared& shared) : link_(std::move(link)), shared_(shared) {}
  link::LinkStep handle(Millis, const link::LinkEvent& event) override {
    link_->events.push_back(event);
    link::LinkStep step;
    if (std::holds_alternative<link::Started>(event)) {
      step.outputs.emplace_back(ClientCommand{command::OpenPeer{link_->options.peer, 1, "[]", "all", true}});
      if (link_->options.offers_first && shared_.offers_at_start) step.outputs.emplace_back(offer());
    }
    if (std::holds_alternative<link::Ended>(event)) {
      link_->ended = true;
      step.outputs.emplace_back(ClientCommand{command::ClosePeer{link_->options.peer, 1}});
      step.outputs.emplace_back(offer());  // an ill-behaved last word
      return step;
    }
    for (auto& output : std::exchange(link_->next, {})) step.outputs.push_back(std::move(output));
    step.wake_at = link_->wake_at;
    return step;
  }
  static link::SendPair offer() {
    p::PairMessage pair;
    pair.body = p::Offer{"v=0", {}};
    return {pair, false};
  }

 private:
  std::shared_ptr<FakeLink> link_;
  Shared& shared_;
};

class FakeDialect final : public p::ClientDialect {
 public:
  FakeDialect(DialectName name, Shared& shared) : name_(name), shared_(shared) {}
  DialectName name() const override { return name_; }
  std::vector<p::Frame> encode(const std::vector<p::ClientMessage>& messages, std::uint64_t received) override {
    shared_.sent.push_back({name_, messages, received});
    return {p::Frame{std::string(name_of(name_)), std::to_string(shared_.sent.size() - 1), BodyForm::Text}};
  }
  p::Decoded<p::ServerMessage> decode(std::string_view, std::string_view body) override {
    const auto at = shared_.frames.find(std::string(body));
    if (at != shared_.frames.end()) return at->second;
    p::Decoded<p::ServerMessage> bad;
    bad.failures.emplace_back(ErrorCode::MessageMalformed);
    return bad;
  }

 private:
  DialectName name_;
  Shared& shared_;
};

inline Participant member(const std::string& user, const std::string& session, std::uint32_t version = 1) {
  Participant row;
  row.user = UserId{user};
  row.session = SessionId{session};
  row.name = user;
  row.version = version;
  return row;
}

inline Participant classic_member(const std::string& user) {
  Participant row;
  row.user = UserId{user};
  row.dialect = DialectName::Classic;
  return row;
}

inline p::Welcome welcome(std::vector<Participant> members = {}, bool resumed = false,
                          const std::string& session = "s-me") {
  p::Welcome out;
  out.resumed = resumed;
  out.self = member("me", session);
  out.members = std::move(members);
  out.secret = "secret-of-" + session;
  out.limits = {65536, 100, 12, 30000};
  return out;
}

struct World {
  explicit World(DialectName dialect = DialectName::Meetwire, ClientOptions given = options(),
                 const Limits& bounds = kDefaultLimits)
      : limits(bounds), session(with(std::move(given), dialect), parts(), limits) {}

  static ClientOptions options() {
    ClientOptions out;
    out.room = RoomId{"room"};
    out.user = UserId{"me"};
    out.name = "Me";
    out.seed = 7;
    return out;
  }
  static ClientOptions with(ClientOptions given, DialectName dialect) {
    given.dialect = dialect;
    return given;
  }
  session::Parts parts() {
    session::Parts out;
    out.make_link = [this](link::LinkOptions how, OperationId&) -> std::unique_ptr<session::LinkPart> {
      shared->links.push_back(std::make_shared<FakeLink>(FakeLink{std::move(how), {}, {}, {}, false}));
      return std::make_unique<FakePart>(shared->links.back(), *shared);
    };
    out.make_dialect = [this](DialectName name, const ClientOptions& given, const Limits&) -> std::unique_ptr<p::ClientDialect> {
      // As the real parts do it: such servers know nobody out of rooms.
      if (name == DialectName::Codelab && !given.room) return nullptr;
      // The real one: all that it does is to write and to read.
      if (name == DialectName::Plain) return p::make_plain_client(UserId{"me"}, kDefaultLimits);
      return std::make_unique<FakeDialect>(name, *shared);
    };
    return out;
  }

  // ---- what goes in

  World& on(ClientEvent event) {
    auto step = session.handle(now, event);
    last = std::move(step.commands);
    wake_at = step.wake_at;
    for (const auto& one : last) {
      if (const auto* open = std::get_if<command::OpenTransport>(&one)) attempt = open->attempt;
      all.push_back(one);
    }
    return *this;
  }
  // Straight to the deadline that the last step named.
  World& wake() {
    REQUIRE(wake_at.has_value());
    now = std::max(now, *wake_at);
    return on(event::TimePassed{});
  }
  World& wait(std::int64_t ms) {
    now = now + Millis{ms};
    return on(event::TimePassed{});
  }
  World& hear(std::vector<p::ServerMessage> messages, std::uint64_t first_number = 0) {
    p::Decoded<p::ServerMessage> decoded;
    decoded.messages = std::move(messages);
    decoded.first_number = first_number;
    return hear_frame("meetwire", std::move(decoded));
  }
  World& hear_frame(const std::string& name, p::Decoded<p::ServerMessage> decoded) {
    const std::string key = "in-" + std::to_string(shared->frames.size());
    shared->frames[key] = std::move(decoded);
    return on(event::MessageArrived{attempt, name, key});
  }
  World& open() { return on(event::TransportOpened{attempt}); }
  World& close() { return on(event::TransportClosed{attempt, "transport close"}); }
  World& join(std::vector<Participant> members = {}) {
    on(event::JoinRequested{});
    open();
    return hear({welcome(std::move(members))});
  }
  World& want(RequestId request, Source source, Wanted wanted, std::optional<std::string> constraints = std::nullopt) {
    return on(event::SourceRequested{request, source, wanted, std::move(constraints)});
  }
  World& captured(OperationId operation, const std::string& track, Slot slot = Slot::Camera) {
    return on(event::CaptureSucceeded{operation, {{slot, TrackId{track}}}});
  }
  World& chat(RequestId request, const std::string& id, const std::string& text = "hello",
              std::optional<UserId> to = std::nullopt) {
    return on(event::ChatRequested{request, id, text, std::move(to)});
  }
  // What the newest link to the peer says next; any event of the peer's makes it.
  World& say(const std::string& peer, link::Output output) {
    link_to(peer).next.push_back(std::move(output));
    return on(event::NegotiationNeeded{UserId{peer}, 1});
  }

  // ---- what came out

  template <class T>
  std::vector<T> of(const std::vector<ClientCommand>& commands) const {
    std::vector<T> out;
    for (const auto& one : commands) {
      if (const auto* found = std::get_if<T>(&one)) out.push_back(*found);
    }
    return out;
  }
  template <class T>
  std::vector<T> got() const {
    return of<T>(last);
  }
  template <class T>
  std::vector<T> ever() const {
    return of<T>(all);
  }
  template <class T>
  T only() const {
    const auto found = got<T>();
    REQUIRE(found.size() == 1);
    return found.front();
  }
  template <class T>
  std::vector<T> sent() const {
    std::vector<T> out;
    for (const auto& envelope : shared->sent) {
      for (const auto& message : envelope.messages) {
        if (const auto* found = std::get_if<T>(&message)) out.push_back(*found);
      }
    }
    return out;
  }
  FakeLink& link_to(const std::string& peer) {
    for (auto at = shared->links.rbegin(); at != shared->links.rend(); ++at) {
      if ((*at)->options.peer.value == peer) return **at;
    }
    FAIL("no link to " << peer);
    return *shared->links.front();
  }
  std::optional<ErrorCode> error_of(RequestId request) const {
    for (const auto& one : ever<command::SettleRequest>()) {
      if (one.request == request) return one.error ? std::optional(one.error->code) : std::nullopt;
    }
    FAIL("request " << request << " is not settled");
    return std::nullopt;
  }
  std::size_t settlements(RequestId request) const {
    std::size_t n = 0;
    for (const auto& one : ever<command::SettleRequest>()) n += one.request == request ? 1 : 0;
    return n;
  }
  command::MeetingChanged state() const {
    const auto changes = ever<command::MeetingChanged>();
    REQUIRE_FALSE(changes.empty());
    return changes.back();
  }

  Limits limits;
  std::unique_ptr<Shared> shared = std::make_unique<Shared>();
  session::Session session;
  Millis now{1'000};
  std::uint32_t attempt = 0;
  std::vector<ClientCommand> last;
  std::vector<ClientCommand> all;
  std::optional<Millis> wake_at;
};

}  // namespace world
