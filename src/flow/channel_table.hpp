// One channel towards one participant, as a table: how far it is, and what becomes of it.
//
// Both sides may open the same label at the same moment. Streams are numbered so that the two never propose the same
// one, and of two proposals that meet that of the byte-wise smaller user id stands: the other side sees it come, gives
// its own up and joins. (`OpenTold` is a proposal that stands; one that does not never gets here.)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace meetwire::flow {

enum class ChannelPhase : std::uint8_t {
  Closed,    // nothing is under way: no link, or a moment's rest before the next attempt
  Making,    // the browser makes a stream of our choosing
  Proposed,  // the other side has been told of it
  Joining,   // the browser makes the stream that the other side has proposed
  Open,
  Absent,    // nobody has opened it there: they propose when somebody does
  Expected,  // the same, but the application there may be about to: what was sent waits a little
};
constexpr auto names_of(ChannelPhase) {
  return std::array<std::string_view, 7>{"closed", "making", "proposed", "joining", "open", "absent", "expected"};
}
inline constexpr std::size_t kChannelPhases = 7;

enum class ChannelInput : std::uint8_t {
  Wanted,  // the link is ready
  Made,    // the browser has made the stream
  OpenTold,
  OpenedTold,
  AbsentTold,
  ClosedTold,
  Lost,      // the stream could not be made, or has closed by itself
  LinkLost,
  Elapsed,   // the phase's deadline
};
constexpr auto names_of(ChannelInput) {
  return std::array<std::string_view, 9>{"wanted",      "made", "open-told", "opened-told", "absent-told",
                                         "closed-told", "lost", "link-lost", "elapsed"};
}
inline constexpr std::size_t kChannelInputs = 9;

enum class ChannelAction : std::uint8_t {
  Ignore,
  Make,     // a stream of our own
  Propose,  // tell the other side of it
  Join,     // make theirs, and give up what we had
  Accept,   // tell them that it is made; the application may send
  Show,     // the application may send
  Rest,     // give the stream up; it is absent there
  Await,    // give the stream up; it may be opened there soon
  Retry,    // give the stream up and try again, sooner or later
  Drop,     // the link is gone, and the stream with it
};
constexpr auto names_of(ChannelAction) {
  return std::array<std::string_view, 10>{"ignore", "make", "propose", "join", "accept", "show", "rest", "await", "retry", "drop"};
}

struct ChannelEntry {
  ChannelPhase next;
  ChannelAction action;
};
using ChannelTable = std::array<std::array<ChannelEntry, kChannelInputs>, kChannelPhases>;

// Phase × input, in the order of the enumerators.
constexpr ChannelTable make_channel_table() {
  using P = ChannelPhase;
  using A = ChannelAction;
  constexpr ChannelEntry make{P::Making, A::Make}, join{P::Joining, A::Join}, retry{P::Closed, A::Retry},
      drop{P::Closed, A::Drop}, rest{P::Absent, A::Rest}, await{P::Expected, A::Await};
  const auto stay = [](P phase) { return ChannelEntry{phase, A::Ignore}; };
  return {{
      // wanted             made                       open-told  opened-told           absent-told        closed-told        lost               link-lost          elapsed
      {{make,               stay(P::Closed),           join,      stay(P::Closed),      stay(P::Closed),   stay(P::Closed),   stay(P::Closed),   drop,              make}},
      {{stay(P::Making),    {P::Proposed, A::Propose}, join,      stay(P::Making),      stay(P::Making),   stay(P::Making),   retry,             drop,              stay(P::Making)}},
      {{stay(P::Proposed),  stay(P::Proposed),         join,      {P::Open, A::Show},   await,             stay(P::Proposed), retry,             drop,              retry}},
      {{stay(P::Joining),   {P::Open, A::Accept},      join,      stay(P::Joining),     stay(P::Joining),  rest,              retry,             drop,              stay(P::Joining)}},
      {{stay(P::Open),      stay(P::Open),             join,      stay(P::Open),        stay(P::Open),     rest,              retry,             drop,              stay(P::Open)}},
      {{stay(P::Absent),    stay(P::Absent),           join,      stay(P::Absent),      stay(P::Absent),   stay(P::Absent),   stay(P::Absent),   drop,              stay(P::Absent)}},
      {{stay(P::Expected),  stay(P::Expected),         join,      stay(P::Expected),    stay(P::Expected), stay(P::Expected), stay(P::Expected), drop,              rest}},
  }};
}
inline constexpr ChannelTable kChannelTable = make_channel_table();

constexpr ChannelEntry channel_entry(ChannelPhase phase, ChannelInput input) {
  return kChannelTable[static_cast<std::size_t>(phase)][static_cast<std::size_t>(input)];
}

// Does a proposal of ours stand against one of theirs?
constexpr bool awaits_answer(ChannelPhase phase) {
  return phase == ChannelPhase::Making || phase == ChannelPhase::Proposed;
}

}  // namespace meetwire::flow
