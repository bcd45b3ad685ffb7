#include "simulation/shrink.hpp"

#include <algorithm>
#include <utility>

#include "simulation/meeting.hpp"

namespace meetwire::simulation {
namespace {

// The same promise broken: its code, which stands between the time and the particulars.
std::string kind_of(const std::string& violation) {
  for (const char letter : {'S', 'L', 'G'}) {
    for (std::size_t at = violation.find(letter); at != std::string::npos; at = violation.find(letter, at + 1)) {
      const auto end = violation.find(':', at);
      const std::string code = violation.substr(at, end - at);
      if (code.size() >= 2 && code.size() <= 3 && code.find_first_not_of("0123456789", 1) == std::string::npos) return code;
    }
  }
  return {};
}

bool fails(const Script& script, const std::string& kind) {
  Recorder recorder(Recorder::Mode::Nothing);
  const auto result = Meeting(script, recorder).run();
  return result.violation && kind_of(*result.violation) == kind;
}

}  // namespace

Shrunk shrink(Script script, const std::string& violation, std::size_t runs_max) {
  Shrunk shrunk{std::move(script), 0};
  const std::string kind = kind_of(violation);
  for (std::size_t piece = std::max<std::size_t>(shrunk.script.actions.size() / 2, 1); piece >= 1; piece /= 2) {
    for (std::size_t at = 0; at < shrunk.script.actions.size() && shrunk.runs < runs_max;) {
      Script shorter = shrunk.script;
      const auto begin = shorter.actions.begin() + static_cast<std::ptrdiff_t>(at);
      shorter.actions.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(piece, shorter.actions.size() - at)));
      ++shrunk.runs;
      if (fails(shorter, kind)) {
        shrunk.script = std::move(shorter);
      } else {
        at += piece;
      }
    }
    if (piece == 1) break;
  }
  return shrunk;
}

}  // namespace meetwire::simulation
