// stdout, for the commands that people read.
#pragma once

#include <string>

namespace tapbridge::cli {

// Throws system_error with the reason where stdout cannot be written.
void print(const std::string& text);

} // namespace tapbridge::cli
