// The model's part of the calibration: scripts as JSON on stdin, one a line, observations as JSON lines on stdout.
//   browser_model [QUIRK …]     with these quirks, by name
#include <cstdio>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "support/peer_model.hpp"
#include "support/timeline.hpp"

namespace meetwire::support {
namespace {

using Json = nlohmann::json;

std::string in_state(SignalingState state) { return " in " + std::string(name_of(state)); }

// One side of the script, and what its page sees.
struct End {
  std::unique_ptr<PeerModel> peer;
  std::vector<std::string> log;
  std::vector<ModelDescription> descriptions;
};

class World {
 public:
  explicit World(const Quirks& quirks) {
    for (const std::string side : {"a", "b"}) {
      End& end = ends_[side];
      PeerModelHost host;
      host.later = [this](Millis delay, std::function<void()> what) { time_.later(delay, std::move(what)); };
      host.takes = [](PeerOperation) { return Millis{2}; };
      host.negotiation_needed = [&end] { end.log.push_back("negotiationneeded"); };
      host.signaling_state_changed = [&end](SignalingState state) {
        end.log.push_back("signalingstatechange " + std::string(name_of(state)));
      };
      host.track = [&end](const ModelTransceiver& made) {
        end.log.push_back("track " + made.kind + " mid " + made.mid.value_or("null") + in_state(end.peer->signaling_state()));
      };
      PeerModelOptions options;
      options.name = side;
      options.quirks = quirks;
      end.peer = std::make_unique<PeerModel>(options, host);
    }
  }

  Json run(const Json& script) {
    Json result = {{"seed", script.at("seed")}, {"steps", Json::array()}, {"quirks", Json::array()}};
    std::size_t number = 0;
    for (const Json& step : script.at("steps")) {
      const Json& operations = step.at("operations");
      result["steps"].push_back(run_step(operations, number));
      number += operations.size();
      Json used = Json::array();
      for (auto& [side, end] : ends_) {
        for (const Quirk quirk : end.peer->quirks_used()) used.push_back(name_of(quirk));
        end.peer->forget_quirks_used();
      }
      result["quirks"].push_back(used);
    }
    return result;
  }

 private:
  using Starts = std::map<std::size_t, std::vector<std::size_t>>;

  Json run_step(const Json& operations, std::size_t first) {
    operations_ = &operations;
    first_ = first;
    following_.clear();
    for (std::size_t at = 0; at < operations.size(); ++at) {
      if (operations[at].contains("after")) following_[operations[at]["after"].get<std::size_t>()].push_back(first + at);
    }
    // All that waits for nothing is begun in one turn of the page, which is both sides' page.
    ends_["a"].peer->turn([&] {
      ends_["b"].peer->turn([&] {
        for (std::size_t at = 0; at < operations.size(); ++at) {
          if (!operations[at].contains("after")) start(first + at);
        }
      });
    });
    while (const auto next = time_.next()) {
      time_.now = std::max(time_.now, *next);
      time_.step();
    }
    Json seen;
    for (auto& [side, end] : ends_) {
      seen[side] = {{"log", end.log}, {"state", state_of(end)}};
      end.log.clear();
      const auto& description = end.peer->local();
      if (!end.peer->closed() && description && (end.descriptions.empty() || end.descriptions.back() != *description)) {
        end.descriptions.push_back(*description);
      }
    }
    return seen;
  }

  void start(std::size_t number) {
    const Json& operation = (*operations_)[number - first_];
    End& end = ends_[operation["on"].get<std::string>()];
    const auto done = [this, number, &end](PeerModel::Outcome outcome) {
      end.log.push_back(std::to_string(number) + " " + outcome.value_or("done") + in_state(end.peer->signaling_state()));
      follow(end, number);
    };
    bool ends_later = false;
    const auto outcome = begin(operation, end, done, ends_later);
    if (outcome) end.log.push_back(std::to_string(number) + " " + *outcome);
    if (!ends_later) follow(end, number);
  }

  void follow(End& end, std::size_t number) {
    for (const std::size_t each : following_[number]) {
      end.peer->react([this, &end, each] { end.peer->react([this, &end, each] { end.peer->react([this, each] { start(each); }); }); });
    }
  }

