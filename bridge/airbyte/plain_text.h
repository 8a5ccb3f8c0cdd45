// A text as it reads once every escape in it is undone, with the way back to where each byte stood.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::airbyte {

// Byte i of `text` stands for the bytes begin[i] to end[i] of the source. A source has less than
// 4 GiB.
struct PlainText {
    std::string text;
    std::vector<std::uint32_t> begin;
    std::vector<std::uint32_t> end;
};

// Undoes, again and again until nothing is left to undo: backslash escapes of JSON, Python, C and
// shells (\n \" \x41 \u0041 \U00000041 \101, surrogate pairs), percent-encoding and the entities of
// XML. So every text that was escaped any number of times reads the same, and so does one that
// never was. What is no UTF-8 is taken for Latin-1. Backslashes that are left over go, too: some
// are escapes of what was escaped itself
// ("%5C%22"). In linear time.
PlainText plain_text(std::string_view source);

// What is left of a plain text that somebody has wrapped, indented or quoted: without blanks and
// quotes, and with the standard letters of base64 for those of its URL-safe form.
PlainText squeezed(const PlainText& plain);

} // namespace tapbridge::airbyte
