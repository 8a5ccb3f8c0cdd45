// Into what a secret turns on its way into a log, beyond escapes (plain_text.h undoes those).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::airbyte {

// What the base64 of any text that holds `bytes` is sure to hold, at each of the three ways in
// which threes of bytes fall; in the standard alphabet, without padding.
struct Base64Core {
    std::string text;
    bool more_before; // the letter before it comes from the first byte and what stands before that
    bool more_behind;
};
std::vector<Base64Core> base64_cores(std::string_view bytes);

// Of standard or URL-safe base64; "" for what is neither.
std::string base64_decoded(std::string_view letters);

std::string hex(std::string_view bytes, bool upper_case);
// As it stands between the quotes of a JSON string. `ascii`: as Python's json.dumps() has it.
std::string json_escaped(std::string_view text, bool ascii);
// In Latin-1; "" where that lacks a character, or where it is the same as UTF-8.
std::string latin1(std::string_view text);
// As shells, SQL, CSV and query strings quote it, once plain_text() has been over that.
std::vector<std::string> quoted_forms(std::string_view text);

} // namespace tapbridge::airbyte
