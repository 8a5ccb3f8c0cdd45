// Names that Catch2 2 and 3 spell differently.
#pragma once

#include "catch.h"

#include <string>

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/generators/catch_generators.hpp>
#endif

namespace matchers {

using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

inline auto contains(const std::string& text)
{
#if __has_include(<catch2/catch_test_macros.hpp>)
    return Catch::Matchers::ContainsSubstring(text);
#else
    return Catch::Matchers::Contains(text);
#endif
}

} // namespace matchers
