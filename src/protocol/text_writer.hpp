// JSON text, written piece by piece.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/errors.hpp"
#include "protocol/json.hpp"

namespace meetwire::protocol {

class TextWriter {
 public:
  // Few messages are longer; growing from nothing would copy them six times.
  TextWriter() { out_.reserve(512); }

  void open(char bracket);   // { or [
  void close(char bracket);  // } or ]
  void key(std::string_view name);
  // UTF-8, as it is; what is not is passed on, and becomes U+FFFD where the host decodes it.
  void text(std::string_view value);
  void flag(bool value);
  void number(std::int64_t value);
  void null();
  // A value that is JSON text already.
  void raw(std::string_view json);

  std::string take() { return std::move(out_); }

 private:
  void separate();
  void quote(std::string_view value);

  std::string out_;
};

void write_text(TextWriter& writer, const Failure& failure);
// As it was read, but for spaces.
void write_text(TextWriter& writer, const Value& value);

}  // namespace meetwire::protocol
