#include "adapter/adapter_value.h"

#include "util/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

namespace tapbridge::adapter {

namespace {

constexpr std::string_view k_digits = "0123456789";

std::string_view without_sign(std::string_view text)
{
    return text.starts_with('+') || text.starts_with('-') ? text.substr(1) : text;
}

// Removes the digits at the front; how many there were.
std::size_t skip_digits(std::string_view& text)
{
    const std::size_t count = std::min(text.find_first_not_of(k_digits), text.size());
    text.remove_prefix(count);
    return count;
}

// "e+10" at the front; false where it is begun and not ended.
bool skip_exponent(std::string_view& text)
{
    if (!text.starts_with('e') && !text.starts_with('E')) {
        return true;
    }
    text = without_sign(text.substr(1));
    return skip_digits(text) > 0;
}

bool is_infinite_or_nan(std::string_view text)
{
    constexpr std::array<std::string_view, 3> infinite{".inf", ".Inf", ".INF"};
    constexpr std::array<std::string_view, 3> nan{".nan", ".NaN", ".NAN"};
    const auto is_in = [](const auto& names, std::string_view name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    return is_in(infinite, without_sign(text)) || is_in(nan, text);
}

// 0o17 and 0x1F: the digits and their base; 0 where it is neither.
int base_of(std::string_view text)
{
    const int base = text.starts_with("0o") ? 8 : text.starts_with("0x") ? 16 : 0;
    const std::string_view digits = base == 8 ? "01234567" : "0123456789abcdefABCDEF";
    const bool is_number =
        base != 0 && text.size() > 2 && text.find_first_not_of(digits, 2) == std::string_view::npos;
    return is_number ? base : 0;
}

// Of the core schema: 007, +1, .5, 1. and what JSON knows.
bool is_decimal(std::string_view text)
{
    text = without_sign(text);
    const std::size_t whole = skip_digits(text);
    std::size_t fraction = 0;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        fraction = skip_digits(text);
    }
    return whole + fraction > 0 && skip_exponent(text) && text.empty();
}

bool is_null(std::string_view text)
{
    return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

std::optional<bool> boolean_text(std::string_view text)
{
    if (text == "true" || text == "True" || text == "TRUE") {
        return true;
    }
    return text == "false" || text == "False" || text == "FALSE" ? std::optional(false)
                                                                 : std::nullopt;
}

// How JSON writes that number; empty where it cannot.
std::string json_form(std::string_view text)
{
    if (const int base = base_of(text); base != 0) {
        std::uint64_t number = 0;
        const auto [end, error] =
            std::from_chars(text.data() + 2, text.data() + text.size(), number, base);
        return error == std::errc{} ? std::to_string(number) : "";
    }
    if (is_infinite_or_nan(text)) {
        return "";
    }
    const std::string sign = text.starts_with('-') ? "-" : "";
    std::string_view rest = without_sign(text);
    while (rest.size() > 1 && rest[0] == '0' && k_digits.find(rest[1]) != std::string_view::npos) {
        rest.remove_prefix(1);
    }
    std::string form = sign + (rest.starts_with('.') ? "0" : "") + std::string(rest);
    const std::size_t point = form.find('.');
    if (point != std::string::npos &&
        (point + 1 == form.size() || k_digits.find(form[point + 1]) == std::string_view::npos)) {
        form.insert(point + 1, "0");
    }
    return form;
}

json::Value scalar_of(const YamlNode& node, std::vector<Problem>& problems)
{
    if (node.quoted) {
        return json::Value::string(node.text);
    }
    if (const std::optional<bool> boolean = boolean_text(node.text)) {
        return json::Value::boolean(*boolean);
    }
    if (is_json_number(node.text)) {
        return json::Value::scalar(json::Kind::number, node.text);
    }
    if (is_no_plain_text(node.text)) {
        const std::string form = json_form(node.text);
        problems.push_back(
            {node.place, text::quoted(text::shorten(node.text, 60)) +
                             " is no number in JSON. Put it in quotes" +
                             (form.empty() ? "." : ", or write it as " + form + ".")});
    }
    return json::Value::string(node.text);
}

} // namespace

bool is_json_number(std::string_view text)
{
    if (text.starts_with('-')) {
        text.remove_prefix(1);
    }
    const bool is_zero = text.starts_with('0');
    const std::size_t whole = skip_digits(text);
    if (whole == 0 || (is_zero && whole > 1)) {
        return false;
    }
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (skip_digits(text) == 0) {
            return false;
        }
    }
    return skip_exponent(text) && text.empty();
}

bool is_no_plain_text(std::string_view text)
{
    return is_null(text) || boolean_text(text) || is_decimal(text) || base_of(text) != 0 ||
           is_infinite_or_nan(text);
}

std::optional<bool> boolean_of(const YamlNode& node)
{
    return node.kind == YamlNode::Kind::scalar && !node.quoted ? boolean_text(node.text)
                                                               : std::nullopt;
}

json::Value json_of(const YamlNode& node, Meaning meaning, std::vector<Problem>& problems)
{
    switch (node.kind) {
    case YamlNode::Kind::null:
        return {};
    case YamlNode::Kind::scalar:
        return scalar_of(node, problems);
    case YamlNode::Kind::list: {
        json::Value list = json::Value::array();
        for (const YamlNode& item : node.items) {
            list.items().push_back(json_of(item, meaning, problems));
        }
        return list;
    }
    case YamlNode::Kind::map:
        break;
    }
    json::Value map = json::Value::object();
    for (const YamlMember& member : node.members) {
        json::Value value = json_of(member.value, meaning, problems);
        if (meaning == Meaning::schema && member.key == "type") {
            for (json::Value& type : value.items()) {
                type = type.is_null() ? json::Value::string("null") : std::move(type);
            }
        }
        map.members().push_back({member.key, {}, std::move(value)});
    }
    return map;
}

} // namespace tapbridge::adapter
