#include "airbyte/pattern_table.h"

#include "airbyte/letters.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tapbridge::airbyte {

namespace {

constexpr std::size_t k_shortest_in_parts = 24;
constexpr std::size_t k_chunk = sizeof(std::uint64_t);
constexpr std::size_t k_equal_chunks =
    4; // of one pattern; of more the neighbours are found as well
constexpr std::size_t k_filter_bits = 20;

template <class Number>
Number load(const char* bytes)
{
    Number number;
    std::memcpy(&number, bytes, sizeof number);
    return number;
}

std::size_t filter_place(std::uint64_t bytes)
{
    return bytes * 0x9E3779B97F4A7C15U >> (64U - k_filter_bits);
}

bool touches(char c)
{
    return is_letter_or_digit(c) || c == '_' || c == '-';
}

std::size_t common_front(std::string_view a, std::string_view b, std::size_t most)
{
    a = a.substr(0, most);
    b = b.substr(0, most);
    return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                                    a.begin());
}

std::size_t common_back(std::string_view a, std::string_view b)
{
    const std::size_t most = std::min({a.size(), b.size(), PatternTable::k_shortest_part});
    std::size_t same = 0;
    while (same < most && a[a.size() - 1 - same] == b[b.size() - 1 - same])
        ++same;
    return same;
}

} // namespace

void PatternTable::add(Pattern pattern)
{
    m_filter_of_whole.resize(std::size_t{1} << k_filter_bits);
    m_filter_of_chunks.resize(std::size_t{1} << k_filter_bits);
    if (pattern.text.size() < k_shortest)
        return;
    const auto first = load<std::uint32_t>(pattern.text.data());
    std::vector<std::size_t>& bucket = m_whole[first];
    const auto known = std::find_if(bucket.begin(), bucket.end(), [&](std::size_t other) {
        return m_patterns[other].text == pattern.text;
    });
    const std::size_t index = known != bucket.end() ? *known : m_patterns.size();
    if (known == bucket.end()) {
        m_filter_of_whole[filter_place(first)] = true;
        bucket.push_back(index);
        m_patterns.push_back({.text = pattern.text, .alone = true});
    }
    Pattern& own = m_patterns[index];
    if (pattern.in_parts && !own.in_parts && own.text.size() >= k_shortest_in_parts)
        add_chunks(own.text, index);
    own.in_parts = own.in_parts || pattern.in_parts;
    own.alone = own.alone && pattern.alone;
    own.more_before = own.more_before || pattern.more_before;
    own.more_behind = own.more_behind || pattern.more_behind;
}

// A part of 16 bytes holds one of these, wherever it was cut.
void PatternTable::add_chunks(const std::string& text, std::size_t pattern)
{
    for (std::size_t offset = 0; offset + k_chunk <= text.size(); offset += k_chunk) {
        const auto bytes = load<std::uint64_t>(text.data() + offset);
        std::vector<Chunk>& bucket = m_chunks[bytes];
        const auto equal = std::count_if(bucket.begin(), bucket.end(), [=](const Chunk& chunk) {
            return chunk.pattern == pattern;
        });
        if (static_cast<std::size_t>(equal) >= k_equal_chunks)
            continue;
        m_filter_of_chunks[filter_place(bytes)] = true;
        bucket.push_back({pattern, offset});
    }
}

void PatternTable::find(std::string_view text, const Found& found) const
{
    if (empty())
        return;
    Ends ends;
    for (std::size_t at = 0; at + k_shortest <= text.size(); ++at) {
        if (m_filter_of_whole[filter_place(load<std::uint32_t>(text.data() + at))])
            find_whole(text, at, ends, found);
        if (!m_chunks.empty() && at + k_chunk <= text.size() &&
            m_filter_of_chunks[filter_place(load<std::uint64_t>(text.data() + at))])
            find_part(text, at, found);
    }
}

void PatternTable::find_whole(std::string_view text, std::size_t at, Ends& ends,
                              const Found& found) const
{
    const auto bucket = m_whole.find(load<std::uint32_t>(text.data() + at));
    if (bucket == m_whole.end())
        return;
    for (const std::size_t index : bucket->second) {
        const Pattern& pattern = m_patterns[index];
        const std::string_view head = std::string_view(pattern.text).substr(0, k_longest_head);
        const bool is_long = head.size() < pattern.text.size();
        if (!text.substr(at).starts_with(head) || (is_long && at < ends[index]))
            continue;
        std::size_t begin = at;
        std::size_t end = at + head.size();
        if (is_long)
            end = ends[index] = at + common_front(text.substr(at), pattern.text, text.size());
        if (pattern.more_before && begin > 0 && is_base64_letter(text[begin - 1]))
            --begin;
        if (pattern.more_behind && end < text.size() && is_base64_letter(text[end]))
            ++end;
        const bool touched =
            (begin > 0 && touches(text[begin - 1])) || (end < text.size() && touches(text[end]));
        if (!pattern.alone || !touched)
            found(begin, end);
    }
}

void PatternTable::find_part(std::string_view text, std::size_t at, const Found& found) const
{
    const auto bucket = m_chunks.find(load<std::uint64_t>(text.data() + at));
    if (bucket == m_chunks.end())
        return;
    for (const auto& [index, offset] : bucket->second) {
        const std::string_view pattern = m_patterns[index].text;
        const std::size_t before = common_back(text.substr(0, at), pattern.substr(0, offset));
        const std::size_t behind = common_front(text.substr(at + k_chunk),
                                                pattern.substr(offset + k_chunk), k_shortest_part);
        if (before + k_chunk + behind >= k_shortest_part)
            found(at - before, at + k_chunk + behind);
    }
}

} // namespace tapbridge::airbyte
