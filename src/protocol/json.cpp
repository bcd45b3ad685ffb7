#include "protocol/json.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace meetwire::protocol {
namespace {

// The words of JSON are the library's to find, which is the hard part of it. Their order is checked here: the library's own
// parser can say in so many words what is wrong with a text, and that nobody reads is a twentieth of the module.
using Adapter = decltype(nlohmann::detail::input_adapter(std::declval<const char*>(), std::declval<const char*>()));
using Lexer = nlohmann::detail::lexer<nlohmann::json, Adapter>;
using Token = Lexer::token_type;

constexpr std::int64_t kSafeIntegerMax = (std::int64_t{1} << 53) - 1;

}  // namespace

// Takes the words and builds the document, as deep as is allowed and no deeper: hostile nesting never costs
// more than its own brackets.
class DocumentBuilder {
 public:
  DocumentBuilder(std::size_t text_size, std::size_t depth_max) : depth_max_(depth_max) {
    // A usual message has a value for every 24 bytes or more.
    document_.nodes_.reserve(text_size / 24 + 4);
    document_.texts_.reserve(text_size);
  }

  // The whole text is one value.
  bool build(Lexer& lexer) {
    Token token = lexer.scan();
    for (;;) {  // with the first word of a value each time
      const bool is_object = token == Token::begin_object;
      if (is_object || token == Token::begin_array) {
        if (!open(is_object ? JsonKind::Object : JsonKind::Array)) return false;
        token = lexer.scan();
        if (token != (is_object ? Token::end_object : Token::end_array)) {
          if (is_object && !take_key(lexer, token)) return false;
          continue;
        }
        close();
      } else if (!take_scalar(lexer, token)) {
        return false;
      }
      for (;;) {  // behind a value
        token = lexer.scan();
        if (open_.empty()) return token == Token::end_of_input;
        const bool in_object = document_.nodes_[open_.back()].kind == JsonKind::Object;
        if (token == Token::value_separator) {
          token = lexer.scan();
          if (in_object && !take_key(lexer, token)) return false;
          break;
        }
        if (token != (in_object ? Token::end_object : Token::end_array)) return false;
        close();
      }
    }
  }

  bool is_too_deep() const { return too_deep_; }
  Document take() { return std::move(document_); }

 private:
  // Up to the first word of what stands under it.
  bool take_key(Lexer& lexer, Token& token) {
    if (token != Token::value_string) return false;
    key_ = keep(lexer.get_string());
    if (lexer.scan() != Token::name_separator) return false;
    token = lexer.scan();
    return true;
  }
  bool take_scalar(Lexer& lexer, Token token) {
    switch (token) {
      case Token::literal_null: return add(JsonKind::Null);
      case Token::literal_true: return add(JsonKind::True);
      case Token::literal_false: return add(JsonKind::False);
      case Token::value_string: return add(JsonKind::String, lexer.get_string());
      case Token::value_integer: return integer(lexer.get_number_integer());
      case Token::value_unsigned: {
        const auto value = lexer.get_number_unsigned();
        if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
          return integer(static_cast<std::int64_t>(value));
        }
        return add(JsonKind::Fraction, std::to_string(value));
      }
      case Token::value_float:
        // Greater than any number that JSON's readers have: the text is none of theirs.
        return std::isfinite(lexer.get_number_float()) && add(JsonKind::Fraction, lexer.get_string());
      default: return false;
    }
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
  Lexer lexer(nlohmann::detail::input_adapter(text.data(), text.data() + text.size()));
  return builder.build(lexer);
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
