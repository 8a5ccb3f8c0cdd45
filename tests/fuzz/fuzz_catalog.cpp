// A tap's catalog on its way to Airbyte, and back to the tap with what was selected.
#include "airbyte/configured_catalog.h"
#include "airbyte/message.h"
#include "input.h"
#include "schema_samples.h"
#include "singer/catalog.h"
#include "singer/message.h"
#include "singer/schema_catalog.h"
#include "translate/discovery.h"
#include "translate/plan.h"
#include "translate/selection.h"

#include <set>
#include <utility>

namespace {

using namespace tapbridge;
using fuzz::demand;

// ---- what Airbyte is offered

void check_columns(const boost::json::object& stream, const char* key, bool is_list_of_paths)
{
    const boost::json::value* const paths = stream.if_contains(key);
    if (paths == nullptr)
        return;
    const boost::json::object& columns = stream.at("json_schema").at("properties").as_object();
    const boost::json::array all =
        is_list_of_paths ? paths->as_array() : boost::json::array{*paths};
    demand(!all.empty(), "no empty list of keys");
    for (const boost::json::value& path : all)
        demand(path.as_array().size() == 1 && columns.contains(path.at(0).as_string()),
               "keys and cursors are columns");
}

void check_offer(const translate::Discovered& discovered)
{
    std::string out;
    airbyte::append_catalog(out, translate::to_airbyte(discovered.streams));
    std::set<std::pair<std::string, std::string>> names;
    for (const boost::json::value& message : fuzz::messages_in(out)) {
        for (const boost::json::value& item : message.at("catalog").at("streams").as_array()) {
            const boost::json::object& stream = item.as_object();
            const boost::json::value* const space = stream.if_contains("namespace");
            demand(names
                       .emplace(boost::json::serialize(stream.at("name")),
                                space != nullptr ? boost::json::serialize(*space) : "")
                       .second,
                   "streams have names of their own");
            demand(schema_samples::fault_in_stream_schema(stream.at("json_schema").as_object())
                       .empty(),
                   "schemas have nothing that Airbyte cannot take");
            check_columns(stream, "default_cursor_field", false);
            check_columns(stream, "source_defined_primary_key", true);
        }
    }
}

// ---- what is selected of it

json::Value path_of(const std::string& column)
{
    return json::Value::array({json::Value::string(column)});
}

json::Value configured_stream(const json::Value& offered, fuzz::Input& input)
{
    json::Value stream = offered;
    std::vector<json::Member>& columns = stream.find("json_schema")->find("properties")->members();
    json::Value configured = json::Value::object();
    configured.set("sync_mode",
                   json::Value::string(input.below(2) == 0 ? "full_refresh" : "incremental"));
    if (!columns.empty() && input.below(3) == 0) {
        const std::string& cursor = columns[input.below(columns.size())].name;
        if (!cursor.empty()) // of which a configured catalog knows nothing
            configured.set("cursor_field", path_of(cursor));
    }
    while (!columns.empty() && input.below(3) == 0)
        columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(input.below(columns.size())));
    configured.set("stream", std::move(stream));
    return configured;
}

std::string configured_catalog(const translate::Discovered& discovered, fuzz::Input& input)
{
    const json::Value offered = translate::to_airbyte(discovered.streams);
    json::Value streams = json::Value::array();
    for (const json::Value& stream : offered.items()) {
        if (input.below(4) != 0)
            streams.items().push_back(configured_stream(stream, input));
    }
    json::Value catalog = json::Value::object();
    catalog.set("streams", std::move(streams));
    return catalog.text();
}

// ---- what the tap is given

void strip_selected(json::Value& value)
{
    value.erase("selected");
    for (json::Value& item : value.items())
        strip_selected(item);
    for (json::Member& member : value.members())
        strip_selected(member.value);
}

void strip_metadata(json::Value& entry)
{
    json::Value* metadata = entry.find("metadata");
    if (metadata == nullptr || !metadata->is_array())
        metadata = &entry.set("metadata", json::Value::array());
    std::vector<json::Value> kept;
    for (json::Value& item : metadata->items()) {
        json::Value* const about = item.find("metadata");
        const bool is_object = about != nullptr && about->is_object();
        for (const char* key :
             {"replication-key", "replication-method", "forced-replication-method"})
            if (is_object)
                about->erase(key);
        if (!is_object || !about->members().empty())
            kept.push_back(std::move(item));
    }
    metadata->items() = std::move(kept);
}

