// What check, discover and read begin with.
#pragma once

#include "cli/config_file.h"
#include "cli/session.h"
#include "cli/tap_facts.h"

namespace tapbridge::cli {

// The user's config, read, with its secrets known to the redactor before anything is logged.
struct Prepared {
    explicit Prepared(Session& session);

    json::Value user_config;
    TapFacts facts;
    ConfigFile config;
};

} // namespace tapbridge::cli
