// tapbridge select: a configured catalog from what `discover` printed. It runs no tap.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace tapbridge::cli {

struct SelectOptions {
    std::string catalog;              // a path; "-" = stdin
    std::vector<std::string> streams; // names and globs; empty = all
    bool incremental = false;
    bool full_refresh = false;
    bool list = false;
    std::vector<std::string> cursors; // STREAM=FIELD
    std::vector<std::string> excluded_fields;
};

// Gives the command its options; `options` must outlive it.
void add_select(CLI::App& command, SelectOptions& options);

// Prints the configured catalog, or the table of streams, on stdout. Throws config_error for what
// the user can mend, system_error where stdout cannot be written.
int run_select(const SelectOptions& options);

} // namespace tapbridge::cli
