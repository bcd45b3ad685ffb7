// One message on its way to members, however many: it is in memory once, and says what it costs.
// Knows nothing of rooms, connections or what the messages mean.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include "protocol/messages.hpp"
#include "room/ledger.hpp"

namespace meetwire::room {

class Letter {
 public:
  // On nobody's account: for what is said once and not kept.
  template <class Message, class = std::enable_if_t<std::is_constructible_v<protocol::ServerMessage, Message&&> &&
                                                    !std::is_same_v<std::decay_t<Message>, Letter>>>
  Letter(Message&& message)
      : Letter(protocol::ServerMessage(std::forward<Message>(message)), nullptr, nullptr, /*for_many=*/false) {}

  Letter(protocol::ServerMessage message, std::shared_ptr<Account> payer, std::shared_ptr<Tally> room, bool for_many)
      : content_(make(std::move(message), std::move(payer), std::move(room), for_many)) {}

  const protocol::ServerMessage& operator*() const { return content_->message; }
  const protocol::ServerMessage* operator->() const { return &content_->message; }
  // What it takes in memory, once.
  std::size_t bytes() const { return content_->charge.bytes(); }
  // What each delivery of it costs, in bytes sent and work: its texts count as they are written, with escapes.
  std::size_t cost() const { return content_->cost; }
  // Does it go to others too? Then it is worth while to write it only once.
  bool is_for_many() const { return content_->for_many; }
  // The same for all copies, as long as there is one.
  const void* identity() const { return content_.get(); }

 private:
  struct Content {
    protocol::ServerMessage message;
    std::size_t cost;
    Charge charge;
    bool for_many;
  };
  static std::shared_ptr<const Content> make(protocol::ServerMessage message, std::shared_ptr<Account> payer,
                                             std::shared_ptr<Tally> room, bool for_many);

  std::shared_ptr<const Content> content_;
};

struct Numbered {
  std::uint64_t number = 0;  // 0: none
  Letter message;
  // Without a number: the one that the next numbered message will have; 0: it does not matter.
  std::uint64_t next = 0;
};

}  // namespace meetwire::room
