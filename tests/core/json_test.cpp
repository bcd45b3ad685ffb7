// Reading JSON within bounds: any bytes end in a value or a typed failure.
#include <string>

#include "protocol/text.hpp"
#include "support/catch.hpp"

namespace json_test {

using namespace meetwire;
using protocol::Document;
using protocol::parse_json;

namespace {

ErrorCode failure_of(const std::string& text) {
  const auto parsed = parse_json(text);
  REQUIRE(std::holds_alternative<Failure>(parsed));
  return std::get<Failure>(parsed).code;
}

bool is_good(const std::string& text) { return std::holds_alternative<Document>(parse_json(text)); }

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("L3: a text of the size limit is read, one byte more is refused") {
  const std::size_t limit = kDefaultLimits.message_bytes_max;
  CHECK(is_good("\"" + std::string(limit - 2, 'x') + "\""));
  CHECK(failure_of("\"" + std::string(limit - 1, 'x') + "\"") == ErrorCode::MessageTooLarge);
}

TEST_CASE("L4: nesting of the depth limit is read, deeper is refused, however deep") {
  CHECK(is_good(nested(kDefaultLimits.message_depth_max)));
  CHECK(failure_of(nested(kDefaultLimits.message_depth_max + 1)) == ErrorCode::MessageTooDeep);
  CHECK(failure_of(std::string(60'000, '[')) == ErrorCode::MessageTooDeep);
  std::string objects;
  for (int i = 0; i < 10'000; ++i) objects += "{\"a\":";
  CHECK(failure_of(objects) == ErrorCode::MessageTooDeep);
}

TEST_CASE("json: brackets inside of strings are no depth") {
  CHECK(is_good("\"" + std::string(100, '[') + "\""));
  CHECK(is_good(R"(["\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["])"));
}

TEST_CASE("json: what is not JSON is malformed") {
  for (const char* text : {"", " ", "{", "nul", "[1,]", "{\"a\":1,}", "1 2", "'a'", "\"\\x\"", "\"\xff\"", "NaN", "01"}) {
    INFO(text);
    CHECK(failure_of(text) == ErrorCode::MessageMalformed);
  }
}

TEST_CASE("json: a NUL does not end the text, and a byte order mark does not begin it") {
  for (const std::string& text : {std::string("{}\0", 3), std::string("{}\0{", 4), std::string("\0", 1), std::string("\xef\xbb\xbf{}")}) {
    CHECK(failure_of(text) == ErrorCode::MessageMalformed);
    CHECK_FALSE(protocol::parse_trusted(text).root());
  }
}

TEST_CASE("json: counts are whole, not negative, and exact in every implementation") {
  const auto document = std::get<Document>(
      parse_json(R"({"a":9007199254740991,"b":9007199254740992,"c":-1,"d":1.5,"e":"1","f":1e3,"g":4294967296})"));
  const auto object = document.root();
  CHECK(protocol::find_count(object, "a") == 9007199254740991ULL);
  for (const char* key : {"b", "c", "d", "e", "f", "missing"}) CHECK_FALSE(protocol::find_count(object, key));
  CHECK_FALSE(protocol::find_count32(object, "g"));
}

TEST_CASE("json: look-ups in what is no object find nothing") {
  for (const char* text : {"[]", "1", "null", "\"a\""}) {
    const auto document = std::get<Document>(parse_json(text));
    CHECK_FALSE(protocol::find(document.root(), "a"));
  }
}

TEST_CASE("json: what was read is written as it was, but for spaces") {
  for (const char* text : {R"({"a":[1,-2,0.10,1e40,18446744073709551616],"b":{"c":null,"d":[true,false]},"e":{}})", "[]", "\"x\"", "7",
                           R"(["\"\\\n\r\u0001/é",[[],[{}]]])"}) {
    INFO(text);
    const auto document = std::get<Document>(parse_json(text));
    CHECK(protocol::to_text(document.root()) == text);
  }
}

TEST_CASE("json: of a key that comes twice the last counts, of one in another object none") {
  const auto document = std::get<Document>(parse_json(R"({"a":{"b":1},"b":2,"b":3,"c":[{"d":4}]})"));
  const auto root = document.root();
  CHECK(protocol::find_count(root, "b") == 3);
  CHECK(protocol::find_count(protocol::find(root, "a"), "b") == 1);
  CHECK_FALSE(protocol::find(root, "d"));
  CHECK(root.size() == 4);
}

TEST_CASE("ids: empty, blank, over-long, with control characters, or meaning something to JavaScript: refused") {
  const std::string too_long(129, 'a');
  for (const std::string& id : {std::string(), std::string("  "), too_long, std::string("a\nb"), std::string("a\0b", 3),
                                std::string("__proto__"), std::string("constructor"), std::string("prototype")}) {
    CHECK_FALSE(is_acceptable_id(id, 128));
  }
  for (const std::string& id : {std::string("ada"), std::string("Ада"), std::string("a b"), std::string(128, 'a')}) {
    CHECK(is_acceptable_id(id, 128));
  }
}

}  // namespace json_test
