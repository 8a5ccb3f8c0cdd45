// `tapbridge adapter check`: says what an adapter says, and what is wrong with it, without a tap.
#pragma once

#include <string>

namespace tapbridge::cli {

// Prints the effective adapter to stdout. Returns the exit status. Throws airbyte::ErrorException
// (config_error) with all that is wrong, system_error where stdout cannot be written.
int run_adapter_check(const std::string& path);

} // namespace tapbridge::cli
