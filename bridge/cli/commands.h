// The four commands of the Airbyte protocol. Each returns the exit status and throws what ends it
// early: airbyte::ErrorException, TapFailureException, Interrupted.
#pragma once

#include "cli/session.h"

namespace tapbridge::cli {

int run_spec(Session& session);
int run_check(Session& session);
int run_discover(Session& session);
int run_read(Session& session);

} // namespace tapbridge::cli
