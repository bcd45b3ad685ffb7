// One transfer of a file, as two tables: that of the side that sends it and that of the side that receives it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace meetwire::flow {

enum class SendPhase : std::uint8_t {
  Waiting,  // for the link: the offer goes out, or goes out again, when it is there
  Offered,
  Sending,
  Finishing,  // all of it is handed over, the receiver has not said that it is there
  Ended,
};
constexpr auto names_of(SendPhase) {
  return std::array<std::string_view, 5>{"waiting", "offered", "sending", "finishing", "ended"};
}
inline constexpr std::size_t kSendPhases = 5;

enum class SendInput : std::uint8_t { LinkReady, LinkLost, AcceptTold, CreditTold, Read, DoneTold, RefuseTold, Stopped };
constexpr auto names_of(SendInput) {
  return std::array<std::string_view, 8>{"link-ready",  "link-lost", "accept-told", "credit-told",
                                         "read",        "done-told", "refuse-told", "stopped"};
}
inline constexpr std::size_t kSendInputs = 8;

enum class SendAction : std::uint8_t {
  Forbidden,  // the receiver may not say that now: it claims what cannot be
  Ignore,
  Offer,
  Send,    // from where the receiver says
  Extend,  // it takes more
  Finish,  // it has it
  Fail,
};
constexpr auto names_of(SendAction) {
  return std::array<std::string_view, 7>{"forbidden", "ignore", "offer", "send", "extend", "finish", "fail"};
}

struct SendEntry {
  SendPhase next;
  SendAction action;
};

constexpr SendEntry send_entry(SendPhase phase, SendInput input) {
  using P = SendPhase;
  using A = SendAction;
  constexpr SendEntry fail{P::Ended, A::Fail}, liar{P::Ended, A::Forbidden}, done{P::Ended, A::Finish},
      send{P::Sending, A::Send}, over{P::Ended, A::Ignore}, wait{P::Waiting, A::Ignore};
  constexpr std::array<std::array<SendEntry, kSendInputs>, kSendPhases> table{{
      // link-ready              link-lost  accept-told  credit-told                read                       done-told  refuse-told  stopped
      // What was said before the link was lost may still come in; after a new offer it is said anew.
      {{{P::Offered, A::Offer},  wait,      {P::Waiting, A::Ignore}, {P::Waiting, A::Ignore}, {P::Waiting, A::Ignore}, {P::Waiting, A::Ignore}, fail, fail}},
      {{{P::Offered, A::Ignore}, wait,      send,        {P::Offered, A::Ignore},   {P::Offered, A::Ignore},   done,      fail,        fail}},
      {{{P::Sending, A::Ignore}, wait,      send,        {P::Sending, A::Extend},   {P::Finishing, A::Ignore}, liar,      fail,        fail}},
      {{{P::Finishing, A::Ignore}, wait,    send,        {P::Finishing, A::Extend}, {P::Finishing, A::Ignore}, done,      fail,        fail}},
      {{over, over, over, over, over, over, over, over}},
  }};
  return table[static_cast<std::size_t>(phase)][static_cast<std::size_t>(input)];
}

enum class ReceivePhase : std::uint8_t {
  Offered,  // nobody has said yes or no
  Receiving,
  Ended,
};
constexpr auto names_of(ReceivePhase) { return std::array<std::string_view, 3>{"offered", "receiving", "ended"}; }
inline constexpr std::size_t kReceivePhases = 3;

enum class ReceiveInput : std::uint8_t { OfferTold, Accepted, BlockStored, BlockDamaged, AllStored, WithdrawTold, Stopped };
constexpr auto names_of(ReceiveInput) {
  return std::array<std::string_view, 7>{"offer-told", "accepted",      "block-stored", "block-damaged",
                                         "all-stored", "withdraw-told", "stopped"};
}
inline constexpr std::size_t kReceiveInputs = 7;

enum class ReceiveAction : std::uint8_t {
  Ignore,
  Begin,   // a run, from what is held on
  Again,   // the same, unless it has been tried too often
  Extend,  // let more come
  Finish,
  Fail,    // the other side ended it
  Refuse,  // we end it, and tell the sender
};
constexpr auto names_of(ReceiveAction) {
  return std::array<std::string_view, 7>{"ignore", "begin", "again", "extend", "finish", "fail", "refuse"};
}

struct ReceiveEntry {
  ReceivePhase next;
  ReceiveAction action;
};

constexpr ReceiveEntry receive_entry(ReceivePhase phase, ReceiveInput input) {
  using P = ReceivePhase;
  using A = ReceiveAction;
  constexpr ReceiveEntry begin{P::Receiving, A::Begin}, fail{P::Ended, A::Fail}, refuse{P::Ended, A::Refuse},
      keep{P::Offered, A::Ignore}, over{P::Ended, A::Ignore};
  constexpr std::array<std::array<ReceiveEntry, kReceiveInputs>, kReceivePhases> table{{
      // offer-told  accepted                   block-stored              block-damaged            all-stored            withdraw-told  stopped
      {{keep,        begin,                     keep,                     keep,                    keep,                 fail,          refuse}},
      // An offer once more: the link was lost, and the sender asks where to go on.
      {{begin,       {P::Receiving, A::Ignore}, {P::Receiving, A::Extend}, {P::Receiving, A::Again}, {P::Ended, A::Finish}, fail,         refuse}},
      {{over, over, over, over, over, over, over}},
  }};
  return table[static_cast<std::size_t>(phase)][static_cast<std::size_t>(input)];
}

}  // namespace meetwire::flow
