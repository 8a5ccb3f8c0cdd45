#include "translate/plan.h"

#include "translate/parents.h"
#include "util/text.h"

#include <algorithm>
#include <set>

namespace tapbridge::translate {

using airbyte::ConfiguredCatalog;
using airbyte::ConfiguredStream;

namespace {

void check(const ConfiguredCatalog& configured)
{
    if (configured.streams.empty()) {
        airbyte::throw_config_error("The configured catalog selects no stream. Select at least one "
                                    "stream of what discover offers.");
    }
    for (const ConfiguredStream& stream : configured.streams) {
        if (!stream.sync_mode_known) {
            airbyte::throw_config_error("The configured catalog asks for sync_mode \"" +
                                        stream.sync_mode + "\" of stream \"" +
                                        airbyte::display_name(stream.descriptor) +
                                        "\". Use \"full_refresh\" or \"incremental\".");
        }
    }
}

bool contains(const std::vector<std::string>& list, const std::string& item)
{
    return std::find(list.begin(), list.end(), item) != list.end();
}

// The cursor that an incremental read goes by, or why there is none.
struct Cursor {
    std::string key;
    std::string problem;
};

Cursor choose_cursor(const ConfiguredStream& wanted, const Stream& stream,
                     const singer::CatalogEntry& entry)
{
    if (stream.source_defined_cursor && stream.default_cursor.size() <= 1) {
        // None: the tap keeps a position of its own (tap-sftp goes by the time of files).
        return {stream.default_cursor.empty() ? "" : stream.default_cursor.front(), {}};
    }
    const std::vector<std::string>& path =
        wanted.cursor_field.empty() ? stream.default_cursor : wanted.cursor_field;
    if (path.empty()) {
        return {{}, "no cursor_field is configured and the tap names none"};
    }
    const json::Value* properties = stream.json_schema.find("properties");
    if (path.size() > 1 || properties == nullptr || properties->find(path.front()) == nullptr) {
        return {{}, "it has no top-level column \"" + text::join(path, ".") + "\" to go by"};
    }
    if (!entry.valid_replication_keys.empty() &&
        !contains(entry.valid_replication_keys, path.front())) {
        return {{},
                "the tap does not accept \"" + path.front() + "\" as a cursor (it accepts: " +
                    text::join(entry.valid_replication_keys, ", ") + ")"};
    }
    return {path.front(), {}};
}

std::vector<std::string> key_columns(const Stream& stream, const singer::CatalogEntry& entry)
{
    if (!stream.key_is_adapters) {
        return entry.key_properties;
    }
    std::vector<std::string> key;
    for (const std::vector<std::string>& path : stream.primary_key) {
        key.push_back(path.front());
    }
    return key;
}

Selection select(const ConfiguredStream& wanted, const Stream& stream,
                 const singer::CatalogEntry& entry, std::vector<std::string>& warnings)
{
    Selection selection;
    selection.entry = stream.entry;
    selection.columns = wanted.columns;
    selection.excluded_columns = stream.excluded_columns;
    selection.primary_key = key_columns(stream, entry);
    selection.key_is_given = stream.key_is_adapters || selection.primary_key.empty();
    for (const std::vector<std::string>& path : wanted.primary_key) {
        if (path.size() == 1 && !contains(selection.primary_key, path.front())) {
            selection.primary_key.push_back(path.front());
        }
    }
    if (!wanted.incremental) {
        return selection;
    }
    if (stream.log_based) {
        selection.replication = Replication::log_based;
        selection.replication_key = stream.log_key;
        return selection;
    }
    const Cursor cursor = stream.incremental ? choose_cursor(wanted, stream, entry)
                                             : Cursor{{}, "the tap cannot read it incrementally"};
    if (cursor.problem.empty()) {
        selection.replication = Replication::incremental;
        selection.replication_key = cursor.key;
    } else {
        warnings.push_back("Stream \"" + airbyte::display_name(wanted.descriptor) +
                           "\" is read in full: " + cursor.problem + ".");
    }
    return selection;
}

ReadStream read_stream(const ConfiguredStream& wanted, const Stream& stream, Selection selection)
{
    const bool by_log = selection.replication == Replication::log_based;
    return {wanted.descriptor,
            std::move(selection),
            by_log ? stream.deleted_at : "",
            stream.may_be_absent,
            {}};
}

void add_names(ReadPlan& plan, const singer::Catalog& catalog, const Discovered& discovered)
{
    plan.names.aliases.resize(catalog.entries.size());
    plan.names.excluded.resize(catalog.entries.size());
    plan.names.rules = discovered.rules;
    for (const Stream& stream : discovered.streams) {
        plan.names.aliases[stream.entry] = stream.alias;
    }
    for (const Stream& stream : discovered.excluded) {
        plan.names.excluded[stream.entry] = true;
    }
}

const Stream& stream_of(const Discovered& discovered, std::size_t entry)
{
    const auto is_it = [entry](const Stream& stream) { return stream.entry == entry; };
    const auto found = std::find_if(discovered.streams.begin(), discovered.streams.end(), is_it);
    return found != discovered.streams.end()
               ? *found
               : *std::find_if(discovered.excluded.begin(), discovered.excluded.end(), is_it);
}

// What hangs on others and is read in full.
struct FullChild {
    std::string name;
    const std::vector<std::size_t>& ancestors;
};

std::vector<FullChild> full_children(const ReadPlan& plan)
{
    std::vector<FullChild> children;
    std::set<std::size_t> configured;
    for (const ReadStream& stream : plan.streams) {
        configured.insert(stream.selection.entry);
        if (!stream.incremental() && !stream.ancestors.empty()) {
            children.push_back({airbyte::display_name(stream.descriptor), stream.ancestors});
        }
    }
    for (const auto& [entry, parent] : plan.parents) {
        if (!configured.contains(entry) && !parent.ancestors.empty()) {
            children.push_back({parent.name, parent.ancestors});
        }
    }
    return children;
}

// A child that is read in full needs all of its parents, whatever the parents have sent before.
void warn_of_full_parents(ReadPlan& plan)
{
    const std::vector<FullChild> children = full_children(plan);
    for (const ReadStream& parent : plan.streams) {
        const std::size_t entry = parent.selection.entry;
        if (!parent.incremental() || !plan.parents.contains(entry)) {
            continue;
        }
        const auto child =
            std::find_if(children.begin(), children.end(), [entry](const FullChild& one) {
                return std::find(one.ancestors.begin(), one.ancestors.end(), entry) !=
                       one.ancestors.end();
            });
        if (child != children.end()) {
            plan.warnings.push_back(
                "Stream " + text::quoted(airbyte::display_name(parent.descriptor)) +
                " is read from the start in every sync: " + text::quoted(child->name) +
                ", which hangs on it, is read in full. Read both incrementally, or both in full.");
        }
    }
}

void add_parents(ReadPlan& plan, const singer::Catalog& catalog, const Discovered& discovered)
{
    const Parents parents(catalog, discovered);
    for (ReadStream& stream : plan.streams) {
        stream.ancestors = parents.ancestors(stream.selection.entry);
        for (const std::size_t entry : stream.ancestors) {
            if (plan.parents.contains(entry)) {
                continue;
            }
            const Stream& parent = stream_of(discovered, entry);
            ParentStream added;
            added.name = airbyte::display_name(parent.descriptor);
            added.ancestors = parents.ancestors(entry);
            added.selection.entry = entry;
            added.selection.primary_key = key_columns(parent, catalog.entries[entry]);
            plan.parents.emplace(entry, std::move(added));
        }
    }
    warn_of_full_parents(plan);
}

// ---- without a catalog of the tap's

// The streams that are configured, and those that the adapter says they hang on.
class SupposedStreams {
public:
    SupposedStreams(singer::Catalog& catalog, const StreamRules& rules) : m_catalog(catalog)
    {
        m_discovered.rules = rules;
        catalog.entries.clear();
        catalog.raw = json::Value::object();
        catalog.raw.set("streams", json::Value::array());
    }

