#include "util/utf8.h"

namespace tapbridge::utf8 {

char32_t decode(const char* p, std::size_t length)
{
    auto byte = [p](std::size_t i) {
        return static_cast<char32_t>(static_cast<unsigned char>(p[i]));
    };
    switch (length) {
    case 2:
        return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
    case 3:
        return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    case 4:
        return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 |
               (byte(3) & 0x3F);
    default:
        return byte(0);
    }
}

void append(std::string& out, char32_t character)
{
    auto put = [&out](char32_t byte) {
        out += static_cast<char>(static_cast<unsigned char>(byte));
    };
    auto tail = [&](unsigned shift) { put(0x80 | ((character >> shift) & 0x3F)); };
    if (character < 0x80) {
        put(character);
    } else if (character < 0x800) {
        put(0xC0 | character >> 6);
        tail(0);
    } else if (character < 0x10000) {
        put(0xE0 | character >> 12);
        tail(6);
        tail(0);
    } else {
        put(0xF0 | character >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

std::size_t bad_length(const char* p, const char* end)
{
    // The longest beginning of some valid character: complete it, and see whether it becomes one.
    for (std::size_t taken = 3; taken > 1; --taken) {
        if (static_cast<std::size_t>(end - p) < taken)
            continue;
        for (const char fill : {'\x80', '\xBF'}) {
            char trial[4] = {p[0], p[1], taken > 2 ? p[2] : fill, fill};
            if (length(trial, trial + 4) > taken)
                return taken;
        }
    }
    return 1;
}

} // namespace tapbridge::utf8
