// Stand-ins for functions of the C library that the modules call but hardly use, put in place of the library's own by
// the linker (--wrap, see CMakeLists.txt). Those bring 128-bit floating point and all of printf: an eighth of a module
// that every page loads.
//   strtod     reads fractions (nlohmann/json): the host's JavaScript can do that
//   snprintf   describes the characters that are no JSON (nlohmann/json), in messages that nobody sees
//   sprintf    formats the names of types that embind does not know, and it knows all that we use

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

int __wrap_snprintf(char* out, std::size_t size, const char*, ...) {
  if (size > 0) out[0] = '\0';
  return 0;
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
