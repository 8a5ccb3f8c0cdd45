// The adapter file: where it is, and what it says. Its keys: adapters/README.md.
#pragma once

#include "adapter/adapter.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tapbridge::adapter {

// No adapter is longer (bytes).
inline constexpr std::size_t k_longest_adapter = std::size_t{1} << 20;

// The file that --adapter names, else the variable (null or empty: not set), else `usual` where
// something is there; empty where there is none.
std::string adapter_path(const std::optional<std::string>& flag, const char* variable,
                         const std::string& usual = "/airbyte/adapter.yaml");

// Throws config_error with all that is wrong, each with file, line and column. `path` is for these
// messages.
Adapter read_adapter(std::string_view text, const std::string& path);

} // namespace tapbridge::adapter
