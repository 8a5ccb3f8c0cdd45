#include "cli/tap_stderr.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace tapbridge::cli {

namespace {

constexpr std::chrono::milliseconds k_hold{200};    // a traceback is written in one go
constexpr std::size_t k_longest_line = 1024 * 1024; // the rest of a longer one is left out

} // namespace

TapStderr::TapStderr(Log& log, const airbyte::Redactor& redactor, bool quiet)
    : m_log(log), m_redactor(redactor), m_quiet(quiet),
      m_reader([this](const singer::LogEntry& entry) { take(entry); })
{}

void TapStderr::feed(std::string_view chunk)
{
    while (!chunk.empty()) {
        char* const space = m_lines.space();
        const std::size_t part = std::min(chunk.size(), m_lines.space_size());
        std::memcpy(space, chunk.data(), part);
        m_lines.filled(part);
        chunk.remove_prefix(part);
        std::string_view line;
        while (m_lines.next(line)) {
            this->line(line);
            m_in_long_line = false;
        }
        if (m_lines.pending() > k_longest_line && m_lines.rest(line)) {
            long_line(line);
        }
    }
    m_flush_at = Clock::now() + k_hold;
}

void TapStderr::end()
{
    std::string_view line;
    if (m_lines.rest(line)) {
        this->line(line);
    }
    m_reader.flush();
    m_flush_at.reset();
}

void TapStderr::on_deadline(Clock::time_point now)
{
    if (m_flush_at && now >= *m_flush_at) {
        m_reader.flush();
        m_flush_at.reset();
    }
}

void TapStderr::long_line(std::string_view beginning)
{
    if (!std::exchange(m_in_long_line, true)) {
        m_reader.line(m_redactor.redact_beginning(beginning));
    }
}

// Secrets go before anything is cut: half a secret would not be recognised any more.
void TapStderr::line(std::string_view line)
{
    if (!m_in_long_line) {
        m_reader.line(m_redactor.redact(line));
    }
}

void TapStderr::take(const singer::LogEntry& entry)
{
    m_last_words.add(entry);
    m_log.write(m_quiet ? Level::debug : entry.level, entry.message, entry.stack_trace);
}

} // namespace tapbridge::cli
