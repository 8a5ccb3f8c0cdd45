#include "adapter/adapter_text.h"

#include "adapter/adapter_spec.h"
#include "util/text.h"
#include "util/yaml_text.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace tapbridge::adapter {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view k_by_help = "detected from the tap's --help";
constexpr std::string_view k_default = "default";
constexpr std::array<std::string_view, 3> k_failures{"config_error", "transient_error",
                                                     "system_error"};
constexpr std::array<std::string_view, 7> k_as{"",        "string", "number", "integer",
                                               "boolean", "json",   "file"};
constexpr std::array<std::string_view, 3> k_methods{"full_table", "incremental", "log_based"};

std::string duration_value(milliseconds duration)
{
    const auto count = duration.count();
    return count % 1000 == 0 ? std::to_string(count / 1000) + 's' : std::to_string(count) + "ms";
}

std::string size_value(std::size_t size)
{
    constexpr std::array<std::string_view, 4> units{"B", "KiB", "MiB", "GiB"};
    std::size_t unit = 0;
    for (; unit + 1 < units.size() && size != 0 && size % 1024 == 0; ++unit) {
        size /= 1024;
    }
    return std::to_string(size) + std::string(units.at(unit));
}

std::string shift_value(const Shift& shift)
{
    constexpr std::int64_t day = 86'400;
    if (shift.months != 0) {
        return std::to_string(shift.months) + "mo";
    }
    return shift.seconds % day == 0 ? std::to_string(shift.seconds / day) + 'd'
                                    : std::to_string(shift.seconds) + 's';
}

std::vector<std::string> mode_names(translate::Modes modes)
{
    switch (modes) {
    case translate::Modes::full_refresh:
        return {"full_refresh"};
    case translate::Modes::incremental:
        return {"incremental"};
    case translate::Modes::both:
        break;
    }
    return {"full_refresh", "incremental"};
}

template <typename Names, typename Enumerator>
std::string_view name_of(const Names& names, Enumerator which)
{
    return names.at(static_cast<std::size_t>(which));
}

class Writer {
public:
    Writer(const AdapterFile& file, const std::string& path)
        : m_file(file), m_adapter(file.adapter), m_path(text::one_line(path))
    {}

    std::string text()
    {
        line("version", "1");
        write_name();
        write_tap();
        write_spec();
        write_config();
        write_streams();
        write_rest();
        return std::move(m_out);
    }

private:
    // A section, or an entry of one: what follows is written below it.
    void open(std::string_view key)
    {
        m_out.append(indent(), ' ') += yaml::scalar(key) + ":\n";
        m_keys.emplace_back(key);
    }
    void close() { m_keys.pop_back(); }
    std::size_t indent() const { return 2 * m_keys.size(); }

    std::string comment(std::string_view key, std::string_view otherwise) const
    {
        const std::string place = text::join(m_keys, ".") + (m_keys.empty() ? "" : ".");
        const auto found = m_file.lines.find(place + std::string(key));
        return "# " + (found == m_file.lines.end() ? std::string(otherwise)
                                                   : m_path + ':' + std::to_string(found->second));
    }

    // `value` is YAML already.
    void line(std::string_view key, std::string_view value)
    {
        m_out.append(indent(), ' ') +=
            yaml::scalar(key) + ": " + std::string(value) + "  " + comment(key, k_default) + '\n';
    }
    // What cannot be said by a value.
    void absent(std::string_view key, std::string_view words, std::string_view origin = k_default)
    {
        m_out.append(indent(), ' ') += "# " + std::string(key) + ": " + std::string(words) +
                                       (words.empty() ? " # " : "  # ") + std::string(origin) +
                                       '\n';
    }
    void tree(std::string_view key, const json::Value& value)
    {
        yaml::append(m_out, indent(), key, value, comment(key, k_default));
    }
    void text_line(std::string_view key, const std::string& value, std::string_view words)
    {
        value.empty() ? absent(key, words) : line(key, yaml::scalar(value));
    }
    void text_if(std::string_view key, const std::string& value)
    {
        if (!value.empty()) {
            line(key, yaml::scalar(value));
        }
    }
    void flag_if(std::string_view key, const std::optional<bool>& value)
    {
        if (value) {
            line(key, *value ? "true" : "false");
        }
    }
    void list_if(std::string_view key, const std::optional<std::vector<std::string>>& list)
    {
        if (list) {
            line(key, yaml::list(*list));
        }
    }

    void write_name()
    {
        text_line("name", m_adapter.name, "none");
        text_line("documentation_url", m_adapter.documentation_url, "none");
    }

