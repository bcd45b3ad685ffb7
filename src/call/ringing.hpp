// One call as its client sees it, as a table: how far it is, and what the user's wishes and the server's words make of it.
// The outcome is the server's: the client never guesses one, so that both sides always show the same.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/messages.hpp"

namespace meetwire::call {

enum class Phase : std::uint8_t {
  New,        // somebody else's, of which the first word is just being read
  Calling,    // we asked for it, the server has not answered
  Waiting,    // it rings at the other's
  Ringing,    // it rings here
  Accepting,  // we took it, the server has not answered
  Connected,
  Ending,     // we want no more of it, the server has not answered
  Ended,      // for good
};
constexpr auto names_of(Phase) {
  return std::array<std::string_view, 8>{"new",       "calling",   "waiting", "ringing",
                                         "accepting", "connected", "ending",  "ended"};
}
inline constexpr std::size_t kPhases = 8;

enum class Input : std::uint8_t {
  AcceptWanted,
  EndWanted,
  RingingTold,    // the server: it rings
  ConnectedTold,
  EndedTold,
  Elapsed,        // the phase's deadline
};
constexpr auto names_of(Input) {
  return std::array<std::string_view, 6>{"accept-wanted",  "end-wanted", "ringing-told",
                                         "connected-told", "ended-told", "elapsed"};
}
inline constexpr std::size_t kInputs = 6;

enum class Action : std::uint8_t {
  Missing,  // the table has no entry: the application asked the impossible
  Ignore,   // nothing new
  Show,     // the application is told how the call stands
  Submit,   // the server is told what the phase stands for
};
constexpr auto names_of(Action) {
  return std::array<std::string_view, 4>{"missing", "ignore", "show", "submit"};
}

struct Entry {
  Phase next;
  Action action;
};
using Table = std::array<std::array<Entry, kInputs>, kPhases>;

// Phase × input, in the order of the enumerators.
constexpr Table make_table() {
  using P = Phase;
  constexpr Action none = Action::Missing, stay = Action::Ignore, show = Action::Show, say = Action::Submit;
  return {{
      // accept-wanted         end-wanted           ringing-told          connected-told         ended-told         elapsed
      // Its first word can be more than a ring, or go with an own call that is to end: the two have crossed.
      {{{P::New, none},       {P::Ending, say},    {P::Ringing, show},   {P::Connected, show},  {P::Ended, show},  {P::New, stay}}},
      {{{P::Calling, none},   {P::Ending, say},    {P::Waiting, show},   {P::Connected, show},  {P::Ended, show},  {P::Calling, say}}},
      {{{P::Waiting, none},   {P::Ending, say},    {P::Waiting, stay},   {P::Connected, show},  {P::Ended, show},  {P::Waiting, say}}},
      // Connected without our word: the two have crossed, and the one that we asked for was taken for our word.
      {{{P::Accepting, say},  {P::Ending, say},    {P::Ringing, stay},   {P::Connected, show},  {P::Ended, show},  {P::Ringing, say}}},
      {{{P::Accepting, stay}, {P::Ending, say},    {P::Accepting, stay}, {P::Connected, show},  {P::Ended, show},  {P::Accepting, say}}},
      {{{P::Connected, stay}, {P::Ending, say},    {P::Connected, stay}, {P::Connected, stay},  {P::Ended, show},  {P::Connected, say}}},
      // What was on its way before the server heard of it is not shown any more.
      {{{P::Ending, none},    {P::Ending, stay},   {P::Ending, stay},    {P::Ending, stay},     {P::Ended, show},  {P::Ending, say}}},
      {{{P::Ended, none},     {P::Ended, none},    {P::Ended, stay},     {P::Ended, stay},      {P::Ended, stay},  {P::Ended, stay}}},
  }};
}
inline constexpr Table kTable = make_table();

constexpr Entry entry_for(Phase phase, Input input) {
  return kTable[static_cast<std::size_t>(phase)][static_cast<std::size_t>(input)];
}

// What the server is told in a phase: the wish that it has not answered, else a question how the call stands.
constexpr protocol::CallAction word_of(Phase phase) {
  switch (phase) {
    case Phase::Calling: return protocol::CallAction::Request;
    case Phase::Accepting: return protocol::CallAction::Accept;
    case Phase::Ending: return protocol::CallAction::End;
    default: return protocol::CallAction::Ask;
  }
}

constexpr bool awaits_answer(Phase phase) { return word_of(phase) != protocol::CallAction::Ask; }

}  // namespace meetwire::call
