// Mappings in a few words, and configs on their way through them.
#pragma once

#include "adapter/mapping.h"
#include "airbyte/error.h"
#include "catch.h"
#include "util/json/value.h"
#include "util/text.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mapping_fixture {

using namespace tapbridge;
using namespace tapbridge::adapter;
using json::Value;

inline Value parsed(std::string_view text)
{
    const std::optional<Value> value = json::parse(text);
    REQUIRE(value);
    return *value;
}

inline SettingPath path(std::string_view name)
{
    SettingPath result;
    for (const std::string_view step : text::split(name, '.'))
        result.emplace_back(step);
    return result;
}

inline MappedSetting from(std::string key, std::vector<std::string_view> names, As as = As::same)
{
    MappedSetting rule;
    rule.key = std::move(key);
    for (const std::string_view name : names)
        rule.from.push_back(path(name));
    rule.as = as;
    return rule;
}

inline MappedSetting filled(std::string key, std::string template_text)
{
    MappedSetting rule;
    rule.key = std::move(key);
    rule.template_text = std::move(template_text);
    return rule;
}

inline MappedSetting constant(std::string key, std::string_view value)
{
    MappedSetting rule;
    rule.key = std::move(key);
    rule.value = parsed(value);
    return rule;
}

inline MappedSetting with_default(MappedSetting rule, std::string_view value)
{
    rule.fallback = parsed(value);
    return rule;
}

inline MappedSetting date(MappedSetting rule, std::string format, std::string_view shift = {})
{
    rule.format = std::move(format);
    if (!shift.empty())
        rule.shift = parse_shift(shift);
    return rule;
}

// 2026-11-23T10:20:30.400Z
inline constexpr std::int64_t k_now_ms = 1'795'429'230'400;

struct Mapped {
    Value config;
    std::map<std::string, std::string> files; // by name
};

inline Mapped mapped(const ConfigMapping& mapping, const Value& user)
{
    Mapped result;
    MappingPlace place;
    place.now_ms = k_now_ms;
    place.path = "config.json";
    place.write_file = [&](const std::string& name, std::string_view content) {
        CHECK(!result.files.contains(name));
        result.files[name] = content;
        return "$WORK/" + name;
    };
    result.config = map_config(mapping, user, place);
    return result;
}

inline std::string tap_config(const ConfigMapping& mapping, std::string_view user)
{
    return mapped(mapping, parsed(user)).config.text();
}

// By one rule.
inline std::string tap_config(const MappedSetting& rule, std::string_view user)
{
    return tap_config(ConfigMapping{{rule}}, user);
}

// What the user is told; fails where nothing is wrong.
template <class Mapping>
std::string complaint(const Mapping& mapping, std::string_view user)
{
    try {
        tap_config(mapping, user);
    } catch (const airbyte::ErrorException& error) {
        CHECK(error.error().failure_type == airbyte::FailureType::config_error);
        return error.error().message;
    }
    return "nothing is wrong";
}

// The user's config once the tap has written `tap`.
inline std::string back(const ConfigMapping& mapping, std::string_view user, std::string_view tap)
{
    const Value own = parsed(user);
    return map_back(mapping, parsed(tap), mapped(mapping, own).config, own).text();
}

} // namespace mapping_fixture
