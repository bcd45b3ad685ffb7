// A whole client with real dialects and links, fed what a server, a browser, an application and the clock may bring, the
// server's words whole and mutated.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "fuzz/machine.hpp"
#include "fuzz/messages.hpp"
#include "fuzz/strict_json.hpp"
#include "protocol/dialects/classic.hpp"
#include "protocol/dialects/codelab.hpp"
#include "protocol/dialects/meetwire1.hpp"
#include "protocol/dialects/plain.hpp"
#include "session/session.hpp"

namespace {

using namespace fuzz;

Limits small_limits() {
  Limits limits;
  limits.roster_members_max = 6;
  limits.early_messages_max = 8;
  limits.requests_pending_max = 8;
  limits.chat_ids_remembered_max = 8;
  limits.candidates_per_generation_max = 8;
  limits.pair_unacknowledged_max = 8;
  limits.pair_reorder_max = 6;
  limits.attributes_bytes_max = limits.metadata_bytes_max = 256;
  limits.lobby_max = 4;
  return limits;
}

// What a few floods of different kinds may leave behind under these limits, and far less than what came in.
constexpr std::size_t kGrowthMax = 64 * 1024;

class Host {
 public:
  explicit Host(Bytes& choices) : bytes(choices), speaker(choices), session(options(), session::default_parts(), small_limits()) {
    feed(event::JoinRequested{});
  }

  void act() {
    switch (bytes.pick(22)) {
      case 19: return call();
      case 20: return bytes.one_in(2) ? feed(event::CallAccepted{fresh_request(), any_call()}) : feed(event::CallEnded{fresh_request(), any_call(), bytes.one_in(4) ? speaker.text() : ""});
      case 0: return feed(event::TransportOpened{any_attempt()});
      case 1: return bytes.one_in(3) ? feed(event::TransportClosed{any_attempt(), "x"}) : feed(event::TransportOpened{attempt});
      case 2: case 3: case 4: case 5: case 6: return hear(encoded());
      case 7: return hear({protocol::Frame{bytes.one_in(2) ? "meetwire" : bytes.one_in(2) ? "roomUserList" : "msg", bytes.line()}});
      case 8: return feed(event::SourceRequested{fresh_request(), bytes.any<Source>(), bytes.any<Wanted>(), bytes.one_in(3) ? std::optional<std::string>("{}") : std::nullopt,
                                                  bytes.one_in(3) ? std::optional(device()) : std::nullopt, {}});
      case 9:
        if (bytes.one_in(2)) return ask();
        return feed(event::ChatRequested{fresh_request(), speaker.chat_id(), speaker.text(), bytes.one_in(3) ? std::optional(speaker.user()) : std::nullopt});
      case 10: case 11: case 12: return finish(true);
      case 13: return finish(false);
      case 14: return feed(event::ConnectionChanged{speaker.user(), 1 + bytes.pick(2), bytes.any<ConnectionState>()});
      case 15: return feed(event::CandidateGathered{speaker.user(), 1 + bytes.pick(2), speaker.candidate()});
      case 16: return tracks.empty() ? list() : feed(event::TrackEnded{*tracks.begin()});
      case 17: return clock.advance(bytes.pick(40) * 100, [&] { feed_once(event::TimePassed{}); });
      case 18: return bytes.one_in(20) ? feed(event::LeaveRequested{}) : feed(event::JoinRequested{});
      default: return bytes.one_in(5) ? flood() : feed(event::NegotiationNeeded{speaker.user(), 1});
    }
  }

  void finish_all() {
    clock.run(120'000, 5'000, [&] { feed_once(event::TimePassed{}); });
    feed(event::LeaveRequested{});
    clock.run(60'000, 1'000, [&] { feed_once(event::TimePassed{}); });
    promise(!clock.wake_at, "a session that is over waits for something");
    promise(open_peers.empty(), "a session that is over has left connections open");
    promise(requests.empty(), "a request was never settled");
    promise(left, "a session that was left does not say so");
    while (!operations.empty()) finish(true);
    promise(tracks.empty(), "a session that is over has kept a device");
    for (const auto& [id, state] : calls) promise(state == CallState::Ended, "a session that is over has left a call open");
  }

