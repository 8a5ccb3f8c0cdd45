// What the readers of Airbyte's input files (config, configured catalog, state) say about a bad
// one.
#pragma once

#include "util/json/value.h"

#include <string>
#include <string_view>

namespace tapbridge::airbyte {

// An input file as its messages name it: what it is, where it is, and what to do about a bad one.
struct InputFile {
    std::string_view what; // "State file"
    const std::string& path;
    std::string_view remedy;
};

// "null", "a boolean", "a number", "a string", "a list", "an object".
std::string_view kind_name(json::Kind kind);

// Reads the one JSON value of a file; a byte order mark before it (Windows editors) is skipped.
// Throws config_error with line and column.
json::Value parse_input(std::string_view text, const InputFile& file,
                        json::ParseOptions options = {});

// config_error "<what> <path>: <complaint>. <remedy>".
[[noreturn]] void throw_bad_input(const InputFile& file, const std::string& complaint);

} // namespace tapbridge::airbyte
