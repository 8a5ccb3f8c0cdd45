// What is known of a tap beyond what it says itself. The defaults carry a normal tap.
#pragma once

#include "adapter/mapping.h"
#include "translate/failure.h"
#include "translate/stream_rules.h"
#include "util/json/value.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tapbridge::adapter {

// How the tap is called.
struct TapCall {
    std::vector<std::string> command; // argv; empty: it stands after "--"
    // Set beside what the tap inherits.
    std::vector<std::pair<std::string, std::string>> environment;
    std::string cwd; // absolute; empty: the caller's for a command after "--", else a private one
    // Before the path of the catalog, each time. Absent: told by the tap's --help. Empty: none.
    std::optional<std::vector<std::string>> catalog_flags;
    std::optional<std::string> state_flag; // absent: told by --help; "": no state is given
    // Arguments that make it discover, beside --config. Absent: told by --help.
    std::optional<std::vector<std::string>> discover;
    bool from_sync = false; // it cannot discover: streams come from the SCHEMAs of a sync
};

struct Check {
    enum class By : std::uint8_t { read, discovery };

    By by = By::read;
    std::vector<std::string> streams; // to be tried, in this order; empty: the first that may serve
    std::chrono::milliseconds timeout{300'000};
};

struct Adapter {
    std::string name;              // of the connector
    std::string documentation_url; // "" = none
    TapCall tap;
    // connectionSpecification, or a whole ConnectorSpecification that holds one. Absent: the tap's.
    std::optional<json::Value> spec;
    std::optional<ConfigMapping> config; // absent: the tap gets the user's config
    translate::StreamRules streams;
    bool global_state = false;                        // state.type
    std::chrono::milliseconds state_interval{10'000}; // states are merged by time
    Check check;
    std::vector<translate::ErrorPattern> errors;
    std::size_t line_limit = std::size_t{256} << 20;
    std::chrono::milliseconds idle{0};            // a tap silent for so long is stopped; 0 = never
    std::chrono::milliseconds stop_grace{10'000}; // between TERM and KILL
    std::chrono::milliseconds discover_timeout{120'000}; // for a tap that discovers by syncing
    std::chrono::milliseconds probe_timeout{30'000};     // --help, --about
};

} // namespace tapbridge::adapter
