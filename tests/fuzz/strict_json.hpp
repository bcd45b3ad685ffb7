// RFC 8259 once more, written from its grammar alone: whether a text is JSON is asked of two readers that share nothing.
// Only says yes or no. Allocates nothing, as it runs beside every input of the envelope's fuzzer.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace fuzz {

class StrictJson {
 public:
  explicit StrictJson(std::string_view text) : text_(text) {}

  // ws value ws, and nothing behind it. As deep as the text goes: give it no text that is deeper than the stack is.
  bool is_json() { return spaces() && value() && spaces() && at_ == text_.size(); }
  std::size_t depth() const { return deepest_; }

 private:
  bool ends() const { return at_ == text_.size(); }
  int peek() const { return ends() ? -1 : static_cast<unsigned char>(text_[at_]); }
  bool take(char wanted) {
    if (peek() != static_cast<unsigned char>(wanted)) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  bool spaces() {
    while (take(' ') || take('\t') || take('\n') || take('\r')) {}
    return true;
  }

  bool value() {
    switch (peek()) {
      case '{': return container('}', true);
      case '[': return container(']', false);
      case '"': return string();
      case 't': return take("true");
      case 'f': return take("false");
      case 'n': return take("null");
      default: return number();
    }
  }

  bool container(char end, bool keyed) {
    ++at_;
    if (++depth_ > deepest_) deepest_ = depth_;
    spaces();
    bool good = take(end);
    if (!good) {
      do {
        spaces();
        if (keyed && !(peek() == '"' && string() && spaces() && take(':') && spaces())) return false;
        if (!value()) return false;
        spaces();
      } while (take(','));
      good = take(end);
    }
    --depth_;
    return good;
  }

  bool digits() {
    const std::size_t begin = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > begin;
  }
  bool number() {
    const std::size_t begin = at_;
    take('-');
    if (!take('0') && !digits()) return false;
    const std::size_t whole = at_;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    // What no double holds is refused: a decision of ours, and not the grammar's.
    const bool can_be_infinite = at_ > whole || at_ - begin > 300;
    return !can_be_infinite || std::isfinite(std::strtod(std::string(text_.substr(begin, at_ - begin)).c_str(), nullptr));
  }

  bool string() {
    ++at_;
    while (!ends()) {
      const int c = peek();
      if (c == '"') return take('"');
      if (c < 0x20) return false;
      if (c == '\\' ? !escape() : !utf8()) return false;
    }
    return false;
  }
  // UTF-16 code unit of \uXXXX, or -1.
  int unit() {
    int out = 0;
    for (int i = 0; i < 4; ++i) {
      const int c = peek();
      const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (digit < 0) return -1;
      out = out * 16 + digit;
      ++at_;
    }
    return out;
  }
  bool escape() {
    ++at_;
    if (!take('u')) {
      const int c = peek();
      ++at_;
      return c == '"' || c == '\\' || c == '/' || c == 'b' || c == 'f' || c == 'n' || c == 'r' || c == 't';
    }
    const int high = unit();
    if (high < 0 || (high >= 0xdc00 && high <= 0xdfff)) return false;
    if (high < 0xd800 || high > 0xdbff) return true;
    if (!take("\\u")) return false;
    const int low = unit();
    return low >= 0xdc00 && low <= 0xdfff;
  }
  // RFC 3629, 4.
  bool utf8() {
    const int c = peek();
    ++at_;
    if (c < 0x80) return true;
    if (c >= 0xc2 && c <= 0xdf) return tail(0x80, 0xbf);
    if (c >= 0xe0 && c <= 0xef) return tail(c == 0xe0 ? 0xa0 : 0x80, c == 0xed ? 0x9f : 0xbf) && tail(0x80, 0xbf);
    if (c >= 0xf0 && c <= 0xf4) {
      return tail(c == 0xf0 ? 0x90 : 0x80, c == 0xf4 ? 0x8f : 0xbf) && tail(0x80, 0xbf) && tail(0x80, 0xbf);
    }
    return false;
  }
  bool tail(int least, int most) {
    const int c = peek();
    if (c < least || c > most) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t deepest_ = 0;
};

}  // namespace fuzz
