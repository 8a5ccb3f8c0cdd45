// UTF-8, byte by byte (RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF).
#pragma once

#include <cstddef>
#include <string>

namespace tapbridge::utf8 {

inline constexpr char32_t k_replacement = 0xFFFD;

// Length of the character that begins at `p`; 0 where the bytes there are none, or cut off by
// `end`.
inline std::size_t length(const char* p, const char* end)
{
    auto byte = [p](std::size_t i) { return static_cast<unsigned char>(p[i]); };
    auto continues = [&byte](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    const auto left = static_cast<std::size_t>(end - p);
    if (left == 0)
        return 0;
    const unsigned char lead = byte(0);
    if (lead < 0x80)
        return 1;
    if (lead < 0xE0)
        return lead >= 0xC2 && left >= 2 && continues(1) ? 2 : 0;
    if (lead < 0xF0) {
        if (left < 3 || !continues(1) || !continues(2))
            return 0;
        const bool overlong = lead == 0xE0 && byte(1) < 0xA0;
        const bool surrogate = lead == 0xED && byte(1) > 0x9F;
        return overlong || surrogate ? 0 : 3;
    }
    if (lead > 0xF4 || left < 4 || !continues(1) || !continues(2) || !continues(3))
        return 0;
    const bool overlong = lead == 0xF0 && byte(1) < 0x90;
    const bool too_big = lead == 0xF4 && byte(1) > 0x8F;
    return overlong || too_big ? 0 : 4;
}

// The character of `length` bytes (as length() gave them) at `p`.
char32_t decode(const char* p, std::size_t length);
void append(std::string& out, char32_t character);

// How many of the bytes at `p`, where length() is 0, belong to one bad sequence (at least 1). One
// replacement character stands for all of them, as the Unicode standard and Python have it.
std::size_t bad_length(const char* p, const char* end);

} // namespace tapbridge::utf8
