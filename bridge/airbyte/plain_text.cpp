#include "airbyte/plain_text.h"

#include "airbyte/letters.h"
#include "util/text.h"
#include "util/utf8.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace tapbridge::airbyte {

namespace {

std::optional<char32_t> number(std::string_view digits, int base)
{
    char32_t value = 0;
    for (const char c : digits) {
        const int next = text::hex_digit(c);
        if (next < 0 || next >= base)
            return std::nullopt;
        value = value * static_cast<char32_t>(base) + static_cast<char32_t>(next);
    }
    return value;
}

constexpr std::array<std::pair<char, char>, 7> k_controls{
    {{'n', '\n'}, {'r', '\r'}, {'t', '\t'}, {'b', '\b'}, {'f', '\f'}, {'v', '\v'}, {'a', '\a'}}};
constexpr std::array<std::pair<std::string_view, char>, 5> k_entities{
    {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};
constexpr std::size_t k_longest_escape = 10; // "&#x10ffff;", "\\U0010ffff"
constexpr char32_t k_first_beyond = 0x110000;

// Reads byte by byte; whenever the end of what it has read is an escape, that is replaced by what
// it stands for, which may complete another one.
class Reader {
public:
    explicit Reader(std::size_t size)
    {
        m_out.text.reserve(size);
        m_out.begin.reserve(size);
        m_out.end.reserve(size);
    }

    void read(char c, std::uint32_t at)
    {
        push(c, at, at + 1);
        if (c == '\\' || c == '%' || c == '&')
            m_sign = m_out.text.size();
        // Longer than this no escape is.
        if (m_out.text.size() - m_sign >= k_longest_escape)
            return;
        while (reduce())
            m_sign = m_out.text.size(); // there may be a new one
    }

    PlainText take() { return std::move(m_out); }

private:
    void push(char c, std::uint32_t begin, std::uint32_t end)
    {
        m_out.text += c;
        m_out.begin.push_back(begin);
        m_out.end.push_back(end);
    }

    std::string_view tail(std::size_t length) const
    {
        const std::string_view text = m_out.text;
        return text.size() < length ? std::string_view{} : text.substr(text.size() - length);
    }

    void replace(std::size_t length, std::string_view bytes)
    {
        const std::size_t keep = m_out.text.size() - length;
        const std::uint32_t begin = m_out.begin[keep];
        const std::uint32_t end = m_out.end.back();
        m_out.text.resize(keep);
        m_out.begin.resize(keep);
        m_out.end.resize(keep);
        for (const char byte : bytes)
            push(byte, begin, end);
    }

    bool replace_by_byte(std::size_t length, char32_t byte)
    {
        const char c = static_cast<char>(static_cast<unsigned char>(byte));
        replace(length, {&c, 1});
        return true;
    }

    // Half a surrogate pair waits, in the three bytes that UTF-8 would have for it.
    bool replace_by_character(std::size_t length, char32_t character)
    {
        if (character >= k_first_beyond)
            return false;
        if (character >= 0xDC00 && character < 0xE000) {
            if (const auto high = half_pair_before(length)) {
                length += 3;
                character = 0x10000 + ((*high - 0xD800) << 10U) + (character - 0xDC00);
            }
        }
        std::string bytes;
        utf8::append(bytes, character);
        if (character >= 0xD800 && character < 0xE000) {
            bytes = {static_cast<char>(0xED), static_cast<char>(0x80U | (character >> 6U & 0x3FU)),
                     static_cast<char>(0x80U | (character & 0x3FU))};
        }
        replace(length, bytes);
        return true;
    }

    std::optional<char32_t> half_pair_before(std::size_t length) const
    {
        const std::string_view half = tail(length + 3).substr(0, 3);
        const auto byte = [half](std::size_t i) { return static_cast<unsigned char>(half[i]); };
        if (half.size() != 3 || byte(0) != 0xED || byte(1) < 0xA0 || byte(1) > 0xAF)
            return std::nullopt;
        return 0xD000 + ((byte(1) & 0x3FU) << 6U) + (byte(2) & 0x3FU);
    }

    bool reduce()
    {
        const char last = m_out.text.back();
        if (tail(2).substr(0, 1) == "\\")
            return reduce_backslash(last);
        if (text::hex_digit(last) >= 0)
            return reduce_number();
        return last == ';' && reduce_entity();
    }

    bool reduce_backslash(char c)
    {
        for (const auto& [letter, control] : k_controls)
            if (c == letter)
                return replace_by_byte(2, static_cast<unsigned char>(control));
        // "%" and "&" may begin the code of the letter that the backslash belongs to.
        if (c <= ' ' || c >= 0x7f || c == '%' || c == '&' || is_letter_or_digit(c))
            return false;
        if (c == '\\' && is_one_byte(1) && !is_one_byte(2))
            return false; // that one stood for itself, this one begins something new
        return replace_by_byte(2, static_cast<unsigned char>(c));
    }

    // Whether that byte, counted from the end, stands for itself.
    bool is_one_byte(std::size_t from_end) const
    {
        const std::size_t at = m_out.text.size() - from_end;
        return m_out.end[at] - m_out.begin[at] == 1;
    }

    std::optional<char32_t> number_after(std::string_view prefix, std::size_t digits,
                                         int base) const
    {
        const std::string_view text = tail(prefix.size() + digits);
        if (!text.starts_with(prefix) || text.empty())
            return std::nullopt;
        return number(text.substr(prefix.size()), base);
    }

    bool reduce_number()
    {
        if (const auto byte = number_after("%", 2, 16))
            return replace_by_byte(3, *byte);
        if (const auto byte = number_after("\\x", 2, 16))
            return replace_by_byte(4, *byte);
        if (const auto byte = number_after("\\", 3, 8); byte && *byte < 0x100)
            return replace_by_byte(4, *byte);
        if (const auto character = number_after("\\u", 4, 16))
            return replace_by_character(6, *character);
        const auto character = number_after("\\U", 8, 16);
        return character && replace_by_character(10, *character);
    }

    bool reduce_entity()
    {
        const std::string_view text = m_out.text;
        const std::string_view end =
            text.substr(text.size() - std::min(text.size(), k_longest_escape));
        const std::size_t begin = end.rfind('&');
        if (begin == std::string_view::npos)
            return false;
        const std::size_t length = end.size() - begin;
        const std::string_view name = end.substr(begin + 1, length - 2);
        for (const auto& [known, character] : k_entities)
            if (name == known)
                return replace_by_byte(length, static_cast<unsigned char>(character));
        if (name.size() < 2 || name[0] != '#')
            return false;
        const bool hex = name[1] == 'x' || name[1] == 'X';
        const std::string_view digits = name.substr(hex ? 2 : 1);
        const auto character = number(digits, hex ? 16 : 10);
        return character && !digits.empty() && replace_by_character(length, *character);
    }

    PlainText m_out;
    std::size_t m_sign = 0; // behind the last byte that may begin an escape
};

PlainText without(PlainText text, std::string_view left_out)
{
    std::size_t kept = 0;
    for (std::size_t i = 0; i < text.text.size(); ++i) {
        if (left_out.find(text.text[i]) != std::string_view::npos)
            continue;
        text.text[kept] = text.text[i];
        text.begin[kept] = text.begin[i];
        text.end[kept] = text.end[i];
        ++kept;
    }
    text.text.resize(kept);
    text.begin.resize(kept);
    text.end.resize(kept);
    return text;
}

bool is_utf8(std::string_view text)
{
    const char* const end = text.data() + text.size();
    for (const char* p = text.data(); p != end;) {
        const std::size_t length = utf8::length(p, end);
        if (length == 0)
            return false;
        p += length;
    }
    return true;
}

// Bytes that are no UTF-8 are characters of Latin-1: Python's ascii() writes them as "\xe9".
PlainText in_utf8(PlainText text)
{
    if (is_utf8(text.text))
        return text;
    PlainText out;
    const char* const first = text.text.data();
    const char* const end = first + text.text.size();
    for (const char* p = first; p != end;) {
        const auto at = static_cast<std::size_t>(p - first);
        const std::size_t length = utf8::length(p, end);
        if (length == 0)
            utf8::append(out.text, static_cast<unsigned char>(*p));
        else
            out.text.append(p, length);
        for (std::size_t i = 0; out.begin.size() < out.text.size(); ++i) {
            out.begin.push_back(text.begin[at + (length == 0 ? 0 : i)]);
            out.end.push_back(text.end[at + (length == 0 ? 0 : i)]);
        }
        p += std::max<std::size_t>(length, 1);
    }
    return out;
}

} // namespace

PlainText plain_text(std::string_view source)
{
    Reader reader(source.size());
    for (std::size_t i = 0; i < source.size(); ++i)
        reader.read(source[i], static_cast<std::uint32_t>(i));
    return without(in_utf8(reader.take()), "\\");
}

PlainText squeezed(const PlainText& plain)
{
    PlainText out = without(plain, " \t\r\n\v\f'\"");
    std::replace(out.text.begin(), out.text.end(), '-', '+');
    std::replace(out.text.begin(), out.text.end(), '_', '/');
    return out;
}

} // namespace tapbridge::airbyte
