// A classic client at our server: what it says, typed and stamped; what it is told, in the words it knows.
#include <array>
#include <map>
#include <set>
#include <utility>

#include "protocol/dialects/classic.hpp"
#include "protocol/dialects/classic_ids.hpp"
#include "protocol/dialects/classic_wire.hpp"
#include "protocol/text.hpp"

namespace meetwire::protocol {
namespace {

using namespace classic;

// The nearest HTTP has: 200 is all that classic clients know, and anything else is not good.
int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::TokenRefused: return 401;
    case ErrorCode::RoomFull:
    case ErrorCode::NotAllowed:
    case ErrorCode::RoomLocked:
    case ErrorCode::Denied:
    case ErrorCode::Removed: return 403;
    case ErrorCode::TargetUnknown: return 404;
    case ErrorCode::IdTaken: return 409;
    case ErrorCode::MessageTooLarge: return 413;
    case ErrorCode::RateLimited: return 429;
    case ErrorCode::ServerClosing: return 503;
    default: return 400;
  }
}

std::string_view words_of(RelayKind kind) {
  switch (kind) {
    case RelayKind::Call: return "远程呼叫";
    case RelayKind::ApplyMic: return "apply mic";
    case RelayKind::AcceptApplyMic: return "acceptApplyMic mic";
    case RelayKind::RefuseApplyMic: return "refuseApplyMic mic";
    case RelayKind::Message: return "";
  }
  return "";
}

class ClassicServer final : public ServerDialect {
 public:
  ClassicServer(ClassicIdentity identity, const Limits& limits) : identity_(std::move(identity)), limits_(limits) {}

  DialectName name() const override { return DialectName::Classic; }

  std::vector<Frame> encode(const std::vector<ServerMessage>& messages, std::uint64_t, std::size_t /*numbered*/) override {
    std::vector<Frame> frames;
    for (const ServerMessage& message : messages) {
      std::visit([&](const auto& one) { write_message(one, frames); }, message);
    }
    return frames;
  }

  Decoded<ClientMessage> decode(std::string_view frame_name, std::string_view body) override {
    // The room settles a chat in the step that brought it.
    chat_sent_.reset();
    Decoded<ClientMessage> decoded;
    const bool empty = body.empty();
    const auto parsed = parse_json(empty ? "null" : body, limits_);
    const auto* document = std::get_if<Document>(&parsed);
    auto message = document == nullptr ? MaybeMessage{std::get<Failure>(parsed)} : read_frame(frame_name, document->root(), empty);
    if (auto* failure = std::get_if<Failure>(&message)) {
      if (failure->code == ErrorCode::MessageUnknown) ++decoded.unknown;
      decoded.failures.push_back(std::move(*failure));
    } else {
      decoded.messages.push_back(std::get<ClientMessage>(std::move(message)));
    }
    return decoded;
  }

 private:
  using MaybeMessage = std::variant<ClientMessage, Failure>;

  bool is_later_edition() const { return identity_.nickname.has_value(); }

  // ---- what the client says

  MaybeMessage read_frame(std::string_view event, const Value& payload, bool empty) {
    if (event == kMessageEvent && empty) return malformed("msg without a payload");
    if (event == kMessageEvent) return read_free_form(payload);
    if (event == kRosterEvent) {
      RosterRequested request;
      if (const auto room = find_id(payload, "roomId", limits_)) request.room = RoomId{*room};
      // As the reference server has to be asked.
      const auto spelled = find_string(payload, "roomId");
      if (identity_.room && spelled && percent_decoded(*spelled) == identity_.room->value) request.room = identity_.room;
      return ClientMessage{std::move(request)};
    }
    if (event == "offer" || event == "answer" || event == "candidate") return read_pair_message(event, payload);
    const auto kind = from_name<RelayKind>(event);
    if (!kind) return Failure{ErrorCode::MessageUnknown, std::string(event.substr(0, 32))};
    const auto target = find_target(payload);
    if (!target) return malformed("a relay without targetUid");
    return ClientMessage{RelayTo{*kind, *target, stamped(payload, /*always=*/true)}};
  }

  // Members may be spelled as the reference server has to be told them.
  std::optional<UserId> find_target(const Value& payload) const {
    auto id = find_id(payload, "targetUid", limits_);
    const auto spelled = find_string(payload, "targetUid");
    if (spelled && (!id || names_.count(UserId{*id}) == 0)) {
      std::string decoded = percent_decoded(*spelled);
      if (names_.count(UserId{decoded}) > 0) id = std::move(decoded);
    }
    return id ? std::optional(UserId{std::move(*id)}) : std::nullopt;
  }

