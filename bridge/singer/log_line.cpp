#include "singer/log_line.h"

#include "singer/log_format.h"
#include "singer/stack_trace.h"
#include "util/text.h"

#include <array>
#include <utility>

namespace tapbridge::singer {

namespace {

bool is_blank(std::string_view text)
{
    return text::trim(text).empty();
}

bool is_indented(std::string_view line)
{
    return line.starts_with(' ') || line.starts_with('\t');
}

// Colours and cursor movements, which some taps print although nobody watches.
std::string without_escapes(std::string_view line)
{
    std::string out;
    out.reserve(line.size());
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] != '\x1b') {
            out += line[i];
            continue;
        }
        if (i + 1 < line.size() && line[i + 1] == '[') {
            i += 2;
            while (i < line.size() && (line[i] < '@' || line[i] > '~'))
                ++i;
        }
    }
    return out;
}

// How database drivers go on after the first line of an error.
bool is_known_continuation(std::string_view line)
{
    static constexpr std::array k_prefixes{"LINE ",
                                           "DETAIL: ",
                                           "HINT: ",
                                           "CONTEXT: ",
                                           "[SQL: ",
                                           "[parameters: ",
                                           "(Background on this error"};
    for (const std::string_view prefix : k_prefixes)
        if (line.starts_with(prefix))
            return true;
    return links_stack_traces(line);
}

void strip_end(std::string& text)
{
    const auto last = text.find_last_not_of(" \t\r\n");
    text.erase(last == std::string::npos ? 0 : last + 1);
}

// Whether more of a stack trace has to follow this line.
bool is_open(std::string_view line)
{
    return is_indented(line) || line.starts_with("Traceback (") || links_stack_traces(line);
}

std::string_view last_line(std::string_view text)
{
    const auto newline = text.rfind('\n');
    return newline == std::string_view::npos ? text : text.substr(newline + 1);
}

std::string_view last_written_line(std::string_view text)
{
    return last_line(text.substr(0, text.find_last_not_of(" \t\r\n") + 1));
}

// What an entry that consists of a stack trace only says: its exception, on one line.
std::string message_of_stack(std::string_view stack_trace)
{
    const auto raised = find_raised(stack_trace);
    const std::string_view exception = raised.last;
    if (!exception.empty())
        return std::string(text::trim(exception.substr(0, exception.find('\n'))));
    return std::string(text::trim(last_written_line(stack_trace)));
}

} // namespace

LogReader::LogReader(Sink sink) : m_sink(std::move(sink)) {}

void LogReader::line(std::string_view line)
{
    std::string cleaned;
    if (line.find('\x1b') != std::string_view::npos)
        line = cleaned = without_escapes(line);
    while (line.ends_with('\r'))
        line.remove_suffix(1);

    const auto parsed = parse_log_head(line);
    if (!parsed || begins_stack_trace(line))
        plain(line);
    else if (continues_logged_stack(*parsed))
        append(parsed->message);
    else if (parsed->message.starts_with("Traceback (most recent call last)"))
        begin_stack(parsed->level, parsed->message, true);
    else
        head(*parsed);
}

// Whether the entry is one more line of a stack trace that was logged line by line.
bool LogReader::continues_logged_stack(const LogHead& head) const
{
    if (!m_pending || !m_in_stack || !m_every_line_has_head || head.level != m_level)
        return false;
    const auto last = last_of_stack();
    return head.level == Level::fatal || is_open(last) || is_open(head.message) ||
           is_blank(head.message);
}

// The last line of the stack trace that is not blank; remembered, as many blank ones may follow it.
std::string_view LogReader::last_of_stack() const
{
    const auto rest = std::string_view(m_pending->stack_trace).substr(m_stack_line);
    return rest.substr(0, rest.find('\n'));
}

void LogReader::head(const LogHead& head)
{
    begin(head.level, head.takes_everything ? Takes::everything : Takes::indented);
    m_pending = LogEntry{head.level, {}, {}};
    append(text::trim(head.message));
    m_pending->stack_trace = text::shorten(head.stack_trace, k_longest_entry);
}

void LogReader::plain(std::string_view line)
{
    m_every_line_has_head = false;
    const bool python_or_first = line.starts_with("Traceback") || !m_in_stack;
    if (python_or_first && begins_stack_trace(line)) {
        begin_stack(Level::error, line, false);
    } else if (takes(line)) {
        append(line);
    } else if (!is_blank(line)) {
        begin(Level::info, Takes::indented);
        m_pending = LogEntry{Level::info, {}, {}};
        append(line);
    }
}

void LogReader::begin(Level level, Takes takes)
{
    emit();
    m_level = level;
    m_takes = takes;
    m_in_stack = false;
    m_every_line_has_head = false;
}

void LogReader::begin_stack(Level level, std::string_view line, bool every_line_has_head)
{
    const bool linked = m_pending && m_in_stack && links_stack_traces(last_of_stack());
    const bool failed =
        m_pending && !m_in_stack && m_pending->stack_trace.empty() &&
        (m_level >= Level::error || m_pending->message.starts_with("Exception ignored"));
    if (!linked && !failed) {
        begin(level, Takes::everything);
        m_pending = LogEntry{level, {}, {}};
    }
    m_in_stack = true;
    m_takes = Takes::everything;
    m_every_line_has_head = every_line_has_head;
    append(line);
}

// Whether a line of no known format belongs to what is being collected, or was before a flush().
bool LogReader::takes(std::string_view line) const
{
    if (!m_pending)
        return m_in_stack;
    const bool nothing_said = m_pending->message.empty() && !m_in_stack;
    return m_takes == Takes::everything || nothing_said || line.empty() || is_indented(line) ||
           is_known_continuation(line);
}

void LogReader::append(std::string_view line)
{
    const auto size = m_pending ? m_pending->message.size() + m_pending->stack_trace.size() : 0;
    if (m_pending && size != 0 && size + line.size() >= k_longest_entry)
        emit();
    if (!m_pending)
        m_pending = LogEntry{m_level, {}, {}};
    // The frames of Java and JavaScript have no line that announces them.
    if (m_level >= Level::error && (line.starts_with("\tat ") || line.starts_with("    at ")))
        m_in_stack = true;
    std::string& part = m_in_stack ? m_pending->stack_trace : m_pending->message;
    if (!part.empty())
        part += '\n';
    if (m_in_stack && !is_blank(line))
        m_stack_line = part.size();
    part += text::shorten(line, k_longest_entry);
}

void LogReader::emit()
{
    if (!m_pending)
        return;
    LogEntry entry = std::move(*m_pending);
    m_pending.reset();
    m_stack_line = 0;
    strip_end(entry.message);
    strip_end(entry.stack_trace);
    if (entry.message.empty() && !entry.stack_trace.empty())
        entry.message = message_of_stack(entry.stack_trace);
    if (!entry.message.empty())
        m_sink(entry);
}

void LogReader::flush()
{
    // Between two frames of a stack trace more of it will come; behind its exception, hardly.
    if (!m_pending)
        return;
    m_in_stack = m_in_stack && is_open(last_line(m_pending->stack_trace));
    emit();
}

} // namespace tapbridge::singer
