#include "translate/discovery.h"

#include "translate/adapted_stream.h"
#include "translate/deletion.h"
#include "translate/entry_metadata.h"
#include "translate/parents.h"
#include "translate/schema.h"
#include "util/text.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace tapbridge::translate {

namespace {

using singer::Catalog;
using singer::CatalogEntry;

constexpr std::string_view k_log_position = "_sdc_lsn";
constexpr std::string_view k_deleted_at = "_sdc_deleted_at";

// ---- names

using Name = std::pair<std::string, std::string>; // namespace ("" = none), name

std::string namespace_of(const CatalogEntry& entry)
{
    if (entry.table_name.empty()) {
        return {};
    }
    return entry.schema_name.empty() ? entry.database_name : entry.schema_name;
}

Name name_of(const CatalogEntry& entry, bool by_id)
{
    if (!by_id && !entry.table_name.empty()) {
        return {namespace_of(entry), entry.table_name};
    }
    const bool has_stream = !by_id && !entry.stream.empty();
    return {namespace_of(entry), has_stream ? entry.stream : entry.tap_stream_id};
}

std::map<Name, std::vector<std::size_t>> group_by_name(const std::vector<Name>& names)
{
    std::map<Name, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < names.size(); ++i) {
        groups[names[i]].push_back(i);
    }
    return groups;
}

// Whoever shares a name goes by its id; that may collide with a name that was fine so far, so it is
// repeated until nobody has to move any more.
std::vector<Name> names_by_id_where_shared(const std::vector<CatalogEntry>& entries)
{
    std::vector<Name> names;
    names.reserve(entries.size());
    for (const CatalogEntry& entry : entries) {
        names.push_back(name_of(entry, false));
    }
    std::vector<bool> by_id(entries.size(), false);
    for (bool moved = true; moved;) {
        moved = false;
        for (const auto& [name, group] : group_by_name(names)) {
            for (const std::size_t i : group) {
                if (group.size() > 1 && !by_id[i]) {
                    by_id[i] = true;
                    names[i] = name_of(entries[i], true);
                    moved = true;
                }
            }
        }
    }
    return names;
}

void number_the_rest(std::vector<Name>& names, std::vector<std::string>& warnings)
{
    std::set<Name> taken(names.begin(), names.end());
    for (const auto& [name, group] : group_by_name(names)) {
        unsigned number = 2;
        for (std::size_t k = 1; k < group.size(); ++k) {
            Name& renamed = names[group[k]];
            while (!taken.insert({name.first, name.second + "_" + std::to_string(number)}).second) {
                ++number;
            }
            renamed.second += "_" + std::to_string(number);
            warnings.push_back("The tap lists more than one stream called \"" + name.second +
                               "\"; one of them is offered as \"" + renamed.second + "\".");
        }
    }
}

// ---- columns

const json::Value* column_of(const json::Value& schema, std::string_view name)
{
    const json::Value* properties = schema.find("properties");
    return properties ? properties->find(name) : nullptr;
}

// Whether values of that schema may be objects or arrays.
bool is_compound(const json::Value& schema)
{
    const auto names_compound = [](const json::Value& type) {
        const std::string name = type.as_string();
        return name == "object" || name == "array";
    };
    if (const json::Value* type = schema.find("type")) {
        const std::vector<json::Value>& names = type->items();
        if (names_compound(*type) || std::any_of(names.begin(), names.end(), names_compound)) {
            return true;
        }
    }
    for (const std::string_view keyword : {"anyOf", "oneOf"}) {
        const json::Value* alternatives = schema.find(keyword);
        if (alternatives &&
            std::any_of(alternatives->items().begin(), alternatives->items().end(), is_compound)) {
            return true;
        }
    }
    return false;
}

bool is_key_column(const json::Value& schema, std::string_view name)
{
    const json::Value* column = column_of(schema, name);
    return column && !is_compound(*column);
}

bool has_key_column(const json::Value& schema)
{
    const json::Value* properties = schema.find("properties");
    return properties &&
           std::any_of(properties->members().begin(), properties->members().end(),
                       [](const json::Member& member) { return !is_compound(member.value); });
}

