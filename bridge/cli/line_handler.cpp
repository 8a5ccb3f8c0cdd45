#include "cli/line_handler.h"

#include "util/text.h"

#include <algorithm>

namespace tapbridge::cli {

namespace {

constexpr std::size_t k_most_quoted = 300;

} // namespace

std::optional<Clock::time_point> earlier(std::optional<Clock::time_point> a,
                                         std::optional<Clock::time_point> b)
{
    if (!a || !b) {
        return a ? a : b;
    }
    return std::min(*a, *b);
}

LineHandler::LineHandler(Session& session, ConfigFile* config, bool quiet)
    : m_session(session), m_config(config), m_stderr(session.log(), session.redactor(), quiet)
{}

std::span<char> LineHandler::stdout_space()
{
    char* const space = m_lines.space();
    return {space, m_lines.space_size()};
}

std::string LineHandler::last_log_line() const
{
    const std::string log = last_words().tail();
    return text::shorten(text::trim(std::string_view(log).substr(log.rfind('\n') + 1)),
                         k_most_quoted);
}

std::string LineHandler::last_heard() const
{
    if (const std::string log = last_log_line(); m_logged_last && !log.empty()) {
        return "it logged " + text::quoted(log);
    }
    if (m_line == 0) {
        return m_logged_last ? "some lines of its log" : "it was started";
    }
    const std::string message = last_message();
    return "line " + std::to_string(m_line) + " of its output" +
           (message.empty() ? "" : " (its last message: " + message + ")");
}

// A rotated token is secret from then on, also in what is said of it now.
void LineHandler::look_at_config()
{
    if (m_config != nullptr) {
        m_config->look();
    }
}

void LineHandler::on_stdout(std::size_t bytes)
{
    look_at_config();
    m_lines.filled(bytes);
    m_logged_last = false;
    on_chunk();
    std::string_view line;
    while (m_lines.next(line)) {
        ++m_line;
        if (line.size() > line_limit()) {
            too_long();
        } else {
            on_line(line);
        }
    }
    if (m_lines.pending() > line_limit()) {
        m_lines.rest(line); // lets go of what is there: memory stays bounded
        too_long();
    }
    m_lines.let_go();
}

void LineHandler::too_long()
{
    if (!m_too_long) {
        m_too_long = true;
        on_long_line(line_limit());
    }
}

void LineHandler::on_stdout_end()
{
    on_chunk();
    std::string_view line;
    if (m_lines.rest(line)) {
        on_line(line);
    }
}

void LineHandler::on_stderr(std::string_view chunk)
{
    look_at_config();
    m_logged_last = true;
    m_stderr.feed(chunk);
}

void LineHandler::on_stderr_end()
{
    m_stderr.end();
}

std::optional<Clock::time_point> LineHandler::deadline() const
{
    const auto config = m_config != nullptr ? m_config->deadline() : std::nullopt;
    return earlier(m_stderr.deadline(), config);
}

void LineHandler::on_deadline()
{
    const Clock::time_point now = Clock::now();
    m_stderr.on_deadline(now);
    if (m_config != nullptr) {
        m_config->on_deadline(now);
    }
}

} // namespace tapbridge::cli
