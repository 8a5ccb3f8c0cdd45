#include "singer/log_line.h"
#include "singer/stack_trace.h"
#include "util/text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace tapbridge::singer {

namespace {

constexpr std::size_t k_longest_words = 1000;
constexpr std::size_t k_longest_cause = 400;
constexpr std::size_t k_tail_lines = 20;
constexpr std::size_t k_tail_bytes = 4096;

// Length of the dotted name (of an exception's class) that `text` begins with.
std::size_t class_name_length(std::string_view text)
{
    std::size_t end = 0;
    while (end < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[end])) != 0 ||
            std::string_view("._$<>").find(text[end]) != std::string_view::npos))
        ++end;
    return end;
}

// Drivers' errors that SQLAlchemy wraps begin with "(psycopg2.OperationalError) ".
std::string_view without_wrapped_class(std::string_view text)
{
    if (!text.starts_with('('))
        return text;
    const auto length = class_name_length(text.substr(1));
    const auto name = text.substr(1, length);
    const bool is_class = text::contains(name, ".") && text.substr(1 + length).starts_with(") ");
    return is_class ? text.substr(length + 3) : text;
}

// SQLAlchemy appends the statement, its parameters (which are data) and a link.
std::string_view without_appendix(std::string_view text)
{
    for (const std::string_view mark :
         {"\n[SQL: ", "\n[parameters: ", "\n(Background on this error"})
        text = text.substr(0, text.find(mark));
    return text;
}

std::string one_line(std::string_view text)
{
    // What is cut below needs no work before.
    return text::one_line(text.substr(0, 4 * k_longest_words));
}

std::string words_of(std::string_view message)
{
    return one_line(without_wrapped_class(without_appendix(message)));
}

// "module.Type: message" as "Type: message"; a bare "Exception: " says nothing and goes as well.
std::string words_of_exception(std::string_view exception)
{
    exception = without_appendix(exception);
    const auto length = class_name_length(exception);
    auto type = exception.substr(0, length);
    auto rest = exception.substr(length);
    if (type.empty() || (!rest.empty() && !rest.starts_with(':') && !rest.starts_with('\n')))
        return one_line(exception);
    if (const auto dot = type.rfind('.'); dot != std::string_view::npos)
        type.remove_prefix(dot + 1);
    auto message = words_of(text::trim(rest.substr(rest.empty() ? 0 : 1)));
    if (message.empty())
        return std::string(type);
    if (type == "Exception" || type == "BaseException")
        return message;
    return std::string(type).append(": ").append(message);
}

// An exception such as KeyError, printed without its class, is no more than the key.
bool says_little(std::string_view words)
{
    return words.find(' ') == std::string_view::npos;
}

// A slip in the tap's code: its text alone ("'NoneType' object has no attribute 'x'") reads like an
// accident of the user's.
bool is_slip(std::string_view exception_words)
{
    static constexpr std::array k_types{"AttributeError", "TypeError",     "KeyError",
                                        "NameError",      "IndexError",    "UnboundLocalError",
                                        "ImportError",    "AssertionError"};
    const auto type = exception_words.substr(0, exception_words.find(": "));
    return std::find(k_types.begin(), k_types.end(), type) != k_types.end();
}

std::string_view message_part(std::string_view exception_words)
{
    const auto length = class_name_length(exception_words);
    return exception_words.substr(length).starts_with(": ") ? exception_words.substr(length + 2)
                                                            : exception_words;
}

// The strings of a list as Python prints it: ['a', "it's"]. Ends at what does not belong to one.
std::vector<std::string> python_list(std::string_view text)
{
    std::vector<std::string> items;
    std::size_t at = 0;
    while (at < text.size() && text[at] != ']') {
        const char quote = text[at++];
        if (quote == ' ' || quote == ',')
            continue;
        if (quote != '\'' && quote != '"')
            break;
        std::string item;
        while (at < text.size() && text[at] != quote) {
            if (text[at] == '\\' && at + 1 < text.size())
                ++at;
            item += text[at++];
        }
        if (at == text.size())
            break; // was cut: the name may be half of one
        ++at;
        items.push_back(std::move(item));
    }
    return items;
}

} // namespace

void LastWords::add(const LogEntry& entry)
{
    if (entry.level <= Level::debug)
        return;
    add_to_tail(entry.message);
    // An exception's text stands at the end, and more than the tail's size is never kept.
    const std::string_view trace = entry.stack_trace;
    add_to_tail(trace.substr(trace.size() - std::min(trace.size(), k_tail_bytes)));
    if (entry.level >= Level::error)
        add_failure(entry);
    else
        m_critical_is_open = false;
}

void LastWords::add_to_tail(std::string_view text)
{
    if (text.empty())
        return;
    for (const auto line : text::split(text, '\n')) {
        m_tail.push_back(
            text::shorten(text::to_utf8(line.substr(0, k_tail_bytes)), k_longest_words));
        m_tail_bytes += m_tail.back().size() + 1;
        while (m_tail.size() > k_tail_lines || m_tail_bytes > k_tail_bytes) {
            m_tail_bytes -= m_tail.front().size() + 1;
            m_tail.pop_front();
        }
    }
}

void LastWords::add_failure(const LogEntry& entry)
{
    static constexpr std::string_view k_missing = "Config is missing required keys: [";
    if (const auto at = entry.message.find(k_missing); at != std::string::npos)
        m_missing_keys = python_list(std::string_view(entry.message).substr(at + k_missing.size()));

    const auto words = words_of(entry.message);
    if (entry.level == Level::fatal) {
        const bool more = m_critical_is_open && !text::contains(m_critical, words);
        if (more)
            m_critical = one_line(m_critical + " " + words);
        else if (!m_critical_is_open)
            m_critical = words;
    } else {
        m_error = words;
    }
    if (entry.level == Level::fatal && !m_critical_is_open)
        m_cause.clear(); // of something else
    m_critical_is_open = entry.level == Level::fatal && entry.stack_trace.empty();
    if (entry.stack_trace.empty())
        return;
    m_traceback = entry.stack_trace;
    const auto raised = find_raised(entry.stack_trace);
    if (raised.last.empty())
        return;
    m_exception = words_of_exception(raised.last);
    m_cause = words_of_exception(raised.cause);
}

std::string LastWords::best() const
{
    std::string words = m_critical;
    const bool same = is_slip(m_exception) && message_part(m_exception) == words;
    if ((says_little(words) || same) && !m_exception.empty())
        words = m_exception;
    if (words.empty())
        words = m_error;
    // What was raised on purpose has a sentence; KeyError and StopIteration are steps on the way.
    const auto cause = message_part(m_cause);
    if (!says_little(cause) && !text::contains(words, cause))
        words = text::shorten(words, k_longest_words - k_longest_cause) +
                " (cause: " + text::shorten(m_cause, k_longest_cause - 10) + ")";
    return text::shorten(words, k_longest_words);
}

std::string LastWords::last_traceback() const
{
    return m_traceback;
}

std::string LastWords::tail() const
{
    std::string out;
    for (const auto& line : m_tail) {
        if (!out.empty())
            out += '\n';
        out += line;
    }
    return out;
}

std::vector<std::string> LastWords::missing_keys() const
{
    return m_missing_keys;
}

} // namespace tapbridge::singer
