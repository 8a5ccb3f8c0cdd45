// An input of those targets that need choices beside a text: they are its first line, so that seeds
// can be read and written by hand.
#pragma once

#include "fuzz.h"

namespace fuzz {

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size)
    {
        const std::string_view text(reinterpret_cast<const char*>(data), size);
        const std::size_t end = text.find('\n');
        m_choices = text.substr(0, end);
        m_body = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }

    std::string_view choices() const { return m_choices; }
    std::string_view body() const { return m_body; }

    // The next choice, below `limit`; they come round again.
    std::size_t below(std::size_t limit)
    {
        if (m_choices.empty())
            return 0;
        const char choice = m_choices[m_next++ % m_choices.size()];
        return static_cast<unsigned char>(choice) % limit;
    }

private:
    std::string_view m_choices;
    std::string_view m_body;
    std::size_t m_next = 0;
};

// The lines of a text; an empty one behind the last newline is none.
inline std::vector<std::string_view> lines_of(std::string_view text)
{
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

} // namespace fuzz