  // What it came to, if that is to be noted at once.
  std::optional<std::string> begin(const Json& operation, End& end, const PeerModel::Ended& done, bool& ends_later) {
    PeerModel& peer = *end.peer;
    const auto what = operation["do"].get<std::string>();
    std::size_t at = 0;
    if (operation.contains("t")) {
      const auto all = peer.closed() ? std::vector<const ModelTransceiver*>{} : peer.transceivers();
      if (all.empty()) return "skipped";
      at = operation["t"].get<std::size_t>() % all.size();
    }
    const auto thrown = [](PeerModel::Outcome outcome) -> std::optional<std::string> {
      if (outcome) return "threw " + *outcome;
      return std::nullopt;
    };
    const auto direction = [&] { return *Direction::named(operation["direction"].get<std::string>()); };
    if (what == "addTransceiver") return thrown(peer.add_transceiver(operation["kind"].get<std::string>(), direction()));
    if (what == "setDirection") return thrown(peer.set_direction(at, direction()));
    if (what == "bind") {
      if (auto outcome = peer.set_direction(at, {true, true})) return thrown(outcome);
      return thrown(peer.set_streams(at));
    }
    if (what == "stop") return thrown(peer.stop(at));
    if (what == "createDataChannel") {
      return thrown(peer.create_data_channel(operation["negotiated"].get<bool>() ? std::optional(0) : std::nullopt));
    }
    if (what == "restartIce") return peer.restart_ice(), std::nullopt;
    if (what == "close") return peer.close(), std::nullopt;
    ends_later = true;
    if (what == "setLocal") return peer.set_local(done), std::nullopt;
    if (what == "rollBackLocal") return peer.roll_back(true, done), std::nullopt;
    if (what == "rollBackRemote") return peer.roll_back(false, done), std::nullopt;
    if (what == "addCandidate") return peer.add_candidate(candidate(peer, operation), done), std::nullopt;
    if (what == "replaceTrack") {
      const auto kind = operation["kind"].get<std::string>();
      const auto track = kind == "none" ? std::nullopt : std::optional(TrackId{kind});
      return peer.replace_track(at, track, kind, done), std::nullopt;
    }
    const auto& from = ends_[operation["on"] == "a" ? "b" : "a"].descriptions;
    const auto back = operation["back"].get<std::size_t>();
    if (back < from.size()) return peer.set_remote(from[from.size() - 1 - back], done), std::nullopt;
    ends_later = false;
    return "skipped";
  }

  Candidate candidate(const PeerModel& peer, const Json& operation) {
    Candidate candidate;
    candidate.candidate = "candidate:1 1 udp 2122260223 127.0.0.1 9 typ host";
    const auto& remote = peer.closed() ? std::nullopt : peer.remote();
    const bool has_lines = remote && !remote->lines.empty();
    const auto of = operation["of"].get<std::string>();
    if (of == "current" && has_lines && !remote->ufrag.empty()) candidate.username_fragment = remote->ufrag;
    if (of == "first" && !ufrags_.empty()) candidate.username_fragment = ufrags_.front();
    if (of == "unknown") candidate.username_fragment = "nobody";
    const auto line = operation["line"].get<std::string>();
    if (line == "first") candidate.sdp_mid = has_lines ? remote->lines.front().mid : "0";
    if (line == "beyond") candidate.sdp_mid = "nowhere";
    if (line == "index") candidate.sdp_mline_index = 0;
    return candidate;
  }

  // ---- how a side stands

  std::string generation(const std::string& ufrag) {
    const auto at = std::find(ufrags_.begin(), ufrags_.end(), ufrag);
    const auto index = at - ufrags_.begin();
    if (at == ufrags_.end()) ufrags_.push_back(ufrag);
    return "g" + std::to_string(index);
  }

  std::string text_of(const std::optional<ModelDescription>& description) {
    if (!description) return "none";
    std::string text = description->is_offer ? "offer [" : "answer [";
    bool any = false;
    for (const ModelLine& line : description->lines) {
      if (&line != &description->lines.front()) text += " ";
      text += line.kind + ":" + line.mid;
      if (line.rejected) {
        text += ":rejected";
        continue;
      }
      any = true;
      if (line.kind != "application") text += ":" + std::string(line.direction.name());
    }
    return text + "] " + (any ? generation(description->ufrag) : "");
  }

  Json state_of(const End& end) {
    const PeerModel& peer = *end.peer;
    if (peer.closed()) return {"closed"};
    const std::string current_local = text_of(peer.current_local());
    const std::string pending_local = text_of(peer.pending_local());
    const std::string current_remote = text_of(peer.current_remote());
    const std::string pending_remote = text_of(peer.pending_remote());
    Json state = {std::string(name_of(peer.signaling_state())), "local " + current_local + " pending " + pending_local,
                  "remote " + current_remote + " pending " + pending_remote};
    for (const ModelTransceiver* each : peer.transceivers()) {
      state.push_back(each->kind + " mid " + each->mid.value_or("null") + " " +
                      std::string(each->stopping ? "stopped" : each->direction.name()) + " current " +
                      std::string(each->stopped ? "stopped" : each->current ? each->current->name() : "null"));
    }
    return state;
  }

  Timeline time_;
  std::map<std::string, End> ends_;
  std::vector<std::string> ufrags_;
  const Json* operations_ = nullptr;
  std::size_t first_ = 0;
  Starts following_;
};

}  // namespace
}  // namespace meetwire::support

int main(int count, char** arguments) {
  using namespace meetwire;
  support::Quirks quirks;
  for (int i = 1; i < count; ++i) {
    const auto quirk = from_name<support::Quirk>(arguments[i]);
    if (!quirk) return std::fprintf(stderr, "no such quirk: %s\n", arguments[i]), 2;
    quirks.insert(*quirk);
  }
  for (std::string line; std::getline(std::cin, line);) {
    const auto script = nlohmann::json::parse(line, nullptr, false);
    if (script.is_discarded()) return std::fprintf(stderr, "not JSON: %s\n", line.c_str()), 2;
    support::World world(quirks);
    std::puts(world.run(script).dump().c_str());
  }
  return 0;
}
