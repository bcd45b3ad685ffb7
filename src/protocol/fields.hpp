// Structs ↔ JSON, by the `fields` that they name once. For each struct there is one function, which walks over its fields;
// what is done with a field follows from the description of its type, in code that all structs share: hundreds of fields
// cross the door, and the code to read or to write each in place would be a tenth of what a page loads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/errors.hpp"
#include "core/ids.hpp"
#include "core/names.hpp"
#include "core/time.hpp"
#include "protocol/json.hpp"
#include "protocol/text_writer.hpp"

namespace meetwire::protocol {

template <class T>
concept HasFields = requires(T value) { T::fields(value, [](const char*, auto&) {}); };

template <class T>
inline constexpr bool IsStrongId = false;
template <class Tag>
inline constexpr bool IsStrongId<StrongId<Tag>> = true;

// How a value of one type is read and written, wherever it stands.
struct FieldType {
  // False when the JSON is not of that shape.
  bool (*read)(const FieldType& type, const Value& from, void* into);
  // Under the key, if there is one; what is absent is left out.
  void (*write)(const FieldType& type, TextWriter& writer, const char* key, const void* value);
};

// Reads or writes the fields of one struct, as they are named to it.
class FieldWalk {
 public:
  explicit FieldWalk(const Value& from) : from_(&from) {}
  explicit FieldWalk(TextWriter& to) : to_(&to) {}

  // A field that is absent keeps its default: the host may leave out what it has nothing to say about.
  void field(const char* key, void* field, const FieldType& type);
  bool is_good() const { return good_; }

