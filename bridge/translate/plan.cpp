#include "translate/plan.h"

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

Selection select(const ConfiguredStream& wanted, const Stream& stream,
                 const singer::CatalogEntry& entry, std::vector<std::string>& warnings)
{
    Selection selection;
    selection.entry = stream.entry;
    selection.columns = wanted.columns;
    selection.primary_key = entry.key_properties;
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

json::Value entry_of(const ConfiguredStream& stream)
{
    json::Value entry = json::Value::object();
    entry.set("stream", json::Value::string(stream.descriptor.name));
    entry.set("tap_stream_id", json::Value::string(stream.descriptor.name));
    entry.set("schema", json::Value::object());
    return entry;
}

} // namespace

ReadPlan plan_read(const ConfiguredCatalog& configured, const singer::Catalog& catalog,
                   const Discovered& discovered)
{
    check(configured);
    ReadPlan plan;
    for (const Stream& stream : discovered.streams) {
        plan.known_names.push_back(airbyte::display_name(stream.descriptor));
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
            {wanted.descriptor,
             select(wanted, *stream, catalog.entries[stream->entry], plan.warnings)});
    }
    return plan;
}

ReadPlan plan_read_without_discovery(const ConfiguredCatalog& configured, singer::Catalog& catalog)
{
    check(configured);
    ReadPlan plan;
    json::Value streams = json::Value::array();
    catalog.entries.clear();
    for (const ConfiguredStream& wanted : configured.streams) {
        singer::CatalogEntry entry;
        entry.index = catalog.entries.size();
        entry.stream = entry.tap_stream_id = wanted.descriptor.name;
        ReadStream stream{wanted.descriptor, {}};
        stream.selection.entry = entry.index;
        if (wanted.incremental) {
            stream.selection.replication = Replication::incremental;
        }
        plan.streams.push_back(std::move(stream));
        streams.items().push_back(entry_of(wanted));
        catalog.entries.push_back(std::move(entry));
    }
    catalog.raw = json::Value::object();
    catalog.raw.set("streams", std::move(streams));
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

} // namespace tapbridge::translate