    // Absent where the adapter excludes it.
    std::optional<Stream> add(const airbyte::StreamDescriptor& descriptor)
    {
        Stream stream = made(descriptor);
        const std::vector<std::string> names = names_of(stream, m_catalog.entries.back());
        m_known.insert(names.begin(), names.end());
        const StreamRule rule = m_discovered.rules.of(names);
        stream.required = rule.required.value_or(std::vector<std::string>{});
        m_required.insert(m_required.end(), stream.required.begin(), stream.required.end());
        if (rule.exclude.value_or(false)) {
            m_discovered.excluded.push_back(std::move(stream));
            return std::nullopt;
        }
        stream.alias = rule.alias.value_or("");
        stream.may_be_absent = rule.may_be_absent.value_or(false);
        stream.incremental =
            rule.replication != Replication::full_table && rule.modes != Modes::full_refresh;
        stream.log_based = stream.incremental && rule.replication == Replication::log_based;
        if (stream.log_based) {
            stream.deleted_at = rule.deleted_at.value_or("_sdc_deleted_at");
            stream.log_key = rule.cursor.value_or("");
        }
        for (const std::string& column : rule.primary_key.value_or(std::vector<std::string>{})) {
            stream.primary_key.push_back({column});
        }
        stream.key_is_adapters = rule.primary_key.has_value();
        m_discovered.streams.push_back(stream);
        return stream;
    }

