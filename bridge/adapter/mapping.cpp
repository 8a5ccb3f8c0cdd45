#include "adapter/mapping.h"

#include "adapter/date_time.h"
#include "adapter/mapping_value.h"
#include "adapter/setting_path.h"
#include "adapter/template_text.h"
#include "airbyte/error.h"
#include "airbyte/letters.h"
#include "util/json/member_index.h"
#include "util/text.h"

#include <algorithm>
#include <set>
#include <utility>

namespace tapbridge::adapter {

using json::Member;
using json::Value;

namespace {

// A value on its way, and what messages call it.
struct Source {
    Value value;
    SettingPath setting; // empty: the adapter's
};

class ToTap {
public:
    ToTap(const Value& user_config, const MappingPlace& place)
        : m_user_config(user_config), m_place(place)
    {}

    // None: the tap's setting is left out.
    std::optional<Value> value_of(const MappedSetting& rule)
    {
        const std::optional<Source> source = source_of(rule);
        if (!source)
            return std::nullopt;
        std::string problem;
        std::optional<Value> value =
            converted(rule, source->value, !source->setting.empty(), problem);
        if (!value)
            complain(rule, *source, problem);
        if (rule.as == As::file && !value->is_null())
            return Value::string(write_file(rule, *value));
        return value;
    }

private:
    std::optional<Source> source_of(const MappedSetting& rule) const
    {
        for (const SettingPath& path : rule.from) {
            const Value* const value = find_setting(m_user_config, path);
            if (value != nullptr && is_set(rule, *value))
                return Source{*value, path};
        }
        std::optional<Source> filled = fill_template(rule);
        if (filled && is_set(rule, filled->value))
            return filled;
        if (rule.value)
            return Source{*rule.value, {}};
        if (const auto* const given = std::get_if<Value>(&rule.fallback))
            return Source{*given, {}};
        if (const auto* const now = std::get_if<Now>(&rule.fallback))
            return Source{moment(rule, *now), {}};
        return std::nullopt;
    }

    std::optional<Source> fill_template(const MappedSetting& rule) const
    {
        std::string problem;
        const std::optional<std::vector<TemplatePiece>> pieces =
            parse_template(rule.template_text, problem);
        if (!pieces)
            return std::nullopt;
        std::string text;
        SettingPath first;
        for (const TemplatePiece& piece : *pieces) {
            text += piece.text;
            if (piece.setting.empty())
                continue;
            const Value* const value = find_setting(m_user_config, piece.setting);
            if (value == nullptr || value->is_null())
                return std::nullopt;
            if (value->is_array() || value->is_object())
                complain(rule, {{}, piece.setting},
                         "has to be a text, a number, true or false: it becomes a part of the "
                         "tap's setting \"" +
                             rule.key + "\".");
            text += text_of(*value);
            if (first.empty())
                first = piece.setting;
        }
        return Source{Value::string(text), first};
    }

    Value moment(const MappedSetting& rule, const Now& now) const
    {
        const std::optional<DateTime> date = shifted(date_of_ms(m_place.now_ms), now.shift);
        if (!date)
            complain(rule, {}, "lies outside of the years 1 to 9999.");
        return Value::string(
            formatted(*date, rule.format.empty() ? k_plain_format : "%Y-%m-%dT%H:%M:%S.%fZ"));
    }

    [[noreturn]] void complain(const MappedSetting& rule, const Source& source,
                               const std::string& problem) const
    {
        if (source.setting.empty())
            airbyte::throw_config_error("The adapter's own value of the tap's setting \"" +
                                        rule.key + "\" " + problem + " Correct the adapter.");
        airbyte::throw_config_error("Config file " + m_place.path + ": the setting \"" +
                                    text::join(source.setting, ".") + "\" " + problem);
    }

    std::string write_file(const MappedSetting& rule, const Value& content)
    {
        const std::string stem = file_name(rule.key, "setting");
        const std::string suffix = file_name(rule.suffix, {});
        std::string name = stem + suffix;
        for (int i = 2; !m_names.insert(name).second; ++i)
            name = std::string(stem).append("-").append(std::to_string(i)).append(suffix);
        return m_place.write_file(name,
                                  content.is_string() ? content.as_string() : content.text(true));
    }

    // What no file system and no shell stumbles over.
    static std::string file_name(std::string_view text, std::string_view otherwise)
    {
        constexpr std::size_t k_longest = 64;
        std::string name(text.substr(0, k_longest));
        std::replace_if(
            name.begin(), name.end(),
            [](char c) {
                return !airbyte::is_letter_or_digit(c) && c != '_' && c != '.' && c != '-';
            },
            '_');
        if (!otherwise.empty() && name.find_first_not_of("._-") == std::string::npos)
            name = otherwise;
        return name;
    }

    const Value& m_user_config;
    const MappingPlace& m_place;
    std::set<std::string> m_names; // of files
};

// Of a setting that stands twice, the last one counts.
void pass(const Passed& passed, const Value& user_config, Value& result)
{
    const json::MemberIndex own(user_config);
    for (const Member& member : user_config.members()) {
        if (passed.contains(member.name) && own.is_last(member))
            result.members().push_back(member);
    }
}

} // namespace

Value map_config(const ConfigMapping& mapping, const Value& user_config, const MappingPlace& place)
{
    Value result = Value::object();
    ToTap to_tap(user_config, place);
    for (const MappedSetting& rule : mapping.settings) {
        if (std::optional<Value> value = to_tap.value_of(rule))
            result.set(rule.key, std::move(*value));
    }
    pass(Passed(mapping), user_config, result);
    return result;
}

std::vector<SettingPath> settings_read(const ConfigMapping& mapping)
{
    std::vector<SettingPath> paths;
    for (const MappedSetting& rule : mapping.settings) {
        paths.insert(paths.end(), rule.from.begin(), rule.from.end());
        std::string problem;
        if (const auto named = template_settings(rule.template_text, problem))
            paths.insert(paths.end(), named->begin(), named->end());
    }
    return paths;
}

} // namespace tapbridge::adapter
