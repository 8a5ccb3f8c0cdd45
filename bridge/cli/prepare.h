// What check, discover and read begin with.
#pragma once

#include "cli/config_file.h"
#include "cli/session.h"
#include "cli/tap_facts.h"

namespace tapbridge::cli {

// The user's config, read, with its secrets known to the redactor before anything is logged, held
// against the specification, and written for the tap.
struct Prepared {
    // Throws config_error where there is no such file or no JSON object in it; TapFailureException
    // for settings that the user has to correct.
    explicit Prepared(Session& session);

    json::Value user_config;
    TapFacts facts;
    ConfigFile config;
};

} // namespace tapbridge::cli
