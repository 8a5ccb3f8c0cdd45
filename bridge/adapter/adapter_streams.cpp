// The section `streams` of an adapter: what is known of the tap's streams.
#include "adapter/adapter_sections.h"
#include "adapter/adapter_value.h"

#include <algorithm>
#include <array>

namespace tapbridge::adapter {

namespace {

constexpr std::string_view k_columns = "Write a list of columns, as in [id].";
constexpr std::string_view k_glob = "A name or a glob has at least one character; * stands for any "
                                    "run of characters, ? for any one. Brackets and ** mean "
                                    "nothing.";

bool is_sound_glob(std::string_view pattern)
{
    return !pattern.empty() && pattern.find('[') == std::string_view::npos &&
           pattern.find("**") == std::string_view::npos;
}

void read_modes(AdapterKeys& stream, translate::StreamRule& rule)
{
    stream.items("modes", [&](const YamlNode& item, const std::string& path) {
        using translate::Modes;
        const bool is_full = item.kind == YamlNode::Kind::scalar && item.text == "full_refresh";
        if (!is_full && !(item.kind == YamlNode::Kind::scalar && item.text == "incremental")) {
            add_problem(stream.findings(), item, path, "It can be full_refresh, incremental.");
            return;
        }
        const Modes mode = is_full ? Modes::full_refresh : Modes::incremental;
        rule.modes = rule.modes && *rule.modes != mode ? Modes::both : mode;
    });
    const YamlNode* const modes = stream.take("modes");
    if (modes != nullptr && modes->kind == YamlNode::Kind::list && modes->items.empty()) {
        stream.complain(*modes, "modes", "Write [full_refresh, incremental], or one of them.");
    }
    if (rule.cursor && rule.modes == translate::Modes::full_refresh) {
        stream.complain("has a cursor, but its modes lack incremental. Add it, or remove the "
                        "cursor.");
    }
}

void read_replication(AdapterKeys& stream, translate::StreamRule& rule)
{
    using translate::Replication;
    constexpr std::array methods{Replication::full_table, Replication::incremental,
                                 Replication::log_based};
    if (const auto method =
            stream.choice("replication", {"full_table", "incremental", "log_based"})) {
        rule.replication = methods.at(*method);
    }
}

void read_schema(AdapterKeys& schema, translate::StreamRule& rule)
{
    if (schema.take("properties") == nullptr) {
        schema.complain("has no properties. Write schema: {properties: {COLUMN: SCHEMA}}.");
    }
    rule.properties = json::Value::object();
    schema.members("properties", [&](const YamlMember& column, const std::string& path) {
        if (column.value.kind != YamlNode::Kind::map) {
            add_problem(schema.findings(), column.value, path,
                        "Write a JSON schema, as in {type: [null, string]}.");
            return;
        }
        rule.properties->members().push_back(
            {column.key, {}, json_of(column.value, Meaning::schema, schema.findings().problems)});
    });
}

void read_exclusions(AdapterKeys& stream, translate::StreamRule& rule)
{
    constexpr std::string_view key = "exclude_fields";
    rule.exclude_fields = stream.texts(key, "Write a list of names and globs, as in [raw_*].");
    for (const std::string& glob : rule.exclude_fields.value_or(std::vector<std::string>{})) {
        if (!is_sound_glob(glob)) {
            stream.findings().problems.push_back(
                {stream.take(key)->place, stream.path_of(key) + " holds " + quoted_briefly(glob) +
                                              ". " + std::string(k_glob)});
        }
    }
}

void read_rule(AdapterKeys& stream, translate::StreamRule& rule)
{
    rule.primary_key = stream.texts("primary_key", k_columns, AdapterKeys::Empty::allowed);
    rule.cursor = stream.text("cursor");
    read_modes(stream, rule);
    read_replication(stream, rule);
    rule.exclude = stream.flag("exclude");
    rule.required = stream.text_or_texts("requires", "Write a name, or a list of names.");
    rule.name_space = stream.text("namespace", AdapterKeys::Empty::allowed);
    stream.mapping("schema", [&](AdapterKeys& schema) { read_schema(schema, rule); });
    read_exclusions(stream, rule);
    rule.alias = stream.text("alias");
    rule.may_be_absent = stream.flag("may_be_absent");
    rule.deleted_at = stream.text("deleted_at");
}

} // namespace

void read_streams(AdapterKeys& file, std::vector<NamedStreamRule>& rules)
{
    file.members("streams", [&](const YamlMember& stream, const std::string& path) {
        if (!is_sound_glob(stream.key)) {
            file.findings().problems.push_back(
                {stream.place,
                 "streams holds " + quoted_briefly(stream.key) + ". " + std::string(k_glob)});
        }
        NamedStreamRule& named = rules.emplace_back(NamedStreamRule{stream.key, {}});
        AdapterKeys::read(stream.value, path, file.findings(),
                          [&](AdapterKeys& keys) { read_rule(keys, named.rule); });
    });
}

} // namespace tapbridge::adapter
