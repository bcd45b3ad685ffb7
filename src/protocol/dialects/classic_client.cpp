// Our client at a classic server, the reference one or a foreign one.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "protocol/dialects/classic.hpp"
#include "protocol/dialects/classic_ids.hpp"
#include "protocol/dialects/classic_wire.hpp"
#include "protocol/dialects/mark.hpp"
#include "protocol/text.hpp"

namespace meetwire::protocol {
namespace {

using namespace classic;

class ClassicClient final : public ClientDialect {
 public:
  ClassicClient(RoomId room, UserId self, std::string name, const Limits& limits)
      : room_(std::move(room)), self_(std::move(self)), name_(std::move(name)), limits_(limits),
        ids_(self_, limits) {}

  DialectName name() const override { return DialectName::Classic; }

  std::vector<Frame> ask_again() override {
    Frames frames;
    if (stage_ == Stage::Asking) ask(frames);
    return frames;
  }

  std::vector<Frame> encode(const std::vector<ClientMessage>& messages, std::uint64_t) override {
    std::vector<Frame> frames;
    for (const ClientMessage& message : messages) {
      std::visit([&](const auto& one) { write_message(one, frames); }, message);
    }
    return frames;
  }

  Decoded<ServerMessage> decode(std::string_view frame_name, std::string_view body) override {
    Decoded<ServerMessage> out;
    const bool is_roster = frame_name == kRosterEvent;
    if (!is_roster && frame_name != kMessageEvent) {
      ++out.unknown;
      return out;
    }
    const auto parsed = parse_json(body.empty() ? "null" : body, limits_);
    if (const auto* failure = std::get_if<Failure>(&parsed)) {
      out.failures.push_back(*failure);
    } else if (is_roster) {
      read_roster(std::get<Document>(parsed).root(), out);
    } else {
      read_envelope(std::get<Document>(parsed).root(), out);
    }
    return out;
  }

 private:
  using Out = Decoded<ServerMessage>;
  using Frames = std::vector<Frame>;

  // ---- what we say

  // The identity is in the query already. A new hello is a new connection: nothing of the old one counts.
  void write_message(const Hello&, Frames& out) {
    stage_ = Stage::Asking;
    since_request_.clear();
    held_back_.clear();
    chats_under_way_.clear();
    called_.clear();
    replies_ = 0;
    rows_.clear();
    ids_.forget();
    ask(out);
  }
  void ask(Frames& out) const {
    for (const RoomId& name : Ids::names_of(room_)) out.push_back(make_roster_request(name));
  }
  void write_message(const SignalTo& signal, Frames& out) {
    const auto* offer = std::get_if<Offer>(&signal.pair.body);
    if (offer != nullptr && offer->opens && called_.erase(signal.to) == 0) out.push_back(make_call(signal.to, true));
    for (const TypedPayload& one : write_pair_payload(signal.pair, ids_.own_address(), ids_.address_of(signal.to))) {
      out.push_back(make_frame(one.type, one.payload));
    }
  }
  // `only_prepares`: some pages make their connection ready when they are called, and meet an offer with nothing
  // otherwise. Ours ring for no such call, and all others pay no heed to it.
  Frame make_call(const UserId& to, bool only_prepares) const {
    return make_frame("call", object([&](TextWriter& writer) {
                        put(writer, "userId", ids_.own_address());
                        put(writer, "targetUid", ids_.address_of(to));
                        if (only_prepares) put(writer, kMark, true);
                      }));
  }
  void write_message(const ChatSubmitted& chat, Frames& out) {
    if (chat.to) return;  // the dialect has no chat to one: the session refuses it before
    if (chats_under_way_.size() == limits_.requests_pending_max) chats_under_way_.erase(chats_under_way_.begin());
    chats_under_way_.push_back(chat.id);
    out.push_back(make_frame(kMessageEvent, object([&](TextWriter& writer) {
                               put(writer, "type", "chat");
                               put(writer, "id", chat.id);
                               put(writer, "from", self_);
                               put(writer, "name", name_);
                               put(writer, "text", chat.text);
                             })));
  }
  void write_message(const RelayTo& relay, Frames& out) {
    if (relay.kind != RelayKind::Call || !relay.to) return;
    out.push_back(make_call(*relay.to, false));
    if (called_.size() < limits_.encoded_ids_max) called_.insert(*relay.to);  // its offer follows
  }
  template <class Other>
  void write_message(const Other&, Frames&) {}  // this dialect has no such message

