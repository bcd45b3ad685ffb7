// Catch2, whichever major version the machine has. Tests include this and nothing of Catch2's own.

#pragma once

#if __has_include(<catch2/catch.hpp>)
#include <catch2/catch.hpp>
#else
#include <catch2/catch_all.hpp>
// What 3 moved into its namespace, under the names that 2 has for it.
using Catch::Approx;
#endif
