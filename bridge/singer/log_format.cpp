#include "singer/log_format.h"

#include "util/text.h"

#include <array>
#include <cctype>
#include <utility>

namespace tapbridge::singer {

namespace {

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
bool is_word(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool has_blank(std::string_view text)
{
    return text.find_first_of(" \t") != std::string_view::npos;
}

std::string_view without_leading(std::string_view text, std::string_view characters)
{
    const auto first = text.find_first_not_of(characters);
    return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

// 9 in `shape` stands for a digit, anything else for itself.
bool has_shape(std::string_view text, std::string_view shape)
{
    if (text.size() < shape.size())
        return false;
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (shape[i] == '9' ? !is_digit(text[i]) : text[i] != shape[i])
            return false;
    return true;
}

std::size_t digits_at(std::string_view text, std::size_t at)
{
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end]))
        ++end;
    return end - at;
}

// The length of a fraction and a time zone at `at`.
std::size_t fraction_and_zone(std::string_view text, std::size_t at)
{
    const std::size_t begin = at;
    if (at < text.size() && (text[at] == ',' || text[at] == '.'))
        at += 1 + digits_at(text, at + 1);
    for (const std::string_view zone :
         {"Z", "+99:99", "-99:99", "+9999", "-9999", " +9999", " UTC"})
        if (has_shape(text.substr(at), zone)) {
            at += zone.size();
            break;
        }
    return at - begin;
}

// The length of the date and time that `text` begins with, brackets around it included; 0 = none.
std::size_t date_length(std::string_view text)
{
    const std::size_t bracket = text.starts_with('[') ? 1 : 0;
    const auto rest = text.substr(bracket);
    for (const std::string_view shape : {"9999-99-99 99:99:99", "9999-99-99T99:99:99",
                                         "9999/99/99 99:99:99", "99/99/99 99:99:99"}) {
        if (!has_shape(rest, shape))
            continue;
        std::size_t end = bracket + shape.size();
        end += fraction_and_zone(text, end);
        if (bracket != 0)
            return text.substr(end).starts_with(']') ? end + 1 : 0;
        const bool ends_there = end == text.size() || !is_word(text[end]);
        return ends_there ? end : 0;
    }
    return 0;
}

// An upper-case level name that `text` begins with; lower case is too likely a word of a sentence.
std::string_view level_word(std::string_view text)
{
    std::size_t end = 0;
    while (end < text.size() && text[end] >= 'A' && text[end] <= 'Z')
        ++end;
    if (end < text.size() && is_word(text[end]))
        return {};
    const auto word = text.substr(0, end);
    return level_named(word) ? word : std::string_view{};
}

// METRIC lines come every minute and more often, and mean nothing to anybody but a machine.
LogHead made_head(Level level, bool takes_everything, std::string_view message)
{
    LogHead head;
    head.level = level;
    head.takes_everything = takes_everything || level >= Level::error;
    head.message = std::string(message);
    if (text::trim(message).starts_with("METRIC")) {
        head.level = Level::debug;
        head.takes_everything = false;
    }
    return head;
}

// The stream of a logger that the SDK named "tap-x.stream"; "" for others.
std::string_view stream_of_logger(std::string_view logger)
{
    const auto dot = logger.find('.');
    const auto tap = logger.substr(0, dot);
    const bool of_tap = tap.starts_with("tap-") && dot != std::string_view::npos;
    return of_tap ? logger.substr(dot + 1) : std::string_view{};
}

// What follows "date | LEVEL | ". The SDK pads the logger's name to 20 or 30 characters; loguru
// puts "module:function:line - " there instead, with no further bar.
std::string after_bars(std::string_view rest)
{
    const auto bar = rest.find(" | ");
    const auto name = text::trim(rest.substr(0, bar));
    if (bar == std::string_view::npos || (has_blank(name) && bar < 20))
        return std::string(rest);
    return with_stream(stream_of_logger(name), rest.substr(bar + 3));
}

// What follows "date LEVEL": blanks and one kind of separator, perhaps a logger's name.
std::string after_level(std::string_view rest)
{
    rest = without_leading(rest, " \t");
    if (rest.starts_with("| "))
        return after_bars(without_leading(rest.substr(1), " "));
    if (!rest.starts_with("- ") && !rest.starts_with(':'))
        return std::string(rest);
    const std::string_view separator = rest.front() == ':' ? ":" : " - ";
    rest = without_leading(rest.substr(1), " \t");
    const auto end = rest.find(separator);
    const bool named = end != std::string_view::npos && end != 0 && !has_blank(rest.substr(0, end));
    return std::string(named ? rest.substr(end + separator.size()) : rest);
}

// "LEVEL ...", "[LEVEL] ..." or "name - LEVEL - ..." behind a date.
std::optional<LogHead> parse_behind_date(std::string_view rest)
{
    const bool bracket = rest.starts_with('[');
    const auto inner = bracket ? rest.substr(1) : rest;
    const auto word = level_word(inner);
    if (!word.empty()) {
        auto tail = inner.substr(word.size());
        if (bracket)
            tail = without_leading(tail, " ").starts_with(']') ? tail.substr(tail.find(']') + 1)
                                                               : tail;
        return made_head(*level_named(word), true, after_level(tail));
    }
    // "[thread] LEVEL logger - message" and "[name] LEVEL: message"
    const auto close = bracket ? rest.find("] ") : std::string_view::npos;
    if (close != std::string_view::npos) {
        const auto behind = without_leading(rest.substr(close + 2), " ");
        if (const auto level = level_word(behind); !level.empty())
            return made_head(*level_named(level), true, after_level(behind.substr(level.size())));
    }
    const auto dash = rest.find(" - ");
    if (dash == std::string_view::npos)
        return std::nullopt;
    const auto level = level_word(rest.substr(dash + 3));
    if (level.empty())
        return std::nullopt;
    const auto behind = without_leading(rest.substr(dash + 3 + level.size()), " ");
    return made_head(
        *level_named(level), true,
        without_leading(
            behind.starts_with("- ") || behind.starts_with(": ") ? behind.substr(2) : behind, " "));
}

std::optional<LogHead> parse_dated(std::string_view line)
{
    const std::size_t length = date_length(line);
    if (length == 0)
        return std::nullopt;
    const auto rest = without_leading(line.substr(length), " \t|:-");
    if (auto head = parse_behind_date(rest))
        return head;
    return made_head(Level::info, true, rest);
}

// "time=... name=... level=LEVEL message=...", and logfmt as Go programs write it.
std::optional<LogHead> parse_key_value(std::string_view line)
{
    const auto level_at = line.find(" level=");
    if (!line.starts_with("time=") || level_at == std::string_view::npos)
        return std::nullopt;
    auto message_at = line.find(" message=", level_at);
    std::size_t skip = 9;
    if (message_at == std::string_view::npos) {
        message_at = line.find(" msg=", level_at);
        skip = 5;
    }
    if (message_at == std::string_view::npos)
        return std::nullopt;
    const auto begin = level_at + 7;
    const auto level = level_named(line.substr(begin, line.find(' ', begin) - begin));
    if (!level)
        return std::nullopt;
    return made_head(*level, true, line.substr(message_at + skip));
}

// What follows "LEVEL:": "name:msg" (Python's basicConfig) or " msg".
std::string_view after_colon(std::string_view rest)
{
    if (rest.empty() || rest.front() == ' ')
        return without_leading(rest, " ");
    const auto colon = rest.find(':');
    return colon == std::string_view::npos || has_blank(rest.substr(0, colon))
               ? rest
               : rest.substr(colon + 1);
}

std::optional<LogHead> parse_level_first(std::string_view line)
{
    const bool bracket = line.starts_with('[');
    const auto inner = bracket ? line.substr(1) : line;
    const auto word = level_word(inner);
    if (word.empty())
        return std::nullopt;
    const Level level = *level_named(word);
    auto rest = inner.substr(word.size());
    if (bracket)
        return rest.starts_with(']')
                   ? std::optional(made_head(level, false, without_leading(rest.substr(1), " :-")))
                   : std::nullopt;
    if (rest.starts_with(':'))
        return made_head(level, false, after_colon(rest.substr(1)));
    if (!rest.empty() && rest.front() != ' ' && rest.front() != '\t')
        return std::nullopt;
    const auto behind = without_leading(rest, " -\t");
    if (const auto date = date_length(behind); date != 0)
        return made_head(level, true, after_level(behind.substr(date)));
    return made_head(level, false, rest.empty() ? rest : rest.substr(1));
}

// "/path/file.py:12: DeprecationWarning: msg", with the source line below it.
std::optional<LogHead> parse_python_warning(std::string_view line)
{
    const auto at = line.find("Warning: ");
    if (at == std::string_view::npos)
        return std::nullopt;
    std::size_t word = at;
    while (word > 0 && is_word(line[word - 1]))
        --word;
    const auto place = line.substr(0, word);
    const auto colon =
        place.size() > 3 ? place.rfind(':', place.size() - 3) : std::string_view::npos;
    if (!place.ends_with(": ") || colon == std::string_view::npos)
        return std::nullopt;
    const auto digits = digits_at(place, colon + 1);
    if (digits == 0 || colon + 1 + digits + 2 != place.size())
        return std::nullopt;
    return made_head(Level::warn, false, line);
}

// What ends a program without having been logged.
std::optional<LogHead> parse_last_cry(std::string_view line)
{
    static constexpr std::array k_usage{"usage: ", "Usage: "};
    static constexpr std::array k_errors{"Error: ",
                                         "error: ",
                                         "fatal: ",
                                         "Fatal ",
                                         "panic: ",
                                         "thread '",
                                         "Uncaught ",
                                         "Exception in thread",
                                         "Segmentation fault",
                                         "Bus error",
                                         "Aborted",
                                         "Illegal instruction",
                                         "Unhandled exception",
                                         "Out of memory"};
    for (const std::string_view prefix : k_usage)
        if (line.starts_with(prefix))
            return made_head(Level::info, true, line);
    for (const std::string_view prefix : k_errors)
        if (line.starts_with(prefix))
            return made_head(Level::error, true, line);
    if (line.starts_with("Exception ignored in"))
        return made_head(Level::warn, true, line);
    // argparse: "prog: error: ...", "prog command: error: ..."
    const auto error = line.substr(0, 80).find(": error: ");
    if (line == "Killed" || (error != std::string_view::npos && error != 0))
        return made_head(Level::error, true, line);
    return std::nullopt;
}

} // namespace

