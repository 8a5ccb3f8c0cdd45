// The adapter file: where it is, and what it says. Its keys: docs/adapters.md.
#pragma once

#include "adapter/adapter.h"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::adapter {

// No adapter and no spec file is longer (bytes).
inline constexpr std::size_t k_longest_adapter = std::size_t{1} << 20;

// The file that --adapter names, else the variable (null or empty: not set), else `usual` where
// something is there; empty where there is none.
std::string adapter_path(const std::optional<std::string>& flag, const char* variable,
                         const std::string& usual = "/airbyte/adapter.yaml");

// The content of a file that an adapter names, at most some more than k_longest_adapter bytes of
// it; none where it cannot be read: `problem` is why ("No such file or directory").
using FileReader =
    std::function<std::optional<std::string>(const std::string& path, std::string& problem)>;

struct NamedStreamRule {
    std::string pattern;
    translate::StreamRule rule;
};

struct AdapterFile {
    Adapter adapter;
    std::vector<NamedStreamRule> streams; // what adapter.streams holds, in the file's order
    // The line of every key that the file has, by its path: "limits.idle",
    // "streams.commits.cursor".
    std::map<std::string, int> lines;
};

// Throws config_error with all that is wrong, each with file, line and column. `path` is for these
// messages, and for the folder from which the files are named that the adapter names.
AdapterFile read_adapter_file(std::string_view text, const std::string& path,
                              const FileReader& reader = {});

// The same, for those who want to know only what it says.
Adapter read_adapter(std::string_view text, const std::string& path, const FileReader& reader = {});

} // namespace tapbridge::adapter
