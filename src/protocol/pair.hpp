// What two members say to each other through the server: offers, answers, candidates, and the numbers that make
// them survive loss, duplication and reordering. See PROTOCOL.md, "Pair messages".
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/ids.hpp"
#include "core/media.hpp"

namespace meetwire::protocol {

struct Offer {
  std::string sdp;
  SlotsByMid slots;  // empty from classic members: the link infers them
  bool opens = false;  // the first of a connection. Not on the wire: the classic dialect says `call` before it
};

struct Answer {
  Sequence offer = 0;  // the sequence of the offer that it answers; 0 from classic members
  std::string sdp;
  SlotsByMid slots;
};

struct Candidates {
  std::vector<Candidate> candidates;
};

// "I have everything below `from`; send what comes after."
struct Replay {
  Sequence from = 0;
};

// Only the numbers: what the sender has received.
struct Acknowledge {};

using PairBody = std::variant<Offer, Answer, Candidates, Replay, Acknowledge>;

struct PairMessage {
  // The pair counts its connections together: whoever gives one up goes to the next number, and the other follows.
  // 0 from classic members, who number nothing: such messages are taken as they come.
  Incarnation incarnation = 0;
  // The receiver's incarnation as the sender believes it: 0 while it has heard nothing of this one, else the same.
  Incarnation believed = 0;
  // Counts offers, answers and candidates; 0 for replay and acknowledge, which are not kept and not repeated.
  Sequence sequence = 0;
  // Everything up to this one has come in.
  Sequence acknowledged = 0;
  // On a classic server, of an offer or answer of one of ours: what settles collisions, the greater one gives way. Empty
  // from the course's own pages, which ignore it.
  std::string rank;
  PairBody body;
};

}  // namespace meetwire::protocol
