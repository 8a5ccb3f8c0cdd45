// The way back: what the tap has changed, into the user's config.
#include "adapter/config_mapping.h"
#include "adapter/mapping.h"
#include "adapter/mapping_value.h"
#include "adapter/setting_path.h"
#include "translate/spec_values.h"

#include <algorithm>
#include <utility>

namespace tapbridge::adapter {

using json::Member;
using json::Value;

namespace {

// A tap that sets a setting to null has none any more.
const Value* find_set(const Value& config, const std::string& key)
{
    const Value* const value = config.find(key);
    return value != nullptr && value->is_null() ? nullptr : value;
}

// In an object, what the tap has not changed keeps the user's spelling.
Value merged(const Value& tap, const Value& given, const Value& user)
{
    const auto wrapped = [](const Value& value) { return Value::object({Member{"_", {}, value}}); };
    return *config_from_tap(wrapped(tap), wrapped(given), wrapped(user), nullptr).find("_");
}

bool is_plain(const MappedSetting& rule)
{
    return !rule.from.empty() && rule.template_text.empty() && !rule.value && !rule.shift &&
           rule.format.empty() && rule.as != As::file;
}

struct Change {
    SettingPath path;
    std::optional<Value> value; // none: the setting goes
};

std::optional<Change> change_of(const MappedSetting& rule, const Value* tap, const Value* given,
                                const Value& user_config)
{
    const auto set_by_user = [&](const SettingPath& path) {
        const Value* const value = find_setting(user_config, path);
        return value != nullptr && is_set(rule, *value);
    };
    const auto own = std::find_if(rule.from.begin(), rule.from.end(), set_by_user);
    const bool was_set = own != rule.from.end();
    if (tap == nullptr)
        return given != nullptr && was_set ? std::optional(Change{*own, {}}) : std::nullopt;
    if (given != nullptr && translate::same_value(*tap, *given))
        return std::nullopt;
    if (!was_set)
        return Change{rule.from.front(), *tap};
    const Value& before = *find_setting(user_config, *own);
    if (rule.as != As::same)
        return Change{*own, in_kind_of(before, *tap)};
    return Change{*own, given != nullptr ? merged(*tap, *given, before) : *tap};
}

// What a rule wrote outweighs what another one no longer has, and a part of a group the group.
void apply(std::vector<Change> changes, Value& user)
{
    const auto rank = [](const Change& change) {
        return std::pair(change.value.has_value(), change.path.size());
    };
    std::stable_sort(changes.begin(), changes.end(),
                     [&](const Change& a, const Change& b) { return rank(a) < rank(b); });
    for (Change& change : changes) {
        if (change.value)
            set_setting(user, change.path, std::move(*change.value));
        else
            erase_setting(user, change.path);
    }
}

void take_passed(const Passed& passed, const Value& tap, const Value& given, Value& user)
{
    for (const Member& member : tap.members()) {
        const Value* const before = given.find(member.name);
        const Value* const own = user.find(member.name);
        if (!passed.contains(member.name) || tap.find(member.name) != &member.value)
            continue;
        if (before == nullptr || own == nullptr)
            user.set(member.name, member.value);
        else if (!translate::same_value(member.value, *before))
            user.set(member.name, merged(member.value, *before, *own));
    }
    for (const Member& member : given.members()) {
        if (passed.contains(member.name) && tap.find(member.name) == nullptr)
            user.erase(member.name);
    }
}

} // namespace

Value map_back(const ConfigMapping& mapping, const Value& tap_config, const Value& given_to_tap,
               const Value& user_config)
{
    if (!tap_config.is_object() || !given_to_tap.is_object() || !user_config.is_object() ||
        tap_config == given_to_tap)
        return user_config;
    std::vector<Change> changes;
    for (const MappedSetting& rule : mapping.settings) {
        if (!is_plain(rule))
            continue;
        if (std::optional<Change> change = change_of(rule, find_set(tap_config, rule.key),
                                                     find_set(given_to_tap, rule.key), user_config))
            changes.push_back(std::move(*change));
    }
    Value user = user_config;
    apply(std::move(changes), user);
    take_passed(Passed(mapping), tap_config, given_to_tap, user);
    return user;
}

} // namespace tapbridge::adapter
