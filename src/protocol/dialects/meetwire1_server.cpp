// The server's side of meetwire/1: envelopes → client messages, server messages → envelopes.
#include "protocol/dialects/meetwire1.hpp"
#include "protocol/dialects/meetwire1_envelope.hpp"
#include "protocol/dialects/pair_json.hpp"
#include "protocol/fields.hpp"
#include "protocol/text.hpp"

namespace meetwire::protocol {
namespace {

struct WriteServerMessage {
  TextWriter& writer;

  void operator()(const Welcome& welcome) const {
    begin("welcome");
    put(writer, "version", welcome.version);
    put(writer, "resumed", welcome.resumed);
    put(writer, "self", welcome.self);
    put(writer, "members", welcome.members);
    if (welcome.as_of > 0) put(writer, "asOf", welcome.as_of);
    put_ice_servers(welcome.ice_servers);
    put(writer, "secret", welcome.secret);
    if (!welcome.history.empty()) put(writer, "history", welcome.history);
    put(writer, "limits", welcome.limits);
    put(writer, "room", welcome.room);
    if (!welcome.knocks.empty()) put(writer, "knocks", welcome.knocks);
    if (welcome.renew_in_ms > 0) put(writer, "renewMs", welcome.renew_in_ms);
    writer.close('}');
  }
  void operator()(const Refused& refused) const { with_error("refused", refused.error); }
  void operator()(const Ended& ended) const { with_error("ended", ended.error); }
  void operator()(const Problem& problem) const { with_error("problem", problem.error); }
  void operator()(const MemberJoined& joined) const {
    begin("joined");
    put(writer, "member", joined.member);
    writer.close('}');
  }
  void operator()(const MemberChanged& changed) const {
    begin("changed");
    put(writer, "member", changed.member);
    writer.close('}');
  }
  void operator()(const MemberLeft& left) const {
    begin("left");
    put(writer, "user", left.user.value);
    put(writer, "session", left.session.value);
    put(writer, "reason", left.reason);
    writer.close('}');
  }
  void operator()(const SignalFrom& signal) const {
    begin("signal");
    put(writer, "from", signal.from.value);
    put(writer, "session", signal.session.value);
    write_pair(writer, signal.pair);
    writer.close('}');
  }
  void operator()(const ChatDelivered& delivered) const {
    begin("chat");
    put(writer, "message", delivered.message);
    writer.close('}');
  }
  void operator()(const ChatSettled& settled) const {
    begin("chat-settled");
    put(writer, "id", settled.id);
    put(writer, "at", settled.at);
    if (settled.error) put_error(*settled.error);
    writer.close('}');
  }
  void operator()(const CallTold& told) const {
    begin("call");
    put(writer, "call", told.call);
    writer.close('}');
  }
  void operator()(const Waiting& waiting) const {
    begin("waiting");
    if (waiting.renew_in_ms > 0) put(writer, "renewMs", waiting.renew_in_ms);
    writer.close('}');
  }
  void operator()(const Renewed& renewed) const {
    begin("renewed");
    if (renewed.ice_servers) put_ice_servers(*renewed.ice_servers);
    if (renewed.renew_in_ms > 0) put(writer, "renewMs", renewed.renew_in_ms);
    if (renewed.error) put_error(*renewed.error);
    writer.close('}');
  }
  void operator()(const RequestSettled& settled) const {
    begin("request-settled");
    put(writer, "id", settled.id);
    if (settled.error) put_error(*settled.error);
    writer.close('}');
  }
  void operator()(const RoomChanged& changed) const {
    begin("room");
    put(writer, "room", changed.room);
    writer.close('}');
  }
  void operator()(const Reacted& reacted) const {
    begin("reacted");
    put(writer, "from", reacted.from);
    put(writer, "text", reacted.text);
    writer.close('}');
  }
  void operator()(const MuteAsked& asked) const {
    begin("mute-asked");
    put(writer, "from", asked.from);
    put(writer, "source", asked.source);
    writer.close('}');
  }
  void operator()(const Knocked& knocked) const {
    begin("knocked");
    put(writer, "knock", knocked.knock);
    writer.close('}');
  }
  void operator()(const KnockEnded& ended) const {
    begin("knock-ended");
    put(writer, "user", ended.user);
    writer.close('}');
  }
  void operator()(const TypingFrom& typing) const {
    begin("typing");
    put(writer, "from", typing.from.value);
    put(writer, "on", typing.on);
    writer.close('}');
  }
  template <class Other>
  void operator()(const Other&) const {}  // a message that only other dialects have

