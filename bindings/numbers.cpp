// Stand-ins for functions of the C library that the modules call but hardly use, put in place of the library's own by
// the linker (--wrap, see CMakeLists.txt). Those bring 128-bit floating point and all of printf: an eighth of a module
// that every page loads.
//   strtod     reads fractions (nlohmann/json): the host's JavaScript can do that
//   snprintf   writes control characters as \u0001 (nlohmann/json), and numbers in hexadecimal in errors that nobody sees
//   sprintf    formats the names of types that embind does not know, and it knows all that we use

#include <cstdarg>
#include <cstddef>
#include <cstring>
#include <emscripten.h>

// The token is a JSON number, whose grammar is part of Number's, and both round to nearest.
EM_JS(double, meetwire_number_of, (const char* token), { return Number(UTF8ToString(token)); });

extern "C" {

double __wrap_strtod(const char* token, char** end) {
  // Called with exactly one token: all of it is the number.
  if (end != nullptr) *end = const_cast<char*>(token) + std::strlen(token);
  return meetwire_number_of(token);
}

// Of all of printf nlohmann/json uses text and hexadecimal numbers: "\\u%04x", "<U+%.4X>", "%.2X".
int __wrap_snprintf(char* out, std::size_t size, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::size_t length = 0;
  const auto put = [&](char c) {
    if (length + 1 < size) out[length] = c;
    ++length;
  };
  for (; *format != '\0'; ++format) {
    if (*format != '%') {
      put(*format);
      continue;
    }
    ++format;
    while (*format == '.' || *format == '0') ++format;
    int digits = *format++ - '0';
    const unsigned number = va_arg(arguments, unsigned);
    while (*format == 'h') ++format;
    while (digits < 8 && number >> (4 * digits) != 0) ++digits;
    for (--digits; digits >= 0; --digits) put((*format == 'x' ? "0123456789abcdef" : "0123456789ABCDEF")[number >> (4 * digits) & 15]);
  }
  va_end(arguments);
  if (size > 0) out[length < size ? length : size - 1] = '\0';
  return static_cast<int>(length);
}

int __wrap_sprintf(char* out, const char*, ...) {
  out[0] = '\0';
  return 0;
}

// What the optimiser makes of them where no fraction is printed.
int __wrap_siprintf(char* out, const char*, ...) {
  out[0] = '\0';
  return 0;
}
}
