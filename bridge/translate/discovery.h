// From a tap's catalog to the streams that Airbyte is offered.
#pragma once

#include "airbyte/error.h"
#include "singer/catalog.h"
#include "translate/stream_rules.h"
#include "util/json/value.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tapbridge::translate {

// A stream as Airbyte knows it, and the catalog entry it stands for.
struct Stream {
    airbyte::StreamDescriptor descriptor;
    std::size_t entry = 0; // index into Catalog::entries
    json::Value json_schema;
    std::vector<std::vector<std::string>> primary_key; // one path per key
    bool key_is_adapters = false;                      // the adapter says what it is
    bool full_refresh = true;                          // offered as full refresh
    bool incremental = false;                          // offered as incremental
    bool source_defined_cursor = false;                // the tap allows no choice
    // The keys a tap allows are in valid_replication_keys. Empty with source_defined_cursor where
    // the tap keeps its position by other means than a column (files by date): it is then read
    // incrementally without a replication key.
    std::vector<std::string> default_cursor;
    bool log_based = false;
    bool forced_full_table = false;
    // Log-based: the column that tells when a row was deleted; "" otherwise.
    std::string deleted_at;
    // Log-based: the replication key that the tap is told; "" = none. Some taps want one to keep
    // their position by (meltanolabs-tap-postgres: _sdc_lsn, else each run starts at the slot's).
    std::string log_key;

    // ---- what only an adapter says
    std::vector<std::string> excluded_columns; // of the tap's schema; not offered
    std::string alias;                         // the name under which the tap sends it; "" = none
    bool may_be_absent = false;
    std::vector<std::string> required; // names of the streams that it hangs on
};

struct Discovered {
    std::vector<Stream> streams;
    std::vector<Stream> excluded; // by the adapter: not offered, but others may hang on them
    std::vector<std::string> warnings;
    StreamRules rules; // that it was made by
};

// Name and namespace are those a native Airbyte source would give: `table_name` with schema-name
// (else database-name) as the namespace for tables; else `stream`, else `tap_stream_id`, without a
// namespace; `tap_stream_id` again for all streams whose name and namespace would not be unique. A
// number is appended, with a warning, where that is not unique either.
//
// full_refresh is always offered. incremental is offered where the metadata says so (a replication
// key that exists in the schema, a non-empty list of valid-replication-keys, a
// forced-replication-method of INCREMENTAL, or LOG_BASED), and for database tables (table_name and
// sql-datatype on columns, or a table with table_name whose tap leaves the method open) with a
// cursor of the user's choice. A forced-replication-method of FULL_TABLE is not incremental.
//
// Cursors are given only where their columns exist in the schema and hold single values. A primary
// key is given whole or, with a warning, not at all: part of one would make destinations merge rows
// that differ. Columns that the tap calls unsupported never hold a value: they are left out, with a
// warning.
//
// What the adapter's rules say of a stream goes before all that. A rule for a stream by its name
// that speaks of a column which the stream does not have, streams that are given one name, and
// circles of `requires` are config_errors that name the place in the adapter; a glob's does not
// hold for such a stream, with a warning, and so does a rule that fits no stream.
Discovered discover(const singer::Catalog& catalog, const StreamRules& rules = {});

// Makes it a stream that is read from the database's log: incremental, the cursor is the source's,
// and the columns that log-based taps add without declaring them are declared, nullable.
// `deleted_at`: the column that tells when a row was deleted.
void make_log_based(Stream& stream, std::string_view deleted_at = "_sdc_deleted_at");

class StreamLookup {
public:
    explicit StreamLookup(const std::vector<Stream>& streams); // which must outlive this

    // The stream of that name and namespace (absent = ""). Where there is none, the only one of
    // that name, unless both sides name a namespace: another schema's table is never a substitute.
    // Null where there is none.
    const Stream* find(const airbyte::StreamDescriptor& descriptor) const;

private:
    std::unordered_map<std::string_view, std::vector<const Stream*>> m_by_name;
};

// The `streams` of an Airbyte catalog.
json::Value to_airbyte(const std::vector<Stream>& streams);

} // namespace tapbridge::translate
