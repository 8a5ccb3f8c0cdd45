#include "airbyte/secret_text.h"

#include "airbyte/letters.h"
#include "airbyte/secret_forms.h"
#include "airbyte/secret_name.h"
#include "util/text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tapbridge::airbyte {

namespace {

constexpr std::size_t k_most = 100;
constexpr std::size_t k_longest = 64 * 1024;
constexpr std::size_t k_longest_value = 8 * 1024;
constexpr std::size_t k_shortest_generated = 12;
constexpr std::size_t k_shortest_unnamed = 8; // behind a scheme: "Digest SHA-256" is none
constexpr std::size_t k_surely_long = 16;
constexpr std::string_view k_blanks_and_quotes = " \t\"'";
constexpr std::array k_schemes{"bearer", "basic", "token", "apikey",    "oauth",
                               "digest", "jwt",   "ssws",  "negotiate", "zoho-oauthtoken"};

bool is_scheme(std::string_view word)
{
    return std::any_of(k_schemes.begin(), k_schemes.end(), [&](std::string_view scheme) {
        return text::equals_ignoring_case(word, scheme);
    });
}

bool is_name_letter(char c)
{
    return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.';
}

bool has_digit(std::string_view text)
{
    return std::any_of(text.begin(), text.end(), is_digit);
}

bool is_date(std::string_view text)
{
    constexpr std::string_view pattern = "dddd-dd-dd";
    return text.size() >= pattern.size() &&
           std::equal(
               pattern.begin(), pattern.end(), text.begin(),
               [](char wanted, char c) { return wanted == 'd' ? is_digit(c) : c == wanted; }) &&
           text.find_first_not_of("0123456789 TZtz:.,+-") == std::string_view::npos;
}

// "db1.example.com:5432/shop", "keys/service-1.json", "me1@example.com".
bool is_host_or_path(std::string_view text)
{
    const auto dot = text.rfind('.');
    if (dot == std::string_view::npos || !std::all_of(text.begin(), text.end(), [](char c) {
            return is_name_letter(c) || c == '/' || c == ':' || c == '@';
        }))
        return false;
    const std::string_view end = text.substr(dot + 1, text.find_first_of(":/", dot) - dot - 1);
    return end.size() >= 2 && std::all_of(end.begin(), end.end(), is_lower);
}

bool is_ordinary(std::string_view text)
{
    return text::contains(text, "://") || is_date(text) || is_host_or_path(text);
}

void take(std::vector<std::string>& found, std::string_view value)
{
    value = text::trim(value);
    if (value.empty() || is_scheme(value))
        return;
    found.emplace_back(value);
    if (std::string decoded = text::percent_decoded(value); decoded != value)
        found.push_back(std::move(decoded));
}

class Finder {
public:
    explicit Finder(std::string_view text) : m_text(text.substr(0, k_longest)) {}

    std::vector<std::string> find()
    {
        for (std::size_t at = 0; at < m_text.size() && m_found.size() < k_most; ++at) {
            if (m_text.substr(at).starts_with("://"))
                take_password(m_text.substr(at + 3));
            else if (m_text[at] == '=' || m_text[at] == ':')
                take_assignment(at);
        }
        return std::move(m_found);
    }

private:
    // A password that was not encoded may hold an @ itself, and a slash, too.
    void take_password(std::string_view rest)
    {
        rest = rest.substr(0, rest.find("://")); // what follows is looked at on its own
        const auto authority = rest.substr(0, rest.find_first_of("/?# \t\r\n\"'<>,;"));
        if (!take_user_info(authority))
            take_user_info(rest.substr(0, rest.find_first_of(" \t\r\n\"'<>")));
    }