    void write_tap()
    {
        const TapCall& tap = m_adapter.tap;
        open("tap");
        tap.command.empty() ? absent("command", "stands after \"--\"")
                            : line("command", yaml::list(tap.command));
        if (tap.environment.empty()) {
            absent("env", "what the bridge got");
        } else {
            open("env");
            for (const auto& [name, value] : tap.environment) {
                line(name, yaml::scalar(value));
            }
            close();
        }
        if (tap.catalog_flags) {
            const auto& flags = *tap.catalog_flags;
            line("catalog_flag", flags.empty()      ? "none"
                                 : flags.size() > 1 ? "both"
                                                    : yaml::scalar(flags[0]));
        } else {
            absent("catalog_flag", "", k_by_help);
        }
        if (tap.state_flag) {
            line("state_flag", tap.state_flag->empty() ? "none" : yaml::scalar(*tap.state_flag));
        } else {
            absent("state_flag", "", k_by_help);
        }
        if (tap.discover) {
            line("discover", yaml::list(*tap.discover));
        } else if (!tap.from_sync) {
            absent("discover", "", k_by_help);
        }
        line("from_sync", tap.from_sync ? "true" : "false");
        text_line("cwd", tap.cwd, "a private folder, or the caller's for a command after \"--\"");
        close();
    }

    void write_spec()
    {
        if (m_adapter.spec) {
            tree("spec", *m_adapter.spec);
        } else {
            absent("spec", "", "detected from the tap's --about");
        }
    }

    void write_config()
    {
        if (!m_adapter.config) {
            absent("config", "as the user wrote it");
            return;
        }
        open("config");
        for (const MappedSetting& setting : m_adapter.config->settings) {
            open(setting.key);
            write_setting(setting);
            close();
        }
        line("*", m_adapter.config->pass ? "pass" : "drop");
        close();
    }

    void write_setting(const MappedSetting& setting)
    {
        std::vector<std::string> from;
        for (const SettingPath& path : setting.from) {
            from.push_back(path_text(path));
        }
        if (!from.empty()) {
            line("from", from.size() == 1 ? yaml::scalar(from[0]) : yaml::list(from));
        }
        text_if("template", setting.template_text);
        if (setting.value) {
            tree("value", *setting.value);
        }
        if (const auto* const value = std::get_if<json::Value>(&setting.fallback)) {
            tree("default", *value);
        } else if (const auto* const now = std::get_if<Now>(&setting.fallback)) {
            line("default", "{now: " + shift_value(now->shift) + '}');
        }
        if (setting.shift) {
            line("shift", shift_value(*setting.shift));
        }
        text_if("format", setting.format);
        text_if("as", std::string(name_of(k_as, setting.as)));
        text_if("suffix", setting.suffix);
    }

    void write_streams()
    {
        if (m_file.streams.empty()) {
            absent("streams", "as the tap says");
            return;
        }
        open("streams");
        for (const NamedStreamRule& stream : m_file.streams) {
            const std::size_t before = m_out.size();
            open(stream.pattern);
            const std::size_t begin = m_out.size();
            write_rule(stream.rule);
            close();
            if (m_out.size() == begin) {
                m_out.resize(before);
                line(stream.pattern, "{}");
            }
        }
        close();
    }

    void write_rule(const translate::StreamRule& rule)
    {
        list_if("primary_key", rule.primary_key);
        text_if("cursor", rule.cursor.value_or(""));
        if (rule.modes) {
            line("modes", yaml::list(mode_names(*rule.modes)));
        }
        if (rule.replication) {
            line("replication", name_of(k_methods, *rule.replication));
        }
        flag_if("exclude", rule.exclude);
        list_if("requires", rule.required);
        if (rule.name_space) {
            line("namespace", yaml::scalar(*rule.name_space));
        }
        if (rule.properties) {
            json::Value schema = json::Value::object();
            schema.set("properties", *rule.properties);
            tree("schema", schema);
        }
        list_if("exclude_fields", rule.exclude_fields);
        text_if("alias", rule.alias.value_or(""));
        flag_if("may_be_absent", rule.may_be_absent);
        text_if("deleted_at", rule.deleted_at.value_or(""));
    }

    void write_rest()
    {
        open("state");
        line("type", m_adapter.global_state ? "global" : "stream");
        line("interval", duration_value(m_adapter.state_interval));
        close();
        open("check");
        line("by", m_adapter.check.by == Check::By::read ? "read" : "discovery");
        m_adapter.check.streams.empty() ? absent("streams", "the first that may serve")
                                        : line("streams", yaml::list(m_adapter.check.streams));
        line("timeout", duration_value(m_adapter.check.timeout));
        close();
        json::Value errors = json::Value::array();
        for (const translate::ErrorPattern& pattern : m_adapter.errors) {
            json::Value error = json::Value::object();
            error.set("match", json::Value::string(pattern.match));
            error.set("type", json::Value::string(name_of(k_failures, pattern.type)));
            if (!pattern.message.empty()) {
                error.set("message", json::Value::string(pattern.message));
            }
            errors.items().push_back(std::move(error));
        }
        tree("errors", errors);
        open("limits");
        line("line", size_value(m_adapter.line_limit));
        line("idle", duration_value(m_adapter.idle));
        line("stop_grace", duration_value(m_adapter.stop_grace));
        line("discover", duration_value(m_adapter.discover_timeout));
        line("probe", duration_value(m_adapter.probe_timeout));
        close();
    }

    const AdapterFile& m_file;
    const Adapter& m_adapter;
    std::string m_path;
    std::string m_out;
    std::vector<std::string> m_keys;
};

} // namespace

std::string adapter_text(const AdapterFile& file, const std::string& path)
{
    return Writer(file, path).text();
}

} // namespace tapbridge::adapter
