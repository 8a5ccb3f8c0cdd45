// What comes out of the line splitter does not depend on how the stream was cut into reads, and
// each line means to the message reader what it means to Boost.JSON.
#include "input.h"
#include "message_check.h"
#include "singer/line_splitter.h"

#include <cstring>

namespace {

using namespace tapbridge;
using fuzz::demand;

std::string_view without_carriage_return(std::string_view line)
{
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

// Reads the stream in chunks of the sizes chosen and compares with what it is when cut in one go.
class Reader {
public:
    explicit Reader(fuzz::Input& input)
        : m_input(input), m_capacity(1 + input.below(64)), m_lines(m_capacity),
          m_expected(fuzz::lines_of(input.body()))
    {}

    void read()
    {
        std::string_view left = m_input.body();
        while (!left.empty()) {
            fill(left);
            m_longest = std::max(m_longest, m_lines.pending());
            if (m_input.below(4) != 0 || left.empty())
                drain();
        }
        std::string_view line;
        if (m_lines.rest(line))
            compare(line);
        demand(!m_lines.rest(line) && !m_lines.next(line), "the rest comes once");
        demand(m_next == m_expected.size(), "no line is missing");
    }

private:
    void drain()
    {
        std::string_view line;
        while (m_lines.next(line))
            compare(line);
        const std::string_view seen = m_input.body().substr(0, m_filled);
        demand(m_lines.pending() == seen.size() - (seen.rfind('\n') + 1),
               "what is pending has no newline yet");
    }

    void fill(std::string_view& left)
    {
        char* const space = m_lines.space();
        const std::size_t size = m_lines.space_size();
        demand(size >= 1, "there is room to read into");
        demand(m_lines.pending() + size <= std::max(m_capacity, 2 * m_longest),
               "the buffer is no longer than twice what it had to hold");
        const std::size_t wanted = m_input.below(4) == 0 ? size : 1 + m_input.below(16);
        const std::string_view chunk = left.substr(0, std::min(wanted, size));
        std::memcpy(space, chunk.data(), chunk.size());
        m_lines.filled(chunk.size());
        left.remove_prefix(chunk.size());
        m_filled += chunk.size();
    }

    void compare(std::string_view line)
    {
        demand(m_next < m_expected.size() && line == without_carriage_return(m_expected[m_next]),
               "each line comes out whole, in its order");
        ++m_next;
        fuzz::check_line(m_messages, line); // in place, with whatever stands behind it
        compare_with_fresh_reader(line);
    }

    // A reader keeps its buffers, but nothing of the line before.
    void compare_with_fresh_reader(std::string_view line)
    {
        const std::string copy(line);
        singer::MessageReader fresh;
        const bool is_message = m_messages.read(line) == singer::LineKind::message;
        demand((fresh.read(copy) == singer::LineKind::message) == is_message,
               "a line means the same wherever it stands");
        if (!is_message)
            return;
        const singer::Message& a = m_messages.message();
        const singer::Message& b = fresh.message();
        demand(a.type == b.type && a.stream == b.stream && a.payload == b.payload &&
                   a.key_properties == b.key_properties && a.type_name == b.type_name,
               "a message is the same wherever it stands");
        demand(std::equal(m_messages.defects().begin(), m_messages.defects().end(),
                          fresh.defects().begin(), fresh.defects().end(),
                          [](const json::DefectAt& x, const json::DefectAt& y) {
                              return x.kind == y.kind && x.offset == y.offset &&
                                     x.length == y.length;
                          }),
               "its defects are the same wherever it stands");
    }

    fuzz::Input& m_input;
    std::size_t m_capacity;
    singer::LineSplitter m_lines;
    std::vector<std::string_view> m_expected;
    std::size_t m_next = 0;
    std::size_t m_filled = 0;
    std::size_t m_longest = 0; // bytes that were pending
    singer::MessageReader m_messages;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input(data, size);
    Reader(input).read();
    return 0;
}