// Everything that marking may write, taken away.
json::Value stripped(json::Value catalog)
{
    for (json::Value& entry : catalog.find("streams")->items()) {
        if (!entry.is_object())
            continue;
        strip_selected(entry);
        entry.erase("replication_key");
        entry.erase("replication_method");
        strip_metadata(entry);
    }
    return catalog;
}

bool is_marked(const json::Value& entry, const std::vector<std::string>& breadcrumb)
{
    const json::Value* const metadata = singer::metadata_at(entry, breadcrumb);
    const json::Value* const selected = metadata != nullptr ? metadata->find("selected") : nullptr;
    return selected != nullptr && selected->kind() == json::Kind::boolean;
}

void check_marks(const singer::Catalog& catalog, const json::Value& marked,
                 const std::vector<translate::Selection>& selections)
{
    for (const json::Value& entry : marked.find("streams")->items())
        demand(!entry.is_object() || is_marked(entry, {}), "every stream is marked");
    for (const translate::Selection& selection : selections) {
        const singer::CatalogEntry& of = catalog.entries[selection.entry];
        const json::Value& entry = marked.find("streams")->items()[of.index];
        demand(singer::metadata_at(entry, {})->find("selected")->as_bool(),
               "a selected stream is marked true");
        const json::Value* const properties = catalog.schema(of).find("properties");
        for (std::size_t i = 0; properties != nullptr && i < properties->members().size(); ++i)
            demand(is_marked(entry, {"properties", properties->members()[i].name}),
                   "every column of a selected stream is marked");
    }
}

void check_marked(const singer::Catalog& catalog,
                  const std::vector<translate::Selection>& selections)
{
    const json::Value marked = translate::mark_catalog(catalog, selections).catalog;
    demand(stripped(marked) == stripped(catalog.raw), "all else passes through unchanged");
    check_marks(catalog, marked, selections);

    const singer::CatalogResult again = singer::read_catalog(marked.text());
    demand(again.catalog && again.catalog->raw == marked, "a marked catalog reads back");
    demand(again.catalog->entries.size() == catalog.entries.size(), "with all its entries");
    demand(translate::mark_catalog(*again.catalog, selections).catalog == marked,
           "marking twice is marking once");
    const std::string ascii = marked.text(true);
    demand(std::all_of(ascii.begin(), ascii.end(), [](char c) { return (c & 0x80) == 0; }) &&
               json::parse(ascii),
           "the tap gets ASCII");
}

void check_catalog(const singer::Catalog& catalog, fuzz::Input& input)
{
    const translate::Discovered discovered = translate::discover(catalog);
    demand(discovered.streams.size() == catalog.entries.size(), "every entry is offered");
    check_offer(discovered);
    const airbyte::ConfiguredCatalog configured =
        airbyte::read_configured_catalog(configured_catalog(discovered, input), "catalog.json");
    if (configured.streams.empty())
        return;
    const translate::ReadPlan plan = translate::plan_read(configured, catalog, discovered);
    demand(plan.unknown.empty() && plan.streams.size() == configured.streams.size(),
           "what is offered can be selected");
    std::vector<translate::Selection> selections;
    for (const translate::ReadStream& stream : plan.streams)
        selections.push_back(stream.selection);
    check_marked(catalog, selections);
}

singer::Catalog catalog_of_messages(std::string_view output)
{
    singer::MessageReader reader;
    singer::SchemaCatalog schemas;
    for (const std::string_view line : fuzz::lines_of(output)) {
        if (reader.read(line) == singer::LineKind::message &&
            reader.message().type == singer::MessageType::schema)
            schemas.add(reader.message());
    }
    return schemas.catalog();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input(data, size);
    const singer::CatalogResult result = singer::read_catalog(input.body());
    if (result.catalog)
        check_catalog(*result.catalog, input);
    else if (result.is_message_stream)
        check_catalog(catalog_of_messages(input.body()), input);
    else
        demand(!result.problem.empty(), "there is a catalog or a problem");
    return 0;
}