 private:
  void ask() {
    const RequestSubmitted wish = speaker.request();
    feed(event::RoomRequested{fresh_request(), speaker.fresh(), wish.action, wish.user, wish.name, wish.text, wish.values, wish.role, wish.source});
  }
  ClientOptions options() {
    constexpr std::array<DialectName, 6> kDialects{DialectName::Meetwire, DialectName::Classic, DialectName::Auto, DialectName::Meetwire, DialectName::Plain, DialectName::Codelab};
    ClientOptions out;
    if (!bytes.one_in(6)) out.room = RoomId{"r"};
    out.user = self;
    out.name = "Z";
    out.dialect = bytes.of(kDialects);
    plain = out.dialect == DialectName::Plain;
    return out;
  }
  void call() {
    const CallId id = bytes.one_in(8) ? CallId{bytes.line()} : speaker.call_id();
    // An id is never used twice by those who keep to the rules.
    if (calls.count(id) == 0) feed(event::CallRequested{fresh_request(), id, bytes.one_in(8) ? self : speaker.user(), speaker.number()});
  }
  CallId any_call() {
    if (calls.empty() || bytes.one_in(6)) return speaker.call_id();
    auto at = calls.begin();
    std::advance(at, bytes.pick(static_cast<unsigned>(std::min<std::size_t>(calls.size(), 90))));
    return at->first;
  }
  std::uint32_t any_attempt() { return bytes.one_in(6) ? speaker.number() : attempt; }
  RequestId fresh_request() {
    requests.insert(++last_request);
    return last_request;
  }

  // A plain session hears what is plain, so that it hears anything at all.
  ServerDialect& any_server() {
    if (bytes.one_in(3)) return *classic_server;
    if (plain) return *plain_server;
    return bytes.one_in(4) ? *codelab_server : *meetwire_server;
  }

  // Some messages in one envelope, as the server at the other end would write them.
  std::vector<protocol::Frame> encoded() {
    std::vector<ServerMessage> messages;
    for (unsigned i = bytes.pick(4) + 1; i > 0; --i) messages.push_back(speaker.server_message(self));
    const std::uint64_t number = bytes.one_in(3) ? 0 : bytes.one_in(5) ? speaker.number() : next_number;
    if (number != 0) next_number = number + messages.size();
    ServerDialect& server = any_server();
    auto frames = server.encode(messages, number);
    for (protocol::Frame& frame : frames) frame.body = speaker.mutated(std::move(frame.body));
    return frames;
  }
  void hear(std::vector<protocol::Frame> frames) {
    for (protocol::Frame& frame : frames) feed(event::MessageArrived{any_attempt(), std::move(frame.name), std::move(frame.body)});
  }

  std::string device() { return std::string(bytes.pick(2), static_cast<char>('X' + bytes.pick(3))); }

  void list() {
    event::DevicesChanged listed;
    for (unsigned n = bytes.pick(4); n > 0; --n) listed.devices.push_back({bytes.any<Source>(), device()});
    feed(listed);
  }

  // An operation that is under way ends; whose it is does not matter.
  void finish(bool well) {
    if (operations.empty()) return;
    auto at = operations.begin();
    std::advance(at, bytes.pick(static_cast<unsigned>(std::min<std::size_t>(operations.size(), 90))));
    const auto [id, done] = *at;
    operations.erase(at);
    if (done.capture) {
      if (!well) return feed(event::CaptureFailed{id, bytes.one_in(2) ? "OverconstrainedError" : bytes.one_in(2) ? "NotFoundError" : "x", ""});
      const TrackId track{"t" + std::to_string(id)};
      tracks.insert(track);
      return feed(event::CaptureSucceeded{id, {{done.slot, track, device()}}});
    }
    if (!well) return feed(event::OperationFailed{id, done.peer, done.incarnation, "InvalidStateError", "x"});
    if (!done.describes) return feed(event::OperationSucceeded{id, done.peer, done.incarnation});
    feed(event::LocalDescriptionSet{id, done.peer, done.incarnation, {bytes.any<DescriptionType>(), speaker.sdp()}, speaker.slots()});
  }