  // ---- the roster

  // First edition: an object from user id to a row as JSON text. Later edition: an array of rows.
  void read_roster(const Value& reply, Out& out) {
    if (!reply.is_object() && !reply.is_array() && !reply.is_null()) {
      out.failures.push_back(malformed("a roster of another shape"));
      return;
    }
    // Nobody has asked: the answer to a question that was put twice, older than what was said since.
    if (stage_ != Stage::Asking) return;
    bool lists_self = false;
    std::size_t bad_rows = 0;
    for (const Value& item : reply) {
      if (room_.empty()) break;  // in no room: whoever is listed is not with us
      auto row = reply.is_object() ? read_hash_row(std::string(item.key()), item) : read_row(item, std::nullopt);
      lists_self = lists_self || (row && ids_.is_self(row->user.value));
      if (!row) {
        ++bad_rows;
      } else if (!add_row(rows_, std::move(*row))) {
        out.failures.push_back(malformed("a roster of more rows than can be called"));
        break;
      }
    }
    if (bad_rows > 0) out.failures.push_back(malformed(std::to_string(bad_rows) + " roster rows"));
    // A room that is not called so is empty: the one we are in has us in it, unless our row is lost.
    if (!lists_self && ++replies_ < Ids::names_of(room_).size()) return;
    welcome(out);
  }

  void welcome(Out& out) {
    Welcome welcome;
    welcome.self.user = self_;
    welcome.self.name = name_;
    welcome.self.dialect = DialectName::Classic;
    welcome.limits.message_bytes_max = static_cast<std::uint32_t>(limits_.message_bytes_max);
    welcome.limits.chat_bytes_max = static_cast<std::uint32_t>(limits_.chat_bytes_max);
    welcome.limits.participants_max = static_cast<std::uint32_t>(limits_.participants_max);
    for (Participant& row : rows_) {
      // What left or came since the request is newer than the reply.
      if (since_request_.count(row.user) == 0) welcome.members.push_back(std::move(row));
    }
    rows_.clear();
    out.messages.push_back(std::move(welcome));
    put_on_top(out);
  }

  // False when there is no more room.
  bool add_row(std::vector<Participant>& members, Participant row) const {
    if (ids_.is_self(row.user.value)) return true;
    const bool doubled =
        std::any_of(members.begin(), members.end(), [&](const auto& one) { return one.user == row.user; });
    if (doubled) return true;
    if (members.size() == limits_.batch_messages_max) return false;
    members.push_back(std::move(row));
    return true;
  }

  void put_on_top(Out& out) {
    for (const auto& [user, name] : since_request_) {
      // Once welcomed, the session has heard of the newcomer already: but the roster just read is without it.
      if (name) out.messages.push_back(MemberJoined{make_row(user.value, *name)});
    }
    since_request_.clear();
    stage_ = Stage::Welcomed;
    for (ServerMessage& message : held_back_) out.messages.push_back(std::move(message));
    held_back_.clear();
  }

  std::optional<Participant> read_hash_row(const std::string& key, const Value& value) {
    const auto text = value.string();
    if (!text) return read_row(value, key);
    const auto parsed = parse_json(*text, limits_);
    const auto* row = std::get_if<Document>(&parsed);
    return row == nullptr ? std::nullopt : read_row(row->root(), key);
  }

  // `key`: the hash's field, which the server itself wrote and which therefore counts more than the row.
  std::optional<Participant> read_row(const Value& row, const std::optional<std::string>& key) {
    if (!row.is_object()) return std::nullopt;
    const auto user = key ? ids_.read(*key) : ids_.find(row, "userId");
    if (!user) return std::nullopt;
    const auto nickname = find_string(row, "nickname");
    return make_row(*user, std::string(nickname.value_or("")));
  }

