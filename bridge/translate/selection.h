// Marks a tap's own catalog with what is to be read.
#pragma once

#include "singer/catalog.h"
#include "util/json/value.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tapbridge::translate {

enum class Replication : std::uint8_t { full_table, incremental, log_based };

struct Selection {
    std::size_t entry = 0; // index into Catalog::entries
    Replication replication = Replication::full_table;
    std::string replication_key;      // not with full_table; empty = what the tap's catalog says
    std::vector<std::string> columns; // top-level properties wanted; empty = all
    std::vector<std::string> primary_key; // always stay selected, like the replication key
    // The primary key is the user's or the adapter's: taps need to be told that of views.
    bool key_is_given = false;
    std::vector<std::string> excluded_columns; // never selected, unless they are keys
};

struct MarkedCatalog {
    json::Value catalog;
    std::vector<std::string>
        warnings; // e.g. of fieldExclusions: which field was left out for which
};

// The catalog to hand to the tap: the raw one, unknown keys and digits included, with
// - an explicit `selected` true or false on every stream, selected or not;
// - an explicit `selected` on every property of a selected stream, nested ones (properties, items'
//   properties and those of anyOf and oneOf alternatives) included: columns that were not wanted
//   are false; primary keys (the tap's own too), the replication key and `automatic` ones stay;
//   `unsupported` never; nested ones follow their parent; of `fieldExclusions` that exclude each
//   other the later ones are left out with a warning;
// - the same value in a `selected` that stood inside the schema itself or at an entry's top level
//   (old taps read it there);
// - replication method and key in the metadata (replication-method, replication-key) and at top
//   level (replication_method, replication_key); for a full-table stream both keys are removed from
//   both places, else SDK taps stay incremental. An empty replication_key leaves the tap's own
//   where they are. A forced-replication-method that says otherwise is overruled; it stays as it
//   came where it does not.
// - the primary key of a view as view-key-properties, where it is not the tap's own.
// Entries without metadata get a list; missing breadcrumbs are added. `inclusion` that stood only
// in the schema is not copied. Below an unselected stream nothing is added; a `selected` that stood
// there is false, for taps that ask their columns only.
MarkedCatalog mark_catalog(const singer::Catalog& catalog,
                           const std::vector<Selection>& selections);

} // namespace tapbridge::translate
