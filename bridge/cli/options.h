// The command line.
#pragma once

#include "cli/init.h"
#include "cli/select.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tapbridge::cli {

enum class Command { spec, check, discover, read, adapter_check, select, init };

// The four of the Airbyte protocol run a tap and speak in messages; the others are for people.
bool is_of_protocol(Command command);

struct Options {
    Command command = Command::spec;
    std::string config; // paths; empty = not given
    std::string catalog;
    std::string state;
    std::optional<std::string> adapter;
    bool debug = false;
    std::vector<std::string> tap; // what stands after "--"

    std::string adapter_file; // of adapter check
    SelectOptions select;
    InitOptions init;
};

// Something that is answered without running anything.
struct Answer {
    int status = 0;
    std::string text; // with its newline
    bool to_stderr = false;
};

std::variant<Options, Answer> parse_options(int argc, char** argv);

} // namespace tapbridge::cli
