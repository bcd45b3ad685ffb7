#include "protocol/text_writer.hpp"

#include <charconv>

namespace meetwire::protocol {

void TextWriter::separate() {
  if (out_.empty()) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_.push_back(',');
}

// RFC 8259, 7: quotation mark, reverse solidus and the control characters are escaped, nothing else has to be.
void TextWriter::quote(std::string_view value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out_.push_back('"');
  std::size_t begin = 0;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const auto byte = static_cast<unsigned char>(value[at]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out_.append(value.data() + begin, at - begin);
    begin = at + 1;
    out_.push_back('\\');
    if (byte >= 0x20) {
      out_.push_back(value[at]);
    } else if (byte == '\n') {
      out_.push_back('n');
    } else if (byte == '\r') {
      out_.push_back('r');
    } else {
      out_.append("u00");
      out_.push_back(kDigits[byte >> 4]);
      out_.push_back(kDigits[byte & 15]);
    }
  }
  out_.append(value.data() + begin, value.size() - begin);
  out_.push_back('"');
}

void TextWriter::open(char bracket) {
  separate();
  out_.push_back(bracket);
}
void TextWriter::close(char bracket) { out_.push_back(bracket); }

void TextWriter::key(std::string_view name) {
  separate();
  quote(name);
  out_.push_back(':');
}

void TextWriter::text(std::string_view value) {
  separate();
  quote(value);
}

void TextWriter::flag(bool value) {
  separate();
  out_.append(value ? "true" : "false");
}

void TextWriter::number(std::int64_t value) {
  separate();
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out_.append(digits, end);
}

void TextWriter::null() { raw("null"); }

void TextWriter::raw(std::string_view json) {
  separate();
  out_.append(json);
}

void write_text(TextWriter& writer, const Value& value) {
  if (const auto text = value.string()) {
    writer.text(*text);
  } else if (const auto integer = value.integer()) {
    writer.number(*integer);
  } else if (const auto fraction = value.fraction()) {
    writer.raw(*fraction);
  } else if (const auto flag = value.boolean()) {
    writer.flag(*flag);
  } else if (!value.is_object() && !value.is_array()) {
    writer.null();
  } else {
    writer.open(value.is_object() ? '{' : '[');
    for (const Value& part : value) {
      if (value.is_object()) writer.key(part.key());
      write_text(writer, part);
    }
    writer.close(value.is_object() ? '}' : ']');
  }
}

void write_text(TextWriter& writer, const Failure& failure) {
  const ErrorInfo& info = info_of(failure.code);
  writer.open('{');
  writer.key("code");
  writer.text(info.code);
  writer.key("blame");
  writer.text(name_of(info.blame));
  writer.key("retryable");
  writer.flag(info.retryable);
  writer.key("message");
  writer.text(info.advice);
  if (!failure.detail.empty()) {
    writer.key("detail");
    writer.text(failure.detail);
  }
  if (failure.denied_by) {
    writer.key("deniedBy");
    writer.text(name_of(*failure.denied_by));
  }
  writer.close('}');
}

}  // namespace meetwire::protocol
