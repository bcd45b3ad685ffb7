// The client's side of meetwire/1: client messages → envelopes, envelopes → server messages.
#include "protocol/dialects/meetwire1.hpp"
#include "protocol/dialects/meetwire1_envelope.hpp"
#include "protocol/dialects/pair_json.hpp"
#include "protocol/fields.hpp"
#include "protocol/text.hpp"

namespace meetwire::protocol {
namespace {

struct WriteClientMessage {
  TextWriter& writer;

  void operator()(const Hello& hello) const {
    begin("hello");
    put(writer, "versions", std::vector<std::uint32_t>{hello.version_min, hello.version_max});
    put(writer, "room", hello.room);
    put(writer, "user", hello.user.value);
    put(writer, "name", hello.name);
    if (!hello.token.empty()) put(writer, "token", hello.token);
    put(writer, "media", hello.media);
    if (hello.resume) {
      put(writer, "resume", *hello.resume);
      put(writer, "received", hello.received);
    }
    writer.close('}');
  }
  void operator()(const SignalTo& signal) const {
    begin("signal");
    put(writer, "to", signal.to.value);
    if (!signal.session.empty()) put(writer, "session", signal.session.value);
    write_pair(writer, signal.pair);
    writer.close('}');
  }
  void operator()(const ChatSubmitted& chat) const {
    begin("chat");
    put(writer, "id", chat.id);
    put(writer, "text", chat.text);
    if (chat.to) put(writer, "to", chat.to->value);
    writer.close('}');
  }
  void operator()(const CallSubmitted& word) const {
    begin("call");
    write_members(writer, word);
    writer.close('}');
  }
  void operator()(const MediaAnnounced& announced) const {
    begin("media");
    put(writer, "media", announced.media);
    writer.close('}');
  }
  void operator()(const Leave&) const { bare("leave"); }
  void operator()(const Received&) const { bare("received"); }  // the envelope has the number
  template <class Other>
  void operator()(const Other&) const {}  // a message that only other dialects have

