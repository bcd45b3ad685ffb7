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
    if (hello.connect != Connect::Everyone) put(writer, "connect", hello.connect);
    if (hello.resume) {
      put(writer, "resume", *hello.resume);
      put(writer, "received", hello.received);
    }
    if (!hello.session.empty()) put(writer, "session", hello.session.value);
    if (hello.viewer) put(writer, "viewer", true);
    if (!hello.attributes.empty()) put(writer, "attributes", hello.attributes);
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
    if (chat.count != 0) put(writer, "count", chat.count);
    writer.close('}');
  }
  void operator()(const CallSubmitted& word) const {
    begin("call");
    write_members(writer, word);
    writer.close('}');
  }
  void operator()(const RequestSubmitted& wish) const {
    begin("request");
    write_members(writer, wish);
    writer.close('}');
  }
  void operator()(const MediaAnnounced& announced) const {
    begin("media");
    put(writer, "media", announced.media);
    writer.close('}');
  }
  void operator()(const Typing& typing) const {
    begin("typing");
    put(writer, "on", typing.on);
    writer.close('}');
  }
  void operator()(const Renew& renew) const {
    begin("renew");
    if (!renew.token.empty()) put(writer, "token", renew.token);
    writer.close('}');
  }
  void operator()(const Leave&) const { bare("leave"); }
  // The envelope has the number.
  void operator()(const Received& received) const {
    begin("received");
    if (received.welcome) put(writer, "welcome", true);
    writer.close('}');
  }
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

// A row of the roster; false when it could not be anybody's.
bool read_row(const Value& from, const Limits& limits, Participant& row) {
  return read(from, row) && is_acceptable_id(row.user.value, limits.id_bytes_max) &&
         row.session.value.size() <= limits.id_bytes_max && is_acceptable_name(row.name, limits.name_bytes_max);
}

bool has_texts(const Value& from, std::string_view first, std::string_view second) {
  return find_string(from, first) && find_string(from, second);
}

WelcomeLimits read_limits(const Value& from) {
  WelcomeLimits limits;
  limits.message_bytes_max = find_count32(from, "messageBytesMax").value_or(0);
  limits.chat_bytes_max = find_count32(from, "chatBytesMax").value_or(0);
  limits.participants_max = find_count32(from, "participantsMax").value_or(0);
  limits.resume_window_ms = find_count32(from, "resumeWindowMs").value_or(0);
  return limits;
}

// Both ids are remembered for as long as the meeting lasts: their bounds are the server's, but nothing makes it keep them.
bool read_message(const Value& from, ChatMessage& into, const Limits& limits) {
  return read(from, into) && !into.id.empty() && into.id.size() <= limits.id_bytes_max &&
         into.from.value.size() <= limits.id_bytes_max;
}

// Each reads into the message in its place, which saves the module the code to build it elsewhere and move it. False:
// `why` says so, if more is to be said than that it is malformed.

bool read_welcome(const Value& from, const Limits& limits, Welcome& welcome) {
  const Value members = find(from, "members");
  const auto secret = find_string(from, "secret");
  const auto version = find_count32(from, "version");
  if (!members.is_array() || !secret || !version) return false;
  if (!read_row(find(from, "self"), limits, welcome.self)) return false;
  welcome.version = *version;
  welcome.resumed = find_bool(from, "resumed").value_or(false);
  welcome.secret = *secret;
  welcome.as_of = find_count(from, "asOf").value_or(0);
  if (const Value ice = find(from, "iceServers"); ice.is_array()) welcome.ice_servers = to_text(ice);
  welcome.renew_in_ms = find_count32(from, "renewMs").value_or(0);
  if (const Value bounds = find(from, "limits")) welcome.limits = read_limits(bounds);
  if (const Value room = find(from, "room")) read(room, welcome.room);
  for (const Value& item : find(from, "knocks")) {
    if (!read(item, welcome.knocks.emplace_back())) welcome.knocks.pop_back();
  }
  for (const Value& item : members) {
    // A row that is nobody's harms nobody: the rest of the roster counts.
    if (!read_row(item, limits, welcome.members.emplace_back())) welcome.members.pop_back();
  }
  for (const Value& item : find(from, "history")) {
    if (welcome.history.size() == limits.chat_ids_remembered_max) break;
    ChatMessage& message = welcome.history.emplace_back();
    if (!read_message(item, message, limits) || message.to) welcome.history.pop_back();
  }
  return true;
}

// A code of a newer server's is still an end: it must not be taken for nothing. `internal` is said of one's own core, and is
// nobody else's to say.
void read_reason(const Value& error, Failure& into) {
  if (!read(error, into) || into.code == ErrorCode::Internal) into = Failure{ErrorCode::ServerIncompatible, "unknown reason"};
}

