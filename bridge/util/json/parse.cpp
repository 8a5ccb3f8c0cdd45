// The way in: JSON text to trees.
#include "util/json/scan.h"
#include "util/json/value.h"
#include "util/utf8.h"

#include <algorithm>
#include <cstring>
#include <set>

namespace tapbridge::json {

namespace {

std::string_view between(const char* from, const char* to)
{
    return {from, static_cast<std::size_t>(to - from)};
}

// Of a key that is made of such, quoted() gives the source text.
bool is_plain(char c)
{
    return static_cast<unsigned char>(c) < 0x80 && c != '\\';
}

// Recursive: its depth is bounded by the limit on nesting.
class Parser {
public:
    Parser(Scan& scan, unsigned max_depth) : m_scan(scan), m_levels(std::min(max_depth, k_deepest))
    {}

    // From the first byte of a value to the one behind it; null where something is wrong.
    const char* value(const char* at, Value& out)
    {
        if (at == m_scan.end)
            return m_scan.fail(ScanError::truncated, at);
        switch (*at) {
        case '{':
        case '[':
            return container(at, out);
        case '"':
            return scalar(Kind::string, at, m_scan.string(at), out);
        case 't':
        case 'f':
            return scalar(Kind::boolean, at, m_scan.number_or_word(at), out);
        case 'n':
            return scalar(Kind::null, at, m_scan.number_or_word(at), out);
        default:
            return scalar(Kind::number, at, m_scan.number_or_word(at), out);
        }
    }

private:
    static const char* scalar(Kind kind, const char* from, const char* to, Value& out)
    {
        if (to != nullptr)
            out = Value::scalar(kind, std::string(between(from, to)));
        return to;
    }

    const char* container(const char* at, Value& out)
    {
        if (m_levels == 0)
            return m_scan.fail(ScanError::too_deep, at);
        --m_levels;
        const char opening = *at;
        const char closing = opening == '{' ? '}' : ']';
        out = opening == '{' ? Value::object() : Value::array();
        at = m_scan.blanks(at + 1);
        if (at == m_scan.end || *at != closing) {
            do
                at = opening == '{' ? member(at, out.members()) : item(at, out.items());
            while (at != nullptr && next(at, closing));
        }
        ++m_levels;
        out.items().shrink_to_fit();
        out.members().shrink_to_fit();
        return at == nullptr ? nullptr : at + 1;
    }

    // Behind an item: over the comma to the next item, true; or at the closing bracket, false.
    bool next(const char*& at, char closing)
    {
        at = m_scan.blanks(at);
        if (at != m_scan.end && *at == ',') {
            at = m_scan.blanks(at + 1);
            return true;
        }
        if (at == m_scan.end || *at != closing)
            at = m_scan.fail_syntax(at);
        return false;
    }

    const char* item(const char* at, std::vector<Value>& items)
    {
        return value(at, items.emplace_back());
    }

    const char* member(const char* at, std::vector<Member>& members)
    {
        const char* const key = at;
        const char* const key_end = m_scan.key(key);
        at = key_end == nullptr ? nullptr : m_scan.colon(key_end);
        if (at == nullptr)
            return nullptr;
        const std::string_view source = between(key, key_end);
        Member& added = members.emplace_back();
        added.name = decode_string(source.substr(1, source.size() - 2));
        if (!std::all_of(source.begin(), source.end(), is_plain))
            added.source = source;
        return value(at, added.value);
    }

    Scan& m_scan;
    unsigned m_levels; // that may still be opened
};

void describe_error(const Scan& scan, ParseError& error)
{
    error.kind = scan.error;
    error.offset = static_cast<std::size_t>(scan.error_at - scan.begin);
    error.line = static_cast<std::size_t>(1 + std::count(scan.begin, scan.error_at, '\n'));
    const std::size_t line_end = between(scan.begin, scan.error_at).rfind('\n');
    error.column = line_end == std::string_view::npos ? error.offset + 1 : error.offset - line_end;
}

bool has_member(std::string_view object, std::string_view key)
{
    ObjectReader reader(object, k_deepest, nullptr);
    MemberView member{};
    bool found = false;
    while (reader.next(member))
        found |= member.key_escaped ? decode_string(member.key) == key : member.key == key;
    return found;
}

// The code unit of an escape \uXXXX at the start of `source`; -1 where there is none.
int escaped_unit(std::string_view source)
{
    const char* bad = nullptr;
    return source.starts_with("\\u") ? code_unit(source.data(), source.data() + source.size(), &bad)
                                     : -1;
}

// Decodes the escape at the start of `source`; how many bytes it had.
std::size_t append_decoded(std::string& out, std::string_view source)
{
    constexpr std::string_view k_letters = "bfnrt";
    constexpr std::string_view k_meant = "\b\f\n\r\t";
    const int unit = escaped_unit(source);
    if (unit < 0) {
        const char letter = source.size() > 1 ? source[1] : '\\';
        const std::size_t known = k_letters.find(letter);
        out += known == std::string_view::npos ? letter : k_meant[known];
        return std::min<std::size_t>(source.size(), 2);
    }
    if (unit < 0xD800 || unit > 0xDFFF) {
        utf8::append(out, static_cast<char32_t>(unit));
        return 6;
    }
    const int low = unit < 0xDC00 ? escaped_unit(source.substr(6)) : -1;
    if (low < 0xDC00 || low > 0xDFFF) {
        utf8::append(out, utf8::k_replacement);
        return 6;
    }
    utf8::append(out, static_cast<char32_t>(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)));
    return 12;
}

} // namespace

std::optional<Value> parse(std::string_view text, ParseError* error, ParseOptions options)
{
    Scan scan(text);
    scan.refuse_unreadable = options.strict;
    std::optional<Value> result(std::in_place);
    const char* at = scan.blanks(scan.begin);
    if (at == scan.end)
        at = scan.fail(ScanError::syntax, at); // "ends in the middle" would be odd of an empty file
    else
        at = Parser(scan, options.max_depth).value(at, *result);
    if (at != nullptr && (at = scan.blanks(at)) != scan.end)
        scan.fail(ScanError::trailing, at);
    if (scan.error == ScanError::none)
        return result;
    if (error != nullptr)
        describe_error(scan, *error);
    return std::nullopt;
}

std::optional<Value> find_object(std::string_view text, std::string_view key)
{
    Scan scan(text);
    Scan::Open open;
    // Where a scan fails, the objects that it had open would fail at the same place. Trying none of
    // them again is what keeps this linear in the length of deeply nested junk.
    std::set<const char*> hopeless;
    const char* at = scan.begin;
    while (at != scan.end) {
        at =
            static_cast<const char*>(std::memchr(at, '{', static_cast<std::size_t>(scan.end - at)));
        if (at == nullptr)
            break;
        hopeless.erase(hopeless.begin(), hopeless.lower_bound(at));
        if (hopeless.contains(at)) {
            ++at;
            continue;
        }
        if (const char* const after = scan.value(at, ParseOptions().max_depth, open)) {
            if (has_member(between(at, after), key))
                return parse(between(at, after));
            at = after;
            continue;
        }
        hopeless.insert(open.at + std::min<std::size_t>(open.depth, 1), open.at + open.depth);
        ++at;
    }
    return std::nullopt;
}

std::string decode_string(std::string_view source)
{
    std::string result;
    for (;;) {
        const std::size_t plain = std::min(source.find('\\'), source.size());
        result += source.substr(0, plain);
        source.remove_prefix(plain);
        if (source.empty())
            return result;
        source.remove_prefix(append_decoded(result, source));
    }
}

} // namespace tapbridge::json