  MaybeMessage read_pair_message(std::string_view event, const Value& payload) {
    const auto target = find_target(payload);
    if (!target) return malformed("a relay without targetUid");
    auto body = read_body(event, payload, limits_);
    if (auto* failure = std::get_if<Failure>(&body)) return std::move(*failure);
    if (names_.count(*target) > 0) called_.insert(*target);  // it has a connection ready
    SignalTo signal;
    signal.to = *target;
    signal.pair.body = std::get<PairBody>(std::move(body));
    signal.original = stamped(payload, /*always=*/true);
    return ClientMessage{std::move(signal)};
  }

  MaybeMessage read_free_form(const Value& payload) {
    const auto type = find_string(payload, "type");
    if (type && is_envelope_type(*type)) return malformed("msg: only the server may say " + std::string(*type));
    ChatSubmitted chat;
    const auto words = find_words(payload);
    const auto text = find_string(payload, "text");
    const auto id = find_id(payload, "id", limits_);
    if (type && *type == "chat" && id && text) {
      chat.id = *id;
      chat.text = *text;
    } else if (words) {
      // Classic clients make no ids: each such message is one of its own.
      chat.id = identity_.session.value + "-" + std::to_string(++chats_without_id_);
      chat.text = *words;
      chat.original = stamped(payload, /*always=*/false);
    } else {
      return ClientMessage{RelayTo{RelayKind::Message, std::nullopt, stamped(payload, /*always=*/false)}};
    }
    chat_sent_ = chat;
    return ClientMessage{std::move(chat)};
  }

  // Whatever the payload claims about its sender is made true. `always`: also where it claims nothing.
  std::string stamped(const Value& payload, bool always) const {
    if (!payload.is_object()) return to_text(payload);
    TextWriter writer;
    writer.open('{');
    // Of a key that comes twice both are made true: who reads the first of them is not lied to either.
    bool says_user = false;
    for (const Value& member : payload) {
      const std::string_view key = member.key();
      writer.key(key);
      if (key == "userId" || key == "from") {
        writer.text(identity_.user.value);
      } else if (key == "nickname" && identity_.nickname) {
        writer.text(*identity_.nickname);
      } else if (key == "roomId") {
        identity_.room ? writer.text(identity_.room->value) : writer.null();
      } else {
        write_text(writer, member);
      }
      says_user = says_user || key == "userId";
    }
    if (always && !says_user) put(writer, "userId", identity_.user);
    writer.close('}');
    return writer.take();
  }

  // ---- what the client is told

  using Frames = std::vector<Frame>;

  // {userId, nickname} in the later edition, null in the first.
  std::string about(const UserId& user, const std::string& nickname) const {
    if (!is_later_edition()) return "null";
    TextWriter writer;
    writer.open('{');
    put(writer, "userId", user);
    put(writer, "nickname", nickname);
    writer.close('}');
    return writer.take();
  }
  void write_join(const Participant& member, Frames& out) {
    names_[member.user] = member.name;
    const std::string words = member.user.value + std::string(kJoinPhrase);
    out.push_back(make_envelope("join", words, kGood, about(member.user, member.name)));
  }
  void write_failure(std::string_view type, const Failure& error, const std::string& chat_id, Frames& out) const {
    const ErrorInfo& info = info_of(error.code);
    TextWriter data;
    data.open('{');
    put(data, "code", info.code);
    if (!chat_id.empty()) put(data, "id", chat_id);
    data.close('}');
    out.push_back(make_envelope(type, info.advice, status_of(error.code), data.take()));
  }

