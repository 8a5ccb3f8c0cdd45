// The first line of a log entry, in the formats that taps use.
#pragma once

#include "util/log.h"

#include <optional>
#include <string>
#include <string_view>

namespace tapbridge::singer {

struct LogHead {
    Level level = Level::info;
    // Every entry of this format has a head, or nothing else is to be expected behind it: lines
    // without one belong to it.
    bool takes_everything = false;
    std::string message;     // leading blanks kept: a traceback may be logged line by line
    std::string stack_trace; // of a structured entry
};

// Nothing where the line is no head of a known format.
std::optional<LogHead> parse_log_head(std::string_view line);

// The SDK's StructuredFormatter and its like: one JSON object with a level and a message.
std::optional<LogHead> parse_structured_log(std::string_view line);

// A level's name as Python, Java and Go write it, in any case.
std::optional<Level> level_named(std::string_view name);

// `message` with the stream's name before it, unless it names the stream itself.
std::string with_stream(std::string_view stream, std::string_view message);

} // namespace tapbridge::singer
