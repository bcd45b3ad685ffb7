// A codelab page at our server: what it says, typed; what it is told, in the words it knows.
//
// A page that was told `created` offers when it has its camera and hears that the other one has; until then it throws at
// an offer. All others answer, and never offer. After a goodbye no page of step 4 and 5 offers any more.
#include <utility>

#include "protocol/dialects/codelab.hpp"
#include "protocol/dialects/codelab_wire.hpp"
#include "protocol/text.hpp"

namespace meetwire::protocol {
namespace {

using namespace codelab;

class CodelabServer final : public ServerDialect {
 public:
  CodelabServer(SessionId session, const Limits& limits) : session_(std::move(session)), limits_(limits) {}

  DialectName name() const override { return DialectName::Codelab; }

  std::vector<Frame> encode(const std::vector<ServerMessage>& messages, std::uint64_t, std::size_t /*numbered*/) override {
    Frames frames;
    for (const ServerMessage& message : messages) {
      std::visit([&](const auto& one) { write_message(one, frames); }, message);
    }
    return frames;
  }

  Decoded<ClientMessage> decode(std::string_view frame_name, std::string_view body) override {
    Out out;
    const auto parsed = parse_json(body.empty() ? "null" : body, limits_);
    if (const auto* failure = std::get_if<Failure>(&parsed)) {
      out.failures.push_back(*failure);
      return out;
    }
    const Value argument = std::get<Document>(parsed).root();
    if (frame_name == kEnter) {
      read_entry(argument, out);
    } else if (frame_name == kMessage) {
      if (is_inside_) read_message(argument, out);
    } else if (frame_name == kBye) {
      if (is_inside_) hang_up(out);
    } else if (frame_name != kAddresses) {
      ++out.unknown;
    }
    return out;
  }

 private:
  using Out = Decoded<ClientMessage>;
  using Frames = std::vector<Frame>;

  // ---- what the page says

  void read_entry(const Value& argument, Out& out) {
    Hello hello;
    if (const auto room = argument.string()) {
      hello.room = RoomId{std::string(*room)};
    } else if (const auto number = argument.integer()) {
      hello.room = RoomId{std::to_string(*number)};
    } else {
      return out.failures.push_back(Failure{ErrorCode::InvalidRoom});
    }
    if (!is_inside_) room_ = hello.room->value;
    hello.user = UserId{session_.value};
    hello.name = "Guest";
    out.messages.push_back(std::move(hello));
  }

  // What is for nobody vanishes, as it does there.
  void read_message(const Value& payload, Out& out) {
    const auto words = payload.string();
    if (words == kBye) return hang_up(out);
    if (!other_) return;
    const auto type = find_string(payload, "type");
    if (words == kMedia) {
      // To ours it means that an offer would be taken; whoever offers by itself does not wait for one.
      if (other_is_page_ || !offers_) out.messages.push_back(to_other(Acknowledge{}, payload));
    } else if (type && is_pair_type(*type)) {
      auto body = read_body(payload, limits_);
      if (auto* failure = std::get_if<Failure>(&body)) return out.failures.push_back(std::move(*failure));
      note(std::get<PairBody>(body));
      out.messages.push_back(to_other(std::get<PairBody>(std::move(body)), payload));
    } else {
      out.messages.push_back(RelayTo{RelayKind::Message, std::nullopt, to_text(payload)});
    }
  }

  void hang_up(Out& out) {
    has_connection_ = false;
    out.messages.push_back(HungUp{});
  }

  void note(const PairBody& body) {
    const auto* offer = std::get_if<Offer>(&body);
    if (offer != nullptr || std::holds_alternative<Answer>(body)) has_connection_ = true;
    if (offer == nullptr) return;
    awaits_answer_ = true;
    // The page of step 6: it begins anew with each that comes.
    const auto has = [&](std::string_view line) { return offer->sdp.find(line) != std::string::npos; };
    only_data_ = has("m=application") && !has("m=audio") && !has("m=video");
  }