  // The reference server tells the newcomer of itself too; the roster it asks for.
  void write_message(const Welcome& welcome, Frames& out) {
    for (const Participant& member : welcome.members) names_[member.user] = member.name;
    write_join(welcome.self, out);
  }
  void write_message(const MemberJoined& joined, Frames& out) { write_join(joined.member, out); }
  void write_message(const MemberChanged& changed, Frames&) { names_[changed.member.user] = changed.member.name; }
  void write_message(const MemberLeft& left, Frames& out) {
    const auto known = names_.find(left.user);
    called_.erase(left.user);
    const std::string nickname = known == names_.end() ? std::string() : known->second;
    if (known != names_.end()) names_.erase(known);
    const std::string words = left.user.value + std::string(kLeavePhrase);
    out.push_back(make_envelope("leave", words, kGood, about(left.user, nickname)));
  }
  void write_message(const SignalFrom& signal, Frames& out) {
    // Some pages make their connection ready when they are called, and meet an offer with nothing otherwise.
    const bool is_offer = std::holds_alternative<Offer>(signal.pair.body);
    if (is_offer && signal.original.empty() && called_.insert(signal.from).second) {
      out.push_back(make_relay(RelayKind::Call, call_of(signal.from)));
    }
    if (!signal.original.empty()) {
      out.push_back(make_pair_envelope(type_of(signal.pair.body), signal.original));
      return;
    }
    for (const TypedPayload& one : write_pair_payload(signal.pair, signal.from.value, identity_.user.value)) {
      out.push_back(make_pair_envelope(one.type, one.payload));
    }
  }
  void write_message(const ChatDelivered& delivered, Frames& out) const {
    const ChatMessage& message = delivered.message;
    out.push_back(make_chat(message.id, message.from, delivered.name, message.text, message.at, delivered.original));
  }
  // To its sender a classic server sends the message itself: that is the receipt.
  void write_message(const ChatSettled& settled, Frames& out) {
    if (settled.error) {
      write_failure("problem", *settled.error, settled.id, out);
    } else if (chat_sent_ && chat_sent_->id == settled.id) {
      out.push_back(make_chat(settled.id, identity_.user, identity_.nickname.value_or(""), chat_sent_->text, settled.at,
                              chat_sent_->original));
      chat_sent_.reset();
    }
  }
  void write_message(const Problem& problem, Frames& out) const { write_failure("problem", problem.error, {}, out); }
  void write_message(const Refused& refused, Frames& out) const { write_failure("refused", refused.error, {}, out); }
  void write_message(const Ended& ended, Frames& out) const { write_failure("ended", ended.error, {}, out); }
  void write_message(const RosterListed& listed, Frames& out) const {
    const bool later = is_later_edition();
    TextWriter writer;
    writer.open(later ? '[' : '{');
    for (const RosterRow& row : listed.rows) {
      if (later) {
        write_row(writer, row);
      } else {
        TextWriter text;
        write_row(text, row);
        put(writer, row.user.value, text.take());
      }
    }
    writer.close(later ? ']' : '}');
    out.push_back(make_frame(kRosterEvent, writer.take()));
  }
  void write_row(TextWriter& writer, const RosterRow& row) const {
    writer.open('{');
    put(writer, "userId", row.user);
    put(writer, "roomId", identity_.room ? identity_.room->value : std::string());
    if (is_later_edition()) {
      put(writer, "nickname", row.name);
      writer.key("pub");
      row.publisher ? writer.text(*row.publisher) : writer.null();
    }
    writer.close('}');
  }
  // No words for it: calls ring with their own, hands and lobbies are unknown.
  template <class Other>
  void write_message(const Other&, Frames&) const {}
  void write_message(const RelayFrom& relay, Frames& out) {
    if (relay.kind == RelayKind::Message) {
      out.push_back({std::string(kMessageEvent), relay.payload, BodyForm::Json});
      return;
    }
    if (relay.kind == RelayKind::Call) called_.insert(relay.from);
    out.push_back(make_relay(relay.kind, relay.payload.empty() ? call_of(relay.from) : relay.payload));
  }
  static Frame make_relay(RelayKind kind, const std::string& data) {
    return make_envelope(name_of(kind), words_of(kind), kGood, data);
  }

  // What a classic caller would have sent.
  std::string call_of(const UserId& from) const {
    TextWriter writer;
    writer.open('{');
    put(writer, "userId", from);
    put(writer, "targetUid", identity_.user);
    writer.close('}');
    return writer.take();
  }

  static std::string_view type_of(const PairBody& body) {
    if (std::holds_alternative<Offer>(body)) return "offer";
    return std::holds_alternative<Answer>(body) ? "answer" : "candidate";
  }
  static Frame make_pair_envelope(std::string_view type, const std::string& data) {
    const std::string_view words = type == "offer" ? "rtc offer" : type == "answer" ? "rtc answer" : "ice candidate";
    return make_envelope(type, words, kGood, data);
  }
  static Frame make_chat(const std::string& id, const UserId& from, const std::string& name, const std::string& text,
                         std::int64_t at, const std::string& original) {
    if (!original.empty()) return {std::string(kMessageEvent), original, BodyForm::Json};
    TextWriter writer;
    writer.open('{');
    put(writer, "type", "chat");
    put(writer, "id", id);
    put(writer, "from", from);
    put(writer, "name", name);
    put(writer, "text", text);
    put(writer, "at", at);
    writer.close('}');
    return make_frame(kMessageEvent, writer.take());
  }

  ClassicIdentity identity_;
  Limits limits_;
  std::uint64_t chats_without_id_ = 0;
  std::optional<ChatSubmitted> chat_sent_;  // by the frame at hand, for its receipt
  std::set<UserId> called_;                 // with whom there was a call or an offer, either way
  std::map<UserId, std::string> names_;     // of those in the room, as a leaver's row has none
};

}  // namespace

std::unique_ptr<ServerDialect> make_classic_server(ClassicIdentity identity, const Limits& limits) {
  return std::make_unique<ClassicServer>(std::move(identity), limits);
}

}  // namespace meetwire::protocol
