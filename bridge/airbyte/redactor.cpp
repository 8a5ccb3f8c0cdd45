#include "airbyte/redactor.h"

#include "util/json/value.h"
#include "util/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>
#include <utility>

namespace tapbridge::airbyte {

namespace {

constexpr std::size_t k_shortest = 4;
constexpr std::size_t k_shortest_line = 8;
constexpr std::string_view k_mask = "****";
constexpr std::string_view k_digits = "0123456789abcdef";

unsigned byte_of(char c)
{
    return static_cast<unsigned char>(c);
}

bool is_alnum(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 && byte_of(c) < 0x80;
}

void append_hex(std::string& out, unsigned byte)
{
    out += k_digits[byte >> 4U];
    out += k_digits[byte & 15U];
}

// Percent-encoding that leaves letters, digits, "_.-~" and `kept` alone.
std::string url_encoded(std::string_view text, std::string_view kept, bool plus, bool upper)
{
    std::string out;
    for (const char c : text) {
        if (is_alnum(c) || std::string_view("_.-~").find(c) != std::string_view::npos ||
            kept.find(c) != std::string_view::npos) {
            out += c;
        } else if (plus && c == ' ') {
            out += '+';
        } else {
            std::string code;
            append_hex(code, byte_of(c));
            out += '%';
            out += upper ? text::upper(code) : code;
        }
    }
    return out;
}

// Without padding, so that it is found inside longer text as well.
std::string base64(std::string_view bytes, std::string_view last_two)
{
    std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    alphabet += last_two;
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t taken = std::min<std::size_t>(3, bytes.size() - i);
        unsigned group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8U | (k < taken ? byte_of(bytes[i + k]) : 0U);
        for (std::size_t k = 0; k <= taken; ++k)
            out += alphabet[group >> (18U - 6U * static_cast<unsigned>(k)) & 63U];
    }
    return out;
}

std::string json_escaped(std::string_view text, bool ascii)
{
    std::string out = json::quoted(text);
    if (ascii)
        if (const auto value = json::parse(out))
            out = value->text(true);
    return out.substr(1, out.size() - 2);
}

// As Python's repr() prints a str (or, with `as_bytes`, its UTF-8 bytes), without the quotes.
std::string python_repr(std::string_view text, char quote, bool as_bytes)
{
    std::string out;
    for (const char c : text) {
        if (c == '\\' || (c == quote && quote != '\0')) {
            out += '\\';
            out += c;
        } else if (c == '\n' || c == '\r' || c == '\t') {
            out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
        } else if (byte_of(c) < 0x20 || byte_of(c) == 0x7f || (as_bytes && byte_of(c) >= 0x80)) {
            out += "\\x";
            append_hex(out, byte_of(c));
        } else {
            out += c;
        }
    }
    return out;
}

// The password of "scheme://user:password@host/...", or nothing.
std::optional<std::string_view> password_in_url(std::string_view text)
{
    const auto scheme = text.find("://");
    if (scheme == std::string_view::npos || scheme == 0)
        return std::nullopt;
    const auto rest = text.substr(scheme + 3);
    const auto authority = rest.substr(0, rest.find_first_of("/?# \t\n"));
    // A password that was not encoded may hold an @ itself.
    const auto at = authority.rfind('@');
    const auto colon = authority.find(':');
    if (at == std::string_view::npos || colon == std::string_view::npos || colon > at)
        return std::nullopt;
    return authority.substr(colon + 1, at - colon - 1);
}

std::vector<std::string> secrets_in(const json::Value& object)
{
    std::vector<std::string> secrets;
    for (const auto& member : object.members()) {
        if (member.value.is_string() && looks_secret(member.name))
            secrets.push_back(member.value.as_string());
        for (auto& inner : secrets_in(member.value))
            secrets.push_back(std::move(inner));
    }
    return secrets;
}

} // namespace

void Redactor::add(std::string_view secret)
{
    const auto trimmed = text::trim(secret);
    if (trimmed.size() != secret.size())
        add(trimmed); // what a tap does to a value that came with a newline
    // A mask that somebody handed on is none of anybody's secrets.
    if (secret.size() < k_shortest || trimmed.find_first_not_of('*') == std::string_view::npos)
        return;
    add_forms(secret);
    if (const auto password = password_in_url(secret)) {
        add_forms(*password);
        add_forms(text::percent_decoded(*password));
    }
    if (!add_document(secret))
        add_lines(secret);
}

void Redactor::add_forms(std::string_view secret)
{
    if (secret.size() < k_shortest)
        return;
    add_form(std::string(secret));
    for (const std::string_view kept : {"", "/", "!'()*"})
        for (const bool plus : {false, true})
            for (const bool upper : {false, true})
                add_form(url_encoded(secret, kept, plus, upper));
    for (const bool ascii : {false, true})
        add_form(json_escaped(secret, ascii));
    for (const char quote : {'\'', '\0'})
        for (const bool as_bytes : {false, true})
            add_form(python_repr(secret, quote, as_bytes));
    for (const std::string_view last_two : {"+/", "-_"})
        add_form(base64(secret, last_two));
}

// Secrets inside a secret that is a JSON document, such as a service account's key file.
bool Redactor::add_document(std::string_view secret)
{
    if (!text::trim(secret).starts_with('{'))
        return false;
    const auto document = json::parse(secret);
    if (document)
        for (const auto& inner : secrets_in(*document))
            add(inner);
    return document.has_value();
}

// Logs print the lines of a key one by one.
void Redactor::add_lines(std::string_view secret)
{
    const std::string lines = text::replace_all(std::string(secret), "\\n", "\n");
    if (lines.find('\n') == std::string::npos)
        return;
    for (const auto line : text::split(lines, '\n')) {
        const auto words = text::trim(line);
        if (words.size() >= k_shortest_line && !words.starts_with("-----BEGIN") &&
            !words.starts_with("-----END"))
            add_forms(words);
    }
}

void Redactor::add_form(std::string form)
{
    if (std::find(m_forms.begin(), m_forms.end(), form) != m_forms.end())
        return;
    const auto place = std::find_if(m_forms.begin(), m_forms.end(), [&](const std::string& other) {
        return other.size() < form.size();
    });
    m_forms.insert(place, std::move(form));
}

std::string Redactor::redact(std::string_view text) const
{
    std::string out(text);
    for (const auto& form : m_forms)
        if (text::contains(out, form))
            out = text::replace_all(std::move(out), form, k_mask);
    return out;
}

Error Redactor::redact(Error error) const
{
    // The descriptor names a stream, and has to match the configured one.
    error.message = redact(error.message);
    error.internal_message = redact(error.internal_message);
    error.stack_trace = redact(error.stack_trace);
    return error;
}

} // namespace tapbridge::airbyte
