#include "protocol/json.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace meetwire::protocol {
namespace {

constexpr std::int64_t kSafeIntegerMax = (std::int64_t{1} << 53) - 1;

// What is beyond any double is refused, as JSON.parse makes Infinity of it: by its digits before the point and its exponent,
// so that no number has to be computed. Below 10^308 each can be written within that.
bool is_in_range(std::string_view number) {
  constexpr int kPlacesMax = std::numeric_limits<double>::max_exponent10;
  const int digits = static_cast<int>(std::min(number.find_first_of(".eE"), number.size())) - (number[0] == '-' ? 1 : 0);
  int exponent = 0;
  if (const std::size_t mark = number.find_first_of("eE"); mark != std::string_view::npos) {
    const std::string_view written = number.substr(mark + (number[mark + 1] == '+' ? 2 : 1));
    const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), exponent);
    if (error != std::errc() && written[0] != '-') return false;
  }
  return digits <= kPlacesMax && digits + exponent <= kPlacesMax;
}

}  // namespace

// Receives what rapidjson::Reader finds and builds the document, as deep as is allowed and no deeper: hostile nesting never
// costs more than its own brackets. The names are those of the library's handlers; false ends the parsing.
class DocumentBuilder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, DocumentBuilder> {
 public:
  DocumentBuilder(std::size_t text_size, std::size_t depth_max) : depth_max_(depth_max) {
    // A usual message has a value for every 24 bytes or more.
    document_.nodes_.reserve(text_size / 24 + 4);
    document_.texts_.reserve(text_size);
  }

  bool Null() { return add(JsonKind::Null); }
  bool Bool(bool value) { return add(value ? JsonKind::True : JsonKind::False); }
  // Any number, as it was written.
  bool RawNumber(const char* begin, rapidjson::SizeType size, bool) {
    std::int64_t value = 0;
    const char* const end = begin + size;
    const auto [read_to, error] = std::from_chars(begin, end, value);
    if (error == std::errc() && read_to == end) {
      append(JsonKind::Integer).number = value;
      return true;
    }
    const std::string_view written(begin, size);
    return is_in_range(written) && add(JsonKind::Fraction, written);
  }
  bool String(const char* begin, rapidjson::SizeType size, bool) {
    const std::string_view text(begin, size);
    return !has_surrogate(text) && add(JsonKind::String, text);
  }
  bool StartObject() { return open(JsonKind::Object); }
  bool Key(const char* begin, rapidjson::SizeType size, bool) {
    const std::string_view text(begin, size);
    key_ = keep(text);
    return !has_surrogate(text);
  }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool StartArray() { return open(JsonKind::Array); }
  bool EndArray(rapidjson::SizeType) { return close(); }

  bool is_too_deep() const { return too_deep_; }
  Document take() { return std::move(document_); }

 private:
  // The escape of a low surrogate that stands alone the library takes for a character. UTF-8 has none for it.
  static bool has_surrogate(std::string_view text) {
    for (std::size_t at = text.find('\xed'); at != std::string_view::npos; at = text.find('\xed', at + 1)) {
      if (static_cast<unsigned char>(text[at + 1]) >= 0xa0) return true;
    }
    return false;
  }
  Document::Text keep(std::string_view text) {
    const Document::Text kept{static_cast<std::uint32_t>(document_.texts_.size()), static_cast<std::uint32_t>(text.size())};
    document_.texts_.append(text);
    return kept;
  }
  Document::Node& append(JsonKind kind) {
    if (!open_.empty()) ++document_.nodes_[open_.back()].count;
    Document::Node& node = document_.nodes_.emplace_back();
    node.kind = kind;
    node.key = std::exchange(key_, {});
    node.end = static_cast<std::uint32_t>(document_.nodes_.size());
    return node;
  }
  bool add(JsonKind kind) {
    append(kind);
    return true;
  }
  bool add(JsonKind kind, std::string_view text) {
    append(kind).text = keep(text);
    return true;
  }
  bool open(JsonKind kind) {
    too_deep_ = open_.size() == depth_max_;
    if (too_deep_) return false;
    append(kind);
    open_.push_back(static_cast<std::uint32_t>(document_.nodes_.size()) - 1);
    return true;
  }
  bool close() {
    document_.nodes_[open_.back()].end = static_cast<std::uint32_t>(document_.nodes_.size());
    open_.pop_back();
    return true;
  }

  std::size_t depth_max_;
  bool too_deep_ = false;
  Document document_;
  Document::Text key_;
  std::vector<std::uint32_t> open_;  // the containers around the next value
};

namespace {

// Numbers are left as they were written: none is ever computed with that is no integer.
constexpr unsigned kFlags = rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;

bool build(std::string_view text, DocumentBuilder& builder) {
  // The library takes a NUL for the end of the text, whatever follows.
  if (text.find('\0') != std::string_view::npos) return false;
  rapidjson::MemoryStream stream(text.data(), text.size());
  return !rapidjson::Reader().Parse<kFlags>(stream, builder).IsError();
}

}  // namespace

std::variant<Document, Failure> parse_json(std::string_view text, const Limits& limits) {
  if (text.size() > limits.message_bytes_max) {
    return Failure{ErrorCode::MessageTooLarge, std::to_string(text.size()) + " bytes"};
  }
  DocumentBuilder builder(text.size(), limits.message_depth_max);
  if (build(text, builder)) return builder.take();
  if (builder.is_too_deep()) return Failure{ErrorCode::MessageTooDeep};
  return Failure{ErrorCode::MessageMalformed, "not JSON"};
}

Document parse_trusted(std::string_view text) {
  DocumentBuilder builder(text.size(), kDefaultLimits.message_depth_max);
  return build(text, builder) ? builder.take() : Document{};
}

Value Document::root() const { return nodes_.empty() ? Value() : Value(this, 0); }

Value::Iterator& Value::Iterator::operator++() {
  index_ = document_->nodes_[index_].end;
  return *this;
}

std::optional<std::string_view> Value::string() const {
  if (!is_string()) return std::nullopt;
  return document_->at(node().text);
}

std::optional<bool> Value::boolean() const {
  if (is(JsonKind::True)) return true;
  if (is(JsonKind::False)) return false;
  return std::nullopt;
}

std::optional<std::int64_t> Value::integer() const {
  if (!is(JsonKind::Integer)) return std::nullopt;
  return node().number;
}

std::optional<std::string_view> Value::fraction() const {
  if (!is(JsonKind::Fraction)) return std::nullopt;
  return document_->at(node().text);
}

Value find(const Value& object, std::string_view key) {
  Value found;
  if (!object.is_object()) return found;
  for (const Value& member : object) {
    if (member.key() == key) found = member;
  }
  return found;
}

std::optional<std::string_view> find_string(const Value& object, std::string_view key) { return find(object, key).string(); }

std::optional<bool> find_bool(const Value& object, std::string_view key) { return find(object, key).boolean(); }

std::optional<std::uint64_t> find_count(const Value& object, std::string_view key) {
  const auto count = find(object, key).integer();
  if (!count || *count < 0 || *count > kSafeIntegerMax) return std::nullopt;
  return static_cast<std::uint64_t>(*count);
}

std::optional<std::uint32_t> find_count32(const Value& object, std::string_view key) {
  const auto count = find_count(object, key);
  if (!count || *count > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*count);
}

}  // namespace meetwire::protocol
