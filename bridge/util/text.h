// Text helpers that know neither Singer nor Airbyte.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::text {

std::string_view trim(std::string_view text);
std::string lower(std::string_view text); // ASCII only
std::string upper(std::string_view text); // ASCII only
bool contains(std::string_view text, std::string_view part);
// `part` must be lower case (ASCII).
bool contains_ignoring_case(std::string_view text, std::string_view part);
bool equals_ignoring_case(std::string_view a, std::string_view b);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
// -1 where it is none.
constexpr int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
// "%41" becomes "A" (RFC 3986); what is no such triplet stays.
std::string percent_decoded(std::string_view text);
// In double quotes, for messages; nothing is escaped.
std::string quoted(std::string_view text);
std::string replace_all(std::string text, std::string_view from, std::string_view to);

// Valid UTF-8: each bad sequence becomes U+FFFD.
std::string to_utf8(std::string_view bytes);
// Valid UTF-8 on one line, without control characters: white space and these are one blank each
// time, none at the ends.
std::string one_line(std::string_view text);
// At most `limit` bytes, cut between characters, with "..." where something was cut.
std::string shorten(std::string_view text, std::size_t limit);

// "64 KiB", "256 MiB", "1 GiB", "1000 bytes": in the greatest unit that leaves no rest.
std::string size_text(std::size_t bytes);

// The candidate that `word` was probably meant to be; empty where none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

} // namespace tapbridge::text
