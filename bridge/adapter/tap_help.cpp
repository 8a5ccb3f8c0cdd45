#include "adapter/tap_help.h"

#include "util/text.h"

#include <algorithm>

namespace tapbridge::adapter {

namespace {

bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Without the terminal's colours (ESC [ ... letter).
std::string without_colours(std::string_view text)
{
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\x1b' && at + 1 < text.size() && text[at + 1] == '[') {
            at += 2;
            while (at < text.size() && !is_letter(text[at]))
                ++at;
        } else if (text[at] != '\r') {
            plain += text[at];
        }
    }
    return plain;
}

// The flags named in a usage line or in the first column of a list of options, dashes included.
std::vector<std::string_view> flags_in(std::string_view text)
{
    std::vector<std::string_view> flags;
    for (std::size_t at = 0; at < text.size();) {
        if (!is_word(text[at])) {
            ++at;
            continue;
        }
        const std::size_t begin = at;
        while (at < text.size() && is_word(text[at]))
            ++at;
        const std::string_view word = text.substr(begin, at - begin);
        if (word.size() > 1 && word.front() == '-')
            flags.push_back(word);
    }
    return flags;
}

// Boxes that some parsers draw around their options, and marks before required ones.
std::string_view without_decoration(std::string_view line)
{
    const auto is_decoration = [](char c) {
        return static_cast<unsigned char>(c) >= 0x80 || c == ' ' || c == '\t' || c == '|' ||
               c == '*' || c == '`';
    };
    const auto* const first = std::find_if_not(line.begin(), line.end(), is_decoration);
    return line.substr(static_cast<std::size_t>(first - line.begin()));
}

// "-c CONFIG, --config CONFIG" of a line that describes an option; empty for other lines. What
// follows is prose, which may name other options.
std::string_view option_column(std::string_view line)
{
    line = without_decoration(line);
    if (line.size() < 2 || line[0] != '-' || !(is_letter(line[1]) || line[1] == '-'))
        return {};
    for (const std::string_view end : {"  ", "\t", ": ", " - "})
        line = line.substr(0, line.find(end));
    return line;
}

void add_flag(std::string_view flag, TapOptions& options)
{
    // Go's parsers print long options with one dash and take two as well.
    const std::string_view name = flag.substr(flag.find_first_not_of('-'));
    if (name == "config")
        options.config = true;
    else if (name == "discover")
        options.discover = true;
    else if (name == "catalog")
        options.catalog = true;
    else if (name == "properties")
        options.properties = true;
    else if (name == "state")
        options.state = true;
    else if (name == "about")
        options.about = true;
}

void add_short_flag(std::string_view flag, TapOptions& options)
{
    if (flag == "-c")
        options.config = true;
    else if (flag == "-d")
        options.discover = true;
    else if (flag == "-p")
        options.properties = true;
    else if (flag == "-s")
        options.state = true;
}

// One option in all its spellings. "-d, --debug" is not --discover.
void add_option(const std::vector<std::string_view>& spellings, TapOptions& options)
{
    const bool has_long = std::any_of(spellings.begin(), spellings.end(),
                                      [](std::string_view flag) { return flag.size() > 2; });
    for (const std::string_view flag : spellings) {
        if (flag.find_first_not_of('-') == std::string_view::npos)
            continue;
        options.understood = true;
        if (has_long)
            add_flag(flag, options);
        else
            add_short_flag(flag, options);
    }
}

} // namespace

TapOptions read_help(std::string_view help_output)
{
    const std::string plain = without_colours(help_output);
    TapOptions options;
    std::vector<std::string_view> in_usage;
    bool usage = false;
    for (const std::string_view line : text::split(plain, '\n')) {
        const std::string_view words = text::trim(without_decoration(line));
        const bool starts = text::lower(words.substr(0, 6)) == "usage:";
        // A usage goes on in indented lines. What follows unindented is no part of it: some parsers
        // complain there of what they were given.
        const bool goes_on = usage && !words.empty() && words.data() != line.data();
        usage = starts || (goes_on && !words.starts_with("Try "));
        const std::string_view column = option_column(line);
        if (!column.empty())
            add_option(flags_in(column), options);
        if (usage && column.empty()) {
            for (const std::string_view flag : flags_in(words))
                in_usage.push_back(flag);
        }
    }
    // A usage shows an option in its shortest form, which alone does not tell --discover from
    // --debug.
    const bool has_list = options.understood;
    for (const std::string_view flag : in_usage) {
        if (flag.size() > 2 || !has_list)
            add_option({flag}, options);
    }
    return options;
}

} // namespace tapbridge::adapter
