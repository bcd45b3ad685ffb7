// What a link has to know of a peer that numbers nothing: one of the course's pages, or one of ours on a classic server.
// Most such pages negotiate once: a second offer throws there and is never answered. So what they are to see goes over
// the lines of the first exchange, and an own offer without an answer is taken back.
// Not among what explored links are hashed by: those number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "link/link.hpp"

namespace meetwire::link {

struct Unnumbered {
  Wishes wishes;                    // as the session has them
  std::string rank;                 // the peer's, if it is one of ours; then it negotiates as often as is needed
  bool negotiates_once = false;     // an offer was not answered
  bool take_back = false;           // the own offer that is out
  std::optional<Millis> offer_at;   // if it has not offered by then, or not answered what it seems not to have heard
  Sequence offers = 0;              // own ones, so that one of ours can say which it answers
  // Of a peer that may not listen.
  bool heard = false;               // in this incarnation
  std::vector<protocol::PairMessage> said;  // the newest own offer and its candidates, or those of an answer
  Millis said_at{0};
  std::optional<Millis> say_again_at;       // as long as the offer has no answer
  Millis texts_since{0};            // the second in which its texts are counted
  std::uint32_t texts = 0;

  bool is_ours() const { return !rank.empty(); }

  // A screen takes the camera's line at a page, which knows no other; its sound stays here. What nothing is sent over is no
  // reason to negotiate with a page again, nor, where sound alone is usual, with one of ours.
  Wishes for_peer(bool sound_is_usual) const {
    Wishes shown = wishes;
    if (!is_ours()) {
      const auto screen = shown.find(Slot::Screen);
      if (screen != shown.end() && screen->second) shown[Slot::Camera] = screen->second;
      shown.erase(Slot::Screen);
      shown.erase(Slot::ScreenAudio);
    }
    if (!is_ours() || sound_is_usual) std::erase_if(shown, [](const auto& one) { return !one.second; });
    return shown;
  }
};

}  // namespace meetwire::link
