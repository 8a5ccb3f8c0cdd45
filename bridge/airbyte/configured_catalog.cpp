#include "airbyte/configured_catalog.h"

#include "airbyte/input_error.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

namespace tapbridge::airbyte {

namespace {

constexpr std::string_view k_remedy =
    "Make one of what discover printed: tapbridge select --help says how.";
constexpr std::string_view k_discovered = "this is what discover printed, not a configured catalog";

// The member of that name; null where it is absent or JSON null, which Airbyte's clients write
// alike.
const json::Value* member(const json::Value& object, std::string_view name)
{
    const json::Value* value = object.find(name);
    return value && !value->is_null() ? value : nullptr;
}

class CatalogReader {
public:
    explicit CatalogReader(const InputFile& file) : m_file(file) {}

    ConfiguredCatalog read(const json::Value& root) const;

private:
    ConfiguredStream read_entry(const json::Value& entry, const std::string& place) const;
    std::vector<std::string> read_path(const json::Value* value, const std::string& place) const;
    std::vector<std::vector<std::string>> read_paths(const json::Value* value,
                                                     const std::string& place) const;
    std::string read_string(const json::Value* value, const std::string& place) const;
    void expect(const json::Value* value, json::Kind kind, const std::string& place) const;

    const InputFile& m_file;
};

bool is_discovered(const json::Value& entry)
{
    return entry.is_object() && !member(entry, "stream") && member(entry, "name") &&
           (member(entry, "json_schema") || member(entry, "supported_sync_modes"));
}

// Top-level columns of the stream's schema, each once.
std::vector<std::string> columns_of(const json::Value& stream)
{
    std::vector<std::string> columns;
    const json::Value* schema = member(stream, "json_schema");
    const json::Value* properties = schema ? member(*schema, "properties") : nullptr;
    if (!properties)
        return columns;
    std::set<std::string_view> seen;
    for (const json::Member& property : properties->members()) {
        if (seen.insert(property.name).second)
            columns.push_back(property.name);
    }
    return columns;
}

void CatalogReader::expect(const json::Value* value, json::Kind kind,
                           const std::string& place) const
{
    if (!value)
        throw_bad_input(m_file, place + " is missing");
    if (value->kind() == kind)
        return;
    std::string complaint = place + " is ";
    complaint.append(kind_name(value->kind())).append(", not ").append(kind_name(kind));
    throw_bad_input(m_file, complaint);
}

std::string CatalogReader::read_string(const json::Value* value, const std::string& place) const
{
    expect(value, json::Kind::string, place);
    std::string text = value->as_string();
    if (text.empty())
        throw_bad_input(m_file, place + " is empty");
    return text;
}

std::vector<std::string> CatalogReader::read_path(const json::Value* value,
                                                  const std::string& place) const
{
    if (!value)
        return {};
    if (value->is_string()) {
        std::string name = value->as_string();
        return name.empty() ? std::vector<std::string>{}
                            : std::vector<std::string>{std::move(name)};
    }
    expect(value, json::Kind::array, place);
    std::vector<std::string> path;
    for (const json::Value& item : value->items())
        path.push_back(read_string(&item, place + '[' + std::to_string(path.size()) + ']'));
    return path;
}

std::vector<std::vector<std::string>> CatalogReader::read_paths(const json::Value* value,
                                                                const std::string& place) const
{
    if (!value)
        return {};
    expect(value, json::Kind::array, place);
    std::vector<std::vector<std::string>> paths;
    std::size_t at = 0;
    for (const json::Value& item : value->items()) {
        std::vector<std::string> path = read_path(&item, place + '[' + std::to_string(at++) + ']');
        if (!path.empty())
            paths.push_back(std::move(path));
    }
    return paths;
}

ConfiguredStream CatalogReader::read_entry(const json::Value& entry, const std::string& place) const
{
    expect(&entry, json::Kind::object, place);
    const json::Value* stream = member(entry, "stream");
    if (is_discovered(entry))
        throw_bad_input(m_file, std::string(k_discovered));
    expect(stream, json::Kind::object, place + ".stream");

    ConfiguredStream result;
    result.descriptor.name = read_string(member(*stream, "name"), place + ".stream.name");
    if (const json::Value* space = member(*stream, "namespace")) {
        expect(space, json::Kind::string, place + ".stream.namespace");
        result.descriptor.namespace_ = space->as_string();
    }
    result.sync_mode = read_string(member(entry, "sync_mode"), place + ".sync_mode");
    result.incremental = result.sync_mode == "incremental";
    result.sync_mode_known = result.incremental || result.sync_mode == "full_refresh";
    result.cursor_field = read_path(member(entry, "cursor_field"), place + ".cursor_field");
    result.primary_key = read_paths(member(entry, "primary_key"), place + ".primary_key");
    result.columns = columns_of(*stream);
    return result;
}

ConfiguredCatalog CatalogReader::read(const json::Value& root) const
{
    expect(&root, json::Kind::object, "it");
    if (const json::Value* inner = member(root, "catalog"); inner && inner->is_object())
        throw_bad_input(m_file, std::string(k_discovered));
    const json::Value* streams = member(root, "streams");
    expect(streams, json::Kind::array, "streams");

    ConfiguredCatalog catalog;
    // States are looked up with null and "" alike, so these namespaces cannot stand side by side.
    std::map<std::pair<std::string, std::string>, std::string> places;
    for (const json::Value& entry : streams->items()) {
        const std::string place = "streams[" + std::to_string(catalog.streams.size()) + ']';
        ConfiguredStream stream = read_entry(entry, place);
        const StreamDescriptor& name = stream.descriptor;
        const auto [first, is_new] =
            places.try_emplace({name.name, name.namespace_.value_or("")}, place);
        if (!is_new)
            throw_bad_input(m_file, place + " is stream \"" + display_name(name) + "\", which " +
                                        first->second + " is already");
        catalog.streams.push_back(std::move(stream));
    }
    return catalog;
}

// All that discover printed, LOG lines included, is the commonest wrong file of all.
bool holds_discover_output(std::string_view text)
{
    const std::optional<json::Value> message = json::find_object(text, "catalog");
    const json::Value* catalog = message ? member(*message, "catalog") : nullptr;
    return catalog && member(*catalog, "streams");
}

} // namespace

ConfiguredCatalog read_configured_catalog(std::string_view text, const std::string& path)
{
    const InputFile file{"Configured catalog", path, k_remedy};
    try {
        return CatalogReader(file).read(parse_input(text, file));
    } catch (const ErrorException&) {
        if (holds_discover_output(text))
            throw_bad_input(file, std::string(k_discovered));
        throw;
    }
}

} // namespace tapbridge::airbyte
