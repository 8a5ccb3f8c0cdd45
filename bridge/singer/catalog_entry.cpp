#include "singer/catalog_entry.h"

#include "util/text.h"

#include <algorithm>
#include <utility>

namespace tapbridge::singer {

namespace {

// Streams and columns are at times named by a number.
std::string name_in(const json::Value* value)
{
    if (value == nullptr)
        return {};
    return value->kind() == json::Kind::number ? value->source() : value->as_string();
}

// A list of names, a single name, or a list inside a string.
std::vector<std::string> names_in(const json::Value* value)
{
    if (value == nullptr)
        return {};
    std::vector<std::string> names;
    auto add = [&names](std::string name) {
        if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(std::move(name));
    };
    if (!value->is_array()) {
        const std::string text = name_in(value);
        const auto list = text.starts_with('[') ? json::parse(text) : std::nullopt;
        if (list)
            return names_in(&*list);
        add(text);
    }
    for (const json::Value& item : value->items())
        add(name_in(&item));
    return names;
}

bool is_true(const json::Value* value)
{
    return value != nullptr &&
           (value->as_bool() || text::equals_ignoring_case(value->as_string(), "true"));
}

// The same place in the metadata of the stream and at the top of its entry.
class Places {
public:
    explicit Places(const json::Value& raw_entry)
        : m_entry(raw_entry), m_metadata(metadata_at(raw_entry, {}))
    {}

    const json::Value* metadata(std::string_view name) const
    {
        return m_metadata != nullptr ? m_metadata->find(name) : nullptr;
    }
    const json::Value* top(std::string_view name) const { return m_entry.find(name); }

    std::string name(std::string_view in_metadata, std::string_view at_top) const
    {
        std::string found = name_in(metadata(in_metadata));
        return !found.empty() ? found : name_in(top(at_top));
    }
    std::vector<std::string> names(std::string_view in_metadata, std::string_view at_top) const
    {
        std::vector<std::string> found = names_in(metadata(in_metadata));
        return !found.empty() ? found : names_in(top(at_top));
    }

private:
    const json::Value& m_entry;
    const json::Value* m_metadata;
};

// "full table" and "FULL-TABLE" are FULL_TABLE.
std::string method_name(const std::string& text)
{
    std::string name = text::upper(text::trim(text));
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == ' ' || c == '-'; }, '_');
    return name;
}

void read_keys(const Places& places, CatalogEntry& entry)
{
    entry.key_properties = places.names("table-key-properties", "key_properties");
    if (entry.key_properties.empty())
        entry.key_properties = names_in(places.metadata("view-key-properties"));
    entry.valid_replication_keys = places.names("valid-replication-keys", "valid_replication_keys");
    const auto keys = places.names("replication-key", "replication_key");
    if (!keys.empty())
        entry.replication_key = keys.front();
}

void read_replication_method(const Places& places, CatalogEntry& entry)
{
    const json::Value* forced = places.metadata("forced-replication-method");
    if (forced != nullptr && forced->is_object())
        forced = forced->find("replication-method");
    entry.replication_method = method_name(name_in(forced));
    entry.forced_replication_method = !entry.replication_method.empty();
    if (!entry.forced_replication_method)
        entry.replication_method =
            method_name(places.name("replication-method", "replication_method"));
}

bool has_sql_datatypes(const json::Value& raw_entry)
{
    const json::Value* metadata = raw_entry.find("metadata");
    if (metadata == nullptr)
        return false;
    return std::any_of(metadata->items().begin(), metadata->items().end(), [](const auto& item) {
        const json::Value* about = item.find("metadata");
        return about != nullptr && about->find("sql-datatype") != nullptr;
    });
}

std::optional<json::Value> decoded_schema(const json::Value& raw_entry)
{
    const json::Value* schema = raw_entry.find("schema");
    if (schema == nullptr || !schema->is_string())
        return std::nullopt;
    auto decoded = json::parse(schema->as_string());
    return decoded && decoded->is_object() ? std::move(decoded) : std::nullopt;
}

