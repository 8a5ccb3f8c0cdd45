// A tap's catalog, as `--discover` prints it. Real ones are dirty: no `stream` or no
// `tap_stream_id`, metadata absent or empty, "" for unset, a string where a list belongs, keys in
// the metadata or at top level, `inclusion` only inside the schema (tap-mysql). All that is settled
// here.
#pragma once

#include "util/json/value.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::singer {

struct CatalogEntry {
    std::size_t index = 0;     // of the entry in the catalog's `streams`
    std::string tap_stream_id; // else `stream`
    std::string stream;        // else `tap_stream_id`
    std::string table_name;    // "" = none; likewise below
    std::string schema_name;   // metadata schema-name
    std::string database_name; // metadata database-name, else top level
    // table-key-properties, else top level, else view-key-properties
    std::vector<std::string> key_properties;
    std::vector<std::string> valid_replication_keys; // also from a plain string; empty = none
    std::string replication_key;                     // metadata, else top level
    // forced-replication-method, else metadata replication-method, else top level; upper case with
    // underscores, "" = none
    std::string replication_method;
    bool forced_replication_method = false;
    std::string parent_tap_stream_id;
    bool is_view = false;
    bool has_sql_datatypes = false; // a column with sql-datatype: a database tap
    // The schema, where the tap gave it as a string that holds JSON.
    std::optional<json::Value> decoded_schema;

    // Of a property by its breadcrumb below the stream, e.g. {"properties", "id"}: "available",
    // "automatic", "unsupported" or "". Metadata first, else the schema's own `inclusion`.
    std::string inclusion(const json::Value& raw_entry,
                          const std::vector<std::string>& breadcrumb) const;
};

struct Catalog {
    json::Value raw; // everything as the tap gave it
    std::vector<CatalogEntry> entries;

    const json::Value& raw_entry(const CatalogEntry& entry) const;
    // An empty object where there is none.
    const json::Value& schema(const CatalogEntry& entry) const;
};

// The metadata object of that breadcrumb inside a raw entry, or null. The last one where several
// have the same breadcrumb. A breadcrumb that is null, "" or absent means the stream itself; one
// may also be a string that holds a JSON list. Walks the whole list: not for a loop over all
// columns.
const json::Value* metadata_at(const json::Value& raw_entry,
                               const std::vector<std::string>& breadcrumb);
json::Value* metadata_at(json::Value& raw_entry, const std::vector<std::string>& breadcrumb);

struct CatalogResult {
    std::optional<Catalog> catalog;
    // Why there is none: "printed nothing", "line 3, column 7: is not JSON", ...
    std::string problem;
    // The output was SCHEMA, RECORD or STATE messages: the tap had started to sync.
    bool is_message_stream = false;
    // Entries that had to be left out, and why.
    std::vector<std::string> warnings;
};

// Reads all that a tap printed on stdout when asked to discover: one object with `streams`,
// whatever stands before or behind it, or the bare list of streams.
CatalogResult read_catalog(std::string_view output);

} // namespace tapbridge::singer
