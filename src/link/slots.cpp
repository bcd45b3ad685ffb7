#include "link/slots.hpp"

namespace meetwire::link {

void SlotTable::wish(const std::map<Slot, std::optional<TrackId>>& wishes) {
  for (const Slot slot : kSlots) {
    const auto wish = wishes.find(slot);
    Row& of_slot = row(slot);
    of_slot.wished = of_slot.wished || wish != wishes.end();
    of_slot.wanted = wish == wishes.end() ? std::nullopt : wish->second;
  }
}

void SlotTable::want_lines(std::initializer_list<Slot> slots) {
  for (const Slot slot : slots) row(slot).wished = true;
}

void SlotTable::forget_lines() {
  for (Row& each : rows_) {
    each.added = false;
    each.mid.reset();
    each.offered_mid.reset();
    each.sending.reset();
  }
}

bool SlotTable::lacks_line() const {
  for (const Row& each : rows_) {
    if (each.wished && !each.mid && !each.offered_mid) return true;
  }
  return false;
}

std::vector<Slot> SlotTable::take_missing() {
  std::vector<Slot> missing;
  for (const Slot slot : kSlots) {
    Row& each = row(slot);
    if (!each.wished || has_sender(each)) continue;
    each.added = true;
    missing.push_back(slot);
  }
  return missing;
}

void SlotTable::lines_offered(const SlotsByMid& slots) {
  for (const auto& [mid, slot] : slots) {
    Row& each = row(slot);
    if (!each.mid) each.offered_mid = mid;
  }
}

void SlotTable::lines_agreed() {
  for (Row& each : rows_) {
    if (each.offered_mid) each.mid = std::move(each.offered_mid);
    each.offered_mid.reset();
  }
}

void SlotTable::lines_rolled_back() {
  for (Row& each : rows_) each.offered_mid.reset();
}

std::vector<std::pair<Slot, std::string>> SlotTable::lines_bound(const SlotsByMid& slots) {
  std::vector<std::pair<Slot, std::string>> bound;
  for (const auto& [mid, slot] : slots) {
    Row& each = row(slot);
    if (each.mid) continue;  // bound before; a second line for one purpose carries nothing
    each.mid = mid;
    each.added = false;  // an own transceiver without m-line gives way
    bound.emplace_back(slot, mid);
  }
  return bound;
}

bool SlotTable::has_track_change() const {
  for (const Row& each : rows_) {
    if (has_sender(each) && each.sending != each.wanted) return true;
  }
  return false;
}

std::optional<std::pair<Slot, std::optional<TrackId>>> SlotTable::take_track_change() {
  for (const Slot slot : kSlots) {
    Row& each = row(slot);
    if (!has_sender(each) || each.sending == each.wanted) continue;
    each.sending = each.wanted;
    return std::pair{slot, each.wanted};
  }
  return std::nullopt;
}

SlotsByMid SlotTable::lines() const {
  SlotsByMid lines;
  for (const Slot slot : kSlots) {
    const Row& each = rows_[static_cast<std::size_t>(slot)];
    if (each.mid) lines[*each.mid] = slot;
    if (each.offered_mid) lines[*each.offered_mid] = slot;
  }
  return lines;
}

std::optional<Slot> SlotTable::slot_of(const std::string& mid) const {
  for (const Slot slot : kSlots) {
    if (rows_[static_cast<std::size_t>(slot)].mid == mid) return slot;
  }
  return std::nullopt;
}

}  // namespace meetwire::link
