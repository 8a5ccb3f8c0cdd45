// What a tap can do: as its adapter says, else found out by asking it: --help, then --about where
// it has that.
#pragma once

#include "adapter/tap_help.h"
#include "cli/config_file.h"
#include "cli/session.h"
#include "translate/spec.h"

#include <optional>
#include <string>
#include <vector>

namespace tapbridge::cli {

// The adapter's word comes first, then what the tap's --help lists; where that was no help, what
// nearly every tap takes.
struct TapFacts {
    bool takes_config = true;
    // --catalog, --properties, both or none. Some taps read only the one and ignore the other in
    // silence.
    std::vector<std::string> catalog_flags;
    std::string state_flag;                           // "" = it takes none
    std::optional<std::vector<std::string>> discover; // none: it cannot
    std::optional<translate::Spec> spec;              // the adapter's, else from --about

    const translate::Spec* spec_or_null() const { return spec ? &*spec : nullptr; }

    std::vector<std::string> config_arguments(const ConfigFile& config) const;
    std::vector<std::string> catalog_arguments(const std::string& path) const;
};

// The adapter's specification; none where it gives none. No word of the tap's is needed for it.
std::optional<translate::Spec> spec_of_adapter(const adapter::Adapter& adapter);

// Throws TapFailureException where the tap cannot be started.
TapFacts ask_tap(Session& session);

// The settings that the tap says it misses when it is given none.
std::vector<std::string> ask_missing_keys(Session& session, const TapFacts& facts);

} // namespace tapbridge::cli
