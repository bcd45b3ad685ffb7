// Our client at a codelab server, in any of its variants.
#include <utility>

#include "protocol/dialects/codelab.hpp"
#include "protocol/dialects/codelab_wire.hpp"
#include "protocol/dialects/mark.hpp"
#include "protocol/text.hpp"

namespace meetwire::protocol {
namespace {

using namespace codelab;

class CodelabClient final : public ClientDialect {
 public:
  CodelabClient(RoomId room, UserId self, std::string name, const Limits& limits)
      : room_(std::move(room)), self_(std::move(self)), name_(std::move(name)), limits_(limits),
        other_(self_.value == "guest" ? "guest-2" : "guest") {}

  DialectName name() const override { return DialectName::Codelab; }

  std::vector<Frame> encode(const std::vector<ClientMessage>& messages, std::uint64_t) override {
    Frames frames;
    for (const ClientMessage& message : messages) {
      std::visit([&](const auto& one) { write_message(one, frames); }, message);
    }
    return frames;
  }

  // Never the question itself: asked twice, the server takes us for two. But whoever was there first offers when it hears
  // that we can take an offer.
  std::vector<Frame> ask_again() override {
    if (!std::exchange(announces_, false)) return {};
    return {media_ready()};
  }

  Decoded<ServerMessage> decode(std::string_view frame_name, std::string_view body) override {
    Out out;
    if (!is_known(frame_name)) return out;
    const auto parsed = parse_json(body.empty() ? "null" : body, limits_);
    if (const auto* failure = std::get_if<Failure>(&parsed)) {
      out.failures.push_back(*failure);
      return out;
    }
    const Value argument = std::get<Document>(parsed).root();
    if (frame_name == kMessage) {
      read_message(argument, out);
    } else if (frame_name == kBye) {
      doubt(out);  // somebody's socket on this server is gone
    } else if (is_our_room(argument)) {
      read_event(frame_name, out);
    }
    return out;
  }

 private:
  using Out = Decoded<ServerMessage>;
  using Frames = std::vector<Frame>;

  enum class Stage { Outside, Asking, Inside };

  // ---- what we say

  void write_message(const Hello&, Frames& out) {
    stage_ = Stage::Asking;
    announces_ = false;
    out.push_back(make_text(kEnter, room_.value));
  }
  void write_message(const SignalTo& signal, Frames& out) const {
    for (std::string& payload : write_pair_payload(signal.pair, room_.value)) out.push_back(make_message(std::move(payload)));
  }
  // One of ours believes the first, with the room; which of the others is heard depends on the page.
  void write_message(const Leave&, Frames& out) const {
    TextWriter writer;
    writer.open('{');
    put(writer, "type", kBye);
    put(writer, "room", room_.value);
    writer.close('}');
    out.push_back(make_message(writer.take()));
    out.push_back(make_text(kMessage, kBye));
    out.push_back(make_text(kBye, room_.value));
  }
  template <class Other>
  void write_message(const Other&, Frames&) const {}  // this dialect has no such message

  static Frame media_ready() { return make_text(kMessage, kMedia); }

  // ---- what the server says

  // All else is chatter of its own: `log`, `ipaddr`, and events with sentences for names.
  static bool is_known(std::string_view event) {
    return event == kCreated || event == kJoined || event == kJoin || event == kReady || event == kFull || event == kMessage ||
           event == kBye;
  }

  // One variant tells everybody on the server that a room is ready, another says no room at all.
  bool is_our_room(const Value& argument) const { return !argument.is_string() || argument.string() == room_.value; }

  void read_event(std::string_view event, Out& out) {
    if (stage_ == Stage::Asking) {
      if (event == kCreated) welcome(false, out);
      if (event == kJoined) welcome(true, out);
      if (event == kFull) turn_away(out);
    } else if (stage_ == Stage::Inside && event == kJoin) {
      meet(out);
      announced_ = true;
    } else if (stage_ == Stage::Inside && event == kReady) {
      // Said beside `join` or `joined`, or in the place of `join`, and then twice.
      if (!std::exchange(announced_, false) && (!is_here_ || doubted_)) meet(out);
    }
  }

