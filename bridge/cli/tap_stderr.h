// The tap's stderr on its way into the log.
#pragma once

#include "airbyte/redactor.h"
#include "singer/line_splitter.h"
#include "singer/log_line.h"
#include "util/log.h"
#include "util/time.h"

#include <optional>
#include <string_view>

namespace tapbridge::cli {

class TapStderr {
public:
    // `quiet`: entries are logged as DEBUG whatever they say (probes).
    TapStderr(Log& log, const airbyte::Redactor& redactor, bool quiet);

    void feed(std::string_view chunk);
    void end();
    // An entry is held back until it is known that no continuation line follows: at most until
    // then.
    std::optional<Clock::time_point> deadline() const { return m_flush_at; }
    void on_deadline(Clock::time_point now);

    const singer::LastWords& last_words() const { return m_last_words; }

private:
    void line(std::string_view line);
    void long_line(std::string_view beginning);
    void take(const singer::LogEntry& entry);

    Log& m_log;
    const airbyte::Redactor& m_redactor;
    bool m_quiet;
    bool m_in_long_line = false; // its beginning has been handed on
    singer::LineSplitter m_lines{64 * 1024};
    singer::LastWords m_last_words;
    singer::LogReader m_reader;
    std::optional<Clock::time_point> m_flush_at;
};

} // namespace tapbridge::cli
