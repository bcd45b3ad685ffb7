#include "simulation/paths.hpp"

#include <algorithm>

namespace meetwire::simulation {
namespace {

// Chromium says "disconnected" 5 to 7 s after the last packet, and "failed" 15 to 30 s after it.
constexpr Millis kSeenAsLost{6'000};
constexpr Millis kSeenAsFailed{20'000};

}  // namespace

Paths::Ends Paths::ends(const Person& a, const Person& b) const {
  Ends ends;
  if (a.browser) ends.of_a = a.browser->live(b.user);
  if (b.browser) ends.of_b = b.browser->live(a.user);
  if (!ends.of_a || !ends.of_b) return ends;
  const auto& at_a = a.browser->peers.at({b.user, *ends.of_a});
  const auto& at_b = b.browser->peers.at({a.user, *ends.of_b});
  const bool any_candidate = !at_a.candidates_added.empty() || !at_b.candidates_added.empty();
  if (any_candidate && support::ModelBrowser::joined(at_a, at_b)) ends.credentials = at_a.local_ufrag + " " + at_b.local_ufrag;
  return ends;
}

void Paths::look(int who) {
  for (int other = 0; other < static_cast<int>(people_.size()); ++other) {
    if (other != who) look_at(std::min(who, other), std::max(who, other));
  }
}

void Paths::look_at(int a, int b) {
  Person& one = people_[static_cast<std::size_t>(a)];
  Person& two = people_[static_cast<std::size_t>(b)];
  const Ends now = ends(one, two);
  if (!now.of_a && !now.of_b) return;
  Path& path = this->path(a, b);
  const bool is_up = path.broken_until <= schedule_.now && !now.credentials.empty() && now.credentials != path.dead;
  if (is_up) {
    path.known = now.credentials;
    path.down_since.reset();
    const auto connected = [](const Person& from, const Person& to, Incarnation incarnation) {
      return from.browser->connections.at({to.user, incarnation}) == ConnectionState::Connected;
    };
    if (path.connecting || (connected(one, two, *now.of_a) && connected(two, one, *now.of_b))) return;
    path.connecting = true;
    schedule_.later(choices_.between({10}, {200}), [this, a, b] { connect(a, b); });
    return;
  }
  // While new credentials travel the old way still carries, if it is there at all.
  const bool renegotiating = now.credentials.empty() && now.of_a && now.of_b && path.broken_until <= schedule_.now && path.known != path.dead;
  if (renegotiating) return;
  if (!path.down_since || (!now.credentials.empty() && now.credentials != path.known)) {
    path.down_since = schedule_.now;
    path.known = now.credentials;
    look_later(a, b, kSeenAsLost + choices_.between({0}, {500}));
    look_later(a, b, kSeenAsFailed + choices_.between({0}, {8'000}));
    return;
  }
  const Millis down_for = schedule_.now - *path.down_since;
  report_down(one, two, now.of_a, down_for, !now.credentials.empty());
  report_down(two, one, now.of_b, down_for, !now.credentials.empty());
}

void Paths::report_down(Person& from, const Person& to, std::optional<Incarnation> incarnation, Millis down_for, bool known) {
  if (!incarnation) return;
  const ConnectionState state = from.browser->connections.at({to.user, *incarnation});
  const bool failed = down_for >= kSeenAsFailed;
  if (state == ConnectionState::Connected && down_for >= kSeenAsLost) {
    report(from, to, *incarnation, ConnectionState::Disconnected);
  } else if (failed && (state == ConnectionState::Disconnected || (known && state == ConnectionState::New))) {
    report(from, to, *incarnation, ConnectionState::Failed);
  }
}

void Paths::connect(int a, int b) {
  Person& one = people_[static_cast<std::size_t>(a)];
  Person& two = people_[static_cast<std::size_t>(b)];
  Path& path = this->path(a, b);
  path.connecting = false;
  const Ends now = ends(one, two);
  if (path.broken_until > schedule_.now || now.credentials.empty() || now.credentials == path.dead) return look_at(a, b);
  report(one, two, *now.of_a, ConnectionState::Connected);
  // The report may have led to anything.
  const Ends then = ends(one, two);
  if (then.of_b) report(two, one, *then.of_b, ConnectionState::Connected);
}

void Paths::report(Person& from, const Person& to, Incarnation incarnation, ConnectionState state) {
  if (from.browser->connections.at({to.user, incarnation}) == state) return;
  from.browser->connection_changed(to.user, incarnation, state);
}

void Paths::end(const Person& who) {
  for (Person& other : people_) {
    const auto incarnation = other.browser && other.index != who.index ? other.browser->live(who.user) : std::nullopt;
    if (!incarnation) continue;
    const std::string fingerprint = other.browser->peers.at({who.user, *incarnation}).fingerprint();
    const auto say = [&other, life = other.life, user = who.user, at = *incarnation, fingerprint](ConnectionState was, ConnectionState now) {
      if (other.life != life || !other.browser || other.browser->live(user) != at) return;
      if (other.browser->peers.at({user, at}).fingerprint() != fingerprint || other.browser->connections.at({user, at}) != was) return;
      other.browser->connection_changed(user, at, now);
    };
    schedule_.later(kSeenAsLost, [say] { say(ConnectionState::Connected, ConnectionState::Disconnected); });
    schedule_.later(kSeenAsFailed, [say] { say(ConnectionState::Disconnected, ConnectionState::Failed); });
  }
}

void Paths::look_later(int a, int b, Millis delay) {
  schedule_.later(delay, [this, a, b] { look_at(a, b); });
}

void Paths::break_until(int a, int b, Millis until) {
  if (a == b) return;
  Path& path = this->path(a, b);
  path.broken_until = std::max(path.broken_until, until);
  look_at(std::min(a, b), std::max(a, b));
  look_later(std::min(a, b), std::max(a, b), path.broken_until - schedule_.now);
}

void Paths::move_address(int who) {
  for (int other = 0; other < static_cast<int>(people_.size()); ++other) {
    if (other == who) continue;
    const Ends now = ends(people_[static_cast<std::size_t>(std::min(who, other))], people_[static_cast<std::size_t>(std::max(who, other))]);
    if (now.credentials.empty()) continue;
    path(who, other).dead = now.credentials;
    look_at(std::min(who, other), std::max(who, other));
  }
}

}  // namespace meetwire::simulation
