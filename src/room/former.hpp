// Places that were given up while their owners were away. Whoever has what opened such a place comes back past a lock and
// a lobby, in the role that he had. Bounded: the oldest gives way. Must not know: who is inside.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "core/participant.hpp"
#include "room/admission.hpp"
#include "room/ledger.hpp"

namespace meetwire::room {

struct FormerPlaceValue {
  UserId user;
  PlaceKeys keys;
  Role role = Role::Guest;
  std::uint64_t order = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("user", self.user);
    visit("keys", self.keys);
    visit("role", self.role);
    visit("order", self.order);
  }
};

struct FormerPlacesValue {
  std::vector<FormerPlaceValue> places;
  std::uint64_t kept = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("places", self.places);
    visit("kept", self.kept);
  }
};

class FormerPlaces {
 public:
  FormerPlacesValue value() const {
    FormerPlacesValue value{{}, kept_};
    for (const auto& [user, place] : places_) value.places.push_back({user, place.keys, place.role, place.order});
    return value;
  }
  void restore(const FormerPlacesValue& value, const std::shared_ptr<Tally>& room) {
    kept_ = value.kept;
    for (const FormerPlaceValue& one : value.places) {
      places_.emplace(one.user, Place{one.keys, one.role, one.order, Charge(nullptr, room, one.keys.bytes() + one.user.value.size() + kPlaceBytes)});
    }
  }

  // `charge` is what was paid for the place; the part of it that is kept goes on to be paid.
  void keep(const UserId& user, PlaceKeys keys, Role role, Charge charge, std::size_t places_max) {
    places_.erase(user);
    if (places_max == 0) return;
    if (places_.size() >= places_max) {
      places_.erase(std::min_element(places_.begin(), places_.end(),
                                     [](const auto& a, const auto& b) { return a.second.order < b.second.order; }));
    }
    charge.set(keys.bytes() + user.value.size() + kPlaceBytes);
    places_.emplace(user, Place{std::move(keys), role, ++kept_, std::move(charge)});
  }

  // The role of the place that this one had; none: it had none, or cannot show it.
  std::optional<Role> role_of(const Admission& admission) const {
    const auto at = places_.find(admission.user);
    if (at == places_.end() || !at->second.keys.open_for(admission.resume.value_or(""))) return std::nullopt;
    return at->second.role;
  }

  bool has(const UserId& user) const { return places_.count(user) != 0; }
  void forget(const UserId& user) { places_.erase(user); }
  std::size_t size() const { return places_.size(); }

  template <class Visit>
  void each(Visit&& visit) {
    for (auto& [user, place] : places_) visit(user, place.keys, place.charge);
  }

 private:
  struct Place {
    PlaceKeys keys;
    Role role = Role::Guest;
    std::uint64_t order = 0;
    Charge charge;
  };
  static constexpr std::size_t kPlaceBytes = 192;  // a node, without its texts

  std::map<UserId, Place> places_;
  std::uint64_t kept_ = 0;
};

}  // namespace meetwire::room