// Decodes nothing in the usual case: lists of thousands of columns are searched with this.
bool is_text(const json::Value& value, const std::string& text)
{
    if (!value.is_string())
        return false;
    const std::string& source = value.source();
    if (source.find('\\') != std::string::npos)
        return value.as_string() == text;
    return source.size() == text.size() + 2 && source.compare(1, text.size(), text) == 0;
}

bool is_breadcrumb(const json::Value* given, const std::vector<std::string>& breadcrumb)
{
    if (given == nullptr || given->is_null())
        return breadcrumb.empty();
    if (given->is_string()) {
        const std::string text = given->as_string();
        const auto list = json::parse(text);
        return list && list->is_array() ? is_breadcrumb(&*list, breadcrumb)
                                        : text.empty() && breadcrumb.empty();
    }
    const auto& items = given->items();
    return given->is_array() && std::equal(items.rbegin(), items.rend(), breadcrumb.rbegin(),
                                           breadcrumb.rend(), is_text);
}

std::string known_inclusion(const json::Value* node)
{
    const json::Value* value = node != nullptr ? node->find("inclusion") : nullptr;
    const std::string inclusion = value != nullptr ? text::lower(value->as_string()) : "";
    const bool known =
        inclusion == "available" || inclusion == "automatic" || inclusion == "unsupported";
    return known ? inclusion : "";
}

} // namespace

std::optional<CatalogEntry> read_catalog_entry(const json::Value& raw_entry, std::size_t index)
{
    CatalogEntry entry;
    entry.index = index;
    entry.tap_stream_id = name_in(raw_entry.find("tap_stream_id"));
    entry.stream = name_in(raw_entry.find("stream"));
    if (entry.tap_stream_id.empty())
        entry.tap_stream_id = entry.stream;
    if (entry.stream.empty())
        entry.stream = entry.tap_stream_id;
    if (entry.stream.empty())
        return std::nullopt;

    const Places places(raw_entry);
    entry.table_name = name_in(places.top("table_name"));
    entry.schema_name = name_in(places.metadata("schema-name"));
    entry.database_name = places.name("database-name", "database_name");
    entry.parent_tap_stream_id = places.name("parent-tap-stream-id", "parent_tap_stream_id");
    entry.is_view = is_true(places.metadata("is-view")) || is_true(places.top("is_view"));
    read_keys(places, entry);
    read_replication_method(places, entry);
    entry.has_sql_datatypes = has_sql_datatypes(raw_entry);
    entry.decoded_schema = decoded_schema(raw_entry);
    return entry;
}

std::string CatalogEntry::inclusion(const json::Value& raw_entry,
                                    const std::vector<std::string>& breadcrumb) const
{
    std::string stated = known_inclusion(metadata_at(raw_entry, breadcrumb));
    if (!stated.empty())
        return stated;
    const json::Value* node = decoded_schema ? &*decoded_schema : raw_entry.find("schema");
    for (const std::string& name : breadcrumb)
        node = node != nullptr ? node->find(name) : nullptr;
    return known_inclusion(node);
}

const json::Value* metadata_at(const json::Value& raw_entry,
                               const std::vector<std::string>& breadcrumb)
{
    const json::Value* list = raw_entry.find("metadata");
    if (list == nullptr)
        return nullptr;
    for (auto item = list->items().rbegin(); item != list->items().rend(); ++item) {
        const json::Value* metadata = item->find("metadata");
        if (metadata != nullptr && metadata->is_object() &&
            is_breadcrumb(item->find("breadcrumb"), breadcrumb))
            return metadata;
    }
    return nullptr;
}

json::Value* metadata_at(json::Value& raw_entry, const std::vector<std::string>& breadcrumb)
{
    return const_cast<json::Value*>(metadata_at(std::as_const(raw_entry), breadcrumb));
}

} // namespace tapbridge::singer
