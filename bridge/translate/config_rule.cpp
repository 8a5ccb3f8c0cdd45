#include "translate/config_rule.h"

#include "translate/spec_values.h"
#include "util/text.h"
#include "util/utf8.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <regex>

namespace tapbridge::translate {

using json::Kind;
using json::Value;

namespace {

// The regular expressions of the standard library recurse with the length of both.
constexpr std::size_t k_longest_text = 1000;    // characters
constexpr std::size_t k_longest_pattern = 1000; // bytes

constexpr std::size_t k_most_listed = 30;

std::optional<double> as_double(const Value& value)
{
    const std::string& source = value.source();
    const char* const end = source.data() + source.size();
    double number = 0;
    const auto [at, error] = std::from_chars(source.data(), end, number);
    if (value.kind() != Kind::number || error != std::errc() || at != end)
        return std::nullopt;
    return number;
}

bool is_whole(const Value& value)
{
    const std::optional<double> number = as_double(value);
    return is_whole_number(value) ||
           (is_finite_number(value) && number && std::floor(*number) == *number);
}

std::vector<std::string> types_of(const Value& setting)
{
    const Value* const type = setting.find("type");
    std::vector<std::string> types;
    if (type != nullptr && type->is_string())
        types.push_back(type->as_string());
    if (type != nullptr) {
        for (const Value& item : type->items())
            types.push_back(item.as_string());
    }
    return types;
}

bool is_of(const std::string& type, const Value& value)
{
    if (type == "string")
        return value.is_string();
    if (type == "integer")
        return is_whole(value);
    if (type == "number")
        return is_finite_number(value);
    if (type == "boolean")
        return value.kind() == Kind::boolean;
    if (type == "array")
        return value.is_array();
    if (type == "object")
        return value.is_object();
    return type != "null" || value.is_null();
}

std::string type_words(const std::string& type)
{
    if (type == "string")
        return "a text";
    if (type == "integer")
        return "a whole number";
    if (type == "number")
        return "a number";
    if (type == "boolean")
        return "true or false";
    return type == "array" ? "a list" : type == "object" ? "an object" : std::string();
}

bool is_among(const Value& value, const std::vector<Value>& values)
{
    return std::any_of(values.begin(), values.end(),
                       [&](const Value& one) { return same_value(value, one); });
}

bool is_given_by_spec(const Value& value, const Value& setting)
{
    const Value* const usual = setting.find("default");
    const Value* const examples = setting.find("examples");
    return (usual != nullptr && same_value(value, *usual)) ||
           (examples != nullptr && is_among(value, examples->items()));
}

std::string broken_choice(const Value& value, const Value& setting)
{
    if (const Value* constant = setting.find("const"); constant && !same_value(value, *constant))
        return "has to be " + constant->text();
    const Value* const choices = setting.find("enum");
    if (choices == nullptr || choices->items().empty() || is_among(value, choices->items()))
        return {};
    return "has to be one of: " + listed(choices->items());
}

// ---- texts

std::size_t characters(const std::string& text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::wstring wide(const std::string& text)
{
    std::wstring result;
    const char* const end = text.data() + text.size();
    for (const char* at = text.data(); at != end;) {
        const std::size_t length = utf8::length(at, end);
        const char32_t character =
            length == 0 ? utf8::k_replacement : utf8::decode(at, length); // bad bytes one by one
        result += static_cast<wchar_t>(character);
        at += std::max<std::size_t>(length, 1);
    }
    return result;
}

std::regex_constants::syntax_option_type dialect()
{
#ifdef __GLIBCXX__
    // Without backtracking: "(a+)+$" would take for ever on the wrong text.
    return std::regex_constants::ECMAScript | std::regex_constants::__polynomial;
#else
    return std::regex_constants::ECMAScript;
#endif
}

// How a text should look, in the specification's own words.
std::string form_words(const Value& setting, const std::string& pattern)
{
    if (const Value* words = setting.find("pattern_descriptor"); words && words->is_string())
        return "has to be of the form " + words->as_string();
    if (const Value* examples = setting.find("examples")) {
        for (const Value& example : examples->items()) {
            if (example.is_string() && fits_pattern(example.as_string(), pattern))
                return "has to look like this example: " + text::shorten(example.as_string(), 100);
        }
    }
    return "has to match the pattern " + text::shorten(pattern, 200);
}

std::string broken_length(const Value& value, const Value& setting)
{
    const Value* const least = setting.find("minLength");
    const Value* const most = setting.find("maxLength");
    const auto length = static_cast<std::int64_t>(characters(value.as_string()));
    if (least != nullptr && length < least->as_integer().value_or(0))
        return length == 0 ? "must not be empty"
                           : "has to be at least " + least->source() + " characters long";
    if (most != nullptr && length > most->as_integer().value_or(length))
        return "must not be longer than " + most->source() + " characters";
    return {};
}

// Takes between `least` and `most` digits off the front; -1 where there are fewer.
int take_number(std::string_view& text, std::size_t least, std::size_t most)
{
    int number = 0;
    std::size_t digits = 0;
    for (; digits < most && digits < text.size() && text[digits] >= '0' && text[digits] <= '9';
         ++digits)
        number = number * 10 + (text[digits] - '0');
    text.remove_prefix(digits);
    return digits < least ? -1 : number;
}

bool take(std::string_view& text, char c)
{
    if (!text.starts_with(c))
        return false;
    text.remove_prefix(1);
    return true;
}

// Taps read dates with lenient parsers, and many take either for the other: only what begins with
// no day at all is wrong for sure.
bool begins_with_a_day(std::string_view text)
{
    const bool has_year = take_number(text, 4, 4) >= 0;
    const bool dashed = take(text, '-');
    const std::size_t least = dashed ? 1 : 2;
    const int month = take_number(text, least, 2);
    if (!has_year || month < 1 || month > 12 || (dashed && !take(text, '-')))
        return false;
    const int day = take_number(text, least, 2);
    if (day < 1 || day > 31)
        return false;
    const bool has_time = take(text, 'T') || take(text, 't') || take(text, ' ');
    return has_time ? take_number(text, 1, 2) >= 0 : text.empty();
}

std::string broken_format(const std::string& value, const Value& setting)
{
    const Value* const format = setting.find("format");
    const std::string name = format ? format->as_string() : std::string();
    const std::string_view text = text::trim(value);
    if (text.empty()) // what a form sends for nothing
        return {};
    if (name == "date" && !begins_with_a_day(text))
        return "has to be a date such as 2024-01-31";
    if (name == "date-time" && !begins_with_a_day(text))
        return "has to be a date and time such as 2024-01-31T00:00:00Z";
    if (name == "uri" && (text.find(':') == std::string_view::npos ||
                          text.find_first_of(" \t\r\n") != std::string_view::npos))
        return "has to be an address such as https://example.com";
    return {};
}

std::string broken_text_rule(const Value& value, const Value& setting)
{
    const std::string text = value.as_string();
    const Value* const pattern = setting.find("pattern");
    if (pattern && pattern->is_string() && !fits_pattern(text, pattern->as_string()))
        return form_words(setting, pattern->as_string());
    std::string broken = broken_length(value, setting);
    return broken.empty() ? broken_format(text, setting) : broken;
}

// ---- numbers and lists

std::string broken_range(const Value& value, const Value& setting)
{
    const std::optional<double> number = as_double(value);
    const auto limit = [&](std::string_view name) {
        const Value* const given = setting.find(name); // draft 4 has booleans in some
        return number && given ? as_double(*given) : std::nullopt;
    };
    const auto words = [&](const char* relation, std::string_view name) {
        return std::string("has to be ") + relation + setting.find(name)->source();
    };
    if (const auto least = limit("minimum"); least && *number < *least)
        return words("at least ", "minimum");
    if (const auto most = limit("maximum"); most && *number > *most)
        return words("at most ", "maximum");
    if (const auto below = limit("exclusiveMinimum"); below && *number <= *below)
        return words("greater than ", "exclusiveMinimum");
    if (const auto above = limit("exclusiveMaximum"); above && *number >= *above)
        return words("less than ", "exclusiveMaximum");
    return {};
}

std::string broken_count(const Value& value, const Value& setting)
{
    const Value* const least = setting.find("minItems");
    const Value* const most = setting.find("maxItems");
    const auto count = static_cast<std::int64_t>(value.items().size());
    const auto entries = [](const Value& limit) {
        return limit.source() + (limit.source() == "1" ? " entry" : " entries");
    };
    if (least != nullptr && count < least->as_integer().value_or(0))
        return "has to have at least " + entries(*least);
    if (most != nullptr && count > most->as_integer().value_or(count))
        return "has to have at most " + entries(*most);
    return {};
}

} // namespace

bool has_declared_type(const Value& value, const Value& setting)
{
    const std::vector<std::string> types = types_of(setting);
    return types.empty() || std::any_of(types.begin(), types.end(), [&](const std::string& type) {
               return is_of(type, value);
           });
}

std::string declared_types(const std::vector<const Value*>& settings)
{
    std::vector<std::string> words;
    for (const Value* setting : settings) {
        for (const std::string& type : types_of(*setting)) {
            std::string word = type_words(type);
            if (!word.empty() && std::find(words.begin(), words.end(), word) == words.end())
                words.push_back(std::move(word));
        }
    }
    return text::join(words, " or ");
}

std::string broken_rule(const Value& value, const Value& setting)
{
    if (is_given_by_spec(value, setting))
        return {};
    std::string broken = broken_choice(value, setting);
    if (!broken.empty())
        return broken;
    if (value.is_string())
        return broken_text_rule(value, setting);
    return value.is_array() ? broken_count(value, setting) : broken_range(value, setting);
}

std::string listed(const std::vector<Value>& values)
{
    std::vector<std::string> words;
    std::size_t left_out = 0;
    for (const Value& value : values) {
        if (value.is_null())
            continue;
        const std::string text = value.as_string();
        const bool bare = !text::trim(text).empty();
        if (words.size() < k_most_listed)
            words.push_back(text::shorten(bare ? text : value.text(), 100));
        else
            ++left_out;
    }
    return text::join(words, ", ") +
           (left_out != 0 ? " and " + std::to_string(left_out) + " more" : std::string());
}

bool fits_pattern(const std::string& text, const std::string& pattern)
{
    if (pattern.size() > k_longest_pattern || characters(text) > k_longest_text)
        return true;
    try {
        // Characters, not bytes: "." is one of them, and so is each in brackets.
        return std::regex_search(wide(text), std::wregex(wide(pattern), dialect()));
    } catch (const std::regex_error&) {
        return true;
    }
}

} // namespace tapbridge::translate
