#include "singer/stack_trace.h"

#include "util/text.h"

#include <cctype>
#include <vector>

namespace tapbridge::singer {

namespace {

constexpr std::string_view k_python_head = "Traceback (most recent call last):";
constexpr std::string_view k_group_head = "+ Exception Group Traceback (most recent call last):";
constexpr std::string_view k_java_head = "Exception in thread \"";
constexpr std::string_view k_java_cause = "Caused by: ";

bool is_indented(std::string_view line)
{
    return line.starts_with(' ') || line.starts_with('\t');
}

// "com.acme.SomeException" or "acme.errors.SomeError": also what Python prints of an exception.
bool is_qualified_exception(std::string_view word)
{
    const auto dot = word.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == word.size())
        return false;
    for (const char c : word)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '_' && c != '$')
            return false;
    const auto type = word.substr(dot + 1);
    return std::isupper(static_cast<unsigned char>(type.front())) != 0 &&
           (type.ends_with("Exception") || type.ends_with("Error") || type.ends_with("Throwable"));
}

bool is_frame(std::string_view line)
{
    const auto words = text::trim(line);
    return is_indented(line) && (words.starts_with("at ") || words.starts_with("... ") ||
                                 words.starts_with("Suppressed: "));
}

// Python draws exception groups with a frame of "|" and "+" around each.
std::string_view without_group_frame(std::string_view line)
{
    const auto words = text::trim(line);
    if (!is_indented(line) || words.empty() || (words.front() != '|' && words.front() != '+'))
        return line;
    if (words.front() == '+')
        return words.starts_with(k_group_head) ? k_python_head : std::string_view{};
    return words.size() > 2 ? words.substr(2) : std::string_view{};
}

// Collects the exceptions of a stack trace, line by line.
class Finder {
public:
    void line(std::string_view line);
    Raised raised() const;

private:
    void open(std::string_view text, bool java_cause);

    struct Exception {
        std::string text;
        bool java_cause;
    };
    std::vector<Exception> m_chain;
    bool m_in_text = false; // lines still belong to the message of the last exception
    bool m_linked = false;
};

void Finder::open(std::string_view text, bool java_cause)
{
    // Only the two ends of a chain are ever asked for, and chains may be long.
    if (m_chain.size() > 1)
        m_chain.pop_back();
    m_chain.push_back({std::string(text), java_cause});
    m_in_text = true;
}

void Finder::line(std::string_view line)
{
    if (links_stack_traces(line)) {
        m_linked = true;
        m_in_text = false;
    } else if (line.starts_with(k_python_head)) {
        if (!m_linked)
            m_chain.clear();
        m_linked = false;
        m_in_text = false;
    } else if (line.starts_with(k_java_cause)) {
        open(line.substr(k_java_cause.size()), true);
    } else if (is_frame(line)) {
        m_in_text = false;
    } else if (m_in_text) {
        m_chain.back().text.append("\n").append(line);
    } else if (!line.empty() && !is_indented(line)) {
        if (line.starts_with(k_java_head))
            line.remove_prefix(std::min(line.find("\" ") + 2, line.size()));
        open(line, false);
    }
}

Raised Finder::raised() const
{
    Raised raised;
    if (m_chain.empty())
        return raised;
    // Java prints the outermost first, Python last.
    const bool java = m_chain.back().java_cause;
    raised.last = java ? m_chain.front().text : m_chain.back().text;
    if (m_chain.size() > 1)
        raised.cause = java ? m_chain.back().text : m_chain.front().text;
    return raised;
}

} // namespace

bool begins_stack_trace(std::string_view line)
{
    if (line.starts_with(k_python_head) || line.starts_with(k_java_head) ||
        text::trim(line).starts_with(k_group_head))
        return true;
    // The middle of one whose beginning was lost.
    if (line.starts_with("  File \"") && text::contains(line, "\", line "))
        return true;
    const auto word = line.substr(0, line.find(": "));
    return is_qualified_exception(word);
}

bool links_stack_traces(std::string_view line)
{
    return line.starts_with("During handling of the above exception, another exception occurred") ||
           line.starts_with("The above exception was the direct cause of the following exception");
}

Raised find_raised(std::string_view stack_trace)
{
    Finder finder;
    bool in_group = false;
    for (const auto line : text::split(stack_trace, '\n')) {
        in_group = in_group || text::trim(line).starts_with(k_group_head);
        finder.line(without_group_frame(line));
    }
    Raised raised = finder.raised();
    if (in_group)
        raised.cause.clear(); // the last one inside the group says most
    return raised;
}

} // namespace tapbridge::singer