  void begin(std::string_view type) const {
    writer.open('{');
    put(writer, "type", type);
  }

  // The host's own configuration; what is not a list is no servers.
  void put_ice_servers(const std::string& text) const {
    writer.key("iceServers");
    writer.raw(parse_trusted(text).root().is_array() ? text : "[]");
  }
  void with_error(std::string_view type, const Failure& failure) const {
    begin(type);
    put_error(failure);
    writer.close('}');
  }
  void put_error(const Failure& failure) const {
    writer.key("error");
    writer.open('{');
    put(writer, "code", failure.code);
    if (!failure.detail.empty()) put(writer, "detail", failure.detail);
    writer.close('}');
  }
};

using MaybeMessage = std::variant<ClientMessage, Failure>;

bool read_text(const Value& from, std::string_view key, std::size_t bytes_max, std::string& into) {
  const auto text = find_string(from, key);
  if (!text || text->size() > bytes_max) return false;
  into = *text;
  return true;
}

// Ids and names are taken as they are, up to the envelope's bound: the room judges them, with errors of their own.
MaybeMessage read_hello(const Value& from, const Limits& limits) {
  Hello hello;
  const Value versions = find(from, "versions");
  // The least and the most that the client speaks.
  std::vector<std::uint32_t> span;
  if (!read(versions, span) || span.size() != 2) {
    return malformed("hello: versions");
  }
  hello.version_min = span[0];
  hello.version_max = span[1];
  const auto user = find_string(from, "user");
  if (!user || !get(from, "room", hello.room)) return malformed("hello: room and user");
  hello.user = UserId{std::string(*user)};
  if (const auto name = find_string(from, "name")) hello.name = *name;
  if (find(from, "token") && !read_text(from, "token", limits.token_bytes_max, hello.token)) {
    return malformed("hello: token");
  }
  if (const Value media = find(from, "media"); media && !read(media, hello.media)) {
    return malformed("hello: media");
  }
  if (!get(from, "connect", hello.connect)) return malformed("hello: connect");
  if (const auto secret = find_string(from, "resume")) {
    hello.resume = *secret;
    hello.received = find_count(from, "received").value_or(0);
  }
  if (find(from, "session") && !read_text(from, "session", limits.id_bytes_max, hello.session.value)) {
    return malformed("hello: session");
  }
  hello.viewer = find_bool(from, "viewer").value_or(false);
  if (const Value attributes = find(from, "attributes"); attributes && !read(attributes, hello.attributes)) {
    return malformed("hello: attributes");
  }
  return ClientMessage{std::move(hello)};
}

MaybeMessage read_signal(const Value& from, const Limits& limits) {
  SignalTo signal;
  if (!read_text(from, "to", limits.id_bytes_max, signal.to.value)) return malformed("signal: to");
  if (find(from, "session") && !read_text(from, "session", limits.id_bytes_max, signal.session.value)) {
    return malformed("signal: session");
  }
  if (Failure why; !read_pair(from, limits, signal.pair, why)) return why;
  return ClientMessage{std::move(signal)};
}

MaybeMessage read_chat(const Value& from, const Limits& limits) {
  ChatSubmitted chat;
  if (!read_text(from, "id", limits.id_bytes_max, chat.id) || chat.id.empty()) return malformed("chat: id");
  if (const Value count = find(from, "count"); count && !read(count, chat.count)) return malformed("chat: count");
  const auto text = find_string(from, "text");
  if (!text) return malformed("chat: text");
  chat.text = *text;
  if (find(from, "to")) {
    UserId to;
    if (!read_text(from, "to", limits.id_bytes_max, to.value)) return malformed("chat: to");
    chat.to = std::move(to);
  }
  return ClientMessage{std::move(chat)};
}

MaybeMessage read_call(const Value& from, const Limits& limits) {
  CallSubmitted word;
  // All of it is there or has its default, but for the two that say what is meant.
  const bool whole = find(from, "id") && find(from, "action") && read(from, word);
  if (!whole || !is_acceptable_id(word.id.value, limits.id_bytes_max)) return malformed("call: id and action");
  const bool names = word.action == CallAction::Request || !word.to.empty();
  if (names && !is_acceptable_id(word.to.value, limits.id_bytes_max)) return malformed("call: to");
  if (word.reason.size() > limits.call_reason_bytes_max) return malformed("call: reason");
  return ClientMessage{std::move(word)};
}

MaybeMessage read_request(const Value& from, const Limits& limits) {
  RequestSubmitted wish;
  const bool whole = find(from, "id") && find(from, "action") && read(from, wish);
  if (!whole || !is_acceptable_id(wish.id, limits.id_bytes_max)) return malformed("request");
  return ClientMessage{std::move(wish)};
}

MaybeMessage read_media(const Value& from) {
  MediaAnnounced announced;
  const Value media = find(from, "media");
  if (!read(media, announced.media)) return malformed("media");
  return ClientMessage{announced};
}

MaybeMessage read_client_message(const Value& from, const Limits& limits) {
  const auto type = find_string(from, "type");
  if (!type) return malformed("a message without type");
  if (*type == "signal") return read_signal(from, limits);
  if (*type == "hello") return read_hello(from, limits);
  if (*type == "chat") return read_chat(from, limits);
  if (*type == "call") return read_call(from, limits);
  if (*type == "request") return read_request(from, limits);
  if (*type == "media") return read_media(from);
  if (*type == "typing") {
    const auto on = find_bool(from, "on");
    return on ? MaybeMessage{ClientMessage{Typing{*on}}} : malformed("typing");
  }
  if (*type == "renew") return ClientMessage{Renew{std::string(find_string(from, "token").value_or(""))}};
  if (*type == "leave") return ClientMessage{Leave{}};
  if (*type == "received") return ClientMessage{Received{0, find_bool(from, "welcome").value_or(false)}};
  return Failure{ErrorCode::MessageUnknown, std::string(type->substr(0, 32))};
}

class MeetwireServer final : public ServerDialect {
 public:
  explicit MeetwireServer(const Limits& limits) : limits_(limits) {}

