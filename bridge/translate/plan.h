// What a read has to do: the configured catalog against what the tap has.
#pragma once

#include "airbyte/configured_catalog.h"
#include "singer/catalog.h"
#include "translate/discovery.h"
#include "translate/selection.h"
#include "translate/state.h"

#include <string>
#include <vector>

namespace tapbridge::translate {

// A configured stream that the tap has.
struct ReadStream {
    airbyte::StreamDescriptor descriptor;
    Selection selection; // entry, replication, key, columns

    bool incremental() const { return selection.replication != Replication::full_table; }
};

struct ReadPlan {
    std::vector<ReadStream> streams;
    std::vector<airbyte::StreamDescriptor> unknown; // configured, but the tap does not have them
    std::vector<std::string> known_names;           // what it has instead, for the message
    std::vector<std::string> warnings;
};

// Any known stream is accepted in any sync mode: clients ask for incremental without a cursor
// (PyAirbyte always does) and for full refresh everywhere. Incremental without a usable cursor, or
// on a stream that cannot, is read in full, with one warning. Throws config_error for an unknown
// sync mode and for a catalog without streams.
ReadPlan plan_read(const airbyte::ConfiguredCatalog& configured, const singer::Catalog& catalog,
                   const Discovered& discovered);

// The same for a tap that cannot discover: every configured stream is taken for what it says it is,
// and the run itself shows which ones exist. `catalog` is made from the configured streams.
ReadPlan plan_read_without_discovery(const airbyte::ConfiguredCatalog& configured,
                                     singer::Catalog& catalog);

// The error of a configured stream that the tap does not have; names the nearest ones that it has.
airbyte::Error unknown_stream_error(const airbyte::StreamDescriptor& stream,
                                    const std::vector<std::string>& known_names);

} // namespace tapbridge::translate