bool read_settled(const Value& from, std::string& id, std::optional<Failure>& failure) {
  if (const Value error = find(from, "error")) read_reason(error, failure.emplace());
  return find(from, "id") && get_text(from, "id", id);
}

bool read_signal(const Value& from, const Limits& limits, SignalFrom& signal, Failure& why) {
  if (!has_texts(from, "from", "session")) return false;
  get_text(from, "from", signal.from.value);
  get_text(from, "session", signal.session.value);
  return read_pair(from, limits, signal.pair, why);
}

bool read_left(const Value& from, MemberLeft& left) {
  if (!has_texts(from, "user", "session")) return false;
  get_text(from, "user", left.user.value);
  get_text(from, "session", left.session.value);
  left.reason = find_named<LeaveReason>(from, "reason").value_or(LeaveReason::Left);
  return true;
}

bool read_typing(const Value& from, TypingFrom& typing) {
  const auto on = find_bool(from, "on");
  typing.on = on.value_or(false);
  return on && find_string(from, "from") && get_text(from, "from", typing.from.value);
}

bool read_renewed(const Value& from, Renewed& renewed) {
  if (const Value error = find(from, "error")) read_reason(error, renewed.error.emplace());
  if (const Value ice = find(from, "iceServers"); ice.is_array()) renewed.ice_servers = to_text(ice);
  renewed.renew_in_ms = find_count32(from, "renewMs").value_or(0);
  return true;
}

bool read_server_message(std::string_view type, const Value& from, const Limits& limits, ServerMessage& into, Failure& why) {
  const auto is = [type](std::string_view name) { return type == name; };
  if (is("signal")) return read_signal(from, limits, into.emplace<SignalFrom>(), why);
  if (is("welcome")) return read_welcome(from, limits, into.emplace<Welcome>());
  if (is("joined")) return read_row(find(from, "member"), limits, into.emplace<MemberJoined>().member);
  if (is("changed")) return read_row(find(from, "member"), limits, into.emplace<MemberChanged>().member);
  if (is("left")) return read_left(from, into.emplace<MemberLeft>());
  if (is("chat")) return read_message(find(from, "message"), into.emplace<ChatDelivered>().message, limits);
  if (is("chat-settled")) {
    auto& settled = into.emplace<ChatSettled>();
    settled.at = static_cast<std::int64_t>(find_count(from, "at").value_or(0));
    return read_settled(from, settled.id, settled.error);
  }
  if (is("request-settled")) {
    auto& settled = into.emplace<RequestSettled>();
    return read_settled(from, settled.id, settled.error);
  }
  if (is("waiting")) return into.emplace<Waiting>().renew_in_ms = find_count32(from, "renewMs").value_or(0), true;
  if (is("renewed")) return read_renewed(from, into.emplace<Renewed>());
  if (is("room")) return read(find(from, "room"), into.emplace<RoomChanged>().room);
  if (is("knocked")) return read(find(from, "knock"), into.emplace<Knocked>().knock);
  if (is("knock-ended")) return find(from, "user") && get_text(from, "user", into.emplace<KnockEnded>().user.value);
  if (is("mute-asked")) {
    auto& asked = into.emplace<MuteAsked>();
    asked.source = find_named<Source>(from, "source").value_or(Source::Microphone);
    return find(from, "from") && get_text(from, "from", asked.from.value);
  }
  if (is("reacted")) {
    auto& reacted = into.emplace<Reacted>();
    return has_texts(from, "from", "text") && get_text(from, "from", reacted.from.value) && get_text(from, "text", reacted.text);
  }
  if (is("call")) {
    Call& call = into.emplace<CallTold>().call;
    return read(find(from, "call"), call) && !call.id.empty();
  }
  if (is("typing")) return read_typing(from, into.emplace<TypingFrom>());
  if (is("problem")) return read(find(from, "error"), into.emplace<Problem>().error);
  if (is("refused")) return read_reason(find(from, "error"), into.emplace<Refused>().error), true;
  if (is("ended")) return read_reason(find(from, "error"), into.emplace<Ended>().error), true;
  why = Failure{ErrorCode::MessageUnknown, std::string(type.substr(0, 32))};
  return false;
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
    return pack_envelopes({written.begin(), written.end()}, "received", received, /*numbered=*/0, limits_);
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
    if (envelope.numbered) decoded.numbered = static_cast<std::size_t>(*envelope.numbered);
    for (const Value& item : envelope.messages()) {
      const std::string_view type = find_string(item, "type").value_or("");
      ServerMessage& message = decoded.messages.emplace_back();
      Failure why{ErrorCode::MessageMalformed, std::string(type.substr(0, 32))};
      if (read_server_message(type, item, limits_, message, why)) continue;
      // What cannot be read keeps its place, as messages are numbered by position.
      if (why.code == ErrorCode::MessageUnknown) ++decoded.unknown;
      message.emplace<Problem>().error = std::move(why);
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
