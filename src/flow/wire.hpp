// What two participants say to each other on the control channel, as DATA.md has it: one JSON object a message.
// The names of the members are those of the structs. Unknown types and members are ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/errors.hpp"
#include "flow/commands.hpp"

namespace meetwire::flow::wire {

inline constexpr std::uint32_t kVersion = 1;

// The first word of each side on every new control channel.
struct Hello {
  static constexpr std::string_view kType = "hello";
  std::uint32_t version = 0;
  std::string instance;
  bool heard = false;  // the other's has come
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("version", self.version);
    visit("instance", self.instance);
    visit("heard", self.heard);
  }
};

// A stream for a channel, made by the sender already.
struct Open {
  static constexpr std::string_view kType = "open";
  StreamId stream = 0;
  Purpose purpose = Purpose::Application;
  std::string label;
  bool ordered = true;
  std::optional<std::uint32_t> max_retransmits;
  std::uint32_t received = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("stream", self.stream);
    visit("purpose", self.purpose);
    visit("label", self.label);
    visit("ordered", self.ordered);
    visit("maxRetransmits", self.max_retransmits);
    visit("received", self.received);
  }
};

// The answers to it: made here too, or nobody has opened that label here.
struct Opened {
  static constexpr std::string_view kType = "opened";
  StreamId stream = 0;
  std::uint32_t received = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("stream", self.stream);
    visit("received", self.received);
  }
};

struct Absent {
  static constexpr std::string_view kType = "absent";
  StreamId stream = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("stream", self.stream);
  }
};

// On purpose: it is not to be built again.
struct Closed {
  static constexpr std::string_view kType = "closed";
  StreamId stream = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("stream", self.stream);
  }
};

// ---- files. The sender says offer and withdraw, the receiver all else.

struct Offer {
  static constexpr std::string_view kType = "offer";
  TransferId transfer = 0;
  std::string name;
  std::int64_t size = -1;
  std::string media_type;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("transfer", self.transfer);
    visit("name", self.name);
    visit("size", self.size);
    visit("mediaType", self.media_type);
  }
};

struct Accept {
  static constexpr std::string_view kType = "accept";
  TransferId transfer = 0;
  std::uint32_t run = 0;
  std::int64_t from = -1;
  std::int64_t until = -1;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("transfer", self.transfer);
    visit("run", self.run);
    visit("from", self.from);
    visit("until", self.until);
  }
};

struct Credit {
  static constexpr std::string_view kType = "credit";
  TransferId transfer = 0;
  std::uint32_t run = 0;
  std::int64_t held = -1;
  std::int64_t until = -1;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("transfer", self.transfer);
    visit("run", self.run);
    visit("held", self.held);
    visit("until", self.until);
  }
};

struct Done {
  static constexpr std::string_view kType = "done";
  TransferId transfer = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("transfer", self.transfer);
  }
};

// `code`: an ErrorCode's name; one that is not known here counts as file-cancelled.
struct Refuse {
  static constexpr std::string_view kType = "refuse";
  TransferId transfer = 0;
  std::string code;
  std::string reason;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("transfer", self.transfer);
    visit("code", self.code);
    visit("reason", self.reason);
  }
};

struct Withdraw {
  static constexpr std::string_view kType = "withdraw";
  TransferId transfer = 0;
  std::string code;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("transfer", self.transfer);
    visit("code", self.code);
  }
};

// ---- the uplink

// What of the other's picture is to be seen here. `slot`: a Slot's name; one that is not known is no concern of ours.
struct Show {
  static constexpr std::string_view kType = "show";
  std::string slot;
  std::uint32_t width = 0;
  std::uint32_t priority = 0;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("slot", self.slot);
    visit("width", self.width);
    visit("priority", self.priority);
  }
};

using Message = std::variant<Hello, Open, Opened, Absent, Closed, Offer, Accept, Credit, Done, Refuse, Withdraw, Show>;

std::string write(const Message& message);

// None: of a type that is not known. A failure: not what it should be.
std::variant<std::optional<Message>, Failure> read(std::string_view text);

// Which code goes out for an error of ours, and what one that came in means here: what is wrong on one side is not
// always the same on the other.
std::string_view code_out(ErrorCode code);
ErrorCode code_in(std::string_view code);

}  // namespace meetwire::flow::wire
