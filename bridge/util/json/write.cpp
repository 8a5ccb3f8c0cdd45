// The way out: trees, and strings, to JSON text.
#include "util/json/value.h"
#include "util/utf8.h"

#include <cstdint>

namespace tapbridge::json {

namespace {

void append_unit(std::string& out, char32_t unit)
{
    constexpr std::string_view k_digits = "0123456789abcdef";
    out += "\\u";
    for (const int shift : {12, 8, 4, 0})
        out += k_digits[(unit >> shift) & 0xF];
}

void append_escaped(std::string& out, char32_t character)
{
    if (character > 0xFFFF) {
        append_unit(out, 0xD800 + ((character - 0x10000) >> 10));
        append_unit(out, 0xDC00 + (character & 0x3FF));
    } else {
        append_unit(out, character);
    }
}

bool is_line_separator(char32_t character)
{
    return character == 0x85 || character == 0x2028 || character == 0x2029;
}

void append_ascii(std::string& out, char c)
{
    switch (c) {
    case '"':
    case '\\':
        out += '\\';
        out += c;
        break;
    case '\b':
        out += "\\b";
        break;
    case '\f':
        out += "\\f";
        break;
    case '\n':
        out += "\\n";
        break;
    case '\r':
        out += "\\r";
        break;
    case '\t':
        out += "\\t";
        break;
    default:
        if (static_cast<unsigned char>(c) < 0x20)
            append_unit(out, static_cast<unsigned char>(c));
        else
            out += c;
    }
}

// Source text with everything beyond ASCII escaped; the rest of it stays as it is.
void append_source_as_ascii(std::string& out, std::string_view source)
{
    const char* p = source.data();
    const char* const end = p + source.size();
    while (p != end) {
        const std::size_t length = utf8::length(p, end);
        if (length == 1)
            out += *p;
        else
            append_escaped(out, length == 0 ? utf8::k_replacement : utf8::decode(p, length));
        p += length == 0 ? utf8::bad_length(p, end) : length;
    }
}

void append_source(std::string& out, std::string_view source, bool ascii)
{
    if (ascii)
        append_source_as_ascii(out, source);
    else
        out += source;
}

void append_key(std::string& out, const Member& member, bool ascii)
{
    if (member.source.empty())
        append_source(out, quoted(member.name), ascii);
    else
        append_source(out, member.source, ascii);
    out += ':';
}

} // namespace

void Value::write(std::string& out, bool ascii) const
{
    if (m_kind == Kind::array) {
        out += '[';
        for (const Value& item : items()) {
            if (&item != items().data())
                out += ',';
            item.write(out, ascii);
        }
        out += ']';
    } else if (m_kind == Kind::object) {
        out += '{';
        for (const Member& member : members()) {
            if (&member != members().data())
                out += ',';
            append_key(out, member, ascii);
            member.value.write(out, ascii);
        }
        out += '}';
    } else {
        append_source(out, source(), ascii);
    }
}

std::string Value::text(bool ascii) const
{
    std::string result;
    write(result, ascii);
    return result;
}

void append_quoted(std::string& out, std::string_view text)
{
    out += '"';
    const char* p = text.data();
    const char* const end = p + text.size();
    while (p != end) {
        const std::size_t length = utf8::length(p, end);
        if (length == 1) {
            append_ascii(out, *p);
        } else if (length == 0) {
            utf8::append(out, utf8::k_replacement);
        } else if (const char32_t character = utf8::decode(p, length);
                   is_line_separator(character)) {
            append_unit(out, character);
        } else {
            out.append(p, length);
        }
        p += length == 0 ? utf8::bad_length(p, end) : length;
    }
    out += '"';
}

std::string quoted(std::string_view text)
{
    std::string result;
    append_quoted(result, text);
    return result;
}

} // namespace tapbridge::json
