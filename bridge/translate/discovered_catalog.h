// What `discover` printed, read back.
#pragma once

#include "util/json/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::translate {

// A stream as Airbyte is offered it (AirbyteStream).
struct OfferedStream {
    json::Value stream; // verbatim
    std::string name;
    std::string shown; // "namespace.name" where it has a namespace
    bool incremental = false;
    bool own_cursor = false;                           // source-defined: no other is possible
    std::vector<std::string> cursor;                   // a path; empty = none
    std::vector<std::vector<std::string>> primary_key; // paths
};

// The catalog in the text: a CATALOG message among others, in one line or many, or the catalog
// alone. `path` is for messages. Throws config_error that names it where there is none.
std::vector<OfferedStream> read_discovered_catalog(std::string_view text, const std::string& path);

} // namespace tapbridge::translate
