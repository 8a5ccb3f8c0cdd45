// The catalog that `read` is given (ConfiguredAirbyteCatalog). Keys that are null count as absent:
// Airbyte's clients write them.
#pragma once

#include "airbyte/error.h"
#include "util/json/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::airbyte {

struct ConfiguredStream {
    StreamDescriptor descriptor;
    bool incremental = false;
    std::string sync_mode;                             // as it came; incremental is set from it
    bool sync_mode_known = true;                       // full_refresh or incremental
    std::vector<std::string> cursor_field;             // a path; empty = none given
    std::vector<std::vector<std::string>> primary_key; // paths
    std::vector<std::string> columns; // top-level properties of its json_schema; empty = all
};

struct ConfiguredCatalog {
    std::vector<ConfiguredStream> streams;
};

// `path` is for messages only. Throws config_error that names the file, the place and the remedy
// for text that is not JSON or not of this shape. An empty list of streams is not an error here.
ConfiguredCatalog read_configured_catalog(std::string_view text, const std::string& path);

} // namespace tapbridge::airbyte
