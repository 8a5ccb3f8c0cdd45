// Finds many patterns in a text, in time that grows with the text and with the number of patterns
// that begin alike, not with their length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tapbridge::airbyte {

struct Pattern {
    std::string text; // at least 4 bytes
    // Also where only a part of it stands in the text, of 16 bytes or more: keys are wrapped and
    // cut in many ways. Takes effect from 24 bytes on.
    bool in_parts = false;
    bool alone = false; // only where no letter, digit, "_" or "-" touches it
    // A byte before or behind it belongs to it where it is a letter of base64: that byte depends on
    // what stands around.
    bool more_before = false;
    bool more_behind = false;
};

class PatternTable {
public:
    static constexpr std::size_t k_shortest = 4;
    static constexpr std::size_t k_shortest_part = 16;
    // Of a longer one it is enough that so much stands there: what follows is found as far as it
    // goes.
    static constexpr std::size_t k_longest_head = 1024;

    using Found = std::function<void(std::size_t begin, std::size_t end)>;

    // A text that is known already is found by what either pattern asks for.
    void add(Pattern pattern);
    bool empty() const { return m_patterns.empty(); }
    // Every place in `text`, by where it begins and ends; places may overlap.
    void find(std::string_view text, const Found& found) const;

private:
    struct Chunk {
        std::size_t pattern;
        std::size_t offset;
    };

    void add_chunks(const std::string& text, std::size_t pattern);
    // Where the last place of each pattern that is longer than its head has ended.
    using Ends = std::unordered_map<std::size_t, std::size_t>;

    void find_whole(std::string_view text, std::size_t at, Ends& ends, const Found& found) const;
    void find_part(std::string_view text, std::size_t at, const Found& found) const;

    std::vector<Pattern> m_patterns;
    // By their first four bytes, and by every eighth group of eight.
    std::unordered_map<std::uint32_t, std::vector<std::size_t>> m_whole;
    std::unordered_map<std::uint64_t, std::vector<Chunk>> m_chunks;
    // Whether there can be anything at bytes that hash to this: nearly always there is nothing.
    std::vector<bool> m_filter_of_whole;
    std::vector<bool> m_filter_of_chunks;
};

} // namespace tapbridge::airbyte
