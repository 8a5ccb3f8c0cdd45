// The minder stands between bridge and tap, so that no process of the tap outlives the bridge,
// however the bridge ends. The bridge starts itself (/proc/self/exe) in a hidden mode:
//
//     tapbridge __minder [--cwd DIR] -- TAP ARG...
//
// with a SOCK_SEQPACKET socket to the bridge as stdin and the tap's pipes as stdout and stderr. The
// minder is a subreaper; it starts the tap in a group of its own with stdin from /dev/null, default
// signal actions, an empty mask and only descriptors 0-2, then keeps no end of the tap's pipes. It
// blocks every signal and leads a group of its own, so that only a KILL meant for it ends it; its
// tap goes down with it then, and the bridge kills the rest.
#pragma once

#include <cstdint>

namespace tapbridge::process {

inline constexpr const char* k_minder_mode = "__minder";

// Minder -> bridge, one packet each.
struct MinderReport {
    enum class Kind : std::int32_t {
        started,    // value = pid of the tap, which is also its process group
        exec_error, // value = errno; nothing else follows
        exited,     // value = raw wait status of the tap itself; its descendants may live on
        // value = raw wait status of a descendant whose parent went before it, and which has
        // written something or was killed: a filter that had nothing to pass on is no failure.
        orphan_failed,
        alone // the tap is reaped, and nothing of it is left
    };
    Kind kind;
    std::int32_t value = 0;
    // With `exited`: bytes that the tap and the children it waited for have written, to whatever;
    // -1 where nobody knows. What has come out of its stdout beyond that is somebody else's.
    std::int64_t written = -1;
};

// Bridge -> minder, one packet each. The socket's end (the bridge is gone) means kill_all.
enum class MinderOrder : std::int32_t {
    terminate, // TERM to the tap's group, and to what left it once the tap is gone
    kill_all // KILL to the group and to every descendant until none is left; then the minder exits
};

// The hidden mode; `argv` as main() got it. Returns the exit status of the process: 0 once nothing
// is left.
int run_minder(int argc, char** argv);

} // namespace tapbridge::process
