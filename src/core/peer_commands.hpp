// What a client's core asks for so that there are connections, with ICE servers whose credentials hold.
#pragma once

#include <string>
#include <string_view>

#include "core/ids.hpp"

namespace meetwire::command {

// What was given for the join ends soon: ask the application for a fresh token and for its own ICE servers, where it has
// functions for them. Ends with event::RenewalReady.
struct Renew {
  static constexpr std::string_view kType = "renew";
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

struct OpenPeer {
  static constexpr std::string_view kType = "open_peer";
  UserId peer;
  Incarnation incarnation = 0;
  std::string ice_servers;  // JSON of RTCIceServer[]
  std::string ice_transport_policy;
  // Open our own data channel (negotiated, id 0), so that a link without media connects too. Not to classic peers.
  bool control_channel = true;
  // Open a data channel of this name for text, and take those that the other side opens; empty: neither. To classic peers.
  std::string text_channel;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
    visit("iceServers", self.ice_servers);
    visit("iceTransportPolicy", self.ice_transport_policy);
    visit("controlChannel", self.control_channel);
    visit("textChannel", self.text_channel);
  }
};

// Other ICE servers, for what is gathered from now on: the next restart of ICE.
struct ConfigurePeer {
  static constexpr std::string_view kType = "configure_peer";
  UserId peer;
  Incarnation incarnation = 0;
  std::string ice_servers;  // JSON of RTCIceServer[]
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peer", self.peer);
    visit("incarnation", self.incarnation);
    visit("iceServers", self.ice_servers);
  }
};

}  // namespace meetwire::command