  Participant make_row(const std::string& user, const std::string& nickname) const {
    Participant row;
    row.user = UserId{user};
    row.dialect = DialectName::Classic;
    // A name beyond the bounds is no reason not to see somebody.
    if (is_acceptable_name(nickname, limits_.name_bytes_max)) row.name = nickname;
    return row;
  }

  // ---- what the server sends as `msg`

  void read_envelope(const Value& envelope, Out& out) {
    if (envelope.is_null()) return fail_chats(out);
    const auto type = find_string(envelope, "type");
    if (!type || !is_envelope_type(*type)) return read_free_form(envelope, out);
    const auto status = find_count(envelope, "status");
    const Value data = find(envelope, "data");
    if (*type == "refused" || *type == "ended" || *type == "problem") return read_failure(*type, data, out);
    if (status && *status != static_cast<std::uint64_t>(kGood)) {
      ++out.unknown;
    } else if (*type == "call") {
      const auto from = ids_.find(data, "userId");
      if (!from || ids_.is_self(*from)) return out.failures.push_back(malformed("a call from nobody"));
      if (find(data, kMark)) return;  // one of ours, about to offer
      deliver(RelayFrom{RelayKind::Call, UserId{*from}, {}}, out);
    } else if (*type == "join" || *type == "leave") {
      if (room_.empty()) return;
      read_coming_or_going(*type == "join", envelope, data, out);
    } else if (*type == "offer" || *type == "answer" || *type == "candidate") {
      read_pair_message(*type, data, out);
    } else {
      ++out.unknown;  // asking for the floor
    }
  }

  void read_coming_or_going(bool joined, const Value& envelope, const Value& data, Out& out) {
    auto user = ids_.find(data, "userId");
    if (!user) user = user_in_words(envelope, joined ? kJoinPhrase : kLeavePhrase);
    if (!user) return out.failures.push_back(malformed("join or leave of nobody"));
    if (ids_.is_self(*user)) {
      // It is sent once our row is stored, and from then on the server hears what it is asked.
      out.listens = joined && stage_ == Stage::Asking;
      return;
    }
    const auto nickname = find_string(data, "nickname");
    const Participant row = make_row(*user, std::string(nickname.value_or("")));
    if (stage_ == Stage::Asking) {
      const bool full = since_request_.size() >= limits_.early_messages_max && since_request_.count(row.user) == 0;
      if (full) return out.failures.push_back(Failure{ErrorCode::PeerMisbehaved, "too much before the roster"});
      since_request_[row.user] = joined ? std::optional(row.name) : std::nullopt;
    } else if (joined) {
      out.messages.push_back(MemberJoined{row});
    } else {
      out.messages.push_back(MemberLeft{row.user, SessionId{}, LeaveReason::Left});
    }
  }

  // The first edition has the id in its words only.
  std::optional<std::string> user_in_words(const Value& envelope, std::string_view phrase) {
    const auto words = find_string(envelope, "msg");
    if (!words) return std::nullopt;
    while (!phrase.empty() && phrase.back() == ' ') phrase.remove_suffix(1);
    const auto end = words->rfind(phrase);
    if (end == std::string::npos) return std::nullopt;
    return ids_.read(words->substr(0, end));
  }

  void read_pair_message(std::string_view type, const Value& data, Out& out) {
    const auto from = ids_.find(data, "userId");
    if (!from || ids_.is_self(*from)) return out.failures.push_back(malformed("a relay from nobody"));
    auto body = read_body(type, data, limits_);
    if (auto* failure = std::get_if<Failure>(&body)) return out.failures.push_back(std::move(*failure));
    SignalFrom signal;
    signal.from = UserId{*from};
    signal.pair.body = std::get<PairBody>(std::move(body));
    read_mark(data, limits_, signal.pair);
    deliver(std::move(signal), out);
  }

