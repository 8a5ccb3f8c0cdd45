#include "singer/line_splitter.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace tapbridge::singer {

namespace {

// So many reads in a row must have done without a grown buffer before it is given back. A tap whose
// lines are all a little longer than the buffer must not pay for a new one with every line.
constexpr unsigned k_quiet_reads = 16;

std::string_view without_carriage_return(const char* from, std::size_t length)
{
    if (length > 0 && from[length - 1] == '\r')
        --length;
    return {from, length};
}

} // namespace

LineSplitter::LineSplitter(std::size_t capacity)
    : m_capacity(std::max<std::size_t>(capacity, 1)), m_initial_capacity(m_capacity)
{
    m_buffer = std::make_unique_for_overwrite<char[]>(m_capacity);
}

void LineSplitter::change_capacity(std::size_t capacity)
{
    auto buffer = std::make_unique_for_overwrite<char[]>(capacity);
    std::memcpy(buffer.get(), m_buffer.get() + m_begin, pending());
    m_buffer = std::move(buffer);
    m_capacity = capacity;
    move_to_front();
}

void LineSplitter::move_to_front()
{
    m_scanned -= m_begin;
    m_end -= m_begin;
    m_begin = 0;
}

char* LineSplitter::space()
{
    const bool roomy = m_capacity > m_initial_capacity && pending() <= m_initial_capacity / 2;
    m_quiet_reads = roomy ? m_quiet_reads + 1 : 0;
    if (m_quiet_reads >= k_quiet_reads) {
        change_capacity(m_initial_capacity);
    } else if (pending() == m_capacity) {
        change_capacity(m_capacity * 2);
    } else if (m_begin != 0) {
        // Only after whole lines have been taken: a byte is moved once, however long its line gets.
        std::memmove(m_buffer.get(), m_buffer.get() + m_begin, pending());
        move_to_front();
    }
    return m_buffer.get() + m_end;
}

std::size_t LineSplitter::space_size() const
{
    return m_capacity - m_end;
}

void LineSplitter::filled(std::size_t bytes)
{
    assert(bytes <= space_size());
    m_end += bytes;
}

bool LineSplitter::next(std::string_view& line)
{
    const char* const from = m_buffer.get() + m_scanned;
    const auto* const newline =
        static_cast<const char*>(std::memchr(from, '\n', m_end - m_scanned));
    if (newline == nullptr) {
        m_scanned = m_end;
        return false;
    }
    const auto end = static_cast<std::size_t>(newline - m_buffer.get());
    line = without_carriage_return(m_buffer.get() + m_begin, end - m_begin);
    m_begin = m_scanned = end + 1;
    return true;
}

bool LineSplitter::rest(std::string_view& line)
{
    if (pending() == 0)
        return false;
    line = without_carriage_return(m_buffer.get() + m_begin, pending());
    m_begin = m_scanned = m_end;
    return true;
}

} // namespace tapbridge::singer
