#include "translate/entry_metadata.h"

#include "util/text.h"

#include <optional>
#include <utility>

namespace tapbridge::translate {

namespace {

// As singer::metadata_at() understands them: nothing at all means the stream, and a list may stand
// inside a string.
std::optional<Breadcrumb> breadcrumb_of(const json::Value* listed)
{
    Breadcrumb breadcrumb;
    if (listed == nullptr || listed->is_null()) {
        return breadcrumb;
    }
    if (listed->is_string()) {
        const std::string text = listed->as_string();
        const std::optional<json::Value> list = json::parse(text);
        if (list && list->is_array()) {
            return breadcrumb_of(&*list);
        }
        return text.empty() ? std::optional(breadcrumb) : std::nullopt;
    }
    for (const json::Value& part : listed->items()) {
        if (!part.is_string()) {
            return std::nullopt;
        }
        breadcrumb.push_back(part.as_string());
    }
    return listed->is_array() ? std::optional(breadcrumb) : std::nullopt;
}

std::string known_inclusion(const json::Value* value)
{
    const std::string inclusion = value ? text::lower(value->as_string()) : std::string();
    const bool known =
        inclusion == "available" || inclusion == "automatic" || inclusion == "unsupported";
    return known ? inclusion : std::string();
}

json::Value new_item(const Breadcrumb& breadcrumb)
{
    json::Value path = json::Value::array();
    for (const std::string& part : breadcrumb) {
        path.items().push_back(json::Value::string(part));
    }
    json::Value item = json::Value::object();
    item.set("breadcrumb", std::move(path));
    item.set("metadata", json::Value::object());
    return item;
}

} // namespace

EntryMetadata::EntryMetadata(json::Value& raw_entry) : m_raw_entry(raw_entry)
{
    const json::Value* metadata = raw_entry.find("metadata");
    if (metadata == nullptr || !metadata->is_array()) {
        raw_entry.set("metadata", json::Value::array());
    }
    const std::vector<json::Value>& items = list();
    for (std::size_t i = 0; i < items.size(); ++i) {
        const json::Value* about = items[i].find("metadata");
        if (about == nullptr || !about->is_object()) {
            continue;
        }
        if (const auto breadcrumb = breadcrumb_of(items[i].find("breadcrumb"))) {
            m_places[*breadcrumb].push_back(i);
        }
    }
}

std::vector<json::Value>& EntryMetadata::list() const
{
    return m_raw_entry.find("metadata")->items();
}

const json::Value* EntryMetadata::find(const Breadcrumb& breadcrumb, std::string_view key) const
{
    const auto places = m_places.find(breadcrumb);
    if (places == m_places.end()) {
        return nullptr;
    }
    return list()[places->second.back()].find("metadata")->find(key);
}

std::string EntryMetadata::inclusion(const Breadcrumb& breadcrumb, const json::Value* schema) const
{
    std::string stated = known_inclusion(find(breadcrumb, "inclusion"));
    if (stated.empty() && schema != nullptr) {
        stated = known_inclusion(schema->find("inclusion"));
    }
    return stated;
}

void EntryMetadata::set(const Breadcrumb& breadcrumb, std::string_view key,
                        const json::Value& value)
{
    std::vector<std::size_t>& places = m_places[breadcrumb];
    if (places.empty()) {
        places.push_back(list().size());
        list().push_back(new_item(breadcrumb));
    }
    for (const std::size_t place : places) {
        list()[place].find("metadata")->set(key, value);
    }
}

void EntryMetadata::erase(const Breadcrumb& breadcrumb, std::string_view key)
{
    const auto places = m_places.find(breadcrumb);
    if (places == m_places.end()) {
        return;
    }
    for (const std::size_t place : places->second) {
        list()[place].find("metadata")->erase(key);
    }
}

std::vector<Breadcrumb> EntryMetadata::paths() const
{
    std::vector<Breadcrumb> paths;
    for (const auto& [breadcrumb, places] : m_places) {
        paths.push_back(breadcrumb);
    }
    return paths;
}

} // namespace tapbridge::translate