  DialectName name() const override { return DialectName::Meetwire; }

  std::vector<Frame> encode(const std::vector<ServerMessage>& messages, std::uint64_t first_number, std::size_t numbered) override {
    std::vector<std::string> texts;
    for (const ServerMessage& message : messages) texts.push_back(*write(message));
    return pack({texts.begin(), texts.end()}, first_number, numbered);
  }

  std::optional<std::string> write(const ServerMessage& message) const override {
    TextWriter writer;
    std::visit(WriteServerMessage{writer}, message);
    return writer.take();
  }

  std::vector<Frame> pack(const std::vector<std::string_view>& texts, std::uint64_t first_number, std::size_t numbered) const override {
    std::vector<std::string_view> written;
    for (const std::string_view text : texts) {
      if (!text.empty()) written.push_back(text);
    }
    return pack_envelopes(written, "number", first_number, numbered, limits_);
  }

  std::string head(std::uint64_t first_number) const override { return envelope_head("number", first_number); }

  Decoded<ClientMessage> decode(std::string_view frame_name, std::string_view body) override {
    Decoded<ClientMessage> decoded;
    // A client that does not know yet what it talks to asks for a classic roster along with its hello.
    if (frame_name == "roomUserList") return decoded;
    auto opened = open_envelope(frame_name, body, "received", limits_);
    if (auto* failure = std::get_if<Failure>(&opened)) {
      if (failure->code == ErrorCode::MessageUnknown) ++decoded.unknown;
      decoded.failures.push_back(std::move(*failure));
      return decoded;
    }
    auto& envelope = std::get<OpenedEnvelope>(opened);
    decoded.received = envelope.number;
    for (const Value& item : envelope.messages()) {
      auto message = read_client_message(item, limits_);
      if (auto* failure = std::get_if<Failure>(&message)) {
        if (failure->code == ErrorCode::MessageUnknown) ++decoded.unknown;
        decoded.failures.push_back(std::move(*failure));
        continue;
      }
      auto& good = std::get<ClientMessage>(message);
      // The envelope has the number; the message only makes an otherwise empty envelope worth sending.
      if (auto* received = std::get_if<Received>(&good)) received->number = envelope.number;
      decoded.messages.push_back(std::move(good));
    }
    return decoded;
  }

 private:
  Limits limits_;
};

}  // namespace

std::unique_ptr<ServerDialect> make_meetwire_server(const Limits& limits) {
  return std::make_unique<MeetwireServer>(limits);
}

}  // namespace meetwire::protocol