  SignalTo to_other(PairBody body, const Value& payload) const {
    SignalTo signal;
    signal.to = *other_;
    signal.pair.body = std::move(body);
    signal.original = to_text(payload);
    return signal;
  }

  // ---- what the page is told

  void write_message(const Welcome& welcome, Frames& out) {
    is_inside_ = true;
    offers_ = welcome.members.empty();
    has_connection_ = false;
    out.push_back(make_place(offers_ ? kCreated : kJoined));
    if (welcome.members.empty()) return;
    meet(welcome.members.front());
    out.push_back(make_text(kReady, room_));
  }
  void write_message(const MemberJoined& joined, Frames& out) {
    meet(joined.member);
    if (only_data_) has_connection_ = false;
    out.push_back(make_text(kJoin, room_));
    out.push_back(make_text(kReady, room_));
    // Pages say so themselves.
    if (!other_is_page_) out.push_back(make_text(kMessage, kMedia));
  }
  void write_message(const MemberLeft& left, Frames& out) {
    if (other_ != left.user) return;
    other_.reset();
    awaits_answer_ = false;
    out.push_back(make_text(kMessage, kBye));
    out.push_back(make_text(kBye, room_));
    if (has_connection_ && !only_data_) offers_ = false;
    has_connection_ = false;
  }
  void write_message(const SignalFrom& signal, Frames& out) {
    const bool is_offer = std::holds_alternative<Offer>(signal.pair.body);
    const bool awaited = (is_offer || std::holds_alternative<Answer>(signal.pair.body)) && std::exchange(awaits_answer_, false);
    if (!signal.original.empty()) return out.push_back(make_message(signal.original));
    // It would throw, and its own is about to come. Or that is on its way already: the page would take it back for this one,
    // whose sender gives way too.
    if (is_offer && ((offers_ && !has_connection_) || awaited)) return;
    for (std::string& payload : write_pair_payload(signal.pair, room_)) out.push_back(make_message(std::move(payload)));
  }
  void write_message(const RelayFrom& relay, Frames& out) const {
    if (relay.kind == RelayKind::Message) out.push_back(make_message(relay.payload));
  }
  void write_message(const Refused& refused, Frames& out) const {
    if (refused.error.code == ErrorCode::RoomFull) return out.push_back(make_text(kFull, room_));
    write_log(refused.error.code, out);
  }
  void write_message(const Ended& ended, Frames& out) const { write_log(ended.error.code, out); }
  void write_message(const Problem& problem, Frames& out) const { write_log(problem.error.code, out); }
  template <class Other>
  void write_message(const Other&, Frames&) const {}  // no words for it

  void meet(const Participant& member) {
    other_ = member.user;
    other_is_page_ = member.dialect == DialectName::Codelab;
  }

  // Two arguments: the room, and what stands for the socket's id.
  Frame make_place(std::string_view event) const {
    TextWriter writer;
    writer.open('[');
    writer.text(room_);
    writer.text(session_.value);
    writer.close(']');
    return {std::string(event), writer.take(), BodyForm::Arguments};
  }

  // Pages print what comes so; it is all that they can be told with.
  static void write_log(ErrorCode code, Frames& out) {
    const ErrorInfo& info = info_of(code);
    TextWriter writer;
    writer.open('[');
    writer.text("Message from server:");
    writer.text(info.code);
    writer.text(info.advice);
    writer.close(']');
    out.push_back({std::string(kLog), writer.take(), BodyForm::Json});
  }

  SessionId session_;
  Limits limits_;
  std::string room_;             // as it was asked for
  bool is_inside_ = false;
  std::optional<UserId> other_;  // who else is in the room
  bool other_is_page_ = false;
  bool offers_ = false;          // the page does, once there is somebody
  bool has_connection_ = false;  // as far as can be seen from here
  bool awaits_answer_ = false;   // to an offer of the page's, and nothing else was said since
  bool only_data_ = false;
};

}  // namespace

std::unique_ptr<ServerDialect> make_codelab_server(SessionId session, const Limits& limits) {
  return std::make_unique<CodelabServer>(std::move(session), limits);
}

}  // namespace meetwire::protocol
