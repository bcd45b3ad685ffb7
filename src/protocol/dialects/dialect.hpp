// A dialect: pure functions between wire frames and typed messages. What decides never knows which one is on the wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/client_commands.hpp"
#include "core/errors.hpp"
#include "core/ids.hpp"
#include "core/limits.hpp"
#include "core/participant.hpp"
#include "protocol/messages.hpp"

namespace meetwire::protocol {

// What a dialect says of a frame that it cannot take.
inline Failure malformed(std::string what) { return Failure{ErrorCode::MessageMalformed, std::move(what)}; }

// One socket.io event: its name and its first argument as JSON text.
struct Frame {
  std::string name;
  std::string body;
  BodyForm form = BodyForm::Text;
  std::size_t head = 0;      // bytes before and after what is the same for all; see ServerDialect::pack
  std::size_t tail = 0;
  std::size_t messages = 0;  // in it, where that is known
};

inline constexpr std::size_t kAllNumbered = std::numeric_limits<std::size_t>::max();

// What came of one frame. A frame may hold several messages; each is good or bad by itself.
template <class Message>
struct Decoded {
  std::vector<Message> messages;
  std::vector<Failure> failures;   // one for each part that was dropped
  // Server → client: so many of the messages, the first ones, count from this number on; those after them come after
  // everything before. 0: the frame says nothing about numbers, nor does a dialect that has none.
  std::uint64_t first_number = 0;
  std::size_t numbered = kAllNumbered;
  std::uint64_t received = 0;      // client → server: everything up to this number has come in
  std::uint32_t unknown = 0;       // messages of unknown types: ignored and counted
  bool listens = false;            // server → client: only now is it sure to hear: what it was asked before may be lost
  bool alive = false;              // client → server: it lives, and is given up if it does not say so again in time
};

// The client's side of one dialect. Holds what the dialect itself needs to remember (a classic client has to ask
// for the roster); decides nothing.
class ClientDialect {
 public:
  virtual ~ClientDialect() = default;
  virtual DialectName name() const = 0;
  // False: it can only find out that the server speaks it; another module has the rest.
  virtual bool is_whole() const { return true; }
  // Frames for messages that belong together, in order; as few frames as the bounds allow.
  virtual std::vector<Frame> encode(const std::vector<ClientMessage>& messages, std::uint64_t received) = 0;
  virtual Decoded<ServerMessage> decode(std::string_view frame_name, std::string_view body) = 0;
  // What was asked with the hello and has no answer yet, once more, where a server may have lost it.
  virtual std::vector<Frame> ask_again() { return {}; }
  // What is so once the hello is out, where a server answers nothing.
  virtual std::vector<ServerMessage> presume() { return {}; }
  // What a server has to hear from time to time, or it gives the member up; none: it does not.
  virtual std::vector<Frame> keep_alive() const { return {}; }
};

// The server's side, for one connection.
class ServerDialect {
 public:
  virtual ~ServerDialect() = default;
  virtual DialectName name() const = 0;
  // `first_number` is the number of the first message, of which so many are `numbered`, counting up; with none of them it is
  // the one that the next would have. None: this dialect has no such message.
  virtual std::vector<Frame> encode(const std::vector<ServerMessage>& messages, std::uint64_t first_number, std::size_t numbered = kAllNumbered) = 0;
  virtual Decoded<ClientMessage> decode(std::string_view frame_name, std::string_view body) = 0;

  // Where a message reads the same for all connections of the dialect, it has to be written only once: `write` gives it as
  // text, and `pack` makes frames of such texts, of which only the heads differ. None: it does not read the same.
  virtual std::optional<std::string> write(const ServerMessage&) const { return std::nullopt; }
  virtual std::vector<Frame> pack(const std::vector<std::string_view>&, std::uint64_t /*first_number*/, std::size_t /*numbered*/) const { return {}; }
  virtual std::string head(std::uint64_t /*first_number*/) const { return {}; }
};

}  // namespace meetwire::protocol
