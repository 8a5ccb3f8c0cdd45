#include "translate/spec_values.h"

#include "util/json/member_index.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace tapbridge::translate {

using json::Kind;
using json::Member;
using json::Value;

namespace {

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

std::optional<double> as_double(const std::string& source)
{
    double value = 0;
    const char* end = source.data() + source.size();
    const auto [at, error] = std::from_chars(source.data(), end, value);
    if (error != std::errc() || at != end)
        return std::nullopt;
    return value;
}

bool same_number(const Value& a, const Value& b)
{
    if (a.source() == b.source())
        return true;
    const bool both_whole = is_whole_number(a) && is_whole_number(b);
    const std::optional<double> left = as_double(a.source());
    const std::optional<double> right = as_double(b.source());
    // 0 and -0 are the only whole numbers that can be spelt in two ways.
    return left && right && *left == *right && (!both_whole || *left == 0);
}

// Each value is compared once: going both ways, or through keys that are overridden, would double
// the time with every level.
bool same_members(const Value& a, const Value& b)
{
    const json::MemberIndex of_a(a);
    const json::MemberIndex of_b(b);
    const auto is_same = [&](const Member& member) {
        if (!of_a.is_last(member)) {
            return true; // a later one counts
        }
        const Value* const other = of_b.find(member.name);
        return other != nullptr && same_value(member.value, *other);
    };
    const auto is_in_a = [&](const Member& member) { return of_a.find(member.name) != nullptr; };
    return std::all_of(a.members().begin(), a.members().end(), is_same) &&
           std::all_of(b.members().begin(), b.members().end(), is_in_a);
}

bool allowed_by_lists(const Value& value, const Value& setting)
{
    if (const Value* constant = setting.find("const"); constant && !same_value(value, *constant))
        return false;
    const Value* choices = setting.find("enum");
    return choices == nullptr ||
           std::any_of(choices->items().begin(), choices->items().end(),
                       [&](const Value& choice) { return same_value(value, choice); });
}

bool fits_object(const Value& value, const Value& setting)
{
    const Value* properties = setting.find("properties");
    if (!value.is_object() || properties == nullptr)
        return false;
    if (const Value* required = setting.find("required")) {
        for (const Value& name : required->items()) {
            if (value.find(name.as_string()) == nullptr)
                return false;
        }
    }
    return std::all_of(value.members().begin(), value.members().end(), [&](const Member& member) {
        const Value* declared = properties->find(member.name);
        return declared == nullptr || fits(member.value, *declared);
    });
}

bool fits_array(const Value& value, const Value& setting)
{
    const Value* item = setting.find("items");
    return value.is_array() && item != nullptr &&
           std::all_of(value.items().begin(), value.items().end(),
                       [&](const Value& each) { return fits(each, *item); });
}

} // namespace

bool is_whole_number(const Value& value)
{
    if (!is_finite_number(value))
        return false;
    const std::string& source = value.source();
    return std::all_of(source.begin() + (source.front() == '-' ? 1 : 0), source.end(), is_digit);
}

bool is_finite_number(const Value& value)
{
    const std::string& source = value.source();
    return value.kind() == Kind::number && !source.empty() && is_digit(source.back()) &&
           source.size() <= json::k_longest_number;
}

bool same_value(const Value& a, const Value& b)
{
    if (a.kind() != b.kind())
        return false;
    switch (a.kind()) {
    case Kind::null:
        return true;
    case Kind::boolean:
        return a.as_bool() == b.as_bool();
    case Kind::number:
        return same_number(a, b);
    case Kind::string:
        return a.source() == b.source() || a.as_string() == b.as_string();
    case Kind::array:
        return std::equal(a.items().begin(), a.items().end(), b.items().begin(), b.items().end(),
                          same_value);
    case Kind::object:
        return same_members(a, b);
    }
    return false;
}

Value mended(const Value& value)
{
    if (value.is_string())
        return Value::string(value.as_string());
    if (value.kind() == Kind::number && !is_finite_number(value))
        return {};
    if (value.is_array()) {
        std::vector<Value> items;
        for (const Value& item : value.items())
            items.push_back(mended(item));
        return Value::array(std::move(items));
    }
    if (value.is_object()) {
        Value object = Value::object();
        for (const Member& member : value.members())
            object.set(member.name, mended(member.value));
        return object;
    }
    return value;
}

bool fits(const Value& value, const Value& setting)
{
    const Value* type_name = setting.find("type");
    const std::string type = type_name ? type_name->as_string() : std::string();
    if (!allowed_by_lists(value, setting))
        return false;
    if (type == "string")
        return value.is_string();
    if (type == "integer")
        return is_whole_number(value);
    if (type == "number")
        return is_finite_number(value);
    if (type == "boolean")
        return value.kind() == Kind::boolean;
    if (type == "array")
        return fits_array(value, setting);
    return type == "object" && fits_object(value, setting);
}

} // namespace tapbridge::translate
