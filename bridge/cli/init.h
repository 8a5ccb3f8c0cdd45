// tapbridge init: writes the folder of a connector for an installed tap.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace tapbridge::cli {

struct InitOptions {
    std::string tap;           // a program in PATH, or its path
    std::string pip;           // what pip is to install; "" = told by the tap's environment
    std::string python;        // "3.11"; "" = the tap's
    std::string dir;           // "" = ./NAME
    std::string name;          // "" = from the tap's
    std::string config_sample; // a config of the tap, for its settings only
    std::string config;        // the user's own, for discovery and for secrets/
    bool debug = false;
};

void add_init(CLI::App& command, InitOptions& options);

// Returns the exit status: what went wrong stands on stderr then, and no folder was written, unless
// only stdout failed. Asks for what is missing where stdin and stderr are a terminal. Ends the
// process by a fatal signal.
int run_init(const InitOptions& options);

} // namespace tapbridge::cli
