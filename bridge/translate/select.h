// Which streams are to be read, and how: from a discovered catalog to a configured one.
#pragma once

#include "translate/discovered_catalog.h"
#include "util/json/value.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tapbridge::translate {

// STREAM=FIELD. A stream goes by its name, by "namespace.name", or by a glob over either.
struct FieldChoice {
    std::string stream;
    std::string field; // "a.b" is b within a, where no field is called "a.b"
};

struct SelectChoices {
    enum class Mode : std::uint8_t {
        best, // incremental where the stream offers it and a cursor is known
        incremental,
        full_refresh
    };

    std::vector<std::string> streams; // empty: all
    Mode mode = Mode::best;
    std::vector<FieldChoice> cursors;
    std::vector<FieldChoice> excluded_fields;
};

// The ConfiguredAirbyteCatalog, in the order of the discovered one: full_refresh with overwrite,
// incremental with append_dedup where a primary key is known, else with append. Throws config_error
// that names the stream and the remedy for a stream or field that is not there, and for what the
// stream cannot do.
json::Value configured_catalog(const std::vector<OfferedStream>& offered,
                               const SelectChoices& choices);

// The same as JSON text, one stream a line.
std::string catalog_text(const json::Value& configured);

// Streams, modes, keys and cursors, for people.
std::string stream_table(const std::vector<OfferedStream>& offered,
                         const std::vector<std::string>& streams);

} // namespace tapbridge::translate
