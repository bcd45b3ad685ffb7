#include "link/sdp.hpp"

#include <optional>

namespace meetwire::link {
namespace {

std::optional<std::string_view> after_prefix(std::string_view line, std::string_view prefix) {
  if (line.substr(0, prefix.size()) != prefix) return std::nullopt;
  return line.substr(prefix.size());
}

MediaLine read_media(std::string_view rest) {
  // m=<media> <port> <proto> <fmt> …
  MediaLine line;
  const auto media_end = rest.find(' ');
  const std::string_view media = rest.substr(0, media_end);
  line.kind = media == "audio" ? MediaKind::Audio : media == "video" ? MediaKind::Video : MediaKind::Other;
  const bool rejected = media_end != std::string_view::npos && rest.substr(media_end + 1, 2) == "0 ";
  line.sends = line.kind != MediaKind::Other && !rejected;  // sendrecv unless said otherwise (RFC 8866, 6.7)
  return line;
}

void read_line(std::string_view line, SdpFacts& facts) {
  if (const auto media = after_prefix(line, "m=")) {
    facts.lines.push_back(read_media(*media));
  } else if (const auto ufrag = after_prefix(line, "a=ice-ufrag:")) {
    if (!ufrag->empty()) facts.ufrags.emplace(*ufrag);  // an empty one names no generation
  } else if (const auto fingerprint = after_prefix(line, "a=fingerprint:")) {
    if (facts.fingerprint.empty()) facts.fingerprint = *fingerprint;
  } else if (!facts.lines.empty()) {
    MediaLine& current = facts.lines.back();
    if (const auto mid = after_prefix(line, "a=mid:")) current.mid = *mid;
    if (line == "a=recvonly" || line == "a=inactive") current.sends = false;
  }
}

}  // namespace

SdpFacts read_sdp(std::string_view sdp) {
  SdpFacts facts;
  while (!sdp.empty()) {
    const auto end = sdp.find('\n');
    std::string_view line = sdp.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    read_line(line, facts);
    if (end == std::string_view::npos) break;
    sdp.remove_prefix(end + 1);
  }
  return facts;
}

SlotsByMid infer_slots(const SdpFacts& facts) {
  SlotsByMid slots;
  int sounds = 0;
  int pictures = 0;
  for (const MediaLine& line : facts.lines) {
    if (line.mid.empty()) continue;
    if (line.kind == MediaKind::Audio && sounds < 2) {
      slots[line.mid] = sounds++ == 0 ? Slot::Microphone : Slot::ScreenAudio;
    } else if (line.kind == MediaKind::Video && pictures < 2) {
      slots[line.mid] = pictures++ == 0 ? Slot::Camera : Slot::Screen;
    }
  }
  return slots;
}

std::string generation_of(const Candidate& candidate) {
  if (candidate.username_fragment) return *candidate.username_fragment;
  constexpr std::string_view kKey = " ufrag ";
  const std::string_view line = candidate.candidate;
  const auto at = line.find(kKey);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + kKey.size());
  return std::string(rest.substr(0, rest.find(' ')));
}

}  // namespace meetwire::link
