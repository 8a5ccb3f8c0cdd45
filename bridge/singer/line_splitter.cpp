#include "singer/line_splitter.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>

namespace tapbridge::singer {

namespace {

// So many reads in a row must have done without a grown buffer before it is given back. A tap whose
// lines are all a little longer than the buffer must not pay for a new one with every line.
constexpr unsigned k_quiet_reads = 16;
// More than this is given back at once: to get it again costs less than it cost to read the line.
constexpr std::size_t k_giant = std::size_t{8} << 20;

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
    change_capacity(m_capacity);
}

void LineSplitter::change_capacity(std::size_t capacity)
{
    // realloc() moves a giant line by moving its pages.
    auto* const buffer = static_cast<char*>(std::realloc(m_buffer.get(), capacity));
    if (buffer == nullptr)
        throw std::bad_alloc();
    static_cast<void>(m_buffer.release());
    m_buffer.reset(buffer);
    m_capacity = capacity;
}

void LineSplitter::move_to_front()
{
    std::memmove(m_buffer.get(), m_buffer.get() + m_begin, pending());
    m_scanned -= m_begin;
    m_end -= m_begin;
    m_begin = 0;
}

char* LineSplitter::space()
{
    const bool roomy = m_capacity > m_initial_capacity && pending() <= m_initial_capacity / 2;
    m_quiet_reads = roomy ? m_quiet_reads + 1 : 0;
    if (m_begin != 0) // only after whole lines have been taken: a byte is moved once for its line
        move_to_front();
    if (m_quiet_reads >= k_quiet_reads || (roomy && m_capacity > k_giant))
        change_capacity(m_initial_capacity);
    else if (pending() == m_capacity)
        change_capacity(m_capacity * 2);
    return m_buffer.get() + m_end;
}

void LineSplitter::let_go()
{
    if (m_capacity > k_giant)
        space();
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
