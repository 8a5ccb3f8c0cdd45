// The scripted tap's children, and its ends.
#pragma once

#include <string>
#include <vector>

namespace scripted {

inline constexpr unsigned k_forever_s = 300; // a test that fails leaves nothing behind for ever

// SECONDS|forever [setsid|daemon] [ignore SIG] [hold stdout] [hold stderr] [pid-file PATH]; after
// the fork.
[[noreturn]] void be_grandchild(const std::vector<std::string>& words);

// By the signal's default action.
void kill_self(int signal);

} // namespace scripted
