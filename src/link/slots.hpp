// The m-lines of one connection by purpose: which exist, which are wished for, which track each sends.
#pragma once

#include <array>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "core/media.hpp"

namespace meetwire::link {

class SlotTable {
 public:
  // slot → track to send (or none). A slot once wished for stays; its m-line is never given up.
  void wish(const std::map<Slot, std::optional<TrackId>>& wishes);
  // These too get an m-line, with or without a track.
  void want_lines(std::initializer_list<Slot> slots);
  // A new connection: no m-lines yet; wishes stay.
  void forget_lines();

  // Slots that are wished for and have neither m-line nor transceiver. They count as added from now on.
  std::vector<Slot> take_missing();
  bool lacks_line() const;

  // The own offer, while it is out, has given these slots their mids…
  void lines_offered(const SlotsByMid& slots);
  // …which hold once it is answered, or are taken back with it.
  void lines_agreed();
  void lines_rolled_back();
  // Lines of a remote offer: those that are new to us, to be bound.
  std::vector<std::pair<Slot, std::string>> lines_bound(const SlotsByMid& slots);

  // A slot whose sender does not send what is wished; it counts as done from now on.
  std::optional<std::pair<Slot, std::optional<TrackId>>> take_track_change();
  bool has_track_change() const;

  // mid → slot of what is agreed or offered: what a description's m-lines are for.
  SlotsByMid lines() const;
  std::optional<Slot> slot_of(const std::string& mid) const;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    for (auto& row : self.rows_) {
      visit("wished", row.wished);
      visit("added", row.added);
      visit("mid", row.mid);
      visit("offered_mid", row.offered_mid);
      visit("wanted", row.wanted);
      visit("sending", row.sending);
    }
  }

 private:
  struct Row {
    bool wished = false;
    bool added = false;                // a transceiver of our own making is there
    std::optional<std::string> mid;    // agreed
    std::optional<std::string> offered_mid;
    std::optional<TrackId> wanted;
    std::optional<TrackId> sending;
  };
  Row& row(Slot slot) { return rows_[static_cast<std::size_t>(slot)]; }
  static bool has_sender(const Row& row) { return row.added || row.mid.has_value(); }

  std::array<Row, kSlots.size()> rows_;
};

}  // namespace meetwire::link
