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

} // namespace

WireNames::WireNames(const singer::Catalog& catalog, std::vector<std::size_t> selected)
    : m_catalog(catalog), m_selected(std::move(selected))
{}

WireNames::Match WireNames::match(std::string_view wire_name) const
{
    Match match;
    for (std::size_t i = 0; i < m_selected.size(); ++i) {
        if (explains(m_catalog.entries[m_selected[i]], wire_name)) {
            match.streams.push_back(i);
        }
    }
    if (match.streams.size() == 1) {
        match.kind = Kind::selected;
    } else if (match.streams.size() > 1) {
        match.kind = Kind::ambiguous;
    } else if (std::any_of(m_catalog.entries.begin(), m_catalog.entries.end(),
                           [&](const auto& entry) { return explains(entry, wire_name); })) {
        match.kind = Kind::unselected;
    }
    return match;
}

} // namespace tapbridge::translate
