// The way back: what the tap has changed, into the user's config.
#include "adapter/config_mapping.h"
#include "adapter/mapping.h"
#include "adapter/mapping_value.h"
#include "adapter/setting_path.h"
#include "translate/spec_values.h"
#include "util/json/member_index.h"

#include <algorithm>
#include <utility>

namespace tapbridge::adapter {

using json::Member;
using json::Value;

namespace {

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
    Value value;
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
    if (tap == nullptr || (given != nullptr && translate::same_value(*tap, *given)))
        return std::nullopt;
    if (!was_set) // null says nothing new of what nobody has set
        return tap->is_null() ? std::nullopt : std::optional(Change{rule.from.front(), *tap});
    const Value& before = *find_setting(user_config, *own);
    if (rule.as != As::same)
        return Change{*own, in_kind_of(before, *tap)};
    return Change{*own, given != nullptr ? merged(*tap, *given, before) : *tap};
}

// What a rule wrote outweighs the null of another one, and a part of a group the group.
void apply(std::vector<Change> changes, Value& user)
{
    const auto rank = [](const Change& change) {
        return std::pair(!change.value.is_null(), change.path.size());
    };
    std::stable_sort(changes.begin(), changes.end(),
                     [&](const Change& a, const Change& b) { return rank(a) < rank(b); });
    for (Change& change : changes)
        set_setting(user, change.path, std::move(change.value));
}

void take_passed(const Passed& passed, const Value& tap, const Value& given, Value& user)
{
    const Value old = user;
    const json::MemberIndex of_tap(tap);
    const json::MemberIndex of_given(given);
    const json::MemberIndex of_user(old);
    for (const Member& member : tap.members()) {
        if (!passed.contains(member.name) || !of_tap.is_last(member))
            continue;
        const Value* const before = of_given.find(member.name);
        const std::optional<std::size_t> own = of_user.position(member.name);
        if (!own)
            user.members().push_back({member.name, {}, member.value});
        else if (before == nullptr)
            user.members()[*own].value = member.value;
        else if (!translate::same_value(member.value, *before))
            user.members()[*own].value = merged(member.value, *before, old.members()[*own].value);
    }
}

} // namespace

Value map_back(const ConfigMapping& mapping, const Value& tap_config, const Value& given_to_tap,
               const Value& user_config)
{
    if (!tap_config.is_object() || !given_to_tap.is_object() || !user_config.is_object())
        return user_config;
    const Value tap = completed(tap_config, given_to_tap);
    if (tap == given_to_tap)
        return user_config;
    const json::MemberIndex of_tap(tap);
    const json::MemberIndex of_given(given_to_tap);
    std::vector<Change> changes;
    for (const MappedSetting& rule : mapping.settings) {
        if (!is_plain(rule))
            continue;
        if (std::optional<Change> change =
                change_of(rule, of_tap.find(rule.key), of_given.find(rule.key), user_config))
            changes.push_back(std::move(*change));
    }
    Value user = user_config;
    apply(std::move(changes), user);
    take_passed(Passed(mapping), tap, given_to_tap, user);
    return user;
}

} // namespace tapbridge::adapter