    const Discovered& with_required()
    {
        for (std::size_t i = 0; i < m_required.size(); ++i) { // which grows
            const std::string name = m_required[i];
            if (!m_known.contains(name)) {
                add({name, std::nullopt});
            }
        }
        (void)Parents(m_catalog, m_discovered).problems(); // circles
        return m_discovered;
    }

private:
    Stream made(const airbyte::StreamDescriptor& descriptor)
    {
        singer::CatalogEntry entry;
        entry.index = m_catalog.entries.size();
        entry.stream = entry.tap_stream_id = descriptor.name;
        json::Value raw = json::Value::object();
        raw.set("stream", json::Value::string(descriptor.name));
        raw.set("tap_stream_id", json::Value::string(descriptor.name));
        raw.set("schema", json::Value::object());
        m_catalog.raw.find("streams")->items().push_back(std::move(raw));
        Stream stream;
        stream.descriptor = descriptor;
        stream.entry = entry.index;
        m_catalog.entries.push_back(std::move(entry));
        return stream;
    }

    singer::Catalog& m_catalog;
    Discovered m_discovered;
    std::set<std::string> m_known;
    std::vector<std::string> m_required;
};

} // namespace

ReadPlan plan_read(const ConfiguredCatalog& configured, const singer::Catalog& catalog,
                   const Discovered& discovered)
{
    check(configured);
    ReadPlan plan;
    for (const Stream& stream : discovered.streams) {
        plan.known_names.push_back(airbyte::display_name(stream.descriptor));
    }
    for (const Stream& stream : discovered.excluded) {
        plan.excluded_names.push_back(airbyte::display_name(stream.descriptor));
    }
    const StreamLookup lookup(discovered.streams);
    std::set<std::size_t> taken;
    for (const ConfiguredStream& wanted : configured.streams) {
        const Stream* stream = lookup.find(wanted.descriptor);
        if (stream == nullptr || !taken.insert(stream->entry).second) {
            plan.unknown.push_back(wanted.descriptor);
            continue;
        }
        plan.streams.push_back(
            read_stream(wanted, *stream,
                        select(wanted, *stream, catalog.entries[stream->entry], plan.warnings)));
    }
    add_names(plan, catalog, discovered);
    add_parents(plan, catalog, discovered);
    return plan;
}

ReadPlan plan_read_without_discovery(const ConfiguredCatalog& configured, singer::Catalog& catalog,
                                     const StreamRules& rules)
{
    check(configured);
    ReadPlan plan;
    SupposedStreams supposed(catalog, rules);
    for (const ConfiguredStream& wanted : configured.streams) {
        const std::optional<Stream> stream = supposed.add(wanted.descriptor);
        if (!stream) {
            plan.unknown.push_back(wanted.descriptor);
            plan.excluded_names.push_back(airbyte::display_name(wanted.descriptor));
            continue;
        }
        Selection selection;
        selection.entry = stream->entry;
        selection.primary_key = key_columns(*stream, catalog.entries[stream->entry]);
        if (wanted.incremental && stream->incremental) {
            selection.replication =
                stream->log_based ? Replication::log_based : Replication::incremental;
            selection.replication_key = stream->log_key;
        }
        plan.streams.push_back(read_stream(wanted, *stream, std::move(selection)));
    }
    const Discovered& discovered = supposed.with_required();
    add_names(plan, catalog, discovered);
    add_parents(plan, catalog, discovered);
    return plan;
}

airbyte::Error unknown_stream_error(const airbyte::StreamDescriptor& stream,
                                    const std::vector<std::string>& known_names)
{
    airbyte::Error error;
    error.failure_type = airbyte::FailureType::config_error;
    error.stream = stream;
    const std::string name = airbyte::display_name(stream);
    error.message = "The tap has no stream \"" + name + "\".";
    if (const std::string near = text::nearest(name, known_names); !near.empty()) {
        error.message += " Did you mean \"" + near + "\"?";
    }
    error.message +=
        " Refresh the source's schema (run discover again) and select from what it offers.";
    if (!known_names.empty()) {
        error.internal_message =
            "Streams of the tap: " + text::shorten(text::join(known_names, ", "), 2000);
    }
    return error;
}

airbyte::Error excluded_stream_error(const airbyte::StreamDescriptor& stream)
{
    airbyte::Error error;
    error.failure_type = airbyte::FailureType::config_error;
    error.stream = stream;
    error.message = "The connector's adapter excludes stream \"" + airbyte::display_name(stream) +
                    "\". Refresh the source's schema (run discover again) and select from what it "
                    "offers, or remove \"exclude\" from the adapter.";
    return error;
}

} // namespace tapbridge::translate