  void begin(std::string_view type) const {
    writer.open('{');
    put(writer, "type", type);
  }
  void bare(std::string_view type) const {
    begin(type);
    writer.close('}');
  }
};

using MaybeMessage = std::variant<ServerMessage, Failure>;

Failure malformed(std::string what) { return Failure{ErrorCode::MessageMalformed, std::move(what)}; }

// A row of the roster; none when it could not be anybody's.
std::optional<Participant> read_row(const Value& from, const Limits& limits) {
  Participant row;
  if (!read(from, row)) return std::nullopt;
  if (!is_acceptable_id(row.user.value, limits.id_bytes_max)) return std::nullopt;
  if (row.session.value.size() > limits.id_bytes_max) return std::nullopt;
  if (!is_acceptable_name(row.name, limits.name_bytes_max)) return std::nullopt;
  return row;
}

WelcomeLimits read_limits(const Value& from) {
  WelcomeLimits limits;
  limits.message_bytes_max = find_count32(from, "messageBytesMax").value_or(0);
  limits.chat_bytes_max = find_count32(from, "chatBytesMax").value_or(0);
  limits.participants_max = find_count32(from, "participantsMax").value_or(0);
  limits.resume_window_ms = find_count32(from, "resumeWindowMs").value_or(0);
  return limits;
}

MaybeMessage read_welcome(const Value& from, const Limits& limits) {
  Welcome welcome;
  const Value self = find(from, "self");
  const Value members = find(from, "members");
  const auto secret = find_string(from, "secret");
  const auto version = find_count32(from, "version");
  if (!self || !members.is_array() || !secret || !version) {
    return malformed("welcome");
  }
  auto row = read_row(self, limits);
  if (!row) return malformed("welcome: own row");
  welcome.self = std::move(*row);
  welcome.version = *version;
  welcome.resumed = find_bool(from, "resumed").value_or(false);
  welcome.secret = *secret;
  welcome.as_of = find_count(from, "asOf").value_or(0);
  if (const Value ice = find(from, "iceServers"); ice.is_array()) welcome.ice_servers = to_text(ice);
  if (const Value bounds = find(from, "limits")) welcome.limits = read_limits(bounds);
  for (const Value& item : members) {
    // A row that is nobody's harms nobody: the rest of the roster counts.
    if (auto member = read_row(item, limits)) welcome.members.push_back(std::move(*member));
  }
  return ServerMessage{std::move(welcome)};
}

MaybeMessage read_failure(const Value& from, bool refused) {
  Failure failure;
  const Value error = find(from, "error");
  // A code of a newer server's is still an end: it must not be taken for nothing.
  // `internal` is said of one's own core, and is nobody else's to say.
  if (!read(error, failure) || failure.code == ErrorCode::Internal) failure = Failure{ErrorCode::ServerIncompatible, "unknown reason"};
  if (refused) return ServerMessage{Refused{std::move(failure)}};
  return ServerMessage{Ended{std::move(failure)}};
}

MaybeMessage read_member(const Value& from, bool joined, const Limits& limits) {
  const Value member = find(from, "member");
  auto row = read_row(member, limits);
  if (!row) return malformed("member");
  if (joined) return ServerMessage{MemberJoined{std::move(*row)}};
  return ServerMessage{MemberChanged{std::move(*row)}};
}

MaybeMessage read_left(const Value& from) {
  const auto user = find_string(from, "user");
  const auto session = find_string(from, "session");
  if (!user || !session) return malformed("left");
  return ServerMessage{MemberLeft{UserId{std::string(*user)}, SessionId{std::string(*session)},
                                  find_named<LeaveReason>(from, "reason").value_or(LeaveReason::Left)}};
}

MaybeMessage read_signal(const Value& from, const Limits& limits) {
  const auto user = find_string(from, "from");
  const auto session = find_string(from, "session");
  if (!user || !session) return malformed("signal");
  auto pair = read_pair(from, limits);
  if (auto* failure = std::get_if<Failure>(&pair)) return std::move(*failure);
  return ServerMessage{SignalFrom{UserId{std::string(*user)}, SessionId{std::string(*session)}, std::get<PairMessage>(std::move(pair))}};
}

// Both ids are remembered for as long as the meeting lasts: their bounds are the server's, but nothing makes it keep them.
MaybeMessage read_chat(const Value& from, const Limits& limits) {
  ChatDelivered delivered;
  const Value value = find(from, "message");
  const ChatMessage& message = delivered.message;
  if (!read(value, delivered.message) || message.id.empty() || message.id.size() > limits.id_bytes_max ||
      message.from.value.size() > limits.id_bytes_max) {
    return malformed("chat");
  }
  return ServerMessage{std::move(delivered)};
}

MaybeMessage read_call(const Value& from) {
  CallTold told;
  if (!read(find(from, "call"), told.call) || told.call.id.empty()) return malformed("call");
  return ServerMessage{std::move(told)};
}

MaybeMessage read_settled(const Value& from) {
  ChatSettled settled;
  const auto id = find_string(from, "id");
  if (!id) return malformed("chat-settled");
  settled.id = *id;
  settled.at = static_cast<std::int64_t>(find_count(from, "at").value_or(0));
  if (const Value error = find(from, "error")) {
    Failure failure;
    if (!read(error, failure)) failure = Failure{ErrorCode::ServerIncompatible, "unknown reason"};
    settled.error = std::move(failure);
  }
  return ServerMessage{std::move(settled)};
}

MaybeMessage read_problem(const Value& from) {
  Failure failure;
  const Value error = find(from, "error");
  if (!read(error, failure)) return malformed("problem");
  return ServerMessage{Problem{std::move(failure)}};
}

MaybeMessage read_server_message(const Value& from, const Limits& limits) {
  const auto type = find_string(from, "type");
  if (!type) return malformed("a message without type");
  if (*type == "signal") return read_signal(from, limits);
  if (*type == "welcome") return read_welcome(from, limits);
  if (*type == "joined") return read_member(from, true, limits);
  if (*type == "changed") return read_member(from, false, limits);
  if (*type == "left") return read_left(from);
  if (*type == "chat") return read_chat(from, limits);
  if (*type == "chat-settled") return read_settled(from);
  if (*type == "call") return read_call(from);
  if (*type == "problem") return read_problem(from);
  if (*type == "refused") return read_failure(from, true);
  if (*type == "ended") return read_failure(from, false);
  return Failure{ErrorCode::MessageUnknown, std::string(type->substr(0, 32))};
}

class MeetwireClient final : public ClientDialect {
 public:
  explicit MeetwireClient(const Limits& limits) : limits_(limits) {}

  DialectName name() const override { return DialectName::Meetwire; }

  std::vector<Frame> encode(const std::vector<ClientMessage>& messages, std::uint64_t received) override {
    std::vector<std::string> written;
    written.reserve(messages.size());
    for (const ClientMessage& message : messages) {
      TextWriter writer;
      std::visit(WriteClientMessage{writer}, message);
      std::string text = writer.take();
      if (!text.empty()) written.push_back(std::move(text));
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
    for (const Value& item : envelope.messages()) {
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
