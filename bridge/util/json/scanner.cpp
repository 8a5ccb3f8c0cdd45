#include "util/json/scanner.h"

#include "util/json/scan.h"

namespace tapbridge::json {

std::string_view describe(ScanError error)
{
    switch (error) {
    case ScanError::none:
        return "is JSON";
    case ScanError::syntax:
        return "is not JSON";
    case ScanError::truncated:
        return "ends in the middle of a value";
    case ScanError::control_character:
        return "has a raw control character in a string";
    case ScanError::invalid_utf8:
        return "is not valid UTF-8";
    case ScanError::too_deep:
        return "is nested too deeply";
    case ScanError::trailing:
        return "has something after its end";
    }
    return "is not JSON";
}

namespace {

void check_whole(Scan& scan, unsigned max_depth)
{
    Scan::Open open;
    const char* at = scan.blanks(scan.begin);
    if (at == scan.end)
        at = scan.fail(ScanError::syntax, at);
    else
        at = scan.value(at, max_depth, open);
    if (at != nullptr) {
        at = scan.blanks(at);
        if (at != scan.end)
            scan.fail(ScanError::trailing, at);
    }
}

} // namespace

ScanError check(std::string_view text, unsigned max_depth, std::vector<DefectAt>* defects,
                std::size_t* error_offset)
{
    Scan scan(text);
    scan.defects = defects;
    check_whole(scan, max_depth);
    if (error_offset != nullptr && scan.error != ScanError::none)
        *error_offset = static_cast<std::size_t>(scan.error_at - scan.begin);
    return scan.error;
}

ScanError check(std::string_view text, unsigned max_depth, DefectSink& sink)
{
    Scan scan(text);
    scan.sink = &sink;
    check_whole(scan, max_depth);
    return scan.error;
}

ObjectReader::ObjectReader(std::string_view text, unsigned max_depth,
                           std::vector<DefectAt>* defects)
    : m_begin(text.data()), m_end(m_begin + text.size()), m_at(m_begin), m_defects(defects),
      m_max_depth(max_depth)
{}

ObjectReader::ObjectReader(std::string_view text, unsigned max_depth, DefectSink& sink)
    : m_begin(text.data()), m_end(m_begin + text.size()), m_at(m_begin), m_sink(&sink),
      m_max_depth(max_depth)
{}

bool ObjectReader::next(MemberView& member)
{
    if (m_where == Where::after)
        return false;
    Scan scan(std::string_view(m_begin, static_cast<std::size_t>(m_end - m_begin)));
    scan.defects = m_defects;
    scan.sink = m_sink;
    const bool found = advance(scan, member);
    if (scan.error != ScanError::none) {
        m_error = scan.error;
        m_at = scan.error_at;
    }
    if (!found)
        m_where = Where::after;
    return found;
}

// To the quote of the next key; null at the end of the text, and where something is wrong.
const char* ObjectReader::before_key(Scan& scan)
{
    const char* at = scan.blanks(m_at);
    if (m_where == Where::before) {
        if (at == m_end || *at != '{')
            return scan.fail(ScanError::syntax, at);
        if (m_max_depth == 0)
            return scan.fail(ScanError::too_deep, at);
        at = scan.blanks(at + 1);
        if (at == m_end || *at != '}')
            return at;
    } else {
        if (at != m_end && *at == ',')
            return scan.blanks(at + 1);
        if (at == m_end || *at != '}')
            return scan.fail_syntax(at);
    }
    at = scan.blanks(at + 1);
    return at == m_end ? nullptr : scan.fail(ScanError::trailing, at);
}

bool ObjectReader::advance(Scan& scan, MemberView& member)
{
    const char* const key = before_key(scan);
    if (key == nullptr)
        return false;
    m_where = Where::inside;
    const char* const key_end = scan.key(key);
    const char* const value = key_end == nullptr ? nullptr : scan.colon(key_end);
    if (value == nullptr)
        return false;
    Scan::Open open;
    m_at = scan.value(value, m_max_depth - 1, open);
    if (m_at == nullptr)
        return false;
    member.key = {key + 1, static_cast<std::size_t>(key_end - key - 2)};
    member.key_escaped = member.key.find('\\') != std::string_view::npos;
    member.value = {value, static_cast<std::size_t>(m_at - value)};
    return true;
}

} // namespace tapbridge::json
