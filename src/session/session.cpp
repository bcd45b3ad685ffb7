#include "session/session.hpp"

#include <algorithm>
#include <utility>

#include "session/body.hpp"

namespace meetwire::session {
namespace {

std::vector<std::unique_ptr<protocol::ClientDialect>> make_dialects(const ClientOptions& options, const Parts& parts,
                                                                    const Limits& limits) {
  std::vector<std::unique_ptr<protocol::ClientDialect>> made;
  if (options.dialect != DialectName::Auto) {
    made.push_back(parts.make_dialect(options.dialect, options, limits));
  } else {
    made.push_back(parts.make_dialect(DialectName::Meetwire, options, limits));
    made.push_back(parts.make_dialect(DialectName::Classic, options, limits));
  }
  return made;
}

}  // namespace

Session::Body::Body(const ClientOptions& given, Parts own, const Limits& bounds)
    : options(given),
      limits(bounds),
      parts(std::move(own)),
      random(options.seed),
      connection(limits, random.next()),
      wire(make_dialects(options, parts, limits)),
      receipts(limits),
      outbox(limits),
      roster(limits),
      links(parts, operations),
      sources(operations, limits),
      chat(limits, options.user),
      requests(limits),
      typing(limits),
      announcement(limits),
      alive(limits),
      calls(limits, options.user),
      unattended(limits, options.user),
      own_ice_servers(options.ice_servers),
      // A seed of its own, so that nothing else is dealt otherwise.
      renewal(limits, options.seed + 1, options.renews_ice_servers.value_or(false)),
      wishes(sources.wishes()) {
  self.user = options.user;
  self.name = options.name;
  token = options.token;
  secret = options.secret;
}

Session::Session(const ClientOptions& options) : Session(options, default_parts()) {}
Session::Session(const ClientOptions& options, Parts parts, const Limits& limits)
    : body_(std::make_unique<Body>(options, std::move(parts), limits)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Step<ClientCommand> Session::handle(Millis now, const ClientEvent& event) {
  Turn turn{now, {}};
  if (body_->is_over()) {
    body_->on_late(turn, event);
    return {std::move(turn.commands), std::nullopt};
  }
  std::visit([&](const auto& happened) { body_->on(turn, happened); }, event);
  body_->connection.note_flow(now, body_->links.flowing_since().has_value());
  body_->announce_rings(turn);
  body_->flush(turn);
  return {std::move(turn.commands), body_->deadline()};
}

// After the end nothing is wanted any more: what still comes is given back or answered.
void Session::Body::on_late(Turn& turn, const ClientEvent& event) {
  if (const auto* captured = std::get_if<event::CaptureSucceeded>(&event)) sources.captured(turn, *captured);
  const RequestId* request = std::visit(
      [](const auto& one) -> const RequestId* {
        if constexpr (requires { one.request; }) return &one.request;
        return nullptr;
      },
      event);
  if (request != nullptr) turn.settle(*request, Failure{ErrorCode::AlreadyLeft});
}

void Session::Body::on(Turn& turn, const event::JoinRequested&) {
  const bool first = connection.phase() == ConnectionPhase::Idle;
  if (auto failure = refusal_of_options(); first && failure) {
    return drive(turn, ConnectionInput::Rejected, std::move(*failure));
  }
  if (first) say_meeting(turn, MeetingState::Joining);
  drive(turn, ConnectionInput::JoinRequested);
}

void Session::Body::on(Turn& turn, const event::LeaveRequested&) { drive(turn, ConnectionInput::LeaveRequested); }

void Session::Body::on(Turn& turn, const event::SourceRequested& event) {
  if (is_viewer() && event.wanted != Wanted::Off) return turn.settle(event.request, no_floor());
  Turn deeds{turn.now, {}};
  sources.request(deeds, event);
  apply_sources(turn, std::move(deeds));
}

void Session::Body::on(Turn& turn, const event::CaptureSucceeded& event) {
  Turn deeds{turn.now, {}};
  sources.captured(deeds, event);
  apply_sources(turn, std::move(deeds));
}

void Session::Body::on(Turn& turn, const event::CaptureFailed& event) {
  Turn deeds{turn.now, {}};
  sources.failed(deeds, event);
  apply_sources(turn, std::move(deeds));
}

void Session::Body::on(Turn& turn, const event::TrackEnded& event) {
  Turn deeds{turn.now, {}};
  sources.ended(deeds, event);
  apply_sources(turn, std::move(deeds));
}

void Session::Body::on(Turn& turn, const event::TrackMuteChanged& event) {
  Turn deeds{turn.now, {}};
  sources.mute_changed(deeds, event);
  apply_sources(turn, std::move(deeds));
}

void Session::Body::on(Turn& turn, const event::PageShown&) {
  Turn deeds{turn.now, {}};
  sources.page_shown(deeds);
  apply_sources(turn, std::move(deeds));
}

void Session::Body::on(Turn& turn, const event::DevicesChanged& event) {
  Turn deeds{turn.now, {}};
  sources.listed(deeds, event);
  apply_sources(turn, std::move(deeds));
}

void Session::Body::on(Turn& turn, const event::OperationSucceeded& event) {
  publication.succeeded(event.operation);
  carry_out(turn, links.handle(turn.now, event.peer, link::LinkEvent{event}));
}

void Session::Body::on(Turn& turn, const event::OperationFailed& event) {
  carry_out(turn, links.handle(turn.now, event.peer, link::LinkEvent{event}));
  const auto track = publication.failed(event.operation, event.error_name);
  if (!track) return;
  Turn deeds{turn.now, {}};
  sources.refused(deeds, *track);
  apply_sources(turn, std::move(deeds));
}

// Links first: they have the new track before the old one is released and before the request is settled.
void Session::Body::apply_sources(Turn& turn, Turn&& deeds) {
  if (link::Wishes wanted = sources.wishes(); wanted != wishes) {
    wishes = std::move(wanted);
    carry_out(turn, links.handle_all(turn.now, link::WishesChanged{wishes}));
  }
  announce(turn);
  for (const ClientCommand& deed : deeds.commands) {
    if (const auto* release = std::get_if<command::Release>(&deed)) publication.forget(release->track);
  }
  turn.append(std::move(deeds));
}

void Session::Body::announce(Turn& turn) {
  if (!is_joined() || !announcement.is_due(turn.now, sources.media(), wire.in_use() == DialectName::Meetwire)) return;
  outbox.add(turn.now, protocol::MediaAnnounced{sources.media()}, Urgency::MayWait);
}

void Session::Body::on(Turn& turn, const event::ChatRequested& event) {
  // While the connection is lost, a message is taken all the same and goes out on the next.
  if (!has_been_joined) return turn.settle(event.request, Failure{ErrorCode::NotJoined});
  if (has_rooms_only()) return turn.settle(event.request, carries_no("chat"));
  if (event.to && wire.in_use() == DialectName::Classic) {
    return turn.settle(event.request, Failure{ErrorCode::InvalidArgument, "a classic server carries chat to everyone only"});
  }
  if (!chat.request(turn, event, roster)) return;
  // Pages of other kinds write to one another past the server.
  const link::TextSaid said{event.text};
  PeerOutputs outputs = event.to ? links.handle(turn.now, *event.to, said) : links.handle_all(turn.now, said);
  const auto told = std::count_if(outputs.begin(), outputs.end(), [this](const PeerOutput& one) {
    const auto* command = std::get_if<ClientCommand>(&one.output);
    return command != nullptr && std::holds_alternative<command::SendText>(*command) && links.has_connected(one.peer);
  });
  if (told > 0 && static_cast<std::size_t>(told) == roster.rows().size()) chat.told_pages(event.id);
  carry_out(turn, std::move(outputs));
  // Sending it says to everybody that the writing is over.
  if (!event.to) typing.forget_own();
}

void Session::Body::on(Turn& turn, const event::TypingReported& event) {
  if (!is_joined() || !typing.report(turn.now, event.typing)) return;
  outbox.add(turn.now, protocol::Typing{event.typing}, Urgency::MayWait);
}

void Session::Body::on(Turn& turn, const event::TransportAnswered& event) {
  if (event.attempt == connection.attempt()) connection.answered(turn.now);
}

void Session::Body::on(Turn& turn, const event::TransportOpened& event) {
  if (event.attempt != connection.attempt()) return;
  if (auto refused = event.token ? refusal_of_token(*event.token) : std::nullopt) {
    // One that nobody could read; the next attempt asks for another. The same as none.
    turn.report(*refused);
    turn.say(command::CloseTransport{});
    return drive(turn, ConnectionInput::Closed, std::move(*refused));
  }
  if (event.token) token = *event.token;
  if (event.ice_servers) own_ice_servers = *event.ice_servers;
  drive(turn, ConnectionInput::Opened);
}

void Session::Body::on(Turn& turn, const event::TransportClosed& event) {
  if (event.attempt != connection.attempt()) return;
  // How a plain server says that the room is full. Later on our own lost socket may still have the place.
  constexpr std::uint32_t kBadGateway = 502;
  const bool first = connection.phase() == ConnectionPhase::Opening;
  if (first && wire.in_use() == DialectName::Plain && event.status == kBadGateway) {
    return drive(turn, ConnectionInput::Rejected, Failure{ErrorCode::RoomFull, "HTTP 502 in the handshake"});
  }
  const bool other_kind = event.speaks && options.dialect == DialectName::Auto && !has_been_joined;
  if (other_kind) turn.say(command::NeedDialect{*event.speaks});
  drive(turn, ConnectionInput::Closed, Failure{ErrorCode::ConnectionLost, event.reason});
}

void Session::Body::on(Turn& turn, const event::TimePassed&) {
  if (const auto due = connection.due(turn.now)) drive(turn, *due);
  if (is_over()) return;
  if (asks() && turn.now >= *ask_at) {
    ask_again(turn);
    ask_wait = ask_wait * 2;
    ask_at = turn.now + ask_wait;
  }
  keep_alive(turn);
  carry_out(turn, links.elapsed(turn.now));
  let_go(turn);
  chat.elapsed(turn);
  requests.elapsed(turn);
  typing.elapsed(turn);
  announce(turn);
  if (renewal.elapsed(turn.now)) turn.say(command::Renew{});
  call::Outputs outputs;
  calls.elapsed(turn.now, outputs);
  carry_out(turn, std::move(outputs));
  tell(turn, unattended.elapsed(turn.now));
}

// What is ready goes out; each envelope says what has come in.
void Session::Body::flush(Turn& turn) {
  if (!is_joined()) return;
  for (protocol::ChatSubmitted& message : chat.submit(turn.now)) {
    outbox.add(turn.now, std::move(message), Urgency::Now);
  }
  for (protocol::RequestSubmitted& wish : requests.submit(turn.now)) outbox.add(turn.now, std::move(wish), Urgency::Now);
  std::vector<protocol::ClientMessage> messages = outbox.take(turn.now);
  if (messages.empty() && receipts.is_due(turn.now)) messages.push_back(protocol::Received{receipts.received()});
  if (messages.empty()) return;
  receipts.acknowledge();
  for (command::Send& send : wire.encode(messages, receipts.received())) turn.say(std::move(send));
}

std::optional<Millis> Session::Body::deadline() const {
  if (is_over()) return std::nullopt;
  std::optional<Millis> first = earlier(connection.deadline(), links.deadline());
  first = earlier(first, next_gone_at());
  first = earlier(first, outbox.deadline());
  if (asks()) first = earlier(first, ask_at);
  first = earlier(first, announcement.deadline());
  first = earlier(first, alive.deadline());
  first = earlier(first, receipts.deadline());
  first = earlier(first, chat.deadline());
  first = earlier(first, requests.deadline());
  first = earlier(first, typing.deadline());
  first = earlier(first, renewal.deadline());
  first = earlier(first, unattended.deadline());
  return earlier(first, calls.deadline());
}

}  // namespace meetwire::session
