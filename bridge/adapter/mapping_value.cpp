#include "adapter/mapping_value.h"

#include "adapter/date_time.h"
#include "translate/spec_values.h"
#include "util/text.h"

#include <utility>

namespace tapbridge::adapter {

using json::Kind;
using json::Value;

namespace {

bool is_list_or_object(const Value& value)
{
    return value.is_array() || value.is_object();
}

std::optional<Value> as_number(const Value& value)
{
    std::optional<Value> number =
        value.is_string() ? json::parse(value.as_string(), nullptr, {.strict = true}) : value;
    return number && translate::is_finite_number(*number) ? number : std::nullopt;
}

// 5.0 is one, spelt as a fraction.
std::optional<Value> as_integer(const Value& value)
{
    const std::optional<Value> number = as_number(value);
    if (!number)
        return std::nullopt;
    std::string digits = number->source();
    const std::size_t point = digits.find('.');
    if (point != std::string::npos && digits.find_first_not_of('0', point + 1) == std::string::npos)
        digits.resize(point);
    Value whole = Value::scalar(Kind::number, std::move(digits));
    return translate::is_whole_number(whole) ? std::optional(std::move(whole)) : std::nullopt;
}

std::optional<Value> as_boolean(const Value& value)
{
    const std::string word = text::lower(text::trim(text_of(value)));
    if (is_list_or_object(value) || value.is_null())
        return std::nullopt;
    if (word == "true" || word == "1")
        return Value::boolean(true);
    return word == "false" || word == "0" ? std::optional(Value::boolean(false)) : std::nullopt;
}

// Without the text itself: it may hold a secret.
std::optional<Value> as_json(const Value& value, std::string& problem)
{
    if (!value.is_string())
        return value;
    json::ParseError error;
    std::optional<Value> parsed = json::parse(value.as_string(), &error, {.strict = true});
    if (!parsed)
        problem = "has to be JSON, but its text " + std::string(json::describe(error.kind)) +
                  " (line " + std::to_string(error.line) + ", column " +
                  std::to_string(error.column) + " of the text). Correct the setting.";
    return parsed;
}

std::optional<Value> in_type(As as, const Value& value, std::string& problem)
{
    switch (as) {
    case As::string:
        return value.is_string() ? value : Value::string(text_of(value));
    case As::number:
        problem = "has to be a number such as 10 or 2.5.";
        return as_number(value);
    case As::integer:
        problem = "has to be a whole number such as 10.";
        return as_integer(value);
    case As::boolean:
        problem = "has to be true or false.";
        return as_boolean(value);
    case As::json:
        return as_json(value, problem);
    case As::same:
    case As::file:
        break;
    }
    return value;
}

std::optional<Value> in_format(const MappedSetting& rule, const Value& value, bool of_user,
                               std::string& problem)
{
    std::optional<DateTime> date = date_of(value);
    if (!date) {
        problem = "has to be a date such as 2024-01-31 or 2024-01-31T00:00:00Z.";
        return std::nullopt;
    }
    if (of_user && rule.shift)
        date = shifted(*date, *rule.shift);
    if (!date) {
        problem = "has to be another date: the tap is given it moved by a fixed time, and that "
                  "leaves the years 1 to 9999.";
        return std::nullopt;
    }
    return rule.format.empty() ? as_written(*date) : Value::string(formatted(*date, rule.format));
}

} // namespace

bool is_set(const MappedSetting& rule, const Value& value)
{
    const bool blank_says_something =
        (rule.as == As::same || rule.as == As::string) && rule.format.empty() && !rule.shift;
    return !value.is_null() &&
           (blank_says_something || !value.is_string() || !text::trim(value.as_string()).empty());
}

std::string text_of(const Value& value)
{
    return value.is_string() ? value.as_string() : value.text();
}

std::optional<Value> converted(const MappedSetting& rule, const Value& value, bool of_user,
                               std::string& problem)
{
    if (value.is_null())
        return value;
    if (rule.format.empty() && !(of_user && rule.shift))
        return in_type(rule.as, value, problem);
    const std::optional<Value> date = in_format(rule, value, of_user, problem);
    return date ? in_type(rule.as, *date, problem) : std::nullopt;
}

Value in_kind_of(const Value& user, const Value& value)
{
    std::optional<Value> result;
    if (user.kind() == value.kind())
        return value;
    if (user.is_string() && !value.is_null())
        return Value::string(text_of(value));
    if (user.kind() == Kind::number)
        result = as_number(value);
    else if (user.kind() == Kind::boolean)
        result = as_boolean(value);
    else if (is_list_or_object(user) && value.is_string())
        result = json::parse(value.as_string(), nullptr, {.strict = true});
    return result && result->kind() == user.kind() ? *result : value;
}

} // namespace tapbridge::adapter