std::optional<Level> level_named(std::string_view name)
{
    static constexpr std::array<std::pair<std::string_view, Level>, 15> k_levels{{
        {"TRACE", Level::trace},
        {"DEBUG", Level::debug},
        {"INFO", Level::info},
        {"SUCCESS", Level::info},
        {"NOTICE", Level::info},
        {"WARN", Level::warn},
        {"WARNING", Level::warn},
        {"ERR", Level::error},
        {"ERROR", Level::error},
        {"SEVERE", Level::error},
        {"EXCEPTION", Level::error},
        {"CRITICAL", Level::fatal},
        {"FATAL", Level::fatal},
        {"PANIC", Level::fatal},
        {"EMERGENCY", Level::fatal},
    }};
    for (const auto& [known, level] : k_levels)
        if (text::equals_ignoring_case(known, name))
            return level;
    return std::nullopt;
}

std::string with_stream(std::string_view stream, std::string_view message)
{
    constexpr std::size_t k_longest_name =
        200; // a longer one names nothing, and takes long to find
    if (stream.empty() || stream.size() > k_longest_name)
        return std::string(message);
    for (auto at = message.find(stream); at != std::string_view::npos;
         at = message.find(stream, at + 1)) {
        const auto end = at + stream.size();
        const bool begins = at == 0 || !is_word(message[at - 1]);
        if (begins && (end == message.size() || !is_word(message[end])))
            return std::string(message);
    }
    return std::string(stream).append(": ").append(message);
}

std::optional<LogHead> parse_log_head(std::string_view line)
{
    if (line.empty() || line.front() == ' ' || line.front() == '\t')
        return std::nullopt;
    if (line.front() == '{')
        return parse_structured_log(line);
    for (auto* const parse :
         {parse_key_value, parse_dated, parse_level_first, parse_last_cry, parse_python_warning})
        if (auto head = parse(line))
            return head;
    return std::nullopt;
}

} // namespace tapbridge::singer
