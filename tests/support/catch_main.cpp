// Catch2's main function. Compiled once: it takes longer than all tests together.

#if __has_include(<catch2/catch.hpp>)
#define CATCH_CONFIG_MAIN
#endif
#include "support/catch.hpp"