 private:
  const Value* from_ = nullptr;
  TextWriter* to_ = nullptr;
  bool good_ = true;
};

// Names the fields of the struct at that address; to write, they are not changed.
using WalkFunction = void (*)(FieldWalk& walk, void* value);

bool read_fields(const Value& from, WalkFunction walk, void* into);
void write_fields(TextWriter& writer, WalkFunction walk, const void* value);

// ---- the types that there are

struct NamedType : FieldType {
  const std::string_view* names;
  std::size_t count;
};
struct IntegerType : FieldType {
  std::int64_t (*get)(const void* value);
  void (*set)(void* value, std::int64_t to);
  std::int64_t least;
  std::int64_t most;
};
struct OptionalType : FieldType {
  const FieldType* content;
  void* (*emplace)(void* value);
  const void* (*get)(const void* value);  // null: absent
};
struct VectorType : FieldType {
  const FieldType* item;
  std::size_t item_size;
  void* (*add)(void* value);
  std::size_t (*items)(const void* value, const void*& first);
};
struct StructType : FieldType {
  WalkFunction walk;
};

bool read_text(const FieldType&, const Value& from, void* into);
void write_text_field(const FieldType&, TextWriter& writer, const char* key, const void* value);
bool read_flag(const FieldType&, const Value& from, void* into);
void write_flag(const FieldType&, TextWriter& writer, const char* key, const void* value);
bool read_name(const FieldType& type, const Value& from, void* into);
void write_name(const FieldType& type, TextWriter& writer, const char* key, const void* value);
bool read_integer(const FieldType& type, const Value& from, void* into);
void write_integer(const FieldType& type, TextWriter& writer, const char* key, const void* value);
bool read_failure(const FieldType&, const Value& from, void* into);
void write_failure(const FieldType&, TextWriter& writer, const char* key, const void* value);
bool read_optional(const FieldType& type, const Value& from, void* into);
void write_optional(const FieldType& type, TextWriter& writer, const char* key, const void* value);
bool read_vector(const FieldType& type, const Value& from, void* into);
void write_vector(const FieldType& type, TextWriter& writer, const char* key, const void* value);
bool read_struct(const FieldType& type, const Value& from, void* into);
void write_struct(const FieldType& type, TextWriter& writer, const char* key, const void* value);

template <class T>
struct FieldTypeOf;

template <class T>
inline constexpr auto kFieldType = FieldTypeOf<T>::make();

template <>
struct FieldTypeOf<std::string> {
  static constexpr FieldType make() { return {read_text, write_text_field}; }
};

template <class Tag>
struct FieldTypeOf<StrongId<Tag>> : FieldTypeOf<std::string> {
  // So that the address of an id is that of its text.
  static_assert(std::is_standard_layout_v<StrongId<Tag>>);
};

template <>
struct FieldTypeOf<bool> {
  static constexpr FieldType make() { return {read_flag, write_flag}; }
};

template <>
struct FieldTypeOf<Failure> {
  static constexpr FieldType make() { return {read_failure, write_failure}; }
};

template <NamedEnum T>
struct FieldTypeOf<T> {
  static_assert(sizeof(T) == 1, "an enum that crosses a border is of one byte");
  static constexpr NamedType make() { return {{read_name, write_name}, kNames<T>.data(), kNames<T>.size()}; }
};

template <class T>
  requires std::is_integral_v<T>
struct FieldTypeOf<T> {
  using Bounds = std::numeric_limits<T>;
  static constexpr IntegerType make() {
    return {{read_integer, write_integer},
            [](const void* value) { return static_cast<std::int64_t>(*static_cast<const T*>(value)); },
            [](void* value, std::int64_t to) { *static_cast<T*>(value) = static_cast<T>(to); },
            static_cast<std::int64_t>(Bounds::min()),
            sizeof(T) == 8 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(Bounds::max())};
  }
};

template <>
struct FieldTypeOf<Millis> {
  static constexpr IntegerType make() {
    return {{read_integer, write_integer},
            [](const void* value) { return static_cast<const Millis*>(value)->value; },
            [](void* value, std::int64_t to) { static_cast<Millis*>(value)->value = to; },
            std::numeric_limits<std::int64_t>::min(),
            std::numeric_limits<std::int64_t>::max()};
  }
};

template <class T>
struct FieldTypeOf<std::optional<T>> {
  static constexpr OptionalType make() {
    return {{read_optional, write_optional},
            &kFieldType<T>,
            [](void* value) -> void* { return &static_cast<std::optional<T>*>(value)->emplace(); },
            [](const void* value) -> const void* {
              const auto& optional = *static_cast<const std::optional<T>*>(value);
              return optional ? &*optional : nullptr;
            }};
  }
};

template <class T>
struct FieldTypeOf<std::vector<T>> {
  static constexpr VectorType make() {
    return {{read_vector, write_vector},
            &kFieldType<T>,
            sizeof(T),
            [](void* value) -> void* { return &static_cast<std::vector<T>*>(value)->emplace_back(); },
            [](const void* value, const void*& first) {
              const auto& vector = *static_cast<const std::vector<T>*>(value);
              first = vector.data();
              return vector.size();
            }};
  }
};

template <class T>
struct FieldTypeOf<std::map<std::string, T>> {
  using Map = std::map<std::string, T>;
  static bool read(const FieldType&, const Value& from, void* into) {
    if (!from.is_object()) return false;
    const FieldType& type = kFieldType<T>;
    for (const Value& item : from) {
      if (!type.read(type, item, &(*static_cast<Map*>(into))[std::string(item.key())])) return false;
    }
    return true;
  }
  static void write(const FieldType&, TextWriter& writer, const char* key, const void* value) {
    const FieldType& type = kFieldType<T>;
    if (key != nullptr) writer.key(key);
    writer.open('{');
    for (const auto& [name, item] : *static_cast<const Map*>(value)) {
      writer.key(name);
      type.write(type, writer, nullptr, &item);
    }
    writer.close('}');
  }
  static constexpr FieldType make() { return {read, write}; }
};

template <HasFields T>
void walk_fields(FieldWalk& walk, void* value) {
  T::fields(*static_cast<T*>(value), [&walk](const char* key, auto& field) {
    walk.field(key, &field, kFieldType<std::remove_reference_t<decltype(field)>>);
  });
}

template <HasFields T>
struct FieldTypeOf<T> {
  static constexpr StructType make() { return {{read_struct, write_struct}, walk_fields<T>}; }
};

// ---- reading: false when the value is not of that shape

template <class T>
bool read(const Value& from, T& into) {
  const FieldType& type = kFieldType<T>;
  return type.read(type, from, &into);
}

// Reads one key of an object.
template <class T>
bool get(const Value& object, const char* key, T& into) {
  const Value value = find(object, key);
  return !value || read(value, into);
}
bool get_text(const Value& object, const char* key, std::string& into);

}  // namespace meetwire::protocol