void drop_unsupported(const Catalog& catalog, Stream& stream, std::vector<std::string>& warnings)
{
    const CatalogEntry& entry = catalog.entries[stream.entry];
    json::Value raw = catalog.raw_entry(entry);
    const EntryMetadata metadata(raw);
    const json::Value* columns = catalog.schema(entry).find("properties");
    json::Value* offered = stream.json_schema.find("properties");
    std::vector<std::string> dropped;
    for (std::size_t i = 0; columns && offered && i < columns->members().size(); ++i) {
        const json::Member& column = columns->members()[i];
        const bool unsupported =
            metadata.inclusion({"properties", column.name}, &column.value) == "unsupported";
        if (unsupported && offered->erase(column.name)) {
            dropped.push_back(column.name);
        }
    }
    if (!dropped.empty()) {
        warnings.push_back("Stream \"" + airbyte::display_name(stream.descriptor) +
                           "\": the tap cannot read these columns, they are left out: " +
                           text::join(dropped, ", ") + ".");
    }
}

void add_primary_key(const CatalogEntry& entry, Stream& stream, std::vector<std::string>& warnings)
{
    std::vector<std::vector<std::string>> key;
    std::set<std::string> seen;
    for (const std::string& column : entry.key_properties) {
        if (!is_key_column(stream.json_schema, column)) {
            const bool exists = column_of(stream.json_schema, column) != nullptr;
            warnings.push_back("Stream \"" + airbyte::display_name(stream.descriptor) +
                               "\" is offered without a primary key: its key column \"" + column +
                               (exists ? "\" is an object or an array."
                                       : "\" is not among the columns of its schema."));
            return;
        }
        if (seen.insert(column).second) {
            key.push_back({column});
        }
    }
    stream.primary_key = std::move(key);
}

// ---- replication

// The columns the tap allows as a cursor, its favourite first.
std::vector<std::string> allowed_cursors(const CatalogEntry& entry, const json::Value& schema)
{
    std::vector<std::string> allowed;
    const auto add = [&](const std::string& key) {
        const bool is_new = std::find(allowed.begin(), allowed.end(), key) == allowed.end();
        if (is_new && is_key_column(schema, key)) {
            allowed.push_back(key);
        }
    };
    if (!entry.replication_key.empty()) {
        add(entry.replication_key);
    }
    for (const std::string& key : entry.valid_replication_keys) {
        add(key);
    }
    return allowed;
}

bool is_database_table(const CatalogEntry& entry)
{
    return !entry.table_name.empty() &&
           (entry.has_sql_datatypes || entry.replication_method.empty());
}

void add_replication(const CatalogEntry& entry, Stream& stream, std::string_view deleted_at)
{
    const bool forced = entry.forced_replication_method;
    const bool forced_incremental = forced && entry.replication_method == "INCREMENTAL";
    stream.forced_full_table = forced && entry.replication_method == "FULL_TABLE";
    if (stream.forced_full_table) {
        return;
    }
    if (entry.replication_method == "LOG_BASED") {
        make_log_based(stream, deleted_at);
        return;
    }
    const std::vector<std::string> allowed = allowed_cursors(entry, stream.json_schema);
    const bool any_column = is_database_table(entry) && entry.valid_replication_keys.empty() &&
                            !forced && has_key_column(stream.json_schema);
    stream.incremental = !allowed.empty() || any_column || forced_incremental;
    if (!allowed.empty()) {
        stream.default_cursor = {allowed.front()};
    }
    const bool key_is_set = !allowed.empty() && allowed.front() == entry.replication_key;
    const bool choice = any_column || (allowed.size() > 1 && !(forced_incremental && key_is_set));
    stream.source_defined_cursor = stream.incremental && !choice;
}

json::Value nullable(std::string_view type)
{
    json::Value schema = json::Value::object();
    schema.set("type",
               json::Value::array({json::Value::string("null"), json::Value::string(type)}));
    return schema;
}

// All but the name.
void describe(const Catalog& catalog, const RulesOfStream& rules, Stream& stream,
              std::vector<std::string>& warnings)
{
    const CatalogEntry& entry = catalog.entries[stream.entry];
    stream.json_schema = normalise_schema(catalog.schema(entry));
    adapt_columns(stream, rules.rule);
    drop_unsupported(catalog, stream, warnings);
    if (!rules.rule.primary_key) {
        add_primary_key(entry, stream, warnings);
    }
    add_replication(with_method(entry, rules.rule), stream,
                    rules.rule.deleted_at.value_or(std::string(k_deleted_at)));
    adapt(stream, rules, warnings);
}

// ---- output

json::Value path_value(const std::vector<std::string>& path)
{
    json::Value value = json::Value::array();
    for (const std::string& part : path) {
        value.items().push_back(json::Value::string(part));
    }
    return value;
}

