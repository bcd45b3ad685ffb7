// The server's side of meetwire/1: envelopes → client messages, server messages → envelopes.
#include "protocol/dialects/meetwire1.hpp"
#include "protocol/dialects/meetwire1_envelope.hpp"
#include "protocol/dialects/pair_json.hpp"
#include "protocol/fields.hpp"

namespace meetwire::protocol {
namespace {

Json write_failure(const Failure& failure) {
  Json out = Json::object();
  put(out, "code", name_of(failure.code));
  if (!failure.detail.empty()) put(out, "detail", failure.detail);
  return out;
}

Json write_ice_servers(const std::string& text) {
  // The host's own configuration; what is not a list is no servers.
  Json servers = parse_trusted(text);
  return servers.is_array() ? servers : Json::array();
}

struct WriteServerMessage {
  Json operator()(const Welcome& welcome) const {
    Json out = typed("welcome");
    put(out, "version", welcome.version);
    put(out, "resumed", welcome.resumed);
    put(out, "self", write(welcome.self));
    put(out, "members", write(welcome.members));
    put(out, "iceServers", write_ice_servers(welcome.ice_servers));
    put(out, "secret", welcome.secret);
    Json limits = Json::object();
    put(limits, "messageBytesMax", welcome.limits.message_bytes_max);
    put(limits, "chatBytesMax", welcome.limits.chat_bytes_max);
    put(limits, "participantsMax", welcome.limits.participants_max);
    put(limits, "resumeWindowMs", welcome.limits.resume_window_ms);
    put(out, "limits", std::move(limits));
    return out;
  }
  Json operator()(const Refused& refused) const { return with_error("refused", refused.error); }
  Json operator()(const Ended& ended) const { return with_error("ended", ended.error); }
  Json operator()(const Problem& problem) const { return with_error("problem", problem.error); }
  Json operator()(const MemberJoined& joined) const {
    Json out = typed("joined");
    put(out, "member", write(joined.member));
    return out;
  }
  Json operator()(const MemberChanged& changed) const {
    Json out = typed("changed");
    put(out, "member", write(changed.member));
    return out;
  }
  Json operator()(const MemberLeft& left) const {
    Json out = typed("left");
    put(out, "user", left.user.value);
    put(out, "session", left.session.value);
    put(out, "reason", left.reason);
    return out;
  }
  Json operator()(const SignalFrom& signal) const {
    Json out = typed("signal");
    put(out, "from", signal.from.value);
    put(out, "session", signal.session.value);
    write_pair(signal.pair, out);
    return out;
  }
  Json operator()(const ChatDelivered& delivered) const {
    Json out = typed("chat");
    put(out, "message", write(delivered.message));
    return out;
  }
  Json operator()(const ChatSettled& settled) const {
    Json out = typed("chat-settled");
    put(out, "id", settled.id);
    put(out, "at", settled.at);
    if (settled.error) put(out, "error", write_failure(*settled.error));
    return out;
  }
  template <class Other>
  Json operator()(const Other&) const {
    return Json();  // a message that only other dialects have
  }

  static Json with_error(const char* type, const Failure& failure) {
    Json out = typed(type);
    put(out, "error", write_failure(failure));
    return out;
  }
};

using MaybeMessage = std::variant<ClientMessage, Failure>;

Failure malformed(std::string what) { return Failure{ErrorCode::MessageMalformed, std::move(what)}; }

bool read_text(const Json& from, std::string_view key, std::size_t bytes_max, std::string& into) {
  const std::string* text = find_string(from, key);
  if (text == nullptr || text->size() > bytes_max) return false;
  into = *text;
  return true;
}

// Ids and names are taken as they are, up to the envelope's bound: the room judges them, with errors of their own.
MaybeMessage read_hello(const Json& from, const Limits& limits) {
  Hello hello;
  const Json* versions = find(from, "versions");
  if (versions == nullptr || !versions->is_array() || versions->size() != 2 || !read((*versions)[0], hello.version_min) ||
      !read((*versions)[1], hello.version_max)) {
    return malformed("hello: versions");
  }
  const std::string* room = find_string(from, "room");
  const std::string* user = find_string(from, "user");
  if (room == nullptr || user == nullptr) return malformed("hello: room and user");
  hello.room = RoomId{*room};
  hello.user = UserId{*user};
  if (const std::string* name = find_string(from, "name")) hello.name = *name;
  if (find(from, "token") != nullptr && !read_text(from, "token", limits.token_bytes_max, hello.token)) {
    return malformed("hello: token");
  }
  if (const Json* media = find(from, "media"); media != nullptr && !read(*media, hello.media)) {
    return malformed("hello: media");
  }
  if (const std::string* secret = find_string(from, "resume")) {
    hello.resume = *secret;
    hello.received = find_count(from, "received").value_or(0);
  }
  return ClientMessage{std::move(hello)};
}

MaybeMessage read_signal(const Json& from, const Limits& limits) {
  SignalTo signal;
  if (!read_text(from, "to", limits.id_bytes_max, signal.to.value)) return malformed("signal: to");
  if (find(from, "session") != nullptr && !read_text(from, "session", limits.id_bytes_max, signal.session.value)) {
    return malformed("signal: session");
  }
  auto pair = read_pair(from, limits);
  if (auto* failure = std::get_if<Failure>(&pair)) return std::move(*failure);
  signal.pair = std::get<PairMessage>(std::move(pair));
  return ClientMessage{std::move(signal)};
}

MaybeMessage read_chat(const Json& from, const Limits& limits) {
  ChatSubmitted chat;
  if (!read_text(from, "id", limits.id_bytes_max, chat.id) || chat.id.empty()) return malformed("chat: id");
  const std::string* text = find_string(from, "text");
  if (text == nullptr) return malformed("chat: text");
  chat.text = *text;
  if (find(from, "to") != nullptr) {
    UserId to;
    if (!read_text(from, "to", limits.id_bytes_max, to.value)) return malformed("chat: to");
    chat.to = std::move(to);
  }
  return ClientMessage{std::move(chat)};
}

MaybeMessage read_media(const Json& from) {
  MediaAnnounced announced;
  const Json* media = find(from, "media");
  if (media == nullptr || !read(*media, announced.media)) return malformed("media");
  return ClientMessage{announced};
}

MaybeMessage read_client_message(const Json& from, const Limits& limits) {
  const std::string* type = find_string(from, "type");
  if (type == nullptr) return malformed("a message without type");
  if (*type == "signal") return read_signal(from, limits);
  if (*type == "hello") return read_hello(from, limits);
  if (*type == "chat") return read_chat(from, limits);
  if (*type == "media") return read_media(from);
  if (*type == "leave") return ClientMessage{Leave{}};
  if (*type == "received") return ClientMessage{Received{}};
  return Failure{ErrorCode::MessageUnknown, type->substr(0, 32)};
}

class MeetwireServer final : public ServerDialect {
 public:
  explicit MeetwireServer(const Limits& limits) : limits_(limits) {}

  DialectName name() const override { return DialectName::Meetwire; }

  std::vector<Frame> encode(const std::vector<ServerMessage>& messages, std::uint64_t first_number) override {
    std::vector<Json> written;
    written.reserve(messages.size());
    for (const ServerMessage& message : messages) {
      Json json = std::visit(WriteServerMessage{}, message);
      if (!json.is_null()) written.push_back(std::move(json));
    }
    return pack_envelopes(written, "number", first_number, /*number_counts_messages=*/true, limits_);
  }

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
    for (const Json& item : envelope.messages) {
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
