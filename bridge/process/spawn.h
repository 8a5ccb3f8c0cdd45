// Starts the minder. The one place that knows Boost.Process (v2, used only to spawn; reaping is
// ours).
#pragma once

#include "process/tap_process.h"
#include "util/fd.h"
#include "util/time.h"

#include <sys/types.h>

#include <chrono>
#include <span>

namespace tapbridge::process {

struct SpawnedMinder {
    pid_t pid = -1;
    Fd socket;     // SOCK_SEQPACKET, non-blocking: reports in, orders out
    Fd tap_stdout; // read ends, non-blocking
    Fd tap_stderr;
};

// Throws airbyte::ErrorException (system_error) that names the system call where that is not
// possible.
SpawnedMinder spawn_minder(const TapCommand& command);

// KILLs and reaps every child of this process until there is none (also those adopted as subreaper
// or PID 1), save the `spared` ones. False where one would not die within `patience` (stuck in the
// kernel, or another user's).
bool kill_and_reap_children(std::span<const pid_t> spared, std::chrono::milliseconds patience);

} // namespace tapbridge::process