json::Value stream_value(const Stream& stream)
{
    json::Value value = json::Value::object();
    value.set("name", json::Value::string(stream.descriptor.name));
    if (stream.descriptor.namespace_) {
        value.set("namespace", json::Value::string(*stream.descriptor.namespace_));
    }
    value.set("json_schema", stream.json_schema);
    json::Value modes = json::Value::array();
    if (stream.full_refresh) {
        modes.items().push_back(json::Value::string("full_refresh"));
    }
    if (stream.incremental) {
        modes.items().push_back(json::Value::string("incremental"));
    }
    value.set("supported_sync_modes", std::move(modes));
    if (stream.incremental) {
        value.set("source_defined_cursor", json::Value::boolean(stream.source_defined_cursor));
        if (!stream.default_cursor.empty()) {
            value.set("default_cursor_field", path_value(stream.default_cursor));
        }
    }
    if (!stream.primary_key.empty()) {
        json::Value keys = json::Value::array();
        for (const std::vector<std::string>& path : stream.primary_key) {
            keys.items().push_back(path_value(path));
        }
        value.set("source_defined_primary_key", std::move(keys));
    }
    value.set("is_resumable", json::Value::boolean(false));
    return value;
}

} // namespace

Discovered discover(const Catalog& catalog, const StreamRules& rules)
{
    Discovered discovered;
    discovered.rules = rules;
    std::vector<Name> names = names_by_id_where_shared(catalog.entries);
    number_the_rest(names, discovered.warnings);
    std::vector<std::vector<std::string>> known;
    for (std::size_t i = 0; i < catalog.entries.size(); ++i) {
        Stream stream;
        stream.entry = i;
        stream.descriptor.name = names[i].second;
        if (!names[i].first.empty()) {
            stream.descriptor.namespace_ = names[i].first;
        }
        const RulesOfStream own(rules, stream, catalog.entries[i]);
        known.push_back(own.names);
        if (own.rule.exclude.value_or(false)) {
            stream.required = own.rule.required.value_or(std::vector<std::string>{});
            discovered.excluded.push_back(std::move(stream));
        } else {
            describe(catalog, own, stream, discovered.warnings);
            discovered.streams.push_back(std::move(stream));
        }
    }
    if (!rules.empty()) {
        warn_of_unmatched(rules, known, discovered.warnings);
        check_names(discovered.streams, catalog);
        check_aliases(discovered.streams, catalog);
        const std::vector<std::string> problems = Parents(catalog, discovered).problems();
        discovered.warnings.insert(discovered.warnings.end(), problems.begin(), problems.end());
    }
    return discovered;
}

void make_log_based(Stream& stream, std::string_view deleted_at)
{
    stream.log_based = true;
    stream.deleted_at = deleted_at;
    stream.incremental = true;
    stream.source_defined_cursor = true;
    stream.default_cursor = {std::string(k_log_position)};
    json::Value timestamp = nullable("string");
    timestamp.set("format", json::Value::string("date-time"));
    json::Value* const found = stream.json_schema.find("properties");
    json::Value* const properties =
        found ? found : &stream.json_schema.set("properties", json::Value::object());
    const auto add = [&](std::string_view name, const json::Value& schema) {
        if (!properties->find(name)) {
            properties->set(name, schema);
        }
    };
    add(deleted_at, timestamp);
    add(k_log_position, nullable("integer"));
    // No format, as native sources have it: a date that cannot be read would undelete the row.
    add(k_ab_cdc_deleted_at, nullable("string"));
}

StreamLookup::StreamLookup(const std::vector<Stream>& streams)
{
    for (const Stream& stream : streams) {
        m_by_name[stream.descriptor.name].push_back(&stream);
    }
}

const Stream* StreamLookup::find(const airbyte::StreamDescriptor& descriptor) const
{
    const auto known = m_by_name.find(descriptor.name);
    if (known == m_by_name.end()) {
        return nullptr;
    }
    const std::string wanted = descriptor.namespace_.value_or("");
    const Stream* substitute = nullptr;
    for (const Stream* stream : known->second) {
        const std::string own = stream->descriptor.namespace_.value_or("");
        if (own == wanted) {
            return stream;
        }
        if (own.empty() || wanted.empty()) {
            substitute = stream;
        }
    }
    return known->second.size() == 1 ? substitute : nullptr;
}

json::Value to_airbyte(const std::vector<Stream>& streams)
{
    json::Value list = json::Value::array();
    for (const Stream& stream : streams) {
        list.items().push_back(stream_value(stream));
    }
    return list;
}

} // namespace tapbridge::translate
