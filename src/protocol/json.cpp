#include "protocol/json.hpp"

#include <limits>
#include <utility>

namespace meetwire::protocol {
namespace {

constexpr std::uint64_t kSafeIntegerMax = (std::uint64_t{1} << 53) - 1;

// Takes the parser's events and builds the value, as deep as is allowed and no deeper: hostile nesting never costs
// more than its own brackets. (The library's own way to a bounded depth, a callback, brings a second parser along.)
class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(std::size_t depth_max) : depth_max_(depth_max) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool key(string_t& value) override {
    key_ = std::move(value);
    return true;
  }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

  bool is_too_deep() const { return too_deep_; }
  Json take() { return std::move(root_); }

 private:
  bool add(Json value) {
    place(std::move(value));
    return true;
  }
  Json* place(Json value) {
    if (open_.empty()) return &(root_ = std::move(value));
    Json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    // Of a key that comes twice the last value counts, as in JSON.parse.
    return &(parent[key_] = std::move(value));
  }
  bool open(Json container) {
    too_deep_ = open_.size() == depth_max_;
    if (too_deep_) return false;
    open_.push_back(place(std::move(container)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::size_t depth_max_;
  bool too_deep_ = false;
  Json root_;
  std::string key_;
  // An element that is still open is the last of its parent, so nothing moves it while it is here.
  std::vector<Json*> open_;
};

// The only place that instantiates the parser: it is large.
bool build(std::string_view text, Builder& builder) {
  return Json::sax_parse(text.data(), text.data() + text.size(), &builder);
}

}  // namespace

std::variant<Json, Failure> parse_json(std::string_view text, const Limits& limits) {
  if (text.size() > limits.message_bytes_max) {
    return Failure{ErrorCode::MessageTooLarge, std::to_string(text.size()) + " bytes"};
  }
  Builder builder(limits.message_depth_max);
  if (build(text, builder)) return builder.take();
  if (builder.is_too_deep()) return Failure{ErrorCode::MessageTooDeep};
  return Failure{ErrorCode::MessageMalformed, "not JSON"};
}

Json parse_trusted(std::string_view text) {
  Builder builder(kDefaultLimits.message_depth_max);
  return build(text, builder) ? builder.take() : Json(Json::value_t::discarded);
}

std::string to_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json* find(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(key);
  return at == object.end() ? nullptr : &*at;
}

const std::string* find_string(const Json& object, std::string_view key) {
  const Json* value = find(object, key);
  return value == nullptr ? nullptr : value->get_ptr<const std::string*>();
}

std::optional<bool> find_bool(const Json& object, std::string_view key) {
  const Json* value = find(object, key);
  if (value == nullptr || !value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

std::optional<std::uint64_t> find_count(const Json& object, std::string_view key) {
  const Json* value = find(object, key);
  if (value == nullptr || !value->is_number_unsigned()) return std::nullopt;
  const auto count = value->get<std::uint64_t>();
  if (count > kSafeIntegerMax) return std::nullopt;
  return count;
}

std::optional<std::uint32_t> find_count32(const Json& object, std::string_view key) {
  const auto count = find_count(object, key);
  if (!count || *count > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*count);
}

}  // namespace meetwire::protocol
