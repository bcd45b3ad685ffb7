// Places that were given up while their owners were away. Whoever has what opened such a place comes back past a lock and
// a lobby, in the role that he had. Bounded: the oldest gives way. Must not know: who is inside.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "core/ids.hpp"
#include "core/participant.hpp"
#include "room/admission.hpp"

namespace meetwire::room {

class FormerPlaces {
 public:
  void keep(const UserId& user, PlaceKeys keys, Role role, std::size_t places_max) {
    places_.erase(user);
    if (places_max == 0) return;
    if (places_.size() >= places_max) {
      places_.erase(std::min_element(places_.begin(), places_.end(),
                                     [](const auto& a, const auto& b) { return a.second.order < b.second.order; }));
    }
    places_.emplace(user, Place{std::move(keys), role, ++kept_});
  }

  // The role of the place that this one had; none: it had none, or cannot show it.
  std::optional<Role> role_of(const Admission& admission) const {
    const auto at = places_.find(admission.user);
    if (at == places_.end() || !at->second.keys.open_for(admission.resume.value_or(""))) return std::nullopt;
    return at->second.role;
  }

  void forget(const UserId& user) { places_.erase(user); }
  std::size_t size() const { return places_.size(); }

  template <class Visit>
  void each(Visit&& visit) const {
    for (const auto& [user, place] : places_) visit(user, place.keys);
  }

 private:
  struct Place {
    PlaceKeys keys;
    Role role = Role::Guest;
    std::uint64_t order = 0;
  };
  std::map<UserId, Place> places_;
  std::uint64_t kept_ = 0;
};

}  // namespace meetwire::room
