// Stand-ins for functions of the C library that the modules call but hardly use, put in place of the library's own by
// the linker (--wrap, see CMakeLists.txt). Those bring 128-bit floating point and all of printf: an eighth of a module
// that every page loads.
//   strtod     reads fractions (nlohmann/json): the host's JavaScript can do that
//   snprintf   describes the characters that are no JSON (nlohmann/json), in messages that nobody sees

#include <cstddef>
#include <cstring>

// The token is a JSON number, whose grammar is part of Number's, and both round to nearest: bindings/load-module.ts.
extern "C" __attribute__((import_module("meetwire"), import_name("numberOf"))) double meetwire_number_of(const char* token,
                                                                                                  std::size_t size);

extern "C" {

double __wrap_strtod(const char* token, char** end) {
  // Called with exactly one token: all of it is the number.
  const std::size_t size = std::strlen(token);
  if (end != nullptr) *end = const_cast<char*>(token) + size;
  return meetwire_number_of(token, size);
}

int __wrap_snprintf(char* out, std::size_t size, const char*, ...) {
  if (size > 0) out[0] = '\0';
  return 0;
}
}
