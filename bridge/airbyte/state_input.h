// The state that `read` is given, in every form that platforms, clients and people hand over:
// an empty file, null, [], {}, a list of STREAM, GLOBAL or LEGACY states (bare or inside a
// {"type":"STATE","state":...} envelope), one such state without a list, a bare Singer blob,
// Meltano's
// {"singer_state": ...}. Unknown, null and duplicate keys are ignored (PyAirbyte writes them).
#pragma once

#include "airbyte/error.h"
#include "util/json/value.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::airbyte {

struct StreamStateInput {
    StreamDescriptor stream; // namespace null or absent = nullopt
    json::Value state;       // null or {} = reset
};

struct StateInput {
    std::vector<StreamStateInput> streams; // of STREAM states, or of a GLOBAL state's list
    bool global = false; // it was a GLOBAL: a configured stream it does not list is reset
    std::optional<json::Value> shared; // a GLOBAL's shared_state
    std::optional<json::Value> blob;   // a LEGACY state, a bare Singer blob, Meltano's singer_state

    bool empty() const { return streams.empty() && !shared && !blob; }
};

// Throws config_error that names the file and the place for text that is not JSON or of no known
// shape.
StateInput read_state(std::string_view text, const std::string& path);

} // namespace tapbridge::airbyte
