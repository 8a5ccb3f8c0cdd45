#include "translate/discovered_catalog.h"

#include "airbyte/error.h"
#include "airbyte/input_error.h"
#include "util/text.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace tapbridge::translate {

using json::Value;

namespace {

constexpr std::string_view k_remedy = "Give the output of \"tapbridge discover\".";

const Value* member(const Value& object, std::string_view name)
{
    const Value* const value = object.find(name);
    return value != nullptr && !value->is_null() ? value : nullptr;
}

bool is_catalog(const Value& value)
{
    const Value* const streams = member(value, "streams");
    return streams != nullptr && streams->is_array();
}

// The catalog in a message, or the value itself where it is one.
std::optional<Value> catalog_in(const Value& value)
{
    const Value* const inner = member(value, "catalog");
    if (inner != nullptr && is_catalog(*inner))
        return *inner;
    return is_catalog(value) ? std::optional<Value>(value) : std::nullopt;
}

// Line by line, as the protocol has it: a schema may hold a property called "catalog".
std::optional<Value> catalog_among_lines(std::string_view text, const airbyte::InputFile& file,
                                         std::string& error)
{
    std::optional<Value> found;
    for (const std::string_view line : text::split(text, '\n')) {
        const std::optional<Value> value =
            text::trim(line).starts_with('{') ? json::parse(line) : std::nullopt;
        if (!value)
            continue;
        if (std::optional<Value> catalog = catalog_in(*value)) {
            if (found)
                throw_bad_input(file, "it holds two catalogs");
            found = std::move(catalog);
        }
        const Value* const trace = member(*value, "trace");
        const Value* const said = trace != nullptr ? member(*trace, "error") : nullptr;
        if (said != nullptr && said->find("message") != nullptr && error.empty())
            error = said->find("message")->as_string();
    }
    return found;
}

Value find_catalog(std::string_view text, const airbyte::InputFile& file)
{
    std::string error;
    if (const std::optional<Value> value = json::parse(text)) {
        if (std::optional<Value> catalog = catalog_in(*value))
            return std::move(*catalog);
    }
    if (std::optional<Value> catalog = catalog_among_lines(text, file, error))
        return std::move(*catalog);
    for (const std::string_view key : {"catalog", "streams"}) {
        const std::optional<Value> value = json::find_object(text, key);
        if (std::optional<Value> catalog = value ? catalog_in(*value) : std::nullopt)
            return std::move(*catalog);
    }
    if (!error.empty())
        throw_bad_input(file,
                        "it holds an error in place of a catalog: " + text::shorten(error, 500));
    if (text::trim(text).empty())
        throw_bad_input(file, "it is empty");
    throw_bad_input(file, "it holds no catalog");
}

std::vector<std::string> path_of(const Value* value)
{
    std::vector<std::string> path;
    if (value == nullptr)
        return path;
    if (value->is_string() && !value->as_string().empty())
        path.push_back(value->as_string());
    for (const Value& item : value->items())
        path.push_back(item.as_string());
    return path;
}

OfferedStream offered(const Value& stream, const std::string& place, const airbyte::InputFile& file)
{
    if (member(stream, "stream") != nullptr && member(stream, "sync_mode") != nullptr)
        throw_bad_input(file, "it is a configured catalog already");
    if (member(stream, "tap_stream_id") != nullptr)
        throw_bad_input(file, "it is the tap's own catalog, not Airbyte's");
    const Value* const name = member(stream, "name");
    if (name == nullptr || name->as_string().empty())
        throw_bad_input(file, place + ".name is missing");

    OfferedStream result;
    result.stream = stream;
    result.name = name->as_string();
    airbyte::StreamDescriptor descriptor{result.name, std::nullopt};
    if (const Value* space = member(stream, "namespace"))
        descriptor.namespace_ = space->as_string();
    result.shown = display_name(descriptor);
    if (const Value* modes = member(stream, "supported_sync_modes"))
        result.incremental =
            std::any_of(modes->items().begin(), modes->items().end(),
                        [](const Value& mode) { return mode.as_string() == "incremental"; });
    const Value* const own = member(stream, "source_defined_cursor");
    result.own_cursor = result.incremental && own != nullptr && own->as_bool();
    result.cursor = path_of(member(stream, "default_cursor_field"));
    if (const Value* keys = member(stream, "source_defined_primary_key")) {
        for (const Value& key : keys->items()) {
            if (std::vector<std::string> path = path_of(&key); !path.empty())
                result.primary_key.push_back(std::move(path));
        }
    }
    return result;
}

} // namespace

std::vector<OfferedStream> read_discovered_catalog(std::string_view text, const std::string& path)
{
    const airbyte::InputFile file{"Catalog", path, k_remedy};
    const Value catalog = find_catalog(text, file);
    std::vector<OfferedStream> streams;
    std::set<std::pair<std::string, std::string>> names;
    for (const Value& stream : catalog.find("streams")->items()) {
        const std::string place = "streams[" + std::to_string(streams.size()) + "]";
        streams.push_back(offered(stream, place, file));
        const Value* const space = member(stream, "namespace");
        if (!names.emplace(space != nullptr ? space->as_string() : "", streams.back().name).second)
            throw_bad_input(file, place + " is stream " + text::quoted(streams.back().shown) +
                                      ", which stands before it already");
    }
    if (streams.empty())
        throw_bad_input(file, "it holds no stream");
    return streams;
}

} // namespace tapbridge::translate
