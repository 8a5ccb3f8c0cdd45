// What to tell a user of a tap that failed.
#pragma once

#include "airbyte/error.h"
#include "cli/line_handler.h"

#include <exception>

namespace tapbridge::cli {

struct TapFailure {
    airbyte::Error error;
    // A user can tell from the message what to do (a pattern matched): check answers FAILED with
    // exit status 0.
    bool understood = false;
    // The tap could not even be started: the installation is at fault, not the settings.
    bool not_started = false;
    bool timed_out = false;
};

// `command` is what was run, `outcome` how it ended: not with exit status 0 by itself. `said` heard
// it.
TapFailure tap_failure(const Session& session, const process::TapCommand& command,
                       const process::TapOutcome& outcome, const LineHandler& said);

// The tap was stopped since its time was over. `understood` where a pattern knows what it had said
// by then for a config_error or a transient_error: the message tells that, and the caller adds how
// long it took. Else there is no message.
TapFailure timeout_failure(const Session& session, const LineHandler& said);

// One that a user can mend.
TapFailure understood_failure(airbyte::Error error);

// A failure on its way to the command that knows how to answer it.
class TapFailureException : public std::exception {
public:
    explicit TapFailureException(TapFailure failure) : m_failure(std::move(failure)) {}
    const TapFailure& failure() const { return m_failure; }
    const char* what() const noexcept override { return m_failure.error.message.c_str(); }

private:
    TapFailure m_failure;
};

} // namespace tapbridge::cli
