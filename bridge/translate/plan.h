// What a read has to do: the configured catalog against what the tap has.
#pragma once

#include "airbyte/configured_catalog.h"
#include "singer/catalog.h"
#include "translate/discovery.h"
#include "translate/names.h"
#include "translate/selection.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace tapbridge::translate {

// A configured stream that the tap has.
struct ReadStream {
    airbyte::StreamDescriptor descriptor;
    Selection selection; // entry, replication, key, columns
    // Read from the log: the column that tells when a row was deleted; "" otherwise.
    std::string deleted_at = {};
    bool may_be_absent = false; // a tap that never mentions it has read it to its end
    // Entries of the catalog that it hangs on: its parents, theirs and so on.
    std::vector<std::size_t> ancestors = {};

    bool incremental() const { return selection.replication != Replication::full_table; }
};

// A stream that others hang on. In a run that reads these and not itself, the tap is told to read
// it in full, whatever it has read before: children of all of it are wanted. Its records are
// dropped.
struct ParentStream {
    Selection selection;
    std::string name;
    std::vector<std::size_t> ancestors; // of its own
};

struct ReadPlan {
    std::vector<ReadStream> streams;
    std::map<std::size_t, ParentStream> parents; // by entry: every ancestor, configured ones too
    NameRules names;
    // Of those below: names that the adapter excludes.
    std::vector<std::string> excluded_names;
    std::vector<airbyte::StreamDescriptor> unknown; // configured, but the tap does not have them
    std::vector<std::string> known_names;           // what it has instead, for the message
    std::vector<std::string> warnings;
};

// Any known stream is accepted in any sync mode: clients ask for incremental without a cursor
// (PyAirbyte always does) and for full refresh everywhere. Incremental without a usable cursor, or
// on a stream that cannot, is read in full, with one warning. Throws config_error for an unknown
// sync mode, for a catalog without streams, and for a stream that hangs on one which the tap does
// not have.
ReadPlan plan_read(const airbyte::ConfiguredCatalog& configured, const singer::Catalog& catalog,
                   const Discovered& discovered);

// The same for a tap that cannot discover: every configured stream is taken for what it says it is,
// and the run itself shows which ones exist. `catalog` is made from the configured streams, and
// from those that the rules say they hang on. Of the rules hold exclude, primary_key, replication
// and modes, alias, may_be_absent, requires and deleted_at; the cursor of log-based streams.
ReadPlan plan_read_without_discovery(const airbyte::ConfiguredCatalog& configured,
                                     singer::Catalog& catalog, const StreamRules& rules = {});

// The error of a configured stream that the tap does not have; names the nearest one that it has.
airbyte::Error unknown_stream_error(const airbyte::StreamDescriptor& stream,
                                    const std::vector<std::string>& known_names);

// The error of a configured stream that the adapter excludes.
airbyte::Error excluded_stream_error(const airbyte::StreamDescriptor& stream);

} // namespace tapbridge::translate
