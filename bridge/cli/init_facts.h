// What init finds out about a tap.
#pragma once

#include "cli/init.h"
#include "connector/connector.h"

#include <optional>
#include <string>

namespace tapbridge::cli {

// What the user gave, checked and read.
struct InitInput {
    InitOptions options;
    std::string program;               // absolute path
    std::optional<json::Value> config; // the user's own
    std::optional<json::Value> sample;
};

// Reads both files. Throws config_error.
InitInput read_input(const InitOptions& options);

// Asks the tap and its environment. The log goes to stderr; stdout stays untouched. Throws
// config_error and system_error, with secrets redacted; a fatal signal ends the process.
// `rotated` becomes the user's config as the tap has changed it, even where this throws: from then
// on it may be the only one that works.
connector::Facts find_facts(const InitInput& input, std::optional<json::Value>& rotated);

// Saves the changed config beside the user's. Returns sentences that say where, or why it is lost.
std::string save_rotated(const std::string& config_path, const json::Value& rotated);

} // namespace tapbridge::cli
