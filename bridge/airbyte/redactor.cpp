#include "airbyte/redactor.h"

#include "airbyte/letters.h"
#include "airbyte/plain_text.h"
#include "airbyte/secret_forms.h"
#include "util/text.h"

#include <algorithm>
#include <utility>

namespace tapbridge::airbyte {

namespace {

constexpr std::size_t k_shortest = PatternTable::k_shortest;
constexpr std::size_t k_shortest_line = 8;
constexpr std::size_t k_shortest_squeezed = 8; // across blanks: "at est" is no secret "test"
constexpr std::size_t k_longest_word = 8;
constexpr std::size_t k_longest_pin = 6;
constexpr std::size_t k_longest_twice = 256; // base64 of base64 is made of passwords, not of keys
constexpr std::size_t k_block = 1024 * 1024; // of text looked at in one go
constexpr std::size_t k_growth = 8;          // of a secret that was escaped, and escaped again
constexpr std::string_view k_mask = "****";

// Too likely to be a part of other words and numbers.
bool is_plain_word(std::string_view text)
{
    return (text.size() <= k_longest_word && std::all_of(text.begin(), text.end(), is_letter)) ||
           (text.size() <= k_longest_pin && std::all_of(text.begin(), text.end(), is_digit));
}

std::string squeezed_form(std::string_view secret)
{
    return squeezed(plain_text(secret)).text;
}

bool is_frame(std::string_view line)
{
    return line.starts_with("-----BEGIN") || line.starts_with("-----END");
}

bool is_base64_text(std::string_view words)
{
    return std::all_of(words.begin(), words.end(), [](char c) {
        return is_base64_letter(c) || c == '=' || c == '-' || c == '_';
    });
}

} // namespace

void Redactor::add(std::string_view secret)
{
    const auto trimmed = text::trim(secret);
    if (trimmed.size() != secret.size())
        add(trimmed); // what a tap does to a value that came with a newline
    // A mask that somebody handed on is none of anybody's secrets.
    if (secret.size() < k_shortest || trimmed.find_first_not_of('*') == std::string_view::npos ||
        !m_known.emplace(secret).second)
        return;
    m_longest = std::max(m_longest, secret.size());
    const bool several_lines = text::contains(secret, "\n") || text::contains(secret, "\\n");
    const bool document = trimmed.starts_with('{') || trimmed.starts_with('[');
    const bool address = text::contains(secret, "://");
    add_forms(secret, !several_lines && !document && !address);
    if (several_lines)
        add_lines(secret);
}

void Redactor::add_forms(std::string_view secret, bool in_parts)
{
    const bool alone = is_plain_word(secret);
    const auto add_plain = [&](std::string form) {
        m_plain.add({.text = std::move(form), .in_parts = in_parts, .alone = alone});
    };
    const std::string plain = plain_text(secret).text;
    add_plain(std::string(secret));
    add_plain(plain);
    for (std::string& form : quoted_forms(plain))
        add_plain(std::move(form));
    for (const bool upper_case : {false, true})
        m_plain.add({.text = hex(secret, upper_case), .in_parts = true});
    std::string squeezed = squeezed_form(plain);
    if (!alone && squeezed.size() >= k_shortest_squeezed)
        m_squeezed.add({.text = std::move(squeezed), .in_parts = in_parts});
    for (const bool ascii : {false, true})
        add_base64(json_escaped(secret, ascii), false);
    add_base64(secret, secret.size() <= k_longest_twice);
    if (const std::string other = latin1(secret); !other.empty())
        add_base64(other, false);
}

void Redactor::add_base64(std::string_view bytes, bool twice)
{
    for (Base64Core& core : base64_cores(bytes)) {
        Pattern pattern{.text = std::move(core.text),
                        .in_parts = true,
                        .more_before = core.more_before,
                        .more_behind = core.more_behind};
        if (pattern.text.size() >= k_shortest_squeezed) {
            if (twice)
                add_base64(pattern.text, false);
            m_squeezed.add(std::move(pattern));
        } else if (!core.more_before) { // so short, ordinary words hold it: only where it is alone
            pattern.alone = true;
            m_plain.add(pattern);
            std::replace(pattern.text.begin(), pattern.text.end(), '+', '-');
            std::replace(pattern.text.begin(), pattern.text.end(), '/', '_');
            m_plain.add(std::move(pattern));
        }
    }
}

// Logs print the lines of a key one by one, or wrap it anew.
void Redactor::add_lines(std::string_view secret)
{
    const std::string lines = text::replace_all(std::string(secret), "\\n", "\n");
    std::string body;
    for (const auto line : text::split(lines, '\n')) {
        const auto words = text::trim(line);
        if (words.empty() || is_frame(words))
            continue;
        const bool key = is_base64_text(words);
        if (key)
            body += words;
        if (words.size() >= k_shortest_line)
            add_forms(words, key);
        else if (key)
            m_plain.add({.text = std::string(words), .alone = true});
    }
    if (body.size() >= k_shortest_squeezed)
        m_squeezed.add({.text = squeezed_form(body), .in_parts = true});
}

std::string Redactor::redact(std::string_view text) const
{
    return redact(text, text.size());
}

std::string Redactor::redact(std::string_view text, std::size_t shown) const
{
    if (m_plain.empty())
        return std::string(text);
    Places places;
    // Blocks overlap, so that each secret is whole in one of them.
    const std::size_t overlap = std::min(k_growth * m_longest, k_block / 2);
    for (std::size_t begin = 0;; begin += k_block - overlap) {
        find(text.substr(begin, k_block), begin, places);
        if (text.size() - begin <= k_block)
            break;
    }
    std::sort(places.begin(), places.end(),
              [](const Place& a, const Place& b) { return a.begin < b.begin; });
    std::string out;
    std::size_t done = 0;
    for (std::size_t i = 0; i < places.size() && places[i].begin < shown;) {
        Place whole = places[i];
        for (++i; i < places.size() && places[i].begin < whole.end; ++i)
            whole.end = std::max(whole.end, places[i].end);
        out.append(text.substr(done, whole.begin - done)).append(k_mask);
        done = whole.end;
    }
    return out.append(text.substr(done, shown - std::min(done, shown)));
}

void Redactor::find(std::string_view block, std::size_t offset, Places& places) const
{
    const auto found = [&](std::size_t begin, std::size_t end) {
        if (!places.empty() && begin >= places.back().begin && begin < places.back().end)
            places.back().end = std::max(places.back().end, end);
        else
            places.push_back({begin, end});
    };
    m_plain.find(block,
                 [&](std::size_t begin, std::size_t end) { found(offset + begin, offset + end); });
    const auto find_in = [&](const PatternTable& table, const PlainText& plain) {
        table.find(plain.text, [&](std::size_t begin, std::size_t end) {
            found(offset + plain.begin[begin], offset + plain.end[end - 1]);
        });
    };
    const PlainText plain = plain_text(block);
    if (plain.text != block)
        find_in(m_plain, plain);
    find_in(m_squeezed, squeezed(plain));
}

Error Redactor::redact(Error error) const
{
    // The descriptor names a stream, and has to match the configured one.
    error.message = redact(error.message);
    error.internal_message = redact(error.internal_message);
    error.stack_trace = redact(error.stack_trace);
    return error;
}

std::string Redactor::redact_beginning(std::string_view text) const
{
    return redact(text, text.size() - std::min(text.size(), k_growth * m_longest));
}

} // namespace tapbridge::airbyte
