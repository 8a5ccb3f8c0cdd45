// The metadata list of one entry of a tap's catalog, for changing much of it at once.
#pragma once

#include "util/json/value.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::translate {

using Breadcrumb = std::vector<std::string>; // {} = the stream, {"properties", "id"} = a column

// Knows where each breadcrumb stands, so that marking a table of thousands of columns does not
// search the list for every one. Works on the raw entry itself, which gets a list where it had
// none.
class EntryMetadata {
public:
    // `raw_entry` must be an object and outlive this.
    explicit EntryMetadata(json::Value& raw_entry);

    // A value of that breadcrumb, or null. Where a breadcrumb stands twice, the last one counts, as
    // in the taps' own libraries.
    const json::Value* find(const Breadcrumb& breadcrumb, std::string_view key) const;
    // Of the property there: "available", "automatic", "unsupported" or "". The metadata's, else
    // that of its schema (may be null); the same as CatalogEntry::inclusion().
    std::string inclusion(const Breadcrumb& breadcrumb, const json::Value* schema) const;
    // Sets it, adding the breadcrumb where it is missing. One that stands twice gets it twice.
    void set(const Breadcrumb& breadcrumb, std::string_view key, const json::Value& value);
    void erase(const Breadcrumb& breadcrumb, std::string_view key);

    std::vector<Breadcrumb> paths() const;

private:
    std::vector<json::Value>& list() const;

    json::Value& m_raw_entry;
    std::map<Breadcrumb, std::vector<std::size_t>> m_places; // indices into the list
};

} // namespace tapbridge::translate