  void welcome(bool second, Out& out) {
    const bool was_with = std::exchange(is_here_, second) && was_inside_;
    stage_ = Stage::Inside;
    came_first_ = !second;
    announced_ = second;
    doubted_ = false;
    // Whoever was there before us waits for this, or offers by itself.
    announces_ = out.listens = second;
    Welcome welcome;
    welcome.resumed = std::exchange(was_inside_, true);
    welcome.self.user = self_;
    welcome.self.name = name_;
    welcome.self.dialect = DialectName::Codelab;
    welcome.limits.message_bytes_max = static_cast<std::uint32_t>(limits_.message_bytes_max);
    welcome.limits.participants_max = 2;
    if (second || was_with) welcome.members.push_back(other());
    out.messages.push_back(std::move(welcome));
    if (second || !was_with) return;
    // The room was empty; but a connection that works is no reason to believe that its other end is gone.
    is_here_ = true;
    doubt(out);
  }

  void turn_away(Out& out) {
    stage_ = Stage::Outside;
    const ErrorCode why = was_inside_ ? ErrorCode::ServerTimeout : ErrorCode::RoomFull;
    out.messages.push_back(Refused{Failure{why, was_inside_ ? "the place is not free yet" : ""}});
  }

  void meet(Out& out) {
    if (is_here_) out.messages.push_back(MemberLeft{other_, SessionId{}, LeaveReason::Left});
    is_here_ = came_first_ = true;
    doubted_ = false;
    out.messages.push_back(MemberJoined{other()});
  }

  void doubt(Out& out) {
    if (stage_ != Stage::Inside || !is_here_) return;
    doubted_ = true;
    out.messages.push_back(MemberLeft{other_, SessionId{}, LeaveReason::Lost});
  }

  void read_message(const Value& payload, Out& out) {
    if (stage_ != Stage::Inside || !is_here_) return;  // to somebody in another room
    if (const auto words = payload.string()) {
      if (*words == kBye) doubt(out);
      // Whoever came first offers by itself then.
      if (*words == kMedia && came_first_) out.messages.push_back(from_other(Acknowledge{}));
      return;
    }
    const auto type = find_string(payload, "type");
    const auto room = find_string(payload, "room");
    if (!type || (room && *room != room_.value)) return;
    if (*type == kBye && room) {
      is_here_ = false;
      out.messages.push_back(MemberLeft{other_, SessionId{}, LeaveReason::Left});
    }
    if (!is_pair_type(*type)) return;
    auto body = read_body(payload, limits_);
    if (auto* failure = std::get_if<Failure>(&body)) return out.failures.push_back(std::move(*failure));
    SignalFrom signal = from_other(std::get<PairBody>(std::move(body)));
    read_mark(payload, limits_, signal.pair);
    out.messages.push_back(std::move(signal));
  }

  SignalFrom from_other(PairBody body) const {
    SignalFrom signal;
    signal.from = other_;
    signal.pair.body = std::move(body);
    return signal;
  }

  Participant other() const {
    Participant row;
    row.user = other_;
    row.name = "Guest";
    row.dialect = DialectName::Codelab;
    return row;
  }

  RoomId room_;
  UserId self_;
  std::string name_;
  Limits limits_;
  UserId other_;
  Stage stage_ = Stage::Outside;
  bool was_inside_ = false;  // over an earlier socket
  bool came_first_ = false;  // the other one came after us
  bool is_here_ = false;     // the other one
  bool doubted_ = false;     // whether it is still
  bool announced_ = false;   // `join` or `joined` was said: a `ready` that follows says nothing new
  bool announces_ = false;   // that we can take an offer has still to be said
};

}  // namespace

std::unique_ptr<ClientDialect> make_codelab_client(RoomId room, UserId self, std::string name, const Limits& limits) {
  return std::make_unique<CodelabClient>(std::move(room), std::move(self), std::move(name), limits);
}

}  // namespace meetwire::protocol