  // Only our own server says these. A member could forge them at a server that lets it, so none but a refusal before
  // the roster ends anything; whoever is really put out sees the socket close.
  void read_failure(std::string_view type, const Value& data, Out& out) {
    Failure error{find_named<ErrorCode>(data, "code").value_or(ErrorCode::ServerIncompatible)};
    // Said of one's own core, and nobody else's to say.
    if (error.code == ErrorCode::Internal) error = Failure{ErrorCode::ServerIncompatible};
    const auto chat = find_string(data, "id");
    if (type == "refused" && stage_ == Stage::Asking) {
      out.messages.push_back(Refused{std::move(error)});
    } else if (type == "problem" && chat && forget_chat(*chat)) {
      out.messages.push_back(ChatSettled{std::string(*chat), 0, std::move(error)});
    } else {
      out.messages.push_back(Problem{std::move(error)});
    }
  }

  // ---- chat

  void read_free_form(const Value& payload, Out& out) {
    const auto words = find_words(payload);
    if (!words) {
      ++out.unknown;
      return;
    }
    if (words->size() > limits_.chat_bytes_max) {
      return out.failures.push_back(Failure{ErrorCode::MessageTooLarge, "chat"});
    }
    ChatDelivered delivered;
    ChatMessage& message = delivered.message;
    auto from = ids_.find(payload, "from");
    if (!from) from = ids_.find(payload, "userId");
    if (from) message.from = UserId{*from};
    message.text = *words;
    message.at = static_cast<std::int64_t>(find_count(payload, "at").value_or(0));
    const auto type = find_string(payload, "type");
    const auto id = find_id(payload, "id", limits_);
    if (!type || *type != "chat" || !id) {
      message.id = "classic-" + std::to_string(++chats_without_id_);
    } else if (from && ids_.is_self(*from)) {
      forget_chat(*id);
      out.messages.push_back(ChatSettled{*id, message.at, std::nullopt});
      return;
    } else {
      message.id = *id;
    }
    deliver(std::move(delivered), out);
  }

  void fail_chats(Out& out) {
    if (chats_under_way_.empty()) ++out.unknown;
    for (std::string& id : chats_under_way_) {
      const Failure lost{ErrorCode::ServerIncompatible, "a classic server of the first edition loses chat"};
      out.messages.push_back(ChatSettled{std::move(id), 0, lost});
    }
    chats_under_way_.clear();
  }

  bool forget_chat(std::string_view id) {
    const auto at = std::find(chats_under_way_.begin(), chats_under_way_.end(), id);
    if (at == chats_under_way_.end()) return false;
    chats_under_way_.erase(at);
    return true;
  }

  // ----

  template <class Members>
  static std::string object(const Members& members) {
    TextWriter writer;
    writer.open('{');
    members(writer);
    writer.close('}');
    return writer.take();
  }

  void deliver(ServerMessage message, Out& out) {
    if (stage_ == Stage::Welcomed) {
      out.messages.push_back(std::move(message));
    } else if (held_back_.size() < limits_.candidates_per_generation_max) {
      held_back_.push_back(std::move(message));
    } else {
      out.failures.push_back(Failure{ErrorCode::PeerMisbehaved, "too much before the roster"});
    }
  }

  // Asking: the roster is asked for, not there yet.
  enum class Stage : std::uint8_t { Asking, Welcomed };

  RoomId room_;
  UserId self_;
  std::string name_;
  Limits limits_;
  Ids ids_;
  Stage stage_ = Stage::Asking;
  std::size_t replies_ = 0;         // that did not have us in them
  std::vector<Participant> rows_;   // of all replies
  std::set<UserId> called_;         // by us, and not offered to yet
  std::map<UserId, std::optional<std::string>> since_request_;  // joined, with the name; or left
  std::vector<ServerMessage> held_back_;
  std::vector<std::string> chats_under_way_;
  std::uint64_t chats_without_id_ = 0;
};

}  // namespace

std::unique_ptr<ClientDialect> make_classic_client(RoomId room, UserId self, std::string name, const Limits& limits) {
  return std::make_unique<ClassicClient>(std::move(room), std::move(self), std::move(name), limits);
}

}  // namespace meetwire::protocol
