// Helpers of the tests that read log entries.
#pragma once

#include "catch.h"
#include "singer/log_line.h"

#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tapbridge::singer {

inline bool operator==(const LogEntry& a, const LogEntry& b)
{
    return a.level == b.level && a.message == b.message && a.stack_trace == b.stack_trace;
}

inline std::ostream& operator<<(std::ostream& out, const LogEntry& entry)
{
    static constexpr const char* k_names[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
    return out << k_names[static_cast<int>(entry.level)] << " [" << entry.message << "] ["
               << entry.stack_trace << "]";
}

using Entries = std::vector<LogEntry>;

// Entries of a whole stderr; "\f" stands for a flush.
inline Entries read(std::string_view text)
{
    Entries entries;
    LogReader reader([&](const LogEntry& entry) { entries.push_back(entry); });
    while (!text.empty()) {
        const auto newline = text.find('\n');
        const auto line = text.substr(0, newline);
        if (line == "\f")
            reader.flush();
        else
            reader.line(line);
        text = newline == std::string_view::npos ? std::string_view{} : text.substr(newline + 1);
    }
    reader.flush();
    return entries;
}

inline LogEntry entry(Level level, std::string message, std::string stack_trace = {})
{
    return {level, std::move(message), std::move(stack_trace)};
}

inline const std::string k_trace = "Traceback (most recent call last):\n"
                                   "  File \"/opt/tap/x.py\", line 10, in main\n"
                                   "    run()\n"
                                   "    ~~~^^\n"
                                   "acme.errors.NoSuchShop: shop 7 is gone";

} // namespace tapbridge::singer
