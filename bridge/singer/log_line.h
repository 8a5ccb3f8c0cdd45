// What a tap writes on stderr, as log entries with levels.
#pragma once

#include "util/log.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::singer {

struct LogHead;

struct LogEntry {
    Level level = Level::info;
    std::string message;     // without the format's own level, time and logger where they are known
    std::string stack_trace; // a Python traceback, its first line included; "" = none
};

// Turns the lines of stderr into entries. Continuation lines (of a traceback, of a multi-line SQL
// statement, the source line below a Python warning) stay with their head: an entry comes out when
// the next one begins, on flush(), or when it has grown beyond k_longest_entry.
//
// Formats: singer-python "LEVEL msg"; SDK "date | LEVEL | name | msg"; pipelinewise and SDK <= 0.10
// "time=.. name=.. level=LEVEL message=.."; SDK StructuredFormatter (one JSON object a line);
// "LEVEL:name:msg"; "LEVEL - date - name - msg"; log4j "LEVEL msg"; "date msg" (no level). METRIC
// lines are DEBUG. A line of no known format is INFO, a traceback ERROR.
//
// Logger names are dropped, except that of a stream (SDK "tap-x.orders"), which is put before a
// message that does not name the stream itself: "orders: msg".
//
// A traceback right behind an ERROR or CRITICAL entry becomes that entry's stack_trace; any other
// is an ERROR entry of its own, whose message is the exception.
class LogReader {
public:
    using Sink = std::function<void(const LogEntry&)>;
    static constexpr std::size_t k_longest_entry = 64 * 1024;

    explicit LogReader(Sink sink);

    void line(std::string_view line); // without its newline; need not be valid UTF-8
    // Hands out what is being collected: at the end, and when the tap has been silent for a moment.
    void flush();

private:
    // Which lines of no known format still belong to the entry.
    enum class Takes : std::uint8_t { indented, everything };

    void head(const LogHead& head);
    void plain(std::string_view line);
    void begin(Level level, Takes takes);
    void begin_stack(Level level, std::string_view line, bool every_line_has_head);
    void append(std::string_view line);
    bool continues_logged_stack(const LogHead& head) const;
    bool takes(std::string_view line) const;
    std::string_view last_of_stack() const;
    void emit();

    Sink m_sink;
    std::optional<LogEntry> m_pending;
    Level m_level = Level::info; // of the entry that lines are being added to, kept beyond flush()
    Takes m_takes = Takes::indented;
    bool m_in_stack = false;      // lines go to stack_trace
    std::size_t m_stack_line = 0; // where the last line of stack_trace begins that is not blank
    bool m_every_line_has_head = false; // of the stack trace: it was logged line by line
};

// Remembers what an error message is made of. Entries should be free of secrets before they come
// here: what is cut out of them later could no longer be recognised.
class LastWords {
public:
    void add(const LogEntry& entry);

    // The most telling line: the last CRITICAL entry (lines logged as CRITICAL one after another
    // count as one), else the exception of the last traceback, else the last ERROR, else "". What a
    // traceback shows as the cause of that exception follows in parentheses where it adds
    // something. Python's exceptions lose their module path. Links to documentation that SQLAlchemy
    // appends
    // ("(Background on this error at: ...)") and SQL statements are left out. argparse's and
    // click's usage errors ("tap-x: error: ...", "Error: ...") are ERROR entries. One line, at most
    // 1,000 bytes.
    std::string best() const;
    std::string last_traceback() const;
    // The last lines, at most 20 and 4 KiB, joined by newlines. Without DEBUG.
    std::string tail() const;
    // `keys` of the last "Config is missing required keys: [...]", or empty.
    std::vector<std::string> missing_keys() const;

private:
    void add_to_tail(std::string_view text);
    void add_failure(const LogEntry& entry);

    std::deque<std::string> m_tail;
    std::size_t m_tail_bytes = 0;
    std::string m_critical, m_exception, m_cause, m_error, m_traceback;
    bool m_critical_is_open = false; // the next CRITICAL line belongs to the same message
    std::vector<std::string> m_missing_keys;
};

} // namespace tapbridge::singer
