#include "translate/names.h"

#include <algorithm>
#include <utility>

namespace tapbridge::translate {

namespace {

bool is_schema_table(std::string_view name, const std::string& schema, const std::string& table)
{
    return !schema.empty() && !table.empty() && name.size() == schema.size() + 1 + table.size() &&
           name.starts_with(schema) && name.ends_with(table) &&
           std::string_view("-_.").find(name[schema.size()]) != std::string_view::npos;
}

bool explains(const singer::CatalogEntry& entry, std::string_view name)
{
    return name == entry.stream || name == entry.tap_stream_id ||
           is_schema_table(name, entry.schema_name, entry.table_name) ||
           is_schema_table(name, entry.database_name, entry.table_name);
}

// The separators of schema and table are alike to the index.
std::string index_key(std::string_view name)
{
    std::string key(name);
    std::replace_if(
        key.begin(), key.end(), [](char c) { return c == '_' || c == '.'; }, '-');
    return key;
}

} // namespace

WireNames::WireNames(const singer::Catalog& catalog, const std::vector<std::size_t>& selected)
    : m_catalog(catalog), m_positions(catalog.entries.size())
{
    for (std::size_t i = 0; i < selected.size(); ++i) {
        m_positions[selected[i]] = i;
    }
    for (std::size_t i = 0; i < catalog.entries.size(); ++i) {
        const singer::CatalogEntry& entry = catalog.entries[i];
        index(i, entry.stream);
        index(i, entry.tap_stream_id);
        index(i, entry.schema_name + "-" + entry.table_name);
        index(i, entry.database_name + "-" + entry.table_name);
    }
}

void WireNames::index(std::size_t entry, const std::string& name)
{
    std::vector<std::size_t>& entries = m_entries[index_key(name)];
    if (entries.empty() || entries.back() != entry) {
        entries.push_back(entry);
    }
}

WireNames::Match WireNames::match(std::string_view wire_name) const
{
    Match match;
    const auto found = m_entries.find(index_key(wire_name));
    if (found == m_entries.end()) {
        return match;
    }
    for (const std::size_t i : found->second) {
        if (!explains(m_catalog.entries[i], wire_name)) {
            continue;
        }
        if (m_positions[i]) {
            match.streams.push_back(*m_positions[i]);
        } else {
            match.kind = Kind::unselected;
        }
    }
    std::sort(match.streams.begin(), match.streams.end());
    if (!match.streams.empty()) {
        match.kind = match.streams.size() == 1 ? Kind::selected : Kind::ambiguous;
    }
    return match;
}

} // namespace tapbridge::translate
