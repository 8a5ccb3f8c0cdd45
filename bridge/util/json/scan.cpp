#include "util/json/scan.h"

#include "util/text.h"
#include "util/utf8.h"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tapbridge::json {

namespace {

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// The first byte from `at` on that needs a look inside a string: quote, backslash, control
// character or the beginning of something beyond ASCII.
const char* skip_plain(const char* at, const char* end)
{
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i blank = _mm_set1_epi8(' ');
    while (end - at >= 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        // Signed: bytes from 0x80 on are negative, thus less than a blank too.
        const __m128i special = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
            _mm_cmplt_epi8(bytes, blank));
        const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
        if (mask != 0)
            return at + std::countr_zero(mask);
        at += 16;
    }
#endif
    while (at != end) {
        const auto c = static_cast<unsigned char>(*at);
        if (c == '"' || c == '\\' || c < 0x20 || c >= 0x80)
            break;
        ++at;
    }
    return at;
}

} // namespace

int code_unit(const char* at, const char* end, const char** bad)
{
    int unit = 0;
    for (int i = 2; i < 6; ++i) {
        *bad = end - at > i ? at + i : end;
        const int digit = *bad != end ? text::hex_digit(at[i]) : -1;
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

const char* Scan::fail(ScanError kind, const char* at)
{
    error = kind;
    error_at = at;
    return nullptr;
}

const char* Scan::fail_syntax(const char* at)
{
    return fail(at == end ? ScanError::truncated : ScanError::syntax, at);
}

bool Scan::note(Defect kind, const char* from, const char* to)
{
    if (refuse_unreadable && (kind == Defect::nonfinite || kind == Defect::lone_surrogate)) {
        fail(ScanError::syntax, from);
        return false;
    }
    const DefectAt defect{kind, static_cast<std::size_t>(from - begin),
                          static_cast<std::size_t>(to - from)};
    if (defects != nullptr && defects->size() < k_most_listed)
        defects->push_back(defect);
    if (sink != nullptr)
        sink->found(defect);
    return true;
}

const char* Scan::more_blanks(const char* at)
{
    while (at != end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')) {
        const char* const from = at++;
        if (*from == '\r') {
            at = std::find_if(at, end, [](char c) { return c != '\r'; });
            note(Defect::carriage_return, from, at); // a run of them is one
        }
    }
    return at;
}

// At a backslash: this escape and those that follow it directly.
const char* Scan::escapes(const char* at)
{
    while (at != end && *at == '\\') {
        if (end - at < 2)
            return fail(ScanError::truncated, end);
        if (at[1] != 'u') {
            if (std::string_view("\"\\/bfnrt").find(at[1]) == std::string_view::npos)
                return fail(ScanError::syntax, at + 1);
            at += 2;
            continue;
        }
        const char* bad = nullptr;
        const int unit = code_unit(at, end, &bad);
        if (unit < 0)
            return fail_syntax(bad);
        if (unit < 0xD800 || unit > 0xDFFF) {
            at += 6;
            continue;
        }
        const int next = unit < 0xDC00 && end - at >= 8 && at[6] == '\\' && at[7] == 'u'
                             ? code_unit(at + 6, end, &bad)
                             : -1;
        const bool paired = next >= 0xDC00 && next <= 0xDFFF;
        if (!paired && !note(Defect::lone_surrogate, at, at + 6))
            return nullptr;
        at += paired ? 12 : 6;
    }
    return at;
}

// At a byte beyond ASCII: this character and those that follow it directly.
const char* Scan::beyond_ascii(const char* at)
{
    do {
        const std::size_t length = utf8::length(at, end);
        if (length == 0)
            return fail(ScanError::invalid_utf8, at);
        const auto byte = [at](int i) { return static_cast<unsigned char>(at[i]); };
        const bool next_line = byte(0) == 0xC2 && byte(1) == 0x85;
        const bool separator = byte(0) == 0xE2 && byte(1) == 0x80 && (byte(2) & 0xFEU) == 0xA8;
        if (next_line || separator)
            note(Defect::line_separator, at, at + length);
        at += length;
    } while (at != end && static_cast<unsigned char>(*at) >= 0x80);
    return at;
}

const char* Scan::string(const char* at)
{
    ++at;
    for (;;) {
        at = skip_plain(at, end);
        if (at == end)
            return fail(ScanError::truncated, end);
        if (*at == '"')
            return at + 1;
        if (*at == '\\')
            at = escapes(at);
        else if (static_cast<unsigned char>(*at) < 0x20)
            return fail(ScanError::control_character, at);
        else
            at = beyond_ascii(at);
        if (at == nullptr)
            return nullptr;
    }
}

const char* Scan::digits(const char* at)
{
    if (at == end || !is_digit(*at))
        return fail_syntax(at);
    do
        ++at;
    while (at != end && is_digit(*at));
    return at;
}

// At a digit, or at a minus.
const char* Scan::number(const char* at)
{
    const char* const from = at;
    if (*at == '-')
        ++at;
    at = at != end && *at == '0' ? at + 1 : digits(at);
    if (at != nullptr && at != end && *at == '.')
        at = digits(at + 1);
    if (at != nullptr && at != end && (*at == 'e' || *at == 'E')) {
        ++at;
        if (at != end && (*at == '+' || *at == '-'))
            ++at;
        at = digits(at);
    }
    if (at != nullptr && at - from > static_cast<std::ptrdiff_t>(k_longest_number))
        note(Defect::long_number, from, at);
    return at;
}

// At anything else. Words of good JSON, and those that Python's json and simplejson print.
const char* Scan::word(const char* at)
{
    struct Word {
        std::string_view text;
        bool nonfinite;
    };
    static constexpr Word k_words[] = {
        {"true", false},    {"false", false},    {"null", false}, {"NaN", true},   {"-NaN", true},
        {"Infinity", true}, {"-Infinity", true}, {"sNaN", true},  {"-sNaN", true},
    };
    const char* wrong = at;
    for (const Word& known : k_words) {
        const char* const stop = std::mismatch(at, end, known.text.begin(), known.text.end()).first;
        if (stop == at + known.text.size())
            return known.nonfinite && !note(Defect::nonfinite, at, stop) ? nullptr : stop;
        if (stop == end)
            return fail(ScanError::truncated, end);
        wrong = std::max(wrong, stop);
    }
    return fail(ScanError::syntax, wrong);
}

const char* Scan::number_or_word(const char* at)
{
    const bool has_digit = is_digit(*at) || (*at == '-' && end - at > 1 && is_digit(at[1]));
    return has_digit ? number(at) : word(at);
}

const char* Scan::key(const char* at)
{
    return at != end && *at == '"' ? string(at) : fail_syntax(at);
}

const char* Scan::colon(const char* at)
{
    at = blanks(at);
    return at != end && *at == ':' ? blanks(at + 1) : fail_syntax(at);
}

const char* Scan::value(const char* at, unsigned levels, Open& open)
{
    open.depth = 0;
    levels = std::min(levels, k_deepest);
    for (;;) {
        if (at == end)
            return fail(ScanError::truncated, end);
        const char first = *at;
        if (first == '"') {
            at = string(at);
        } else if (first == '{' || first == '[') {
            if (open.depth == levels)
                return fail(ScanError::too_deep, at);
            open.at[open.depth++] = at;
            at = blanks(at + 1);
            const bool empty = at != end && *at == first + 2; // '{' + 2 is '}', '[' + 2 is ']'
            if (!empty) {
                if (first == '{' && (at = key_and_colon(at)) == nullptr)
                    return nullptr;
                continue;
            }
            --open.depth;
            ++at;
        } else {
            at = number_or_word(at);
        }
        if (at == nullptr)
            return nullptr;
        for (;;) { // a value has ended; its container may end as well
            if (open.depth == 0)
                return at;
            at = blanks(at);
            if (at == end)
                return fail(ScanError::truncated, end);
            const char bracket = *open.at[open.depth - 1];
            if (*at == ',') {
                at = blanks(at + 1);
                if (bracket == '{' && (at = key_and_colon(at)) == nullptr)
                    return nullptr;
                break;
            }
            if (*at != bracket + 2)
                return fail(ScanError::syntax, at);
            ++at;
            --open.depth;
        }
    }
}

} // namespace tapbridge::json
