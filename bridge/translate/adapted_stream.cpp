#include "translate/adapted_stream.h"

#include "translate/schema.h"
#include "util/text.h"

#include <algorithm>
#include <map>
#include <utility>

namespace tapbridge::translate {

namespace {

std::string display(const Stream& stream)
{
    return text::quoted(airbyte::display_name(stream.descriptor));
}

std::vector<std::string> columns_of(const Stream& stream)
{
    std::vector<std::string> names;
    if (const json::Value* properties = stream.json_schema.find("properties")) {
        for (const json::Member& member : properties->members()) {
            names.push_back(member.name);
        }
    }
    return names;
}

// Whether the stream has the column, as far as its schema tells. Where a glob has named it, a
// stream may lack it.
bool has_column(const Stream& stream, const std::string& column, const std::string& pattern,
                std::string_view key, std::vector<std::string>& warnings)
{
    const std::vector<std::string> columns = columns_of(stream);
    if (columns.empty() || std::find(columns.begin(), columns.end(), column) != columns.end()) {
        return true;
    }
    std::string problem = "The adapter's streams." + pattern + "." + std::string(key) +
                          " names the column " + text::quoted(column) + ", which stream " +
                          display(stream) + " does not have.";
    if (is_glob(pattern)) {
        warnings.push_back(problem + " It does not hold for that stream.");
        return false;
    }
    if (const std::string near = text::nearest(column, columns); !near.empty()) {
        problem += " Did you mean " + text::quoted(near) + "?";
    } else {
        problem += " Its columns: " + text::shorten(text::join(columns, ", "), 500) + ".";
    }
    airbyte::throw_config_error(problem + " Correct it in the adapter, or describe the column "
                                          "under schema.properties there.");
}

void adapt_primary_key(Stream& stream, const RulesOfStream& rules,
                       std::vector<std::string>& warnings)
{
    const std::string pattern = rules.all.said_by(rules.names, &StreamRule::primary_key);
    std::vector<std::vector<std::string>> key;
    for (const std::string& column : *rules.rule.primary_key) {
        if (!has_column(stream, column, pattern, "primary_key", warnings)) {
            return;
        }
        if (std::find(key.begin(), key.end(), std::vector{column}) == key.end()) {
            key.push_back({column});
        }
    }
    stream.primary_key = std::move(key);
    stream.key_is_adapters = true;
}

void make_full_refresh(Stream& stream)
{
    stream.incremental = false;
    stream.source_defined_cursor = false;
    stream.default_cursor.clear();
    stream.log_based = false;
    stream.deleted_at.clear();
    stream.log_key.clear();
}

// Where the tap names no cursor, it keeps its position by means of its own.
void make_incremental(Stream& stream)
{
    stream.forced_full_table = false;
    if (!stream.incremental) {
        stream.incremental = true;
        stream.source_defined_cursor = true;
        stream.default_cursor.clear();
    }
}

void adapt_cursor(Stream& stream, const RulesOfStream& rules, std::vector<std::string>& warnings)
{
    const std::string& cursor = *rules.rule.cursor;
    const std::string pattern = rules.all.said_by(rules.names, &StreamRule::cursor);
    if (!has_column(stream, cursor, pattern, "cursor", warnings)) {
        return;
    }
    if (stream.log_based) {
        stream.log_key = cursor;
    }
    make_incremental(stream);
    stream.source_defined_cursor = true;
    stream.default_cursor = {cursor};
}

void adapt_modes(Stream& stream, const RulesOfStream& rules, std::vector<std::string>& warnings)
{
    const StreamRule& rule = rules.rule;
    if (rule.replication == Replication::full_table || rule.modes == Modes::full_refresh) {
        if (rule.cursor || (rule.modes && *rule.modes != Modes::full_refresh)) {
            warnings.push_back("The adapter says of stream " + display(stream) +
                               " that it is read in full, and that it is incremental. It is "
                               "offered as full refresh only.");
        }
        make_full_refresh(stream);
        return;
    }
    if (rule.replication == Replication::incremental || rule.modes) {
        make_incremental(stream);
    }
    if (rule.cursor) {
        adapt_cursor(stream, rules, warnings);
    }
    stream.full_refresh = rule.modes != Modes::incremental;
}

bool is_key(const Stream& stream, const std::string& column)
{
    return std::find(stream.primary_key.begin(), stream.primary_key.end(), std::vector{column}) !=
               stream.primary_key.end() ||
           stream.default_cursor == std::vector{column};
}

void exclude_columns(Stream& stream, const std::vector<std::string>& patterns,
                     std::vector<std::string>& warnings)
{
    std::vector<std::string> kept;
    for (const std::string& column : columns_of(stream)) {
        const bool excluded =
            std::any_of(patterns.begin(), patterns.end(), [&column](const std::string& pattern) {
                return fits_glob(column, pattern);
            });
        if (!excluded || (stream.log_based && column == stream.deleted_at)) {
            continue;
        }
        if (is_key(stream, column)) {
            kept.push_back(column);
        } else {
            stream.json_schema.find("properties")->erase(column);
            stream.excluded_columns.push_back(column);
        }
    }
    if (!kept.empty()) {
        warnings.push_back("Stream " + display(stream) +
                           ": the adapter's exclude_fields names these columns, but they stay, "
                           "being its primary key or cursor: " +
                           text::join(kept, ", ") + ".");
    }
}

} // namespace

RulesOfStream::RulesOfStream(const StreamRules& rules, const Stream& stream,
                             const singer::CatalogEntry& entry)
    : all(rules), names(names_of(stream, entry)), rule(rules.of(names))
{
    if (!entry.is_view || rule.replication != Replication::log_based) {
        return;
    }
    const std::string pattern = all.said_by(names, &StreamRule::replication);
    if (!is_glob(pattern)) {
        return;
    }
    rule.replication.reset();
    if (all.said_by(names, &StreamRule::cursor) == pattern) {
        rule.cursor.reset();
    }
    if (all.said_by(names, &StreamRule::modes) == pattern) {
        rule.modes.reset();
    }
}

void adapt_columns(Stream& stream, const StreamRule& rule)
{
    if (!rule.properties) {
        return;
    }
    json::Value schema = json::Value::object();
    schema.set("properties", *rule.properties);
    schema = normalise_schema(schema);
    json::Value* columns = stream.json_schema.find("properties");
    if (columns == nullptr) {
        columns = &stream.json_schema.set("properties", json::Value::object());
    }
    for (json::Member& column : schema.find("properties")->members()) {
        columns->set(column.name, std::move(column.value));
    }
}

singer::CatalogEntry with_method(singer::CatalogEntry entry, const StreamRule& rule)
{
    if (rule.replication == Replication::log_based) {
        entry.replication_method = "LOG_BASED";
        return entry;
    }
    const std::string& method = entry.replication_method;
    const bool by_mode = rule.modes && *rule.modes != Modes::full_refresh;
    const bool other_wanted =
        (rule.replication == Replication::incremental && method != "INCREMENTAL") ||
        (rule.cursor && (method == "FULL_TABLE" || method == "LOG_BASED")) ||
        (by_mode && method == "FULL_TABLE");
    if (other_wanted) { // which cursors it allows still counts
        entry.replication_method.clear();
        entry.forced_replication_method = false;
    }
    return entry;
}

void adapt(Stream& stream, const RulesOfStream& rules, std::vector<std::string>& warnings)
{
    const StreamRule& rule = rules.rule;
    adapt_modes(stream, rules, warnings);
    if (rule.primary_key) {
        adapt_primary_key(stream, rules, warnings);
    }
    if (rule.exclude_fields) {
        exclude_columns(stream, *rule.exclude_fields, warnings);
    }
    stream.alias = rule.alias.value_or("");
    stream.may_be_absent = rule.may_be_absent.value_or(false);
    stream.required = rule.required.value_or(std::vector<std::string>{});
    if (rule.name_space) {
        stream.descriptor.namespace_ = *rule.name_space;
        if (rule.name_space->empty()) {
            stream.descriptor.namespace_.reset();
        }
    }
}

void check_names(const std::vector<Stream>& streams, const singer::Catalog& catalog)
{
    std::map<std::pair<std::string, std::string>, const Stream*> taken;
    for (const Stream& stream : streams) {
        const auto [other, is_new] = taken.emplace(
            std::pair{stream.descriptor.namespace_.value_or(""), stream.descriptor.name}, &stream);
        if (!is_new) {
            airbyte::throw_config_error(
                "The adapter gives two streams the same name and namespace, " + display(stream) +
                ": those that the tap calls " +
                text::quoted(catalog.entries[other->second->entry].tap_stream_id) + " and " +
                text::quoted(catalog.entries[stream.entry].tap_stream_id) +
                ". Give them different namespaces under streams, or exclude one of them.");
        }
    }
}

void check_aliases(const std::vector<Stream>& streams, const singer::Catalog& catalog)
{
    std::map<std::string_view, const Stream*> without; // by the names that the tap has for them
    for (const Stream& stream : streams) {
        if (stream.alias.empty()) {
            without.emplace(catalog.entries[stream.entry].tap_stream_id, &stream);
            without.emplace(catalog.entries[stream.entry].stream, &stream);
        }
    }
    for (const Stream& stream : streams) {
        const auto other = without.find(stream.alias);
        if (!stream.alias.empty() && other != without.end()) {
            airbyte::throw_config_error(
                "The adapter says that the tap sends stream " + display(stream) +
                " under the name " + text::quoted(stream.alias) + ", which is that of stream " +
                display(*other->second) +
                ". Correct alias in the adapter, give the other one its alias, or exclude it.");
        }
    }
}

void warn_of_unmatched(const StreamRules& rules,
                       const std::vector<std::vector<std::string>>& names_of_streams,
                       std::vector<std::string>& warnings)
{
    std::vector<std::string> known;
    for (const std::vector<std::string>& names : names_of_streams) {
        known.insert(known.end(), names.begin(), names.end());
    }
    if (known.empty()) {
        return;
    }
    for (const std::string& pattern : rules.unmatched(names_of_streams)) {
        std::string warning =
            "The adapter's streams." + pattern + " fits no stream of the tap's catalog.";
        if (const std::string near = text::nearest(pattern, known); !near.empty()) {
            warning += " Did you mean " + text::quoted(near) + "?";
        }
        warnings.push_back(std::move(warning));
    }
}

} // namespace tapbridge::translate
