// Reading JSON within bounds and without exceptions. Any bytes end in a document or a Failure; nothing here asserts on
// input. nlohmann/json parses; the values are kept flat, since an allocation for each of them costs more than the parsing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/errors.hpp"
#include "core/limits.hpp"
#include "core/names.hpp"

namespace meetwire::protocol {

enum class JsonKind : std::uint8_t { Null, False, True, Integer, Fraction, String, Object, Array };

// A parsed text: one node for each value, in the order of the text, and all strings in one buffer.
class Document {
 public:
  // Of a Document without nodes: absent.
  class Value root() const;

 private:
  friend class Value;
  friend class DocumentBuilder;

  struct Text {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };
  struct Node {
    JsonKind kind = JsonKind::Null;
    std::uint32_t end = 0;    // one past the last node within this one: where the next value is
    std::uint32_t count = 0;  // of elements or members
    Text key;                 // where the parent is an object
    Text text;                // a string's content; any number but an integer, as it was written
    std::int64_t number = 0;  // an integer's value
  };

  std::string_view at(Text text) const { return std::string_view(texts_).substr(text.begin, text.size); }

  std::vector<Node> nodes_;
  std::string texts_;
};

// One value within a Document, or none. Valid while the document stands where it is, as are the texts it gives.
class Value {
 public:
  Value() = default;

  explicit operator bool() const { return document_ != nullptr; }
  bool is_null() const { return is(JsonKind::Null); }
  bool is_string() const { return is(JsonKind::String); }
  bool is_object() const { return is(JsonKind::Object); }
  bool is_array() const { return is(JsonKind::Array); }

  // None when the value is of another kind.
  std::optional<std::string_view> string() const;
  std::optional<bool> boolean() const;
  std::optional<std::int64_t> integer() const;
  // Any other number, as it was written.
  std::optional<std::string_view> fraction() const;

  // Of an object's or array's parts; none of anything else. `for (const Value& part : value)`.
  std::size_t size() const { return document_ == nullptr ? 0 : node().count; }
  class Iterator {
   public:
    Value operator*() const { return Value(document_, index_); }
    Iterator& operator++();
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    friend class Value;
    Iterator(const Document* document, std::uint32_t index) : document_(document), index_(index) {}
    const Document* document_;
    std::uint32_t index_;
  };
  Iterator begin() const { return {document_, document_ == nullptr ? 0 : index_ + 1}; }
  Iterator end() const { return {document_, document_ == nullptr ? 0 : node().end}; }
  // Under which key it stands in its object; empty in an array.
  std::string_view key() const { return document_ == nullptr ? std::string_view() : document_->at(node().key); }

 private:
  friend class Document;
  Value(const Document* document, std::uint32_t index) : document_(document), index_(index) {}
  const Document::Node& node() const { return document_->nodes_[index_]; }
  bool is(JsonKind kind) const { return document_ != nullptr && node().kind == kind; }

  const Document* document_ = nullptr;
  std::uint32_t index_ = 0;
};

// Size first, then depth as it comes, then the rest of the syntax.
std::variant<Document, Failure> parse_json(std::string_view text, const Limits& limits = kDefaultLimits);

// The host's own text, which is trusted in size, not in shape: without a root when it is not JSON.
Document parse_trusted(std::string_view text);

// ---- typed look-ups: none when the key is absent or holds another kind

// Of a key that comes twice the last value counts, as in JSON.parse.
Value find(const Value& object, std::string_view key);
std::optional<std::string_view> find_string(const Value& object, std::string_view key);
std::optional<bool> find_bool(const Value& object, std::string_view key);
// A whole number from 0 to 2^53-1, which all JSON implementations agree on.
std::optional<std::uint64_t> find_count(const Value& object, std::string_view key);
std::optional<std::uint32_t> find_count32(const Value& object, std::string_view key);

template <NamedEnum Enum>
std::optional<Enum> find_named(const Value& object, std::string_view key) {
  const auto name = find_string(object, key);
  return name ? from_name<Enum>(*name) : std::nullopt;
}

}  // namespace meetwire::protocol
