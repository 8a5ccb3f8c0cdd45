#include "airbyte/secret_forms.h"

#include "airbyte/letters.h"
#include "util/json/value.h"
#include "util/text.h"
#include "util/utf8.h"

#include <utility>

namespace tapbridge::airbyte {

namespace {

constexpr std::string_view k_hex = "0123456789abcdef";

unsigned byte_of(char c)
{
    return static_cast<unsigned char>(c);
}

// Of whole groups of three only.
std::string base64(std::string_view bytes)
{
    std::string out;
    for (std::size_t i = 0; i + 3 <= bytes.size(); i += 3) {
        const unsigned group =
            byte_of(bytes[i]) << 16U | byte_of(bytes[i + 1]) << 8U | byte_of(bytes[i + 2]);
        for (const unsigned shift : {18U, 12U, 6U, 0U})
            out += k_base64_letters[group >> shift & 63U];
    }
    return out;
}

} // namespace

std::vector<Base64Core> base64_cores(std::string_view bytes)
{
    std::vector<Base64Core> cores;
    for (std::size_t before = 0; before < 3; ++before) {
        std::string padded(before, '\0');
        padded.append(bytes).append(2, '\0');
        const std::size_t first_bit = 8 * before;
        const std::size_t end_bit = first_bit + 8 * bytes.size();
        const std::size_t first = (first_bit + 5) / 6;
        cores.push_back({base64(padded).substr(first, end_bit / 6 - first), first_bit % 6 != 0,
                         end_bit % 6 != 0});
    }
    return cores;
}

std::string base64_decoded(std::string_view letters)
{
    std::string out;
    unsigned bits = 0;
    unsigned count = 0;
    while (letters.ends_with('='))
        letters.remove_suffix(1);
    for (const char letter : letters) {
        const auto value = k_base64_letters.find(letter == '-'   ? '+'
                                                 : letter == '_' ? '/'
                                                                 : letter);
        if (value == std::string_view::npos)
            return {};
        bits = (bits << 6U | static_cast<unsigned>(value)) & 0xFFFFU;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>(static_cast<unsigned char>(bits >> count));
        }
    }
    return out;
}

std::string hex(std::string_view bytes, bool upper_case)
{
    std::string out;
    for (const char c : bytes) {
        out += k_hex[byte_of(c) >> 4U];
        out += k_hex[byte_of(c) & 15U];
    }
    return upper_case ? text::upper(out) : out;
}

std::string json_escaped(std::string_view text, bool ascii)
{
    std::string out = json::quoted(text);
    if (ascii) {
        if (const auto value = json::parse(out))
            out = value->text(true);
        out = text::replace_all(std::move(out), "\x7f", "\\u007f");
    }
    return out.substr(1, out.size() - 2);
}

std::string latin1(std::string_view text)
{
    std::string out;
    const char* const end = text.data() + text.size();
    for (const char* at = text.data(); at != end;) {
        const std::size_t length = utf8::length(at, end);
        const char32_t character = length == 0 ? utf8::k_replacement : utf8::decode(at, length);
        if (character > 0xFF)
            return {};
        out += static_cast<char>(static_cast<unsigned char>(character));
        at += length;
    }
    return out == text ? std::string{} : out;
}

std::vector<std::string> quoted_forms(std::string_view text)
{
    const std::string own(text);
    std::vector<std::string> forms;
    if (text::contains(text, " "))
        forms.push_back(text::replace_all(own, " ", "+"));
    if (text::contains(text, "\""))
        forms.push_back(text::replace_all(own, "\"", "\"\""));
    if (text::contains(text, "'"))
        for (const std::string_view quote : {"''", "'''", "'\"'\"'"})
            forms.push_back(text::replace_all(own, "'", quote));
    return forms;
}

} // namespace tapbridge::airbyte
