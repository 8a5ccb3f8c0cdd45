// What is run, and how it ended.
#pragma once

#include <string>
#include <vector>

namespace tapbridge::process {

struct TapCommand {
    std::vector<std::string> argv;        // argv[0] is looked up in the environment's PATH
    std::vector<std::string> environment; // "KEY=value"
    std::string cwd;                      // empty: the caller's
};

// How a process ended. Code and signal are told apart: exit 9 is not SIGKILL.
struct TapExit {
    enum class Kind {
        exited,      // value = exit status
        signalled,   // value = signal
        not_started, // value = errno of the exec (ENOENT: not found, EACCES, ENOEXEC: not
                     // executable)
        lost         // nobody could tell: the minder was killed
    };
    Kind kind = Kind::lost;
    int value = 0;

    bool success() const { return kind == Kind::exited && value == 0; }
};

} // namespace tapbridge::process
