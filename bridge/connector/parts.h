// The texts of single files.
#pragma once

#include "connector/connector.h"

#include <string>
#include <string_view>

namespace tapbridge::connector {

inline constexpr const char* k_version = "0.1.0"; // of the new connector

// For a comment: one line, at most 300 bytes of it.
std::string short_line(std::string_view text);

std::string adapter_text(const Facts& facts);
std::string dockerfile(const Facts& facts);
std::string requirements(const Facts& facts);
std::string constraints(const Facts& facts);
std::string metadata(const Facts& facts);
std::string acceptance_tests(const Facts& facts);
std::string readme(const Facts& facts);

} // namespace tapbridge::connector
