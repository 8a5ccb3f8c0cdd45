// Letters of texts that are read byte by byte; ASCII only.
#pragma once

#include <string_view>

namespace tapbridge::airbyte {

constexpr std::string_view k_base64_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

constexpr bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

constexpr bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

constexpr bool is_letter(char c)
{
    return is_lower(c) || is_upper(c);
}

constexpr bool is_letter_or_digit(char c)
{
    return is_letter(c) || is_digit(c);
}

// Of the standard alphabet.
constexpr bool is_base64_letter(char c)
{
    return is_letter_or_digit(c) || c == '+' || c == '/';
}

} // namespace tapbridge::airbyte
