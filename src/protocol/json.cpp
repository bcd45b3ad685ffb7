#include "protocol/json.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace meetwire::protocol {
namespace {

constexpr std::int64_t kSafeIntegerMax = (std::int64_t{1} << 53) - 1;

}  // namespace

// Receives what nlohmann::json::sax_parse finds and builds the document, as deep as is allowed and no deeper: hostile
// nesting never costs more than its own brackets. The names are those of the library's SAX interface; false ends the parsing.
class DocumentBuilder {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  DocumentBuilder(std::size_t text_size, std::size_t depth_max) : depth_max_(depth_max) {
    // A usual message has a value for every 24 bytes or more.
    document_.nodes_.reserve(text_size / 24 + 4);
    document_.texts_.reserve(text_size);
  }

  bool null() { return add(JsonKind::Null); }
  bool boolean(bool value) { return add(value ? JsonKind::True : JsonKind::False); }
  bool number_integer(number_integer_t value) { return integer(value); }
  bool number_unsigned(number_unsigned_t value) {
    if (value <= static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
      return integer(static_cast<std::int64_t>(value));
    }
    return add(JsonKind::Fraction, std::to_string(value));
  }
  // Numbers greater than any that JSON's readers have are refused by the library.
  bool number_float(number_float_t, const string_t& written) { return add(JsonKind::Fraction, written); }
  bool string(const string_t& value) { return add(JsonKind::String, value); }
  bool binary(const binary_t&) { return false; }  // in other formats than JSON
  bool start_object(std::size_t) { return open(JsonKind::Object); }
  bool key(const string_t& name) {
    key_ = keep(name);
    return true;
  }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(JsonKind::Array); }
  bool end_array() { return close(); }
  template <class Exception>
  bool parse_error(std::size_t, const std::string&, const Exception&) {
    return false;
  }

  bool is_too_deep() const { return too_deep_; }
  Document take() { return std::move(document_); }

 private:
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
  bool integer(std::int64_t value) {
    append(JsonKind::Integer).number = value;
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

// The library takes a NUL for the end of the text, whatever follows, and passes over a byte order mark. JSON has neither.
bool has_what_the_library_overlooks(std::string_view text) {
  return text.find('\0') != std::string_view::npos || text.substr(0, 3) == "\xef\xbb\xbf";
}

bool build(std::string_view text, DocumentBuilder& builder) {
  if (has_what_the_library_overlooks(text)) return false;
  return nlohmann::json::sax_parse(text, &builder);
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
