// Messages and texts that a machine may meet, made of a fuzzer's choices: few names, so that they meet one another, and
// among them such as never came before. What is random here is which legal thing is said; mutation comes after encoding.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/bytes.hpp"
#include "protocol/messages.hpp"

namespace fuzz {

using namespace meetwire;
using namespace meetwire::protocol;

// Counts what has to be new each time: ids, so that what is kept by id grows where nothing bounds it.
class Speaker {
 public:
  explicit Speaker(Bytes& bytes) : bytes(bytes) {}

  std::string fresh() { return "n" + std::to_string(++count_); }
  UserId user() {
    const unsigned which = bytes.pick(8);
    return UserId{which == 7 ? fresh() : which == 6 ? std::string("__proto__") : std::string(1, static_cast<char>('a' + which))};
  }
  SessionId session() { return SessionId{bytes.one_in(6) ? std::string() : "s" + std::to_string(bytes.pick(3))}; }
  std::string chat_id() { return bytes.one_in(4) ? fresh() : "k" + std::to_string(bytes.pick(4)); }
  std::string text() {
    switch (bytes.pick(5)) {
      case 0: return "x";
      case 1: return "";
      case 2: return "\"\\\n\x01\xc3\xa9";
      case 3: return std::string(bytes.pick(64) * 16, 'y');
      default: return bytes.line();
    }
  }

  // As browsers write them: a new connection has a new fingerprint, a new generation a new fragment.
  std::string sdp() {
    constexpr std::array<std::string_view, 4> kLines{"m=audio 9 x\r\na=mid:0\r\n", "m=video 9 x\r\na=mid:1\r\na=recvonly\r\n",
                                                     "m=video 0 x\r\na=mid:2\r\n", "m=application 9 x\r\na=mid:d\r\n"};
    std::string out = "v=0\r\na=ice-ufrag:" + fragment();
    out += "\r\na=fingerprint:f" + std::to_string(bytes.pick(3)) + "\r\n";
    for (unsigned i = bytes.pick(4); i > 0; --i) out += bytes.of(kLines);
    return out;
  }
  std::string fragment() { return "u" + std::to_string(bytes.pick(3)); }
  SlotsByMid slots() {
    SlotsByMid out;
    for (unsigned i = bytes.pick(4); i > 0; --i) out[std::to_string(bytes.pick(4))] = bytes.any<Slot>();
    return out;
  }
  Candidate candidate() {
    Candidate out;
    out.candidate = bytes.one_in(8) ? std::string() : "candidate:1 1 udp 1 10.0.0.1 9 typ host";
    if (!bytes.one_in(4)) out.sdp_mid = std::to_string(bytes.pick(3));
    if (!out.sdp_mid || bytes.one_in(2)) out.sdp_mline_index = bytes.pick(3);
    if (!bytes.one_in(4)) out.username_fragment = fragment();
    return out;
  }
  // Small numbers meet the machine's own; the others are what a broken or hostile peer says.
  std::uint32_t number() {
    constexpr std::array<std::uint32_t, 6> kOdd{0, 31, 32, 999, 0x7fffffff, 0xffffffff};
    return bytes.one_in(12) ? bytes.of(kOdd) : bytes.pick(5);
  }
  PairBody pair_body() {
    switch (bytes.pick(6)) {
      case 0: return Offer{sdp(), slots()};
      case 1: return Answer{number(), sdp(), slots()};
      case 2: return Replay{number()};
      case 3: return Acknowledge{};
      default: {
        Candidates batch;
        for (unsigned i = bytes.pick(6); i > 0; --i) batch.candidates.push_back(candidate());
        return batch;
      }
    }
  }
  // The numbers as a right-minded peer of this incarnation would count them, or any.
  PairMessage pair() {
    PairMessage out;
    out.body = pair_body();
    if (bytes.one_in(4)) return out;
    out.incarnation = bytes.one_in(4) ? number() : 1 + bytes.pick(2);
    out.believed = bytes.one_in(2) ? 0 : bytes.one_in(4) ? number() : out.incarnation;
    out.sequence = bytes.one_in(2) ? number() : ++sequence_;
    out.acknowledged = number();
    return out;
  }
  void forget_sequence() { sequence_ = 0; }

  MediaState media() { return {bytes.any<Wanted>(), bytes.any<Wanted>(), bytes.any<Wanted>()}; }
  Participant row(UserId who) {
    Participant out;
    out.user = std::move(who);
    out.session = session();
    out.name = bytes.one_in(3) ? text() : "N";
    out.role = bytes.any<Role>();
    if (bytes.one_in(4)) out.dialect = bytes.any<DialectName>();
    out.media = media();
    out.away = bytes.one_in(4);
    out.version = number();
    if (bytes.one_in(4)) out.attributes[text()] = text();
    if (bytes.one_in(4)) out.hand = number();
    if (bytes.one_in(8)) out.crossings = number();
    return out;
  }
  RequestSubmitted request() {
    RequestSubmitted out;
    out.id = chat_id();
    out.action = bytes.any<RoomAction>();
    out.user = user();
    out.name = text();
    out.text = text();
    if (bytes.one_in(3)) out.values[text()] = text();
    out.role = bytes.any<Role>();
    out.source = bytes.any<Source>();
    return out;
  }
  ServerMessage presence() {
    switch (bytes.pick(7)) {
      case 0: return Waiting{};
      case 1: return RequestSettled{chat_id(), bytes.one_in(2) ? std::optional(failure()) : std::nullopt};
      case 2: return RoomChanged{{bytes.one_in(2), bytes.one_in(2), {{text(), text()}}}};
      case 3: return Reacted{user(), text()};
      case 4: return MuteAsked{user(), bytes.any<Source>()};
      case 5: return Knocked{{user(), text()}};
      default: return KnockEnded{user()};
    }
  }
  Failure failure() { return Failure{static_cast<ErrorCode>(bytes.pick(static_cast<unsigned>(kErrorCodeCount))), "x"}; }

