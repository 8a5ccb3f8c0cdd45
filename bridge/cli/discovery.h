// Asks a tap for its catalog.
#pragma once

#include "cli/config_file.h"
#include "cli/tap_facts.h"
#include "singer/catalog.h"

#include <chrono>
#include <optional>

namespace tapbridge::cli {

// The catalog of a tap, by its --discover. None where the tap cannot discover: its adapter says so,
// its --help does not list --discover, or it starts a sync instead, which is stopped at once.
// Throws TapFailureException where discovery failed, with what the tap said (timeout_failure() when
// the `timeout` was over); Interrupted.
std::optional<singer::Catalog> discover_catalog(Session& session, const TapFacts& facts,
                                                ConfigFile& config,
                                                std::optional<std::chrono::milliseconds> timeout);

// The catalog of a tap that cannot discover: from the SCHEMA messages of a sync, which is stopped
// once every stream that the adapter names (not by a glob) has come, or after
// adapter.discover_timeout with a warning that the list may be short. A `timeout` that is shorter
// holds instead.
singer::Catalog discover_by_sync(Session& session, const TapFacts& facts, ConfigFile& config,
                                 std::optional<std::chrono::milliseconds> timeout = std::nullopt);

} // namespace tapbridge::cli
