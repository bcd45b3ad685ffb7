// What is read from session descriptions of a peer's.
#include "link/sdp.hpp"
#include "support/catch.hpp"

namespace link_sdp_test {

using namespace meetwire;

TEST_CASE("sdp: an empty user fragment names no generation") {
  CHECK(link::read_sdp("v=0\r\nm=audio 9 x\r\na=ice-ufrag:\r\n").ufrags.empty());
  CHECK(link::read_sdp("a=ice-ufrag:\r\na=ice-ufrag:Ff3a\r\n").ufrags == std::set<std::string>{"Ff3a"});
}

}  // namespace link_sdp_test
