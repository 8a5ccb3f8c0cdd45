#include "util/text.h"

#include "util/utf8.h"

#include <algorithm>
#include <utility>

namespace tapbridge::text {

namespace {

constexpr std::string_view k_blanks = " \t\r\n\v\f";

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

char upper(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

} // namespace

std::string_view trim(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(k_blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(k_blanks) - first + 1);
}

std::string lower(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        c = lower(c);
    return result;
}

std::string upper(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        c = upper(c);
    return result;
}

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

bool contains_ignoring_case(std::string_view text, std::string_view part)
{
    const auto same = [](char a, char b) { return lower(a) == b; };
    return part.empty() ||
           std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

bool equals_ignoring_case(std::string_view a, std::string_view b)
{
    const auto same = [](char x, char y) { return lower(x) == lower(y); };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator)
{
    std::string result;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i != 0)
            result += separator;
        result += parts[i];
    }
    return result;
}

std::string percent_decoded(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low < 0) {
            out += text[i];
            continue;
        }
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

std::string quoted(std::string_view text)
{
    return std::string("\"").append(text).append("\"");
}

std::string replace_all(std::string text, std::string_view from, std::string_view to)
{
    if (from.empty() || !contains(text, from))
        return text;
    std::string result;
    std::size_t done = 0;
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, done)) {
        result.append(text, done, at - done);
        result += to;
        done = at + from.size();
    }
    return result.append(text, done);
}

std::string to_utf8(std::string_view bytes)
{
    std::string result;
    result.reserve(bytes.size());
    const char* p = bytes.data();
    const char* const end = p + bytes.size();
    while (p != end) {
        if (const std::size_t length = utf8::length(p, end)) {
            result.append(p, length);
            p += length;
        } else {
            utf8::append(result, utf8::k_replacement);
            p += utf8::bad_length(p, end);
        }
    }
    return result;
}

std::string one_line(std::string_view text)
{
    std::string out;
    bool blank = false;
    for (const char c : to_utf8(text)) {
        if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') {
            blank = true;
            continue;
        }
        if (blank && !out.empty())
            out += ' ';
        blank = false;
        out += c;
    }
    return out;
}

std::string shorten(std::string_view text, std::size_t limit)
{
    constexpr std::string_view k_dots = "...";
    if (text.size() <= limit)
        return std::string(text);
    const std::string_view dots = limit < k_dots.size() ? "" : k_dots;
    std::size_t keep = limit - dots.size();
    // A character is at most three bytes longer than its first one; more are no UTF-8 anyway.
    for (int i = 0; i < 3 && keep > 0 && (static_cast<unsigned char>(text[keep]) & 0xC0U) == 0x80U;
         ++i)
        --keep;
    return std::string(text.substr(0, keep)).append(dots);
}

std::string size_text(std::size_t bytes)
{
    for (const auto& [bits, unit] : {std::pair{30U, " GiB"}, {20U, " MiB"}, {10U, " KiB"}})
        if (const std::size_t size = std::size_t{1} << bits; bytes >= size && bytes % size == 0)
            return std::to_string(bytes / size) + unit;
    return std::to_string(bytes) + " bytes";
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates)
{
    const std::string wanted = lower(word);
    std::size_t limit = std::max<std::size_t>(1, wanted.size() / 3);
    std::string best;
    for (const std::string& candidate : candidates) {
        const std::size_t off = distance(wanted, lower(candidate));
        // As many changes as there are letters turn anything into anything.
        if (off > limit || (off > 0 && off >= wanted.size()) || (off == limit && !best.empty()))
            continue;
        best = candidate;
        limit = off;
    }
    return best;
}

} // namespace tapbridge::text
