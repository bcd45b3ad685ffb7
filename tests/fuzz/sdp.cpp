// Session descriptions and candidates of a peer's: any text gives facts that are of it, and no more of them than it has.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/bytes.hpp"
#include "link/sdp.hpp"

using namespace meetwire;
using fuzz::promise;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const link::SdpFacts facts = link::read_sdp(text);
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  promise(facts.lines.size() <= lines && facts.ufrags.size() <= lines, "more facts than lines");
  for (const link::MediaLine& line : facts.lines) promise(text.find(line.mid) != std::string_view::npos, "a mid from elsewhere");
  for (const std::string& ufrag : facts.ufrags) {
    promise(!ufrag.empty() && text.find(ufrag) != std::string_view::npos, "a fragment from elsewhere");
  }
  promise(text.find(facts.fingerprint) != std::string_view::npos, "a fingerprint from elsewhere");

  const SlotsByMid slots = link::infer_slots(facts);
  promise(slots.size() <= kSlots.size(), "more slots than there are");
  for (const auto& entry : slots) {
    promise(std::count_if(slots.begin(), slots.end(), [&](const auto& one) { return one.second == entry.second; }) == 1, "a slot twice");
    promise(std::any_of(facts.lines.begin(), facts.lines.end(), [&](const auto& line) { return line.mid == entry.first; }), "a slot of no line");
  }

  Candidate candidate;
  candidate.candidate = text.substr(0, 1024);
  promise(candidate.candidate.find(link::generation_of(candidate)) != std::string::npos, "a generation from elsewhere");
  candidate.username_fragment = std::string(text.substr(0, 8));
  link::generation_of(candidate);
  return 0;
}
