// The client's side of meetwire/1: client messages → envelopes, envelopes → server messages.
#include "protocol/dialects/meetwire1.hpp"
#include "protocol/dialects/meetwire1_envelope.hpp"
#include "protocol/dialects/pair_json.hpp"
#include "protocol/fields.hpp"

namespace meetwire::protocol {
namespace {

struct WriteClientMessage {
  Json operator()(const Hello& hello) const {
    Json out = typed("hello");
    put(out, "versions", write(std::vector<std::uint32_t>{hello.version_min, hello.version_max}));
    put(out, "room", hello.room.value);
    put(out, "user", hello.user.value);
    put(out, "name", hello.name);
    if (!hello.token.empty()) put(out, "token", hello.token);
    put(out, "media", write(hello.media));
    if (hello.resume) {
      put(out, "resume", *hello.resume);
      put(out, "received", hello.received);
    }
    return out;
  }
  Json operator()(const SignalTo& signal) const {
    Json out = typed("signal");
    put(out, "to", signal.to.value);
    if (!signal.session.empty()) put(out, "session", signal.session.value);
    write_pair(signal.pair, out);
    return out;
  }
  Json operator()(const ChatSubmitted& chat) const {
    Json out = typed("chat");
    put(out, "id", chat.id);
    put(out, "text", chat.text);
    if (chat.to) put(out, "to", chat.to->value);
    return out;
  }
  Json operator()(const MediaAnnounced& announced) const {
    Json out = typed("media");
    put(out, "media", write(announced.media));
    return out;
  }
  Json operator()(const Leave&) const { return typed("leave"); }
  Json operator()(const Received&) const { return typed("received"); }  // the envelope has the number
  template <class Other>
  Json operator()(const Other&) const {
    return Json();  // a message that only other dialects have
  }
};

using MaybeMessage = std::variant<ServerMessage, Failure>;

Failure malformed(std::string what) { return Failure{ErrorCode::MessageMalformed, std::move(what)}; }

// A row of the roster; none when it could not be anybody's.
std::optional<Participant> read_row(const Json& from, const Limits& limits) {
  Participant row;
  if (!read(from, row)) return std::nullopt;
  if (!is_acceptable_id(row.user.value, limits.id_bytes_max)) return std::nullopt;
  if (row.session.value.size() > limits.id_bytes_max) return std::nullopt;
  if (!is_acceptable_name(row.name, limits.name_bytes_max)) return std::nullopt;
  return row;
}

WelcomeLimits read_limits(const Json& from) {
  WelcomeLimits limits;
  limits.message_bytes_max = find_count32(from, "messageBytesMax").value_or(0);
  limits.chat_bytes_max = find_count32(from, "chatBytesMax").value_or(0);
  limits.participants_max = find_count32(from, "participantsMax").value_or(0);
  limits.resume_window_ms = find_count32(from, "resumeWindowMs").value_or(0);
  return limits;
}

MaybeMessage read_welcome(const Json& from, const Limits& limits) {
  Welcome welcome;
  const Json* self = find(from, "self");
  const Json* members = find(from, "members");
  const std::string* secret = find_string(from, "secret");
  const auto version = find_count32(from, "version");
  if (self == nullptr || members == nullptr || !members->is_array() || secret == nullptr || !version) {
    return malformed("welcome");
  }
  auto row = read_row(*self, limits);
  if (!row) return malformed("welcome: own row");
  welcome.self = std::move(*row);
  welcome.version = *version;
  welcome.resumed = find_bool(from, "resumed").value_or(false);
  welcome.secret = *secret;
  if (const Json* ice = find(from, "iceServers"); ice != nullptr && ice->is_array()) welcome.ice_servers = to_text(*ice);
  if (const Json* bounds = find(from, "limits")) welcome.limits = read_limits(*bounds);
  for (const Json& item : *members) {
    // A row that is nobody's harms nobody: the rest of the roster counts.
    if (auto member = read_row(item, limits)) welcome.members.push_back(std::move(*member));
  }
  return ServerMessage{std::move(welcome)};
}

MaybeMessage read_failure(const Json& from, bool refused) {
  Failure failure;
  const Json* error = find(from, "error");
  // A code of a newer server's is still an end: it must not be taken for nothing.
  if (error == nullptr || !read(*error, failure)) failure = Failure{ErrorCode::ServerIncompatible, "unknown reason"};
  if (refused) return ServerMessage{Refused{std::move(failure)}};
  return ServerMessage{Ended{std::move(failure)}};
}

MaybeMessage read_member(const Json& from, bool joined, const Limits& limits) {
  const Json* member = find(from, "member");
  auto row = member == nullptr ? std::nullopt : read_row(*member, limits);
  if (!row) return malformed("member");
  if (joined) return ServerMessage{MemberJoined{std::move(*row)}};
  return ServerMessage{MemberChanged{std::move(*row)}};
}

MaybeMessage read_left(const Json& from) {
  const std::string* user = find_string(from, "user");
  const std::string* session = find_string(from, "session");
  if (user == nullptr || session == nullptr) return malformed("left");
  return ServerMessage{MemberLeft{UserId{*user}, SessionId{*session},
                                  find_named<LeaveReason>(from, "reason").value_or(LeaveReason::Left)}};
}

MaybeMessage read_signal(const Json& from, const Limits& limits) {
  const std::string* user = find_string(from, "from");
  const std::string* session = find_string(from, "session");
  if (user == nullptr || session == nullptr) return malformed("signal");
  auto pair = read_pair(from, limits);
  if (auto* failure = std::get_if<Failure>(&pair)) return std::move(*failure);
  return ServerMessage{SignalFrom{UserId{*user}, SessionId{*session}, std::get<PairMessage>(std::move(pair))}};
}

MaybeMessage read_chat(const Json& from) {
  ChatDelivered delivered;
  const Json* message = find(from, "message");
  if (message == nullptr || !read(*message, delivered.message) || delivered.message.id.empty()) return malformed("chat");
  return ServerMessage{std::move(delivered)};
}

MaybeMessage read_settled(const Json& from) {
  ChatSettled settled;
  const std::string* id = find_string(from, "id");
  if (id == nullptr) return malformed("chat-settled");
  settled.id = *id;
  settled.at = static_cast<std::int64_t>(find_count(from, "at").value_or(0));
  if (const Json* error = find(from, "error")) {
    Failure failure;
    if (!read(*error, failure)) failure = Failure{ErrorCode::ServerIncompatible, "unknown reason"};
    settled.error = std::move(failure);
  }
  return ServerMessage{std::move(settled)};
}

MaybeMessage read_problem(const Json& from) {
  Failure failure;
  const Json* error = find(from, "error");
  if (error == nullptr || !read(*error, failure)) return malformed("problem");
  return ServerMessage{Problem{std::move(failure)}};
}

MaybeMessage read_server_message(const Json& from, const Limits& limits) {
  const std::string* type = find_string(from, "type");
  if (type == nullptr) return malformed("a message without type");
  if (*type == "signal") return read_signal(from, limits);
  if (*type == "welcome") return read_welcome(from, limits);
  if (*type == "joined") return read_member(from, true, limits);
  if (*type == "changed") return read_member(from, false, limits);
  if (*type == "left") return read_left(from);
  if (*type == "chat") return read_chat(from);
  if (*type == "chat-settled") return read_settled(from);
  if (*type == "problem") return read_problem(from);
  if (*type == "refused") return read_failure(from, true);
  if (*type == "ended") return read_failure(from, false);
  return Failure{ErrorCode::MessageUnknown, type->substr(0, 32)};
}

class MeetwireClient final : public ClientDialect {
 public:
  explicit MeetwireClient(const Limits& limits) : limits_(limits) {}

