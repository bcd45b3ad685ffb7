// Someone who is about to get a place in a room: what the connection, its hello and the host's word have said of him.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/ids.hpp"
#include "core/participant.hpp"
#include "protocol/messages.hpp"
#include "room/ledger.hpp"

namespace meetwire::room {

// Someone who wants in: identity judged, token accepted.
struct Admission {
  ConnectionId connection;
  UserId user;
  SessionId session;
  std::string secret;  // empty: this connection cannot resume (its dialect has no such thing)
  std::string name;
  Role role = Role::Guest;  // counts where roles are granted
  DialectName dialect = DialectName::Meetwire;
  MediaState media;
  Connect connect = Connect::Everyone;
  std::optional<std::string> publisher;
  std::uint32_t version = protocol::kVersion;
  bool device = false;  // plain: those of its kind who came before are put out
  bool viewer = false;  // asks for no more than to see and hear
  Attributes attributes;
  std::optional<std::string> resume;  // the secret of the place to be taken again; of a new place: one more that opens it
  std::uint64_t received = 0;
  SessionId before;  // what it says it was in the place that is forgotten
  std::shared_ptr<Account> account;  // pays for the place, and for the wait before it
  // The host's word.
  bool name_granted = false;                // by the token: not the member's to change
  std::optional<std::string> ice_servers;   // JSON, of this member alone; absent: the policy's
  std::uint32_t renew_in_ms = 0;            // when to renew both; 0: never

  // As a room's log has it: without what is of the connection alone, and without the account.
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("connection", self.connection);
    visit("user", self.user);
    visit("session", self.session);
    visit("secret", self.secret);
    visit("name", self.name);
    visit("role", self.role);
    visit("dialect", self.dialect);
    visit("media", self.media);
    visit("connect", self.connect);
    visit("publisher", self.publisher);
    visit("version", self.version);
    visit("device", self.device);
    visit("viewer", self.viewer);
    visit("attributes", self.attributes);
    visit("resume", self.resume);
    visit("received", self.received);
    visit("before", self.before);
    visit("nameGranted", self.name_granted);
  }
};

// What one takes who waits or has a place, with all texts of its own.
inline std::size_t bytes_held_by(const UserId& user, const std::string& name, const Attributes& attributes) {
  std::size_t bytes = 1'536 + 3 * user.value.size() + name.size();
  for (const auto& [key, value] : attributes) bytes += 96 + key.size() + value.size();
  return bytes;
}

// In the same time wherever they differ.
inline bool same_secret(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

// What opens a place. The secret is another one with each welcome, but the one before holds until its owner has shown that
// he has heard the new one: a lost welcome locks nobody out.
struct PlaceKeys {
  std::string secret;  // the last one that its owner is known to have
  std::string next;    // what the last welcome gave; empty: that is `secret`
  std::string claim;   // what the place was entered with; empty: nothing

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("secret", self.secret);
    visit("next", self.next);
    visit("claim", self.claim);
  }

  std::size_t bytes() const { return secret.size() + next.size() + claim.size(); }
  const std::string& newest() const { return next.empty() ? secret : next; }
  // Whoever has only the claim may have never heard of the place.
  bool is_known_to(const std::string& shown) const {
    return !shown.empty() && (same_secret(shown, secret) || same_secret(shown, next));
  }
  bool open_for(const std::string& shown) const { return is_known_to(shown) || (!shown.empty() && same_secret(shown, claim)); }
  void confirm() {
    if (!next.empty()) secret = std::exchange(next, {});
  }
  // For the next welcome, to somebody who has shown this one. One that was given and not confirmed is given again.
  void renew(const std::string& shown, const std::string& fresh) {
    if (same_secret(shown, next)) confirm();
    if (next.empty()) next = fresh;
  }
};

}  // namespace meetwire::room
