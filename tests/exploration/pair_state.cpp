// A pair's state to bytes and back, by one traversal for all three purposes.
#include <array>

#include "exploration/pair_traversal.hpp"

namespace meetwire::exploration {

void encode_pair(const PairState& state, Bytes& bytes) {
  // Nothing is changed but when reading, and what is beyond telling apart.
  auto& open = const_cast<PairState&>(state);
  Traversal measuring{Archive<Purpose::Measure>{}};
  measuring.measure(open);
  bytes.clear();
  Traversal writing{Archive<Purpose::Write>(bytes)};
  writing.as_measured(measuring);
  writing.whole(open);
}

PairState decode_pair(const std::uint8_t* data, std::size_t size) {
  // Who offers first is of no interest once both have started.
  static const std::array<link::Link::Body, 2> fresh{make_link(0, false), make_link(1, false)};
  PairState state{{PairEnd{fresh[0], {}, {}, 0}, PairEnd{fresh[1], {}, {}, 0}}};
  Traversal(Archive<Purpose::Read>(data, size)).whole(state);
  return state;
}

}  // namespace meetwire::exploration
