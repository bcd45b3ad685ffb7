// Which dialect is on the wire, found out from the server's first words when it was left open.
// Must not know: what the messages mean.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/client_commands.hpp"
#include "protocol/dialects/dialect.hpp"

namespace meetwire::session {

class Wire {
 public:
  // The dialects to try, the preferred one first; null: one that cannot be.
  explicit Wire(std::vector<std::unique_ptr<protocol::ClientDialect>> candidates);

  bool is_usable() const { return !candidates_.empty(); }
  // Auto until known.
  DialectName in_use() const;

  // A new socket: what the last one's server said counts no more.
  void reset();
  // Words came, and not one of them was understood.
  bool heard_only_noise() const { return noise_ && !understood_; }
  // What the server speaks, just found out, and not built in. Told once.
  std::optional<DialectName> take_foreign() { return std::exchange(foreign_, std::nullopt); }

  // A hello goes out in every dialect that is still possible; all else waits until one is known.
  std::vector<command::Send> encode(const std::vector<protocol::ClientMessage>& messages, std::uint64_t received);
  protocol::Decoded<protocol::ServerMessage> decode(std::string_view name, std::string_view body);
  // The hello's questions that have no answer yet, to servers that may have lost them.
  std::vector<command::Send> ask_again();
  // What is so without a word of the server's; see ClientDialect.
  std::vector<protocol::ServerMessage> presume();
  std::vector<command::Send> keep_alive() const;

 private:
  static void add(std::vector<command::Send>& sends, std::vector<protocol::Frame> frames);
  void settle_on(DialectName name);

  std::vector<std::unique_ptr<protocol::ClientDialect>> candidates_;
  std::optional<DialectName> foreign_;
  bool noise_ = false;
  bool understood_ = false;
};

}  // namespace meetwire::session
