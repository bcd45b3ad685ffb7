// The cases that JSON parsers disagree on, each with what is decided for it.
#include <string>
#include <string_view>

#include "protocol/text.hpp"
#include "support/catch.hpp"

namespace json_table_test {

using namespace meetwire;
using protocol::Document;
using protocol::parse_json;

namespace {

struct Row {
  std::string text;  // may hold a NUL
  std::string_view outcome;
};

// All bytes of a literal but the NUL at its end.
template <std::size_t N>
std::string bytes_of(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

const Row kRows[] = {
#define ROW(text, outcome, json_parse) {bytes_of(text), outcome},
#include "support/json_table.inc"
#undef ROW
};

std::string outcome_of(const std::string& text) {
  const auto parsed = parse_json(text);
  if (const auto* failure = std::get_if<Failure>(&parsed)) return "!" + std::string(name_of(failure->code));
  return protocol::to_text(std::get<Document>(parsed).root());
}

}  // namespace

TEST_CASE("json table: each case that parsers disagree on is read, or refused, as it is decided") {
  for (const Row& row : kRows) {
    INFO(row.text);
    CHECK(outcome_of(row.text) == row.outcome);
    // The host's own texts are read by the same rules.
    CHECK(static_cast<bool>(protocol::parse_trusted(row.text).root()) == (row.outcome[0] != '!'));
  }
}

TEST_CASE("json table: whole numbers of 64 bits are integers, longer and broken ones are kept as written") {
  const auto document = std::get<Document>(
      parse_json("[9223372036854775807,-9223372036854775808,-0,9223372036854775808,-9223372036854775809,1e3,-0.0]"));
  std::string kinds;
  for (const protocol::Value& value : document.root()) kinds += value.integer() ? 'i' : value.fraction() ? 'f' : '?';
  CHECK(kinds == "iiiffff");
}

TEST_CASE("json table: an escape of NUL is a character like any other, and does not end the text") {
  const auto document = std::get<Document>(parse_json(R"({"a\u0000b":"c\u0000d","a":1})"));
  CHECK(protocol::find_string(document.root(), std::string_view("a\0b", 3)) == std::string_view("c\0d", 3));
  CHECK(protocol::find_count(document.root(), "a") == 1);
}

}  // namespace json_table_test
