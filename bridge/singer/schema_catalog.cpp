#include "singer/schema_catalog.h"

#include <utility>

namespace tapbridge::singer {

namespace {

std::vector<std::string> strings(std::string_view text)
{
    std::vector<std::string> list;
    if (const std::optional<json::Value> value = json::parse(text)) {
        for (const json::Value& item : value->items()) {
            list.push_back(item.as_string());
        }
    }
    return list;
}

const json::Value* columns_of(const json::Value& schema)
{
    const json::Value* const properties = schema.find("properties");
    return properties != nullptr && properties->is_object() ? properties : nullptr;
}

} // namespace

// The columns of both. Where one of the two lists none, the later schema stands.
void SchemaCatalog::merge(Stream& stream, json::Value later)
{
    if (columns_of(stream.schema) == nullptr || columns_of(later) == nullptr) {
        stream.schema = std::move(later);
        stream.columns.clear();
        if (json::Value* const properties = stream.schema.find("properties")) {
            for (std::size_t i = 0; i < properties->members().size(); ++i) {
                stream.columns[properties->members()[i].name] = i;
            }
        }
        return;
    }
    std::vector<json::Member>& columns = stream.schema.find("properties")->members();
    for (json::Member& column : later.find("properties")->members()) {
        const auto [known, is_new] = stream.columns.emplace(column.name, columns.size());
        if (is_new) {
            m_size += column.name.size() + column.value.text().size();
            columns.push_back(std::move(column));
        } else {
            columns[known->second].value = std::move(column.value);
        }
    }
}

void SchemaCatalog::add(const Message& message)
{
    auto found = m_streams.find(message.stream);
    const bool is_new = found == m_streams.end();
    if (is_too_large() || (!is_new && found->second.last_schema == message.payload)) {
        return;
    }
    if (is_new) {
        found = m_streams.emplace(std::string(message.stream), Stream{}).first;
        m_order.emplace_back(message.stream);
        m_size += message.stream.size() + message.payload.size();
    }
    Stream& stream = found->second;
    if (std::optional<json::Value> schema = json::parse(message.payload)) {
        merge(stream, std::move(*schema));
    }
    stream.last_schema = message.payload;
    stream.key_properties = strings(message.key_properties);
}

Catalog SchemaCatalog::catalog() const
{
    json::Value streams = json::Value::array();
    for (const std::string& name : m_order) {
        const Stream& stream = m_streams.find(name)->second;
        json::Value keys = json::Value::array();
        for (const std::string& key : stream.key_properties) {
            keys.items().push_back(json::Value::string(key));
        }
        json::Value entry = json::Value::object();
        entry.set("stream", json::Value::string(name));
        entry.set("tap_stream_id", json::Value::string(name));
        entry.set("schema", stream.schema);
        entry.set("key_properties", std::move(keys));
        streams.items().push_back(std::move(entry));
    }
    json::Value raw = json::Value::object();
    raw.set("streams", std::move(streams));
    return *read_catalog(raw.text()).catalog;
}

} // namespace tapbridge::singer
