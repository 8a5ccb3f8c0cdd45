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

WireNames::WireNames(const singer::Catalog& catalog, const std::vector<std::size_t>& selected,
                     const NameRules& rules)
    : m_catalog(catalog), m_rules(rules), m_positions(catalog.entries.size())
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
        if (i < rules.aliases.size() && !rules.aliases[i].empty()) {
            index(i, rules.aliases[i]);
        }
    }
}

void WireNames::index(std::size_t entry, const std::string& name)
{
    std::vector<std::size_t>& entries = m_entries[index_key(name)];
    if (entries.empty() || entries.back() != entry) {
        entries.push_back(entry);
    }
}

bool WireNames::has_alias(std::size_t entry, std::string_view name) const
{
    return entry < m_rules.aliases.size() && !name.empty() && m_rules.aliases[entry] == name;
}

// Of the catalog, those that may be meant.
std::vector<std::size_t> WireNames::entries_for(std::string_view wire_name) const
{
    std::vector<std::size_t> entries;
    const auto found = m_entries.find(index_key(wire_name));
    if (found == m_entries.end()) {
        return entries;
    }
    const auto is_alias = [&](std::size_t entry) { return has_alias(entry, wire_name); };
    const bool any_alias = std::any_of(found->second.begin(), found->second.end(), is_alias);
    for (const std::size_t i : found->second) {
        const bool has_another = i < m_rules.aliases.size() && !m_rules.aliases[i].empty();
        const bool own_name_counts = !any_alias || (m_positions[i] && !has_another);
        if (is_alias(i) || (own_name_counts && explains(m_catalog.entries[i], wire_name))) {
            entries.push_back(i);
        }
    }
    return entries;
}

WireNames::Match WireNames::match(std::string_view wire_name) const
{
    Match match;
    const std::vector<std::size_t> entries = entries_for(wire_name);
    if (entries.empty()) {
        match.kind = m_rules.rules.excludes_unknown(wire_name) ? Kind::excluded : Kind::unknown;
        return match;
    }
    match.kind = Kind::excluded;
    for (const std::size_t i : entries) {
        if (m_positions[i]) {
            match.streams.push_back(*m_positions[i]);
        } else if (i >= m_rules.excluded.size() || !m_rules.excluded[i]) {
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
