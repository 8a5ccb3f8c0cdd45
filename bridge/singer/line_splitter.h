// Cuts the chunks that come out of a pipe into lines.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace tapbridge::singer {

// A buffer that a pipe is read into and lines are taken from in place. It grows only for a line
// longer than itself and shrinks again afterwards, so memory is bounded by the longest line. What
// is grown is not touched before it is filled: twice the line is reserved, once the line is used.
//
//     ssize_t n = read(fd, splitter.space(), splitter.space_size());
//     splitter.filled(n);
//     while (splitter.next(line)) ...     // views stay valid until space() is called
//     ... at EOF: splitter.rest(line)     // a last line without its newline
class LineSplitter {
public:
    explicit LineSplitter(std::size_t capacity = 256 * 1024);

    char* space();                  // where to read into; moves what is left of a line to the front
    std::size_t space_size() const; // at least 1 after space()
    void filled(std::size_t bytes);

    // The next whole line, without "\n" or "\r\n".
    bool next(std::string_view& line);
    // What stands after the last newline; false where there is nothing.
    bool rest(std::string_view& line);

    // Gives the room of a giant line back now rather than with the next read, which may be far off.
    void let_go();

    // Bytes of the line begun but not ended yet: what a limit on lines is checked against.
    std::size_t pending() const { return m_end - m_begin; }

private:
    struct Free {
        void operator()(char* buffer) const { std::free(buffer); }
    };

    void change_capacity(std::size_t capacity);
    void move_to_front();

    std::unique_ptr<char[], Free> m_buffer;
    std::size_t m_capacity;
    std::size_t m_initial_capacity;
    std::size_t m_begin = 0;   // first byte not handed out
    std::size_t m_scanned = 0; // no newline before this
    std::size_t m_end = 0;
    unsigned m_quiet_reads = 0; // in a row that needed no more than the initial capacity
};

} // namespace tapbridge::singer
