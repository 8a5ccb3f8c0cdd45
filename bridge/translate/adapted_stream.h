// What an adapter says of one stream, put upon what the tap's catalog says of it.
#pragma once

#include "translate/discovery.h"
#include "translate/stream_rules.h"

#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::translate {

// The rules for one stream. A view has no log: a glob's log_based does not hold for one, nor what
// that glob says besides of how it is read.
struct RulesOfStream {
    RulesOfStream(const StreamRules& rules, const Stream& stream,
                  const singer::CatalogEntry& entry);

    const StreamRules& all;
    std::vector<std::string> names;
    StreamRule rule;
};

// Gives the columns that the adapter describes their schemas.
void adapt_columns(Stream& stream, const StreamRule& rule);

// The entry as if the tap had said of its replication what the adapter says.
singer::CatalogEntry with_method(singer::CatalogEntry entry, const StreamRule& rule);

// Keys, modes, cursor, excluded columns and all that the tap's catalog has no word for; the
// namespace last. The stream's columns, keys and replication are the tap's so far. Throws
// config_error for a column that the stream does not have.
void adapt(Stream& stream, const RulesOfStream& rules, std::vector<std::string>& warnings);

// Two streams that the adapter gives one name and namespace: a config_error that names both.
void check_names(const std::vector<Stream>& streams, const singer::Catalog& catalog);

// An alias that is the name of another stream, which has none itself: a config_error. Records under
// it could be either's.
void check_aliases(const std::vector<Stream>& streams, const singer::Catalog& catalog);

// One warning for each entry of the adapter that fits none of these streams.
void warn_of_unmatched(const StreamRules& rules,
                       const std::vector<std::vector<std::string>>& names_of_streams,
                       std::vector<std::string>& warnings);

} // namespace tapbridge::translate