  // Always something new: ids, members, messages that are kept until something comes that never does.
  void flood() {
    const unsigned kind = bytes.pick(6);
    ServerDialect& server = any_server();
    const PairMessage pair = speaker.pair();
    const std::size_t before = bytes_held();
    for (int i = 0; i < 300; ++i) {
      const std::string fresh = speaker.fresh();
      const UserId somebody{fresh + std::string(100, '.')};
      ServerMessage message = ChatDelivered{{UserId{"a"}, fresh + std::string(i < 20 ? 8'000 : 0, '.'), "x", {}, 1}, "N", {}};
      if (kind == 1) message = ChatDelivered{{somebody, "k", "x", {}, 1}, "N", {}};
      if (kind == 2) message = SignalFrom{UserId{"a"}, SessionId{"s0"}, pair, {}};
      if (kind == 3) message = MemberLeft{somebody, SessionId{}, LeaveReason::Left};
      if (kind == 4) message = SignalFrom{somebody, SessionId{}, pair, {}};
      // Each rings and is over, with words of the longest kind that a server sends.
      const auto state = i % 2 == 0 ? CallState::Ringing : CallState::Ended;
      if (kind == 5) message = CallTold{{CallId{"f" + std::to_string(i / 2) + std::string(100, '.')}, UserId{"a"}, self, state, CallOutcome::Gone, std::string(200, 'w'), {}}};
      for (protocol::Frame& frame : server.encode({message}, 0)) {
        feed_once(event::MessageArrived{attempt, std::move(frame.name), std::move(frame.body)});
      }
    }
    promise(bytes_held() < before + kGrowthMax, "a session's memory grows with what the server says");
  }

  void feed(const ClientEvent& event) {
    feed_once(event);
    clock.settle([&] { feed_once(event::TimePassed{}); });
  }
  void feed_once(const ClientEvent& event) {
    Step<ClientCommand> step = session.handle(clock.now, event);
    clock.wake_at = step.wake_at;
    promise(step.commands.size() <= 512, "more commands of one event than a session can need");
    for (const ClientCommand& command : step.commands) std::visit(*this, command);
  }

 public:
  void operator()(const command::OpenTransport& open) { attempt = open.attempt; }
  void operator()(const command::Send& send) {
    promise(StrictJson(send.body).is_json(), "a frame of ours is not JSON");
    if (send.name != kMeetwireFrame) return;
    const auto decoded = meetwire_server->decode(send.name, send.body);
    promise(decoded.failures.empty() && decoded.unknown == 0, "a frame of ours is not understood");
  }
  void operator()(const command::OpenPeer& one) { promise(open_peers.emplace(one.peer, one.incarnation).second, "two connections to one peer"); }
  void operator()(const command::ClosePeer& one) {
    const auto at = open_peers.find(one.peer);
    promise(at != open_peers.end() && at->second == one.incarnation, "a connection closed that is not there");
    open_peers.erase(at);
    std::erase_if(operations, [&](const auto& entry) { return !entry.second.capture && entry.second.peer == one.peer; });
  }
  template <class Operation>
  void start(const Operation& one, bool describes) {
    const auto at = open_peers.find(one.peer);
    promise(at != open_peers.end() && at->second == one.incarnation, "an operation of a connection that is not there");
    promise(operations.emplace(one.operation, Pending{one.peer, one.incarnation, describes, false, Slot::Camera}).second, "an operation's id used twice");
  }
  void operator()(const command::SetLocalDescription& one) { start(one, true); }
  void operator()(const command::SetRemoteDescription& one) { start(one, false); }
  void operator()(const command::RollBack& one) { start(one, false); }
  void operator()(const command::AddCandidate& one) { start(one, false); }
  void operator()(const command::SetTrack& one) { start(one, false); }
  void operator()(const command::Capture& one) {
    const Slot slot = one.source == Source::Camera ? Slot::Camera : one.source == Source::Microphone ? Slot::Microphone : Slot::Screen;
    promise(operations.emplace(one.operation, Pending{{}, 0, false, true, slot}).second, "an operation's id used twice");
  }
  void operator()(const command::Release& one) { promise(tracks.erase(one.track) == 1, "a track released that is not there"); }
  void operator()(const command::CallChanged& one) {
    promise(!left, "news of a call in a meeting that was left");
    const auto [known, is_new] = calls.emplace(one.call.id, one.call.state);
    // Whoever keeps to the rules never uses an id again; this server does, and then a call begins anew.
    promise(is_new || known->second == CallState::Ended || known->second <= one.call.state, "a call goes backwards");
    known->second = one.call.state;
    if (!one.call.replaces.empty()) calls.erase(one.call.replaces);
  }
  void operator()(const command::SettleRequest& one) { promise(requests.erase(one.request) == 1, "a request settled twice"); }
  void operator()(const command::MeetingChanged& one) {
    promise(!left, "news of a meeting that was left");
    left = one.state == MeetingState::Left;
    if (one.error) promise(one.error->code != ErrorCode::Internal, "our own defect");
  }
  void operator()(const command::ReportProblem& one) {
    // Only a server may say so.
    if (one.peer) promise(one.error.code != ErrorCode::Internal, "our own defect");
  }
  template <class Other>
  void operator()(const Other&) {}

 private:
  struct Pending {
    UserId peer;
    Incarnation incarnation;
    bool describes;
    bool capture;
    Slot slot;
  };
  const UserId self{"z"};
  bool plain = false;
  Bytes& bytes;
  Speaker speaker;
  session::Session session;
  std::unique_ptr<ServerDialect> meetwire_server = make_meetwire_server(kDefaultLimits);
  std::unique_ptr<ServerDialect> classic_server = make_classic_server({self, RoomId{"r"}, SessionId{"s"}, "Z"}, kDefaultLimits);
  std::unique_ptr<ServerDialect> codelab_server = make_codelab_server(SessionId{"s"}, kDefaultLimits);
  std::unique_ptr<ServerDialect> plain_server = make_plain_server(kDefaultLimits);
  Clock clock;
  std::uint32_t attempt = 0;
  std::uint64_t next_number = 1;
  RequestId last_request = 0;
  std::set<RequestId> requests;
  std::map<OperationId, Pending> operations;
  std::map<UserId, Incarnation> open_peers;
  std::set<TrackId> tracks;
  std::map<CallId, CallState> calls;  // as the application was told
  bool left = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return act_out<Host>(data, size); }
