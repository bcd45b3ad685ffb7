#include "simulation/intruder.hpp"

#include <algorithm>
#include <utility>

#include "fuzz/messages.hpp"
#include "protocol/dialects/classic.hpp"
#include "protocol/dialects/codelab.hpp"
#include "protocol/dialects/meetwire1.hpp"
#include "protocol/dialects/plain.hpp"

namespace meetwire::simulation {
namespace {

using namespace protocol;

constexpr std::size_t kOverheardMax = 24;
constexpr std::size_t kSocketsMax = 4;

// What every message of that protocol comes as.
std::string_view frame_of(DialectName dialect) {
  switch (dialect) {
    case DialectName::Classic: return "msg";
    case DialectName::Codelab: return "message";
    case DialectName::Plain: return kPlainFrame;
    default: return kMeetwireFrame;
  }
}

std::unique_ptr<ClientDialect> dialect_of(DialectName name) {
  switch (name) {
    case DialectName::Classic: return make_classic_client(Intruder::room(), Intruder::user(), "M", kDefaultLimits);
    case DialectName::Codelab: return make_codelab_client(Intruder::room(), Intruder::user(), "M", kDefaultLimits);
    case DialectName::Plain: return make_plain_client(Intruder::user(), kDefaultLimits);
    default: return make_meetwire_client(kDefaultLimits);
  }
}

}  // namespace

const UserId& Intruder::user() {
  static const UserId self{"mallory"};
  return self;
}

const RoomId& Intruder::room() {
  static const RoomId own{"elsewhere"};
  return own;
}

void Intruder::act() {
  if (sockets_.empty() || (sockets_.size() < kSocketsMax && choices_.one_in(6))) return open();
  auto at = sockets_.begin();
  std::advance(at, static_cast<int>(choices_.below(sockets_.size())));
  const int life = at->first;
  if (!at->second.up) return;
  switch (choices_.below(12)) {
    case 0: return say(life, std::string(frame_of(at->second.dialect)), garbage());
    case 1: case 2: case 3:
      if (!overheard_.empty()) {
        const command::Send copy = overheard_[choices_.below(overheard_.size())];
        say(life, copy.name, choices_.one_in(2) ? mutated(copy.body) : copy.body);
      }
      return;
    case 4: case 5: return claim_somebody(life);
    case 6: case 7: case 8: return say_to_somebody(life);
    case 9:
      sockets_.erase(at);
      return signalling_.close(index_, life);
    case 10: return choices_.one_in(8) ? flood(life) : say_words(life);
    default: return say_words(life);
  }
}

// In a room of its own, in none, or not yet anywhere.
void Intruder::open() {
  const int life = ++lives_;
  Socket& socket = sockets_[life];
  const bool classic = choices_.one_in(4);
  if (classic) {
    socket.dialect = DialectName::Classic;
  } else if (choices_.one_in(5)) {
    socket.dialect = DialectName::Codelab;
  } else if (life % 5 == 0) {
    socket.dialect = DialectName::Plain;
  }
  if (socket.dialect == DialectName::Codelab) return signalling_.open(index_, life, 1, ClassicQuery{.dialect = DialectName::Codelab});
  // A plain client needs no more than to know a room to be in it: its own is where it tries to reach others from.
  if (socket.dialect == DialectName::Plain) return signalling_.open(index_, life, 1, ClassicQuery{.room = room(), .dialect = DialectName::Plain});
  if (!classic) return signalling_.open(index_, life, 1);
  // The query of a classic client is its hello. In no room it may call who is in none as well: not where people are.
  const bool among_people = std::any_of(people_.begin(), people_.end(), [](const Person& person) { return person.room.empty(); });
  ClassicQuery query{user(), choices_.one_in(3) && !among_people ? RoomId{} : room(), std::nullopt};
  if (choices_.one_in(3)) {
    const Person& victim = somebody();
    query = {victim.user, victim.room, Place{victim.room, victim.user}};
  }
  signalling_.open(index_, life, 1, query);
}

void Intruder::hear(int life, const ClientEvent& event) {
  const auto at = sockets_.find(life);
  if (at == sockets_.end()) return;
  if (std::holds_alternative<event::TransportClosed>(event)) {
    sockets_.erase(at);
  } else if (std::holds_alternative<event::TransportOpened>(event)) {
    at->second.up = true;
    const DialectName dialect = at->second.dialect;
    if (dialect == DialectName::Classic || dialect == DialectName::Plain || choices_.one_in(3)) return;
    if (dialect == DialectName::Codelab) return encode(life, {Hello{}}, false);
    Hello hello;
    hello.room = is_inside_ ? people_.front().room : room();
    if (hello.room->empty()) hello.room.reset();
    hello.user = user();
    hello.name = "M";
    hello.resume = "a secret of its own";
    hello.token = token_of(user());
    encode(life, {hello}, false);
  }
}

void Intruder::overhear(const command::Send& send) {
  if (send.body.find("\"type\":\"hello\"") != std::string::npos) return;
  // The id of a call is known to its two sides only: as a member it could take it for a call of its own.
  if (is_inside_ && send.body.find("\"type\":\"call\"") != std::string::npos) return;
  overheard_.push_back(send);
  if (overheard_.size() > kOverheardMax) overheard_.pop_front();
}

void Intruder::go() {
  while (!sockets_.empty()) {
    const int life = sockets_.begin()->first;
    sockets_.erase(sockets_.begin());
    signalling_.close(index_, life);
  }
}

void Intruder::say(int life, std::string name, std::string body) {
  signalling_.send(index_, life, command::Send{std::move(name), std::move(body)});
}

void Intruder::encode(int life, const std::vector<ClientMessage>& messages, bool mutates) {
  const Socket& socket = sockets_.at(life);
  const auto dialect = dialect_of(socket.dialect);
  for (Frame& frame : dialect->encode(messages, choices_.one_in(3) ? choices_.below(40) : 0)) {
    say(life, frame.name, mutates ? mutated(std::move(frame.body)) : std::move(frame.body));
  }
}

// Any words there are, as the fuzzers say them.
void Intruder::say_words(int life) {
  std::string drawn;
  for (int i = 0; i < 120; ++i) drawn.push_back(static_cast<char>(' ' + choices_.below(95)));
  fuzz::Bytes bytes(reinterpret_cast<const std::uint8_t*>(drawn.data()), drawn.size());
  fuzz::Speaker speaker(bytes);
  std::vector<ClientMessage> messages;
  bool mutates = choices_.one_in(2);
  for (auto i = 1 + choices_.below(3); i > 0; --i) {
    messages.push_back(speaker.client_message(room(), user(), "x"));
    // A mutated hello might be another's, in another room, and a member's by right.
    if (std::holds_alternative<Hello>(messages.back())) mutates = false;
  }
  encode(life, messages, mutates);
}

void Intruder::say_to_somebody(int life) {
  const Person& victim = somebody();
  const std::string fresh = "m" + std::to_string(choices_.below(1'000'000));
  switch (choices_.below(6)) {
    case 0: return encode(life, {ChatSubmitted{fresh, victim.user.value + "||999999", victim.user, {}}}, false);
    case 1: return encode(life, {ChatSubmitted{fresh, victim.user.value + "||999999", std::nullopt, {}}}, false);
    case 2: return encode(life, {SignalTo{victim.user, SessionId{}, PairMessage{.incarnation = 1, .believed = 0, .sequence = 1, .acknowledged = 0, .body = Replay{1}}, {}}}, false);
    case 3: return encode(life, {RosterRequested{victim.room}, RelayTo{RelayKind::Call, victim.user, "{}"}}, false);
    default: {
      CallSubmitted word;
      const auto& calls = victim.application.calls;
      word.id = calls.empty() ? CallId{fresh} : calls.rbegin()->first;
      word.action = static_cast<CallAction>(choices_.below(4));
      if (word.action == CallAction::Request || is_inside_) word.id = CallId{fresh};
      word.to = victim.user;
      return encode(life, {word}, false);
    }
  }
}

// With a wrong secret and no token; without tokens only while somebody has the place: else it is whoever's comes first.
void Intruder::claim_somebody(int life) {
  if (is_foreign(sockets_.at(life).dialect)) return say_words(life);
  const Person& victim = somebody();
  Hello hello;
  if (!victim.room.empty()) hello.room = victim.room;
  hello.user = victim.user;
  hello.name = victim.user.value;
  if (!choices_.one_in(3)) hello.resume = choices_.one_in(2) ? std::string() : std::to_string(choices_.next());
  hello.received = choices_.below(50);
  hello.token = choices_.one_in(2) ? token_of(user()) : std::string();
  const auto place = has_tokens_ ? std::nullopt : std::optional(Place{victim.room, victim.user});
  for (const Frame& frame : make_meetwire_client(kDefaultLimits)->encode({hello}, 0)) {
    signalling_.send(index_, life, command::Send{frame.name, frame.body}, place);
  }
}

void Intruder::flood(int life) {
  for (int i = 0; i < 700 && sockets_.count(life) > 0; ++i) say(life, std::string(kMeetwireFrame), R"({"messages":[{"type":"roster"}]})");
}

std::string Intruder::garbage() {
  constexpr std::array<std::string_view, 6> kBegun{"", "{\"messages\":[", "{\"messages\":[{\"type\":\"", "[[[[", "\"", "{\"received\":-1,"};
  std::string text(kBegun[choices_.below(kBegun.size())]);
  for (auto i = choices_.below(60); i > 0; --i) text.push_back(static_cast<char>(1 + choices_.below(255)));
  return text;
}

std::string Intruder::mutated(std::string text) {
  for (auto times = 1 + choices_.below(3); times > 0 && !text.empty(); --times) {
    const auto at = static_cast<std::size_t>(choices_.below(text.size()));
    switch (choices_.below(4)) {
      case 0: text[at] = static_cast<char>(1 + choices_.below(255)); break;
      case 1: text.resize(at); break;
      case 2: text.erase(at, static_cast<std::size_t>(choices_.below(20))); break;
      default: text.insert(at, text.substr(at / 2, static_cast<std::size_t>(choices_.below(60)))); break;
    }
  }
  return text;
}

}  // namespace meetwire::simulation