    bool take_user_info(std::string_view authority)
    {
        const auto at = authority.rfind('@');
        const auto colon = authority.find(':');
        if (at == std::string_view::npos || colon == std::string_view::npos || colon > at)
            return false;
        const std::string_view password = authority.substr(colon + 1, at - colon - 1);
        // "host:8080/a@b" has no password.
        const auto slash = password.find('/');
        const std::string_view port = password.substr(0, slash);
        if (slash != std::string_view::npos &&
            port.find_first_not_of("0123456789") == std::string_view::npos)
            return false;
        take(m_found, password);
        return true;
    }

    void take_assignment(std::size_t sign)
    {
        std::size_t end = sign;
        while (end > 0 && text::contains(k_blanks_and_quotes, m_text.substr(end - 1, 1)))
            --end;
        std::size_t begin = end;
        while (begin > 0 && is_name_letter(m_text[begin - 1]))
            --begin;
        const std::string_view name = m_text.substr(begin, end - begin);
        const bool header = m_text[sign] == ':';
        const bool quoted = m_text[end] == '"' || m_text[end] == '\'';
        const bool in_query = !header && end == sign && begin > 0 &&
                              (m_text[begin - 1] == '?' || m_text[begin - 1] == '&');
        if (!(in_query ? looks_secret(name) : is_telling(name)) ||
            (header && !quoted && !begins_line(begin)))
            return;
        const std::size_t first = m_text.find_first_not_of(" \t", sign + 1);
        if (first == std::string_view::npos)
            return;
        const std::string_view rest = m_text.substr(first, k_longest_value);
        if (rest.front() == '"' || rest.front() == '\'')
            take_value(rest.substr(1, rest.find(rest.front(), 1) - 1));
        else if (header)
            take_header(rest.substr(0, rest.find_first_of("\r\n")));
        else
            take_word(rest);
    }

    bool begins_line(std::size_t at) const
    {
        const auto before = m_text.substr(0, at).find_last_not_of(" \t\"'{");
        return before == std::string_view::npos || m_text[before] == '\n';
    }

    // As long as it stands alone, or is no word of a sentence ("password: expired or missing").
    void take_header(std::string_view line)
    {
        const std::string_view first = line.substr(0, line.find(' '));
        if (first.size() == line.size() || is_scheme(first))
            take_value(line);
        if (has_digit(first))
            take_word(line);
    }

    void take_word(std::string_view rest)
    {
        take_value(rest.substr(0, rest.find_first_of(" \t\r\n;&\"'")));
        take_value(rest.substr(0, rest.find_first_of(" \t\r\n;&\"',#")));
    }

    void take_value(std::string_view value)
    {
        take(m_found, value);
        for (std::string& inner : secrets_of_header(value, true))
            m_found.push_back(std::move(inner));
    }

    std::string_view m_text;
    std::vector<std::string> m_found;
};

} // namespace

std::vector<std::string> secrets_of_header(std::string_view value, bool named)
{
    std::vector<std::string> found;
    value = text::trim(value);
    const auto blank = value.find(' ');
    if (blank == std::string_view::npos || !is_scheme(value.substr(0, blank)))
        return found;
    const std::string_view word = text::trim(value.substr(blank));
    if (word.find_first_of(" \t\r\n") != std::string_view::npos || is_ordinary(word))
        return found;
    if (text::equals_ignoring_case(value.substr(0, blank), "basic")) {
        const std::string decoded = base64_decoded(word);
        const auto colon = decoded.find(':');
        if (colon == std::string::npos)
            return found;
        take(found, word);
        take(found, std::string_view(decoded).substr(colon + 1));
    } else if ((has_digit(word) && (named || word.size() >= k_shortest_unnamed)) ||
               word.size() >= k_surely_long) {
        take(found, word);
    }
    return found;
}

bool looks_generated(std::string_view text)
{
    return text.size() >= k_shortest_generated && has_digit(text) &&
           std::any_of(text.begin(), text.end(), is_letter) && !is_ordinary(text);
}

std::vector<std::string> secrets_within(std::string_view text)
{
    return Finder(text).find();
}

} // namespace tapbridge::airbyte
