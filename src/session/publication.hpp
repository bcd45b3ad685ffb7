// Whether any connection takes a track: which were asked to send it, and what they said. A track that all have refused
// is published nowhere, and its device must not stay on for nothing.
// Must not know: sources, links and what they do about it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include "core/client_commands.hpp"
#include "core/ids.hpp"

namespace meetwire::session {

class Publication {
 public:
  void note(const ClientCommand& command) {
    if (const auto* set = std::get_if<command::SetTrack>(&command); set != nullptr && set->track) {
      asked_.emplace(set->operation, std::pair{set->peer, *set->track});
    } else if (const auto* close = std::get_if<command::ClosePeer>(&command)) {
      std::erase_if(asked_, [&](const auto& one) { return one.second.first == close->peer; });
    }
  }
  void succeeded(OperationId operation) {
    if (const auto at = asked_.find(operation); at != asked_.end()) {
      taken_.insert(at->second.second);
      asked_.erase(at);
    }
  }
  // The track, if this was the last connection that might have taken it. What a connection refuses since it is itself
  // in no state for it says nothing of the track (webrtc-pc, replaceTrack).
  std::optional<TrackId> failed(OperationId operation, std::string_view error_name) {
    const auto at = asked_.find(operation);
    if (at == asked_.end()) return std::nullopt;
    const TrackId track = at->second.second;
    asked_.erase(at);
    if (error_name != "InvalidModificationError" && error_name != "TypeError") return std::nullopt;
    for (const auto& [other, about] : asked_) {
      if (about.second == track) return std::nullopt;
    }
    return taken_.count(track) == 0 ? std::optional(track) : std::nullopt;
  }
  void forget(const TrackId& track) { taken_.erase(track); }

 private:
  std::map<OperationId, std::pair<UserId, TrackId>> asked_;
  std::set<TrackId> taken_;
};

}  // namespace meetwire::session