  Welcome welcome(const UserId& self) {
    Welcome out;
    out.self = row(self);
    out.resumed = bytes.one_in(2);
    out.secret = "x";
    for (unsigned i = bytes.pick(6); i > 0; --i) out.members.push_back(row(user()));
    for (unsigned i = bytes.pick(3); i > 0; --i) out.history.push_back({user(), chat_id(), text(), {}, 1});
    return out;
  }
  // A few calls, so that words meet the call that they are about; and among a few users.
  CallId call_id() { return CallId{bytes.one_in(8) ? fresh() : "k" + std::to_string(bytes.pick(4))}; }
  CallSubmitted call_word() {
    CallSubmitted out;
    out.id = call_id();
    out.action = bytes.any<CallAction>();
    if (bytes.one_in(out.action == CallAction::Request ? 12 : 3)) return out;
    out.to = user();
    out.timeout_ms = bytes.one_in(6) ? number() : bytes.pick(8) * 500;
    if (bytes.one_in(4)) out.reason = text();
    return out;
  }
  // What a server may tell of a call, between whomever it may be.
  Call call(const UserId& self) {
    Call out;
    out.id = call_id();
    const bool incoming = bytes.one_in(2);
    out.from = incoming ? user() : self;
    out.to = incoming && !bytes.one_in(8) ? self : user();
    out.state = bytes.any<CallState>();
    out.outcome = bytes.any<CallOutcome>();
    if (bytes.one_in(6)) out.reason = text();
    if (bytes.one_in(5)) out.replaces = call_id();
    return out;
  }
  ServerMessage server_message(const UserId& self) {
    switch (bytes.pick(18)) {
      case 16: case 17: return CallTold{call(self)};
      case 0: return welcome(self);
      case 1: return MemberJoined{row(user())};
      case 2: return MemberChanged{row(bytes.one_in(4) ? self : user())};
      case 3: return MemberLeft{user(), session(), bytes.any<LeaveReason>()};
      case 4: return ChatDelivered{{user(), chat_id(), text(), {}, 1}, "N", {}};
      case 5: return ChatSettled{chat_id(), 1, bytes.one_in(2) ? std::optional(failure()) : std::nullopt};
      case 6: return Problem{failure()};
      case 7: return bytes.one_in(3) ? ServerMessage{TypingFrom{user(), bytes.one_in(2)}} : bytes.one_in(4) ? ServerMessage{Refused{failure()}} : RelayFrom{RelayKind::Call, user(), "{}"};
      case 8: return bytes.one_in(4) ? ServerMessage{Ended{failure()}} : RosterListed{{{user(), "N", {}}, {user(), "", {}}}};
      case 9:
      case 10: return presence();
      default: return SignalFrom{user(), session(), pair(), {}};
    }
  }
  ClientMessage client_message(const RoomId& room, const UserId& self, const std::string& secret) {
    switch (bytes.pick(15)) {
      case 10: case 11: return call_word();
      case 0: {
        Hello hello;
        if (!room.empty()) hello.room = room;
        hello.user = self;
        hello.name = "N";
        if (bytes.one_in(3)) hello.resume = bytes.one_in(3) ? bytes.one_in(2) ? "wrong" : "wrong, but long enough" : secret;
        hello.received = bytes.pick(9);
        if (bytes.one_in(8)) hello.version_min = number();
        hello.viewer = bytes.one_in(4);
        if (bytes.one_in(4)) hello.session = session();
        return hello;
      }
      case 1: return ChatSubmitted{chat_id(), text(), bytes.one_in(3) ? std::optional(user()) : std::nullopt, {}};
      case 2: return MediaAnnounced{media()};
      case 3: return bytes.one_in(4) ? ClientMessage{Leave{}} : Received{bytes.pick(20)};
      case 4: return bytes.one_in(2) ? ClientMessage{Typing{bytes.one_in(2)}} : RosterRequested{RoomId{"r"}};
      case 5: return RelayTo{bytes.any<RelayKind>(), user(), "{}"};
      case 6:
      case 7:
      case 8: return request();
      default: return SignalTo{user(), session(), pair(), {}};
    }
  }

  // What the way makes of a text: mostly nothing.
  std::string mutated(std::string text) {
    if (text.empty() || !bytes.one_in(4)) return text;
    const std::size_t at = (bytes.pick(95) * 95 + bytes.pick(95)) % text.size();
    switch (bytes.pick(5)) {
      case 0: text[at] = static_cast<char>(bytes.byte()); break;
      case 1: text.resize(at); break;
      case 2: text.insert(at, bytes.line()); break;
      case 3: text.erase(at, bytes.pick(20)); break;
      default: text.insert(at, text.substr(at / 2, bytes.pick(60))); break;
    }
    return text;
  }

  Bytes& bytes;

 private:
  std::uint64_t count_ = 0;
  std::uint32_t sequence_ = 0;
};

}  // namespace fuzz
