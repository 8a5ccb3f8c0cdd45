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

void add_properties(json::Value& schema, const json::Value& later)
{
    const json::Value* const more = later.find("properties");
    json::Value* const properties = schema.find("properties");
    if (more == nullptr || properties == nullptr || !properties->is_object()) {
        schema = later;
        return;
    }
    for (const json::Member& member : more->members()) {
        properties->set(member.name, member.value);
    }
}

} // namespace

void SchemaCatalog::add(const Message& message)
{
    auto found = m_streams.find(message.stream);
    if (found == m_streams.end()) {
        found = m_streams.emplace(std::string(message.stream), Stream{}).first;
        m_order.emplace_back(message.stream);
    }
    Stream& stream = found->second;
    if (stream.last_schema == message.payload) {
        return;
    }
    if (std::optional<json::Value> schema = json::parse(message.payload)) {
        if (stream.last_schema.empty()) {
            stream.schema = std::move(*schema);
        } else {
            add_properties(stream.schema, *schema);
        }
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
