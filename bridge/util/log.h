// Where layers that must not print say something to the operator.
#pragma once

#include <cstdint>
#include <string_view>

namespace tapbridge {

enum class Level : std::uint8_t { trace, debug, info, warn, error, fatal };

class Log {
public:
    virtual ~Log() = default;
    // `stack_trace` may be empty. Texts need not be valid UTF-8.
    virtual void write(Level level, std::string_view message, std::string_view stack_trace) = 0;

    void debug(std::string_view message) { write(Level::debug, message, {}); }
    void info(std::string_view message) { write(Level::info, message, {}); }
    void warn(std::string_view message) { write(Level::warn, message, {}); }
    void error(std::string_view message) { write(Level::error, message, {}); }
};

} // namespace tapbridge
