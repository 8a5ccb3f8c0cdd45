// One entry of a tap's catalog, cleaned up.
#pragma once

#include "singer/catalog.h"

namespace tapbridge::singer {

// Nothing where the entry names no stream.
std::optional<CatalogEntry> read_catalog_entry(const json::Value& raw_entry, std::size_t index);

} // namespace tapbridge::singer
