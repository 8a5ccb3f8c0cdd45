// What a tap can do, found out by asking it: --help, then --about where it has that.
#pragma once

#include "adapter/tap_help.h"
#include "cli/config_file.h"
#include "cli/session.h"
#include "translate/spec.h"

#include <optional>
#include <string>
#include <vector>

namespace tapbridge::cli {

struct TapFacts {
    adapter::TapOptions options;         // where --help was no help: what nearly every tap takes
    std::optional<translate::Spec> spec; // from --about

    const translate::Spec* spec_or_null() const { return spec ? &*spec : nullptr; }

    std::vector<std::string> config_arguments(const ConfigFile& config) const;
    // --catalog, --properties, both or none. Some taps read only the one and ignore the other in
    // silence.
    std::vector<std::string> catalog_arguments(const std::string& path) const;
};

// Throws TapFailureException where the tap cannot be started.
TapFacts ask_tap(Session& session);

// The settings that the tap says it misses when it is given none.
std::vector<std::string> ask_missing_keys(Session& session, const TapFacts& facts);

} // namespace tapbridge::cli