  DialectName name() const override { return DialectName::Meetwire; }

  std::vector<Frame> encode(const std::vector<ClientMessage>& messages, std::uint64_t received) override {
    std::vector<Json> written;
    written.reserve(messages.size());
    for (const ClientMessage& message : messages) {
      Json json = std::visit(WriteClientMessage{}, message);
      if (!json.is_null()) written.push_back(std::move(json));
    }
    return pack_envelopes(written, "received", received, /*number_counts_messages=*/false, limits_);
  }

  Decoded<ServerMessage> decode(std::string_view frame_name, std::string_view body) override {
    Decoded<ServerMessage> decoded;
    // A server is trusted with longer rosters than a peer is with messages, but not with endless ones.
    Limits generous = limits_;
    generous.message_bytes_max = limits_.message_bytes_max * 4;
    auto opened = open_envelope(frame_name, body, "number", generous);
    if (auto* failure = std::get_if<Failure>(&opened)) {
      decoded.failures.push_back(std::move(*failure));
      return decoded;
    }
    auto& envelope = std::get<OpenedEnvelope>(opened);
    decoded.first_number = envelope.number;
    for (const Json& item : envelope.messages) {
      auto message = read_server_message(item, limits_);
      if (auto* failure = std::get_if<Failure>(&message)) {
        // What cannot be read keeps its place, as messages are numbered by position.
        if (failure->code == ErrorCode::MessageUnknown) ++decoded.unknown;
        decoded.messages.push_back(Problem{std::move(*failure)});
      } else {
        decoded.messages.push_back(std::get<ServerMessage>(std::move(message)));
      }
    }
    return decoded;
  }

 private:
  Limits limits_;
};

}  // namespace

std::unique_ptr<ClientDialect> make_meetwire_client(const Limits& limits) {
  return std::make_unique<MeetwireClient>(limits);
}

}  // namespace meetwire::protocol
